"""The models of read-only links."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from pydash_app.share.panels import Panel
from pydash_cube.vocabulary import CallField, StatisticName
from pydash_web.models.common import Body, Message, Name, ResponseBody

DEFAULT_LIFETIME_DAYS: Literal[30] = 30


class NewShareLink(Body):
    """A new read-only link to a dashboard."""

    name: Name = Field(description="For you: visitors do not see it.")
    panels: Annotated[
        list[Annotated[Panel, Field(strict=False)]],
        Field(min_length=1, max_length=len(Panel), description="What visitors see."),
    ]
    expires_in_days: Annotated[int, Field(ge=1, le=365)] | None = Field(
        default=DEFAULT_LIFETIME_DAYS, description="Null if it does not expire."
    )


class ShareLinkInfo(ResponseBody):
    """A read-only link."""

    id: UUID
    name: str
    panels: list[Panel]
    prefix: str = Field(description="The beginning of its token.")
    created: datetime
    expires: datetime | None = Field(description="Null if it does not expire.")
    last_used: datetime | None = Field(description="To the minute; null if it never was.")


class ShareLinks(ResponseBody):
    """The read-only links to a dashboard, with those that have expired."""

    links: list[ShareLinkInfo] = Field(description="Latest first.")


class CreatedShareLink(Message):
    """A link, and its token, which no other response contains."""

    link: ShareLinkInfo
    token: str
    path: str = Field(
        description="The path of the page for visitors, below the address of PyDash. The token"
        " follows `#`, so that browsers send it to no server in a URL."
    )


class SharedDashboard(ResponseBody):
    """What a read-only link shows of its dashboard."""

    name: str = Field(description="The name of the dashboard.")
    panels: list[Panel]
    statistics: list[StatisticName] = Field(description="Those that can be queried.")
    fields: list[CallField] = Field(
        description="Those by which requests can be grouped and filtered."
    )

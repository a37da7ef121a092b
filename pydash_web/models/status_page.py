"""The models of status pages, incidents and subscribers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from pydash_app.status_page.entity import (
    MAX_APPS,
    MAX_APPS_OF_GROUP,
    MAX_GROUPS,
    MAX_TEXT,
    Impact,
    IncidentState,
)
from pydash_app.text import is_printable
from pydash_web.models.common import Body, Id, Message, Name, NewPassword, Query, ResponseBody
from pydash_web.models.maintenance import Moment

MIN_SLUG, MAX_SLUG = 3, 40
SLUG = rf"[a-z0-9][a-z0-9-]{{{MIN_SLUG - 2},{MAX_SLUG - 2}}}[a-z0-9]"
# No noncharacters, which XML cannot have, and no control characters but line breaks and tabs.
_TEXT = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]*$"
_IMPACT = "What it means for the apps; `none` if it is for information only."
_NOTIFY = "Whether to send it to the subscribers."
_DASHBOARDS = "The IDs of the affected dashboards of the page; empty for all."


def _check_shown(text: str) -> str:
    if not is_printable(text) or not text.strip() or "\ufffe" in text or "\uffff" in text:
        raise PydanticCustomError("shown", "Must be visible text without control characters.")
    return text


ShownName = Annotated[Name, AfterValidator(_check_shown)]
Title = Annotated[
    str, StringConstraints(min_length=1, max_length=120), AfterValidator(_check_shown)
]
Slug = Annotated[
    str,
    StringConstraints(min_length=MIN_SLUG, max_length=MAX_SLUG, pattern=f"^{SLUG}$"),
    Field(description="Its address is `/s/<slug>`: lower-case letters, digits and hyphens."),
]
Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_TEXT, pattern=_TEXT),
    Field(description="Markdown, without HTML and images."),
]
Description = Annotated[
    str,
    StringConstraints(max_length=500, pattern=_TEXT),
    Field(description="Markdown, without HTML and images."),
]
AnyImpact = Annotated[Impact, Field(strict=False)]
State = Annotated[IncidentState, Field(strict=False)]
Dashboards = Annotated[list[Id], Field(max_length=MAX_APPS, description=_DASHBOARDS)]


class PageApp(Body):
    """A dashboard on a status page."""

    dashboard_id: Id
    name: ShownName = Field(description="How visitors see it.")


class PageGroup(Body):
    """Dashboards below a heading."""

    name: ShownName
    dashboards: Annotated[list[PageApp], Field(max_length=MAX_APPS_OF_GROUP)]


Groups = Annotated[list[PageGroup], Field(max_length=MAX_GROUPS)]


class NewStatusPage(Body):
    """A status page to create."""

    slug: Slug
    name: ShownName
    description: Description = ""
    groups: Groups = Field(default_factory=list)
    password: NewPassword | None = Field(
        default=None, description="Visitors have to enter it; null if everyone may see the page."
    )
    enabled: bool = Field(default=True, description="Whether there is a page for visitors.")


class StatusPageSettings(Body):
    """What to change; omitted fields remain unchanged."""

    slug: Slug | None = None
    name: ShownName | None = None
    description: Description | None = None
    groups: Groups | None = None
    password: NewPassword | None = Field(default=None, description="Null for none.")
    enabled: bool | None = None


class BadgedApp(ResponseBody):
    """A dashboard on a status page."""

    dashboard_id: UUID
    name: str
    badge_url: str = Field(description="An SVG image with its status.")


class BadgedGroup(ResponseBody):
    """Dashboards below a heading."""

    name: str
    dashboards: list[BadgedApp]


class StatusPageInfo(ResponseBody):
    """A status page."""

    id: UUID
    slug: str
    url: str = Field(description="Of the page; with `.json`, of its content as JSON.")
    feed_url: str = Field(description="Of an Atom feed with its incidents.")
    badge_url: str = Field(description="Of an SVG image with the status of all its apps.")
    name: str
    description: str
    groups: list[BadgedGroup]
    has_password: bool
    enabled: bool
    subscribers: int = Field(description="How many have confirmed their subscription.")
    pending_subscribers: int = Field(description="How many have not confirmed it yet.")
    open_incidents: int
    created: datetime


class StatusPages(ResponseBody):
    """The status pages of the account."""

    status_pages: list[StatusPageInfo] = Field(description="Oldest first.")


class StatusPageMessage(Message):
    """A message and the status page."""

    status_page: StatusPageInfo


class NewIncident(Body):
    """An incident to publish."""

    title: Title
    text: Text
    state: State = IncidentState.INVESTIGATING
    impact: AnyImpact = Field(default=Impact.NONE, description=_IMPACT)
    dashboards: Dashboards = Field(default_factory=list)
    notify: bool = Field(default=True, description=_NOTIFY)


class OutageToDraft(Body):
    """An outage of an app of the page, as it is listed."""

    dashboard_id: Id
    start: Moment


class IncidentSettings(Body):
    """What to change; omitted fields remain unchanged."""

    title: Title | None = None
    impact: AnyImpact | None = Field(default=None, description=_IMPACT)
    dashboards: Dashboards | None = None


class Publication(Body):
    """How to publish a draft."""

    notify: bool = Field(default=True, description=_NOTIFY)


class NewUpdate(Body):
    """An update of an incident."""

    state: State
    text: Text
    notify: bool = Field(default=True, description=_NOTIFY)


class UpdateText(Body):
    """Another text for an update. Subscribers are not notified."""

    text: Text


class ListQuery(Query):
    """Which part of a list to return."""

    limit: int = Field(default=50, ge=1, le=200)
    marker: UUID | None = Field(
        default=None, description="The ID of the last one of the page before."
    )


class UpdateInfo(ResponseBody):
    """An update of an incident."""

    id: UUID
    state: IncidentState
    text: str
    posted: datetime
    edited: datetime | None


class IncidentInfo(ResponseBody):
    """An incident."""

    id: UUID
    title: str
    impact: Impact
    state: IncidentState
    dashboards: list[UUID] = Field(description=_DASHBOARDS)
    began: datetime
    published: datetime | None = Field(description="Null for a draft, which visitors do not see.")
    resolved: datetime | None
    updates: list[UpdateInfo] = Field(description="The latest first.")


class Incidents(ResponseBody):
    """Incidents of a status page, the latest first."""

    incidents: list[IncidentInfo]
    next_marker: UUID | None = Field(description="The marker of the next part; null if none.")


class IncidentMessage(Message):
    """A message and the incident."""

    incident: IncidentInfo


class PageOutage(ResponseBody):
    """An outage of an app of the page."""

    dashboard_id: UUID
    name: str = Field(description="How visitors see the app.")
    start: datetime
    end: datetime | None = Field(description="Null while it lasts.")
    incident_id: UUID | None = Field(description="The incident that was drafted from it.")


class PageOutages(ResponseBody):
    """The outages that began in the last 30 days, the latest first."""

    outages: list[PageOutage]


class SubscriberInfo(ResponseBody):
    """A subscriber who has confirmed the address."""

    id: UUID
    address: str
    confirmed: datetime


class Subscribers(ResponseBody):
    """Subscribers of a status page."""

    subscribers: list[SubscriberInfo]
    next_marker: UUID | None = Field(description="The marker of the next part; null if none.")

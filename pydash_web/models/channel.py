"""The models of notification channels."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, WithJsonSchema

from pydash_app.channel.entity import Consent
from pydash_notify.settings import OF_KIND, Kind
from pydash_notify.templates import MAX_TEMPLATE
from pydash_web.models.common import Body, Code, Message, Name, Query, ResponseBody

Settings = Annotated[
    dict[str, Any],
    WithJsonSchema({"anyOf": [OF_KIND[kind].model_json_schema() for kind in OF_KIND]}),
]
GroupWait = Annotated[int, Field(ge=0, le=3_600)]
GroupInterval = Annotated[int, Field(ge=0, le=86_400)]
Template = Annotated[str, StringConstraints(max_length=MAX_TEMPLATE)]

_WAIT = "Seconds for which an alert waits for others of its dashboard."
_INTERVAL = "Seconds between two messages about a dashboard."
_TEMPLATE = "The text of messages, in a small part of Jinja; null for PyDash's own words."


class NewChannel(Body):
    """A channel to add."""

    name: Name
    kind: Kind
    settings: Settings = Field(description="Those of the kind.")
    group_wait: GroupWait = Field(default=30, description=_WAIT)
    group_interval: GroupInterval = Field(default=300, description=_INTERVAL)
    template: Template | None = Field(default=None, description=_TEMPLATE)
    enabled: bool = True


class ChannelSettings(Body):
    """The settings of a channel; omitted settings remain unchanged."""

    name: Name | None = None
    settings: dict[str, Any] | None = Field(
        default=None,
        description="Those of its kind; omitted ones remain unchanged, and so do those that are"
        ' "••••". If the address of a server changes, its secrets are required again.',
    )
    group_wait: GroupWait | None = Field(default=None, description=_WAIT)
    group_interval: GroupInterval | None = Field(default=None, description=_INTERVAL)
    template: Template | None = Field(default=None, description=_TEMPLATE)
    enabled: bool | None = None


class TemplateToPreview(Body):
    """A template, and the kind of channel that it is for."""

    kind: Kind
    template: Template | None = Field(default=None, description=_TEMPLATE)


class DeliveryQuery(Query):
    """Which deliveries to list."""

    limit: int = Field(default=50, ge=1, le=200)
    marker: UUID | None = Field(
        default=None, description="The ID of the last delivery of the page before."
    )


class ChannelInfo(ResponseBody):
    """A notification channel, without its secrets."""

    id: UUID
    name: str
    kind: Kind
    settings: dict[str, Any] = Field(description='Those of the kind; secrets are "••••".')
    group_wait: int = Field(description=_WAIT)
    group_interval: int = Field(description=_INTERVAL)
    template: str | None = Field(description=_TEMPLATE)
    enabled: bool = Field(description="False after ten messages in a row failed.")
    failures: int = Field(description="The number of messages in a row that failed.")
    dropped: int = Field(
        description="The number of messages that were dropped because too many were waiting, since"
        " the last success."
    )
    last_success: datetime | None
    last_error: str | None = Field(description="Why the last attempt failed; null if it succeeded.")
    created: datetime
    consent: Consent = Field(
        description="Whether the recipient of mails wants them; not required of the owner."
    )
    asked: datetime | None = Field(description="When the recipient was asked last.")


class Channels(ResponseBody):
    """The channels of the account, oldest first."""

    channels: list[ChannelInfo]


class ChannelMessage(Message):
    """A message and the changed channel."""

    channel: ChannelInfo


class CreatedChannel(ChannelMessage):
    """A message and the new channel."""

    secret: str | None = Field(
        description="Signs the messages of a webhook; shown only here. Null for other kinds."
    )


class RecipientResponse(Body):
    """Whether the recipient of a mail wants further ones."""

    code: Code = Field(description="That of the link in the mail.")
    agrees: bool


class ChannelTest(ResponseBody):
    """What became of a test."""

    ok: bool = Field(description="Whether the other side has accepted the message.")
    status: int | None = Field(description="The HTTP status of its response, if there was one.")
    error: str | None
    seconds: float = Field(description="How long it took.")


class DeliveryInfo(ResponseBody):
    """A message, and the attempts to deliver it."""

    id: UUID = Field(description="The same at each attempt.")
    kind: Literal["alert", "test"]
    state: Literal["sent", "waiting", "failed"]
    created: datetime
    sent: datetime | None
    attempts: int
    status: int | None = Field(description="The HTTP status of the last response.")
    error: str | None = Field(description="Why the last attempt failed.")
    next_attempt: datetime | None


class Deliveries(ResponseBody):
    """The last messages through a channel, newest first."""

    deliveries: list[DeliveryInfo]


class Preview(ResponseBody):
    """A message with example values."""

    title: str
    text: str

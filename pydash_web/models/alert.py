"""The models of alerts."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from pydash_app.alert.entity import AlertState, Severity
from pydash_web.models.common import PRINTABLE, Body, Id, Message, Query, ResponseBody

MAX_ALERTS = 1_000


class AlertSearch(Query):
    """Which alerts to list."""

    dashboard_id: Id | None = None
    rule_id: Id | None = None
    state: AlertState | Literal["active"] | None = Field(
        default=None, description="`active`: all that have fired and last."
    )
    limit: Annotated[int, Field(ge=1, le=MAX_ALERTS)] = 100
    marker: Id | None = Field(
        default=None, description="The ID of the last alert of the previous page."
    )


class AlertRule(ResponseBody):
    """The rule of an alert, as it was."""

    id: UUID
    name: str
    condition: dict[str, Any]


class AlertDashboard(ResponseBody):
    """The dashboard of an alert."""

    id: UUID
    name: str
    url: str


class AlertInfo(ResponseBody):
    """An alert, from the moment at which its condition was met to its end."""

    id: UUID
    state: AlertState
    rule: AlertRule
    dashboard: AlertDashboard | None = Field(description="Null for PyDash's own network.")
    severity: Severity
    value: float | None = Field(description="When the condition was last met.")
    threshold: float | None
    since: datetime = Field(description="When the condition was first met.")
    pending_since: datetime = Field(description="The same.")
    fired_at: datetime | None = Field(description="When that had lasted long enough.")
    resolved_at: datetime | None
    duration: float | None = Field(description="In seconds; null while it lasts.")
    text: str = Field(description="The cause, in one sentence.")
    url: str
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    comment: str


class AlertMessageInfo(ResponseBody):
    """A message about an alert."""

    delivery_id: UUID
    channel_id: UUID
    state: Literal["sent", "waiting", "failed"]
    sent: datetime | None


class AlertDetails(AlertInfo):
    """An alert and the messages about it."""

    messages: list[AlertMessageInfo] = Field(description="Oldest first.")


class Alerts(ResponseBody):
    """A page of alerts, the latest first."""

    alerts: list[AlertInfo]
    next_marker: UUID | None = Field(description="The marker of the next page, if there is one.")


class Acknowledgement(Body):
    """A comment of the person who takes care of an alert."""

    comment: Annotated[str, Field(max_length=1_000, pattern=PRINTABLE)] = ""


class AlertMessage(Message):
    """A message and the alert."""

    alert: AlertInfo

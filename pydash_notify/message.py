"""What a notification is: the alerts of one message, as the JSON that a webhook receives."""

from collections.abc import Mapping
from datetime import UTC
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

State = Literal["firing", "resolved", "flapping", "no_data", "error"]
Severity = Literal["info", "warning", "critical"]
Time = Annotated[AwareDatetime, AfterValidator(lambda time: time.astimezone(UTC))]

# NaN and infinity become null, because JSON has neither.
_CONFIG = ConfigDict(ser_json_inf_nan="null")


@dataclass(frozen=True, config=_CONFIG)
class Rule:
    """The rule of an alert.

    :param condition: what it checks; `kind` names the sort of condition.
    """

    id: str
    name: str
    condition: Mapping[str, Any]


@dataclass(frozen=True, config=_CONFIG)
class Dashboard:
    """The dashboard of an alert.

    :param url: its page.
    """

    id: str
    name: str
    url: str


@dataclass(frozen=True, config=_CONFIG)
class Alert:
    """A change of the state of an alert.

    Its fields are checked, and times are converted to UTC.

    :param id: the episode, from the beginning of the alert to its end.
    :param dashboard: None for an alert about PyDash's own network.
    :param since: when the state of alert began.
    :param resolved_at: when it ended; None while it lasts.
    :param duration: how long it lasted (s).
    :param text: the cause, in one sentence.
    :param url: the page that shows it.
    :param reminder: whether an earlier message had the same content.
    :raises ValidationError: (a `ValueError`) a field is invalid, such as a time without a zone.
    """

    id: str
    state: State
    rule: Rule
    dashboard: Dashboard | None
    severity: Severity
    since: Time
    text: str
    url: str
    reminder: bool = False
    value: float | None = None
    threshold: float | None = None
    resolved_at: Time | None = None
    duration: float | None = None

    def to_json(self) -> bytes:
        """Return the alert as JSON, which `from_json` reads."""
        return _ALERT.dump_json(self)

    @classmethod
    def from_json(cls, text: bytes) -> "Alert":
        """Return the alert that `to_json` wrote, in this version or an earlier one.

        :raises ValidationError: (a `ValueError`) it is not the JSON of an alert.
        """
        return _ALERT.validate_json(text)


@dataclass(frozen=True, config=_CONFIG)
class Notification:
    """A message about any number of alerts of one dashboard.

    :param id: the same at each attempt to send the message.
    :param sent: the time of the message.
    :param title: one line.
    :param text: several lines.
    :param url: the page that shows more.
    :param alerts: empty for a test.
    """

    id: str
    kind: Literal["alert", "test"]
    sent: Time
    title: str
    text: str
    url: str
    alerts: tuple[Alert, ...] = ()

    def to_json(self) -> bytes:
        """Return the message as the JSON that a webhook receives."""
        return _NOTIFICATION.dump_json(self)


_ALERT = TypeAdapter(Alert)
_NOTIFICATION = TypeAdapter(Notification)

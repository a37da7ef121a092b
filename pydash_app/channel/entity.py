"""A channel through which an account is notified, what waits for it, and what it has sent."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid4

from persistent import Persistent

from pydash_app.secrets import decrypt, encrypt
from pydash_notify.message import Alert
from pydash_notify.settings import Kind

DEFAULT_GROUP_WAIT = timedelta(seconds=30)
DEFAULT_GROUP_INTERVAL = timedelta(minutes=5)
MAX_GROUP_WAIT = timedelta(hours=1)
MAX_GROUP_INTERVAL = timedelta(days=1)
# Messages that fail in a row before a channel is disabled.
MAX_FAILURES = 10
# The maximum number of alerts in one message.
MAX_ALERTS = 100
QUICK_DELAYS = (timedelta(seconds=5), timedelta(seconds=10))
FIRST_DELAY = timedelta(minutes=1)
MAX_DELAY = timedelta(hours=1)
LIFETIME = timedelta(days=1)
MAIL_LIFETIME = timedelta(days=3)


class Consent(StrEnum):
    """Whether the recipient of a channel wants its messages."""

    NOT_REQUIRED = "not_required"
    AWAITED = "awaited"
    GIVEN = "given"
    REFUSED = "refused"


class Channel(Persistent):
    """A way to reach an account.

    :param owner_id: the account that it belongs to.
    :param settings: by name; encrypted at rest.
    :param now: the time of its creation (UTC).

    :ivar dropped: the messages that nobody got, because too many were waiting, since the last one
        that was delivered.
    :ivar consent: required of the recipient of a mail channel who is not its owner.
    :ivar asked: when the recipient was asked last.
    """

    # Those that were stored by earlier versions have no other recipients.
    consent = Consent.NOT_REQUIRED
    asked: datetime | None = None
    dropped = 0
    _code: str | None = None

    def __init__(
        self, owner_id: UUID, name: str, kind: Kind, settings: Mapping[str, Any], now: datetime
    ) -> None:
        self.id = uuid4()
        self.owner_id = owner_id
        self.name = name
        self.kind = kind
        self.settings = settings
        self.group_wait = DEFAULT_GROUP_WAIT
        self.group_interval = DEFAULT_GROUP_INTERVAL
        self.template: str | None = None
        self.enabled = True
        self.failures = 0
        self.last_success: datetime | None = None
        self.last_error: str | None = None
        self.created = now

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings, with secrets.

        :raises UnreadableSecret: the secret key has changed.
        """
        settings: dict[str, Any] = json.loads(decrypt(self._settings))
        return settings

    @settings.setter
    def settings(self, settings: Mapping[str, Any]) -> None:
        self._settings = encrypt(json.dumps(dict(settings)))

    @property
    def code(self) -> str | None:
        """The code with which the recipient stops the messages; encrypted at rest.

        :raises UnreadableSecret: the secret key has changed.
        """
        return self._code and decrypt(self._code)

    @code.setter
    def code(self, code: str | None) -> None:
        self._code = code and encrypt(code)

    @property
    def is_sending(self) -> bool:
        """Whether it is enabled, and its recipient wants messages."""
        return self.enabled and self.consent in (Consent.NOT_REQUIRED, Consent.GIVEN)

    @property
    def lifetime(self) -> timedelta:
        """How long to try to deliver a message."""
        return MAIL_LIFETIME if self.kind == "mail" else LIFETIME

    def succeed(self, now: datetime) -> None:
        """Record that a message was delivered."""
        self.failures, self.last_success, self.last_error = 0, now, None
        self.dropped = 0

    def fail(self, error: str) -> bool:
        """Record that a message could not be delivered, and will not be tried again.

        :returns: whether this disabled the channel.
        """
        self.failures += 1
        self.last_error = error
        if not self.enabled or self.failures < MAX_FAILURES:
            return False
        self.enabled = False
        return True


class Group(Persistent):
    """The alerts of one dashboard that wait to be sent through a channel in one message.

    :ivar due: when it is looked at next: to send what waits, or to forget it.
    """

    def __init__(self, due: datetime) -> None:
        self.due = due
        self.alerts: tuple[bytes, ...] = ()


class DeliveryState(StrEnum):
    """The state of a message."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class DeliveryKey(NamedTuple):
    """Where a delivery is stored; sorts by time."""

    created: datetime
    delivery_id: UUID
    channel_id: UUID


class Delivery(Persistent):
    """A message, and the attempts to deliver it.

    :param kind: "alert" or "test".
    :param alerts: what it is about, each as JSON.
    :param now: the time of its creation (UTC).
    :param number: orders those that are created at the same time.
    :ivar due: the time of the next attempt; None if there will be none. Only the repository sets
        it, because the queue is ordered by it.
    :ivar served: the recipients that have the message, if there are several.
    :ivar waited: the delays between all attempts so far. They are added up instead of comparing
        times, so that one reading of a clock that is ahead does not abandon everything.
    """

    # Of those that were stored by earlier versions, it is not known.
    served: frozenset[str] = frozenset()

    def __init__(
        self,
        channel_id: UUID,
        kind: Literal["alert", "test"],
        alerts: Iterable[bytes],
        now: datetime,
        number: int = 0,
    ) -> None:
        self.id = uuid4()
        self.channel_id = channel_id
        self.kind = kind
        self.payload = tuple(alerts)
        self.alert_ids = tuple(alert.id for alert in self.alerts)
        # Their times order the messages of a channel.
        self.created = now + number * datetime.resolution
        self.due: datetime | None = now
        self.waited = timedelta()
        self.state = DeliveryState.WAITING
        self.sent: datetime | None = None
        self.attempts = 0
        self.status: int | None = None
        self.error: str | None = None

    @property
    def key(self) -> DeliveryKey:
        """Where it is stored."""
        return DeliveryKey(self.created, self.id, self.channel_id)

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """What it is about."""
        return tuple(map(Alert.from_json, self.payload))

    @property
    def delay(self) -> timedelta:
        """The delay after the last attempt, if it fails.

        Two short ones, then 1, 2, 4, … minutes, at most an hour.
        """
        number = self.attempts - 1
        if number < len(QUICK_DELAYS):
            return QUICK_DELAYS[number]
        return min(MAX_DELAY, FIRST_DELAY * (1 << min(number - len(QUICK_DELAYS), 10)))

    def end(
        self, state: DeliveryState, status: int | None = None, error: str | None = None
    ) -> None:
        """Record the result of the last attempt."""
        self.state, self.status, self.error = state, status, error

"""Creates, changes, deletes and tests the channels of an account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import takewhile
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from pydash_app import configuration
from pydash_app.channel import consent, delivering, queue, repository
from pydash_app.channel.entity import (
    Channel,
    Consent,
    Delivery,
    DeliveryState,
)
from pydash_app.errors import Conflict, InvalidInput, NotFound, TooManyRequests
from pydash_app.identifiers import as_uuid
from pydash_app.permissions import Action, may
from pydash_app.secrets import UnreadableSecret
from pydash_app.user import User
from pydash_app.user import repository as users
from pydash_database import transact
from pydash_http import AddressRefused, check_address
from pydash_notify import templates
from pydash_notify.message import Alert, Dashboard, Notification, Rule
from pydash_notify.sending import Result
from pydash_notify.settings import HIDDEN, OF_KIND, Kind, Settings

MAX_CHANNELS = 50
# The recipient of mails may be somebody else.
MAX_MAIL_TESTS = 10
MAIL_TESTS_PERIOD = timedelta(hours=1)
RESOLVE_SECONDS = 3.0
_AGAIN = "Enter it again, because the address has changed."


@dataclass(frozen=True)
class Changes:
    """What is given of the settings of a channel that do not depend on its kind.

    :ivar template: empty for PyDash's own words.
    """

    name: str | None = None
    group_wait: timedelta | None = None
    group_interval: timedelta | None = None
    template: str | None = None
    enabled: bool | None = None

    def apply(self, channel: Channel) -> None:
        """Change what is given. A channel that is enabled again starts without failures."""
        if self.name is not None:
            channel.name = self.name
        if self.group_wait is not None:
            channel.group_wait = self.group_wait
        if self.group_interval is not None:
            channel.group_interval = self.group_interval
        if self.template is not None:
            channel.template = self.template or None
        if self.enabled is not None:
            if self.enabled and not channel.enabled:
                channel.failures = 0
            channel.enabled = self.enabled


def find(channel_id: str, user: User, action: Action) -> Channel:
    """Return a channel of a user.

    :raises InvalidInput: the ID is not a UUID.
    :raises NotFound: the user has no such channel.
    """
    try:
        channel = repository.find(as_uuid(channel_id))
    except ValueError:
        raise InvalidInput(errors={"channel_id": ["Must be a UUID."]}) from None
    if channel is None or not may(user, action, channel):
        raise NotFound("Channel not found.")
    return channel


def check(kind: Kind, settings: Settings | None, template: str | None) -> None:
    """Check the parts of a channel's settings that do not depend on the account.

    It may resolve host names, so call it outside a transaction.

    :param settings: those of the kind; None if they do not change.
    :raises InvalidInput: PyDash must not connect to a host, or the template fails.
    """
    if template:
        preview(kind, template)
    for name in settings.addresses() if settings else ():
        try:
            check_address(
                getattr(settings, name), configuration.current().fetch_allow, RESOLVE_SECONDS
            )
        except AddressRefused as error:
            raise InvalidInput(errors={f"settings.{name}": [str(error)]}) from error


def create(owner_id: UUID, kind: Kind, settings: Settings, changes: Changes) -> Channel:
    """Add a channel.

    :raises Forbidden: the recipient of its mails does not want messages of the account.
    :raises InvalidInput: the account has too many channels.
    :raises NotFound: the account was deleted.
    :raises TooManyRequests: the account has asked too many recipients.
    """
    owner = users.lock_for_update(owner_id)
    if owner is None:
        raise NotFound("User not found.")
    if len(repository.of_owner(owner_id)) >= MAX_CHANNELS:
        raise InvalidInput(
            errors={"name": [f"You have reached the limit of {MAX_CHANNELS} channels."]}
        )
    now = datetime.now(UTC)
    channel = Channel(owner_id, "", kind, settings.model_dump(), now)
    changes.apply(channel)
    repository.add(channel)
    if kind == "mail":
        consent.request(channel, owner, now)
    return channel


def merged(channel: Channel, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a channel after a change.

    :param given: new values by name. Those that are missing or hidden remain, unless the address
        changes: a secret of one server is not sent to another one.
    :raises InvalidInput: a secret is required.
    """
    stored = _settings(channel)
    kind = OF_KIND[channel.kind]
    changed = {name: value for name, value in given.items() if value != HIDDEN}
    is_moved = any(
        changed.get(name, stored.get(name)) != stored.get(name) for name in kind.addresses()
    )
    kept = kind.secrets() & stored.keys() - changed.keys()
    # What signs the messages of a webhook is not sent.
    if is_moved and channel.kind != "webhook":
        errors = {f"settings.{name}": [_AGAIN] for name in kept if stored[name] is not None}
        if errors:
            raise InvalidInput(errors=errors)
    return {**stored, **changed}


def change(channel: Channel, settings: Settings | None, changes: Changes) -> None:
    """Change a channel.

    :param settings: all settings of its kind, if any of them changes.
    :raises Forbidden: the new recipient does not want messages of the account.
    :raises NotFound: the account was deleted.
    :raises TooManyRequests: the account has asked too many recipients.
    """
    changes.apply(channel)
    if settings is None:
        return
    stored, channel.settings = _settings(channel), settings.model_dump()
    # The address of the account may have become another one since.
    is_open = stored != channel.settings or channel.consent is Consent.NOT_REQUIRED
    if channel.kind == "mail" and is_open:
        _request_consent(channel)


def ask_again(channel: Channel) -> None:
    """Ask the recipient of a channel once more whether they want messages.

    :raises Conflict: no response of a recipient is awaited.
    :raises Forbidden: the recipient does not want messages of the account.
    :raises NotFound: the account was deleted.
    :raises TooManyRequests: the account has asked too often.
    """
    if channel.consent is not Consent.AWAITED:
        raise Conflict("No response of a recipient is awaited.")
    _request_consent(channel)


def _request_consent(channel: Channel) -> None:
    owner = users.lock_for_update(channel.owner_id)
    if owner is None:
        raise NotFound("User not found.")
    consent.request(channel, owner, datetime.now(UTC))


def _settings(channel: Channel) -> Mapping[str, Any]:
    """Return the settings of a channel; none if they cannot be decrypted."""
    try:
        return channel.settings
    except UnreadableSecret:
        return {}


def test(channel_id: str, user: User) -> tuple[Result, float]:
    """Send a test through a channel of a user, once. Return the result, and how long it took (s).

    It runs its own transactions, and sends outside them.

    :raises InvalidInput: the ID is not a UUID.
    :raises NotFound: the user has no such channel.
    :raises TooManyRequests: the recipient has got too many tests by mail.
    """

    def prepare() -> tuple[Delivery, delivering.Send]:
        channel, now = find(channel_id, user, Action.WRITE), datetime.now(UTC)
        recent = takewhile(
            lambda each: each.created > now - MAIL_TESTS_PERIOD, repository.deliveries(channel.id)
        )
        tests = sum(each.kind == "test" for each in recent)
        if channel.kind == "mail" and tests >= MAX_MAIL_TESTS:
            raise TooManyRequests(f"At most {MAX_MAIL_TESTS} tests by mail are sent per hour.")
        delivery = Delivery(channel.id, "test", (), now)
        delivery.attempts = 1
        delivery.due = None
        return delivery, delivering.prepare(channel, delivery)

    started = perf_counter()
    try:
        delivery, send = transact(prepare)
    except UnreadableSecret as error:
        return Result(error.message, is_permanent=True), perf_counter() - started
    result = send()
    seconds = perf_counter() - started
    transact(partial(_record_test, delivery, result, datetime.now(UTC)))
    return result, seconds


def deliveries(channel: Channel, limit: int, marker: str | None) -> list[Delivery]:
    """Return the deliveries of a channel, newest first.

    :param limit: the maximum number.
    :param marker: the ID of the delivery after which to continue.
    :raises InvalidInput: the channel has no such delivery any more.
    """
    found = list(repository.deliveries(channel.id))
    if marker is not None:
        at = [str(delivery.id) for delivery in found]
        if marker not in at:
            raise InvalidInput(errors={"marker": ["The channel has no such delivery."]})
        found = found[at.index(marker) + 1 :]
    return found[:limit]


def preview(kind: Kind, template: str | None) -> Notification:
    """Return a message with example values.

    :raises InvalidInput: the template is invalid.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    url = configuration.current().public_url
    alert = Alert(
        id=str(uuid4()),
        state="firing",
        rule=Rule(str(uuid4()), "Error rate above 5%", {"kind": "above", "threshold": 5}),
        dashboard=Dashboard(str(uuid4()), "Shop", f"{url}/dashboards/example"),
        severity="critical",
        since=now - timedelta(minutes=10),
        text="7.2% of the requests in the last 5 minutes failed.",
        url=f"{url}/alerts/example",
        value=7.2,
        threshold=5.0,
    )
    recovered = Alert(
        **{
            **vars(alert),
            "id": str(uuid4()),
            "state": "resolved",
            "rule": Rule(str(uuid4()), "Down", {"kind": "down"}),
            "resolved_at": now,
            "duration": 600.0,
            "text": "The app responds again.",
            "value": None,
            "threshold": None,
        }
    )
    try:
        return delivering.compose(kind, uuid4(), (alert, recovered), template or None, strict=True)
    except templates.TemplateInvalid as error:
        raise InvalidInput(errors={"template": [str(error)]}) from error


def _record_test(delivery: Delivery, result: Result, now: datetime) -> None:
    channel = repository.find(delivery.channel_id)
    if channel is None:
        return
    if result.error is None:
        channel.succeed(now)
        delivery.sent = now
        delivery.end(DeliveryState.SENT, result.status)
    else:
        channel.last_error = result.error
        delivery.end(DeliveryState.FAILED, result.status, result.error)
    queue.add(channel, delivery)

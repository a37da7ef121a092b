"""The queue of notifications: groups alerts into messages, delivers them and retries.

Everything is stored: an alert in the transaction that calls `notify`, and an attempt before it is
made. A sender that is killed in between makes another attempt with the same ID of the message.
"""

import json
from collections import Counter
from collections.abc import Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from time import monotonic
from uuid import UUID

from pydash_app.channel import delivering, repository
from pydash_app.channel.entity import (
    MAX_ALERTS,
    Channel,
    Delivery,
    DeliveryKey,
    DeliveryState,
    Group,
)
from pydash_app.channel.repository import GroupKey
from pydash_app.dashboard import repository as dashboards
from pydash_app.event import EventType, of_dashboard, record
from pydash_app.secrets import UnreadableSecret
from pydash_database import transact
from pydash_logger.logger import Logger
from pydash_notify.message import Alert
from pydash_notify.sending import Result

logger = Logger(__name__)

# The messages that are sent at once, of all accounts and of one.
MAX_SENDING = 32
MAX_SENDING_PER_ACCOUNT = 4
# For how long a call of `send_due` begins attempts (s).
MAX_SECONDS = 60.0
# How often it looks for more while attempts are being made (s).
LOOK_AGAIN_SECONDS = 0.5


def notify(channel_id: UUID, alert: Alert, now: datetime) -> None:
    """Queue an alert for a channel, as part of the caller's transaction.

    It is delivered if the transaction is committed, together with other alerts of its dashboard. If
    the channel does not exist or is disabled, nothing happens. Transactions that queue alerts at
    the same time do not conflict.

    :param now: the time from which it waits for others (UTC).
    """
    entry = {
        "channel": str(channel_id),
        "queued": now.timestamp(),
        "alert": alert.to_json().decode(),
    }
    repository.put(json.dumps(entry).encode())


def messages_about(alert_id: str) -> list[Delivery]:
    """Return the messages about an alert, oldest first; runs in the caller's transaction.

    A message appears when it is formed, and is kept as long as the deliveries of its channel.
    """
    return repository.about(alert_id)


@dataclass(frozen=True)
class _Attempt:
    """The data required to send a message outside the transaction that read it."""

    key: DeliveryKey
    owner_id: UUID
    send: delivering.Send


def send_due(now: datetime | None = None) -> int:
    """Deliver all messages that are due. Return how many were delivered.

    The fetcher calls this every second, outside any transaction. Messages through one channel are
    sent one after the other, and what follows about an alert waits for the messages before, so that
    nobody hears of its end first. A channel that hangs does not delay the others, nor does an
    account with many of them.

    :param now: the time (UTC) of a clock that stands still; by default, time passes.
    """
    delivered = 0
    end = monotonic() + MAX_SECONDS
    sending: dict[Future[Result], _Attempt] = {}
    with ThreadPoolExecutor(MAX_SENDING, thread_name_prefix="notify") as threads:
        while True:
            moment = now or datetime.now(UTC)
            if monotonic() < end:
                for attempt in transact(partial(_begin_attempts, moment, sending.values())):
                    sending[threads.submit(attempt.send)] = attempt
            if not sending:
                return delivered
            for future in wait(sending, LOOK_AGAIN_SECONDS, FIRST_COMPLETED).done:
                key, result = sending.pop(future).key, future.result()
                delivered += result.error is None
                transact(partial(_end_attempt, key, result, now or datetime.now(UTC)))


def _begin_attempts(now: datetime, sending: Collection[_Attempt]) -> list[_Attempt]:
    """Form the messages that are due, and return those to send now.

    Each is postponed to its next attempt first, so a crash loses none.

    :param sending: the attempts that have not ended yet.
    """
    _group(now)
    _form_messages(now)
    busy = {attempt.key.channel_id for attempt in sending}
    of_account = Counter(attempt.owner_id for attempt in sending)
    attempts: list[_Attempt] = []
    for key in list(repository.due_deliveries(now)):
        if len(attempts) + len(sending) >= MAX_SENDING:
            break
        delivery, channel = repository.find_delivery(key), repository.find(key.channel_id)
        if delivery is None or channel is None:
            continue
        if key.channel_id in busy or of_account[channel.owner_id] >= MAX_SENDING_PER_ACCOUNT:
            continue
        if not channel.is_sending:
            what = "disabled" if not channel.enabled else "stopped by its recipient"
            delivery.end(DeliveryState.FAILED, error=f"The channel was {what}.")
            repository.reschedule_delivery(delivery, None)
            continue
        earlier = repository.before(delivery)
        if earlier is not None:
            repository.reschedule_delivery(delivery, earlier.due)
            continue
        delivery.attempts += 1
        try:
            send = delivering.prepare(channel, delivery)
        except UnreadableSecret as error:
            delivery.end(DeliveryState.FAILED, error=error.message)
            repository.reschedule_delivery(delivery, None)
            channel.last_error = error.message
            continue
        repository.reschedule_delivery(delivery, now + delivery.delay)
        busy.add(key.channel_id)
        of_account[channel.owner_id] += 1
        attempts.append(_Attempt(key, channel.owner_id, send))
    return attempts


def _group(now: datetime) -> None:
    """Move what was queued to the groups of the channels."""
    for entry in map(json.loads, repository.take_all()):
        channel = repository.find(UUID(entry["channel"]))
        if channel is None or not channel.is_sending:
            continue
        payload = entry["alert"].encode()
        alert = Alert.from_json(payload)
        key = GroupKey(channel.id, alert.dashboard.id if alert.dashboard else "")
        queued = min(now, datetime.fromtimestamp(entry["queued"], UTC))
        group = repository.find_group(key)
        if group is None:
            group = Group(queued + channel.group_wait)
            repository.add_group(key, group)
        elif not group.alerts:
            # It waits for the end of the interval since the last message.
            repository.reschedule_group(key, group, max(group.due, queued + channel.group_wait))
        group.alerts = (*group.alerts, payload)
        if len(group.alerts) >= MAX_ALERTS:
            repository.reschedule_group(key, group, now)


def _form_messages(now: datetime) -> None:
    """Turn each group that is due into a message, and forget those without alerts."""
    numbers = count()
    for key in repository.due_groups(now):
        group, channel = repository.find_group(key), repository.find(key.channel_id)
        if group is None or channel is None or not group.alerts:
            repository.remove_group(key)
            continue
        for start in range(0, len(group.alerts), MAX_ALERTS):
            alerts = group.alerts[start : start + MAX_ALERTS]
            add(channel, Delivery(channel.id, "alert", alerts, now, next(numbers)))
        group.alerts = ()
        repository.reschedule_group(key, group, now + channel.group_interval)


def add(channel: Channel, delivery: Delivery) -> None:
    """Add a delivery of a channel. Its owner is told of the messages that have no room any more."""
    dropped = repository.add_delivery(delivery)
    if not dropped:
        return
    error = f"More than {repository.MAX_DELIVERIES} messages were waiting."
    for each in dropped:
        _record(EventType.ALERT_FAILED, each, error=error)
    if not channel.dropped:
        delivering.write_dropping(channel)
    channel.dropped += len(dropped)


def _end_attempt(key: DeliveryKey, result: Result, now: datetime) -> None:
    """Record the result of an attempt."""
    delivery, channel = repository.find_delivery(key), repository.find(key.channel_id)
    # After the process of a killed fetcher went on for a while, two have made an attempt.
    if delivery is None or channel is None or delivery.state is not DeliveryState.WAITING:
        return
    if result.error is None:
        delivery.end(DeliveryState.SENT, result.status)
        delivery.sent = now
        repository.reschedule_delivery(delivery, None)
        channel.succeed(now)
        _record(EventType.ALERT_NOTIFIED, delivery)
        return
    delivery.status, delivery.error = result.status, result.error
    delivery.served |= result.served
    channel.last_error = result.error
    delay = max(delivery.delay, timedelta(seconds=result.retry_after))
    delivery.waited += delay
    if not result.is_permanent and delivery.waited <= channel.lifetime:
        repository.reschedule_delivery(delivery, now + delay)
        return
    delivery.end(DeliveryState.FAILED, result.status, result.error)
    repository.reschedule_delivery(delivery, None)
    _record(EventType.ALERT_FAILED, delivery, error=result.error)
    logger.warning("Could not deliver a message", channel=channel.id, kind=channel.kind)
    if channel.fail(result.error):
        delivering.write_disabled(channel)


def _record(event_type: EventType, delivery: Delivery, error: str | None = None) -> None:
    for alert in delivery.alerts:
        if alert.dashboard is None:
            continue
        try:
            dashboard = dashboards.find(alert.dashboard.id)
        except KeyError:
            continue  # deleted in the meantime, with all its events
        record(
            event_type,
            of_dashboard(dashboard),
            alert_id=alert.id,
            rule_id=alert.rule.id,
            severity=alert.severity,
            value=alert.value,
            since=alert.since,
            channel_id=delivery.channel_id,
            delivery_id=delivery.id,
            error=error,
        )

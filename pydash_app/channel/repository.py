"""Stores channels, and the queue of what they are to send. Nothing here commits.

An alert passes through three stages: the inbox, to which any process adds without conflicts; the
group of its channel and dashboard, in which it waits for others; and a delivery, which is one
message. Only the sender, which is one process, changes groups and deliveries.
"""

import random
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import NamedTuple, cast
from uuid import UUID, uuid4

from BTrees.OOBTree import OOBTree, OOTreeSet

from pydash_app.channel.entity import (
    MAIL_LIFETIME,
    MAX_GROUP_INTERVAL,
    Channel,
    Delivery,
    DeliveryKey,
    DeliveryState,
    Group,
)
from pydash_database import MultiIndexedPersistentCollection, database_root
from pydash_database.bag import Bag
from pydash_database.schema import Root

_CHANNELS = "channels"
_INBOX = "channel_inbox"
_GROUPS = "channel_groups"
_DUE_GROUPS = "channel_due_groups"
# By channel, its deliveries by time and ID.
_DELIVERIES = "channel_deliveries"
_DUE_DELIVERIES = "channel_due_deliveries"
# The ID of an alert, and the key of a delivery that is about it.
_MESSAGES = "channel_messages"
_BAGS = 16
# The maximum number of deliveries that are kept of a channel, whatever their state.
MAX_DELIVERIES = 200


class GroupKey(NamedTuple):
    """What the alerts of a group have in common.

    :ivar dashboard: its ID; empty for alerts about PyDash's own network.
    """

    channel_id: UUID
    dashboard: str


def create(root: Root) -> None:
    """Create the collections in an empty database."""
    root[_CHANNELS] = MultiIndexedPersistentCollection({"id"}, non_unique={"owner_id"})
    root[_INBOX] = tuple(Bag() for _ in range(_BAGS))
    for name in (_GROUPS, _DELIVERIES):
        root[name] = OOBTree()
    for name in (_DUE_GROUPS, _DUE_DELIVERIES, _MESSAGES):
        root[name] = OOTreeSet()


# -- Channels ---------------------------------------------------------------------------------


def add(channel: Channel) -> None:
    """Add a channel."""
    _channels().add(channel)


def find(channel_id: UUID) -> Channel | None:
    """Return a channel, or None if no channel has this ID."""
    return cast(Channel | None, _channels().get("id", channel_id))


def of_owner(owner_id: UUID) -> list[Channel]:
    """Return the channels of an account, oldest first."""
    found: Iterator[Channel] = _channels().all_with("owner_id", owner_id)
    return sorted(found, key=lambda channel: (channel.created, channel.id))


def delete(channel: Channel) -> None:
    """Delete a channel, with everything that waits for it and everything it has sent.

    :raises KeyError: the channel is not in the repository.
    """
    _channels().remove(channel)
    for delivery in list(deliveries(channel.id)):
        _remove_delivery(delivery)
    groups = database_root()[_GROUPS]
    keys = groups.keys((channel.id, ""), (channel.id, chr(0x10FFFF)))
    for key in list(keys):
        remove_group(GroupKey(*key))


# -- Inbox ------------------------------------------------------------------------------------


def put(entry: bytes) -> None:
    """Add an entry to the inbox."""
    bag = random.choice(database_root()[_INBOX])  # noqa: S311 (spreads the writers)
    bag.add(time.time_ns().to_bytes(8) + uuid4().bytes, entry)


def take_all() -> list[bytes]:
    """Remove all entries from the inbox, and return them in the order in which they were added."""
    entries: dict[bytes, bytes] = {}
    for bag in database_root()[_INBOX]:
        if bag.entries:
            entries |= bag.entries
            bag.remove(bag.entries)
    return [entries[key] for key in sorted(entries)]


# -- Groups -----------------------------------------------------------------------------------


def find_group(key: GroupKey) -> Group | None:
    """Return the group of a channel and a dashboard, or None."""
    return cast(Group | None, database_root()[_GROUPS].get(tuple(key)))


def add_group(key: GroupKey, group: Group) -> None:
    """Add a group."""
    database_root()[_GROUPS][tuple(key)] = group
    database_root()[_DUE_GROUPS].insert((group.due, *key))


def reschedule_group(key: GroupKey, group: Group, due: datetime) -> None:
    """Set when a group is due."""
    database_root()[_DUE_GROUPS].remove((group.due, *key))
    group.due = due
    database_root()[_DUE_GROUPS].insert((due, *key))


def remove_group(key: GroupKey) -> None:
    """Remove a group.

    :raises KeyError: it is not in the repository.
    """
    group = database_root()[_GROUPS].pop(tuple(key))
    database_root()[_DUE_GROUPS].remove((group.due, *key))


def due_groups(now: datetime) -> list[GroupKey]:
    """Return the keys of the groups that are due.

    A group that is due later than any interval allows was stored while the clock was ahead, and is
    due as well.
    """
    due = database_root()[_DUE_GROUPS]
    found = chain(due.keys(max=_after(now)), due.keys(min=_after(now + MAX_GROUP_INTERVAL)))
    return [GroupKey(channel_id, dashboard) for _, channel_id, dashboard in found]


# -- Deliveries -------------------------------------------------------------------------------


def add_delivery(delivery: Delivery) -> list[Delivery]:
    """Add a delivery.

    Beyond the limit of its channel, the oldest are removed, those last that are not complete.

    :returns: those that are removed although they are not complete, so that nobody gets them.
    """
    of_channel = database_root()[_DELIVERIES].setdefault(delivery.channel_id, OOBTree())
    of_channel[delivery.created, delivery.id] = delivery
    if delivery.due is not None:
        database_root()[_DUE_DELIVERIES].insert((delivery.due, *delivery.key))
    for alert_id in delivery.alert_ids:
        database_root()[_MESSAGES].insert((alert_id, *delivery.key))
    count = len(of_channel) - MAX_DELIVERIES
    if count <= 0:
        return []
    ended = [each for each in of_channel.values() if each.due is None]
    waiting = [each for each in of_channel.values() if each.due is not None]
    removed = [*ended, *waiting][:count]
    for each in removed:
        _remove_delivery(each)
    return removed[len(ended) :]


def find_delivery(key: DeliveryKey) -> Delivery | None:
    """Return a delivery, or None if it was removed."""
    of_channel = database_root()[_DELIVERIES].get(key.channel_id, {})
    return cast(Delivery | None, of_channel.get((key.created, key.delivery_id)))


def deliveries(channel_id: UUID, before: tuple[datetime, UUID] | None = None) -> Iterator[Delivery]:
    """Iterate over the deliveries of a channel, newest first.

    :param before: the time and ID of the delivery after which to start.
    """
    of_channel = database_root()[_DELIVERIES].get(channel_id, OOBTree())
    for key in reversed(of_channel.keys(max=before, excludemax=before is not None)):
        yield of_channel[key]


def about(alert_id: str) -> list[Delivery]:
    """Return the deliveries that are about an alert, oldest first."""
    keys = []
    for of_alert, *key in database_root()[_MESSAGES].keys(min=(alert_id,)):
        if of_alert != alert_id:
            break
        keys.append(DeliveryKey(*key))
    return [delivery for key in sorted(keys) if (delivery := find_delivery(key))]


def before(delivery: Delivery) -> Delivery | None:
    """Return a message that waits for the same channel, and is an earlier one about an alert."""
    found = (each for alert_id in set(delivery.alert_ids) for each in about(alert_id))
    waiting = (
        each
        for each in found
        if each.channel_id == delivery.channel_id and each.state is DeliveryState.WAITING
    )
    return next((each for each in waiting if each.key < delivery.key), None)


def due_deliveries(now: datetime) -> Iterator[DeliveryKey]:
    """Iterate over the keys of the deliveries that are due, longest due first.

    One that is due later than any delay allows was stored while the clock was ahead, and is due as
    well. The queue must not change during the iteration.
    """
    due = database_root()[_DUE_DELIVERIES]
    for _, *key in chain(due.keys(max=_after(now)), due.keys(min=_after(now + MAIL_LIFETIME))):
        yield DeliveryKey(*key)


def reschedule_delivery(delivery: Delivery, due: datetime | None) -> None:
    """Set when a delivery is due; None if it is complete."""
    queue = database_root()[_DUE_DELIVERIES]
    if delivery.due is not None:
        queue.remove((delivery.due, *delivery.key))
    delivery.due = due
    if due is not None:
        queue.insert((due, *delivery.key))


def _remove_delivery(delivery: Delivery) -> None:
    reschedule_delivery(delivery, None)
    of_channel = database_root()[_DELIVERIES][delivery.channel_id]
    del of_channel[delivery.created, delivery.id]
    if not of_channel:
        del database_root()[_DELIVERIES][delivery.channel_id]
    for alert_id in set(delivery.alert_ids):
        database_root()[_MESSAGES].remove((alert_id, *delivery.key))


def _after(time: datetime) -> tuple[datetime]:
    """Return what sorts after every key that begins with a time, and before all later ones."""
    return (time + datetime.resolution,)


def _channels() -> MultiIndexedPersistentCollection:
    return cast(MultiIndexedPersistentCollection, database_root()[_CHANNELS])

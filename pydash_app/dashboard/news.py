"""Remembers which dashboards have news, until their rules have been evaluated.

Nothing here commits.

News is what was fetched, a ping with another outcome than the one before, and changed settings. It
is recorded in the transaction that causes it, so none is lost, whatever process is killed. Like the
inbox of events, several bags keep such transactions from conflicting.
"""

import random
import time
from collections.abc import Iterable
from uuid import UUID, uuid4

from BTrees.OOBTree import OOTreeSet

from pydash_database import database_root
from pydash_database.bag import Bag
from pydash_database.schema import Root

_BAGS = "news"
_WATCHED = "watched_accounts"
_COUNT = 16


def create(root: Root) -> None:
    """Create the collections in an empty database."""
    root[_BAGS] = tuple(Bag() for _ in range(_COUNT))
    root[_WATCHED] = OOTreeSet()


def watch(user_id: UUID) -> None:
    """Record news of the dashboards of an account from now on."""
    database_root()[_WATCHED].insert(user_id)


def unwatch(user_id: UUID) -> None:
    """Record no more news of the dashboards of an account."""
    watched = database_root()[_WATCHED]
    if user_id in watched:
        watched.remove(user_id)


def add(dashboard_id: UUID, user_id: UUID) -> None:
    """Record that a dashboard has news, if its account is watched."""
    if user_id in database_root()[_WATCHED]:
        bag = random.choice(database_root()[_BAGS])  # noqa: S311 (spreads the writers)
        bag.add(time.time_ns().to_bytes(8) + uuid4().bytes, dashboard_id.bytes)


def waiting() -> dict[UUID, list[bytes]]:
    """Return the dashboards that have news, each with the keys of its entries."""
    found: dict[UUID, list[bytes]] = {}
    for bag in database_root()[_BAGS]:
        for key, entry in bag.entries.items():
            found.setdefault(UUID(bytes=entry), []).append(key)
    return found


def remove(keys: Iterable[bytes]) -> None:
    """Remove entries; those that are missing are ignored."""
    removed = set(keys)
    for bag in database_root()[_BAGS]:
        if not removed.isdisjoint(bag.entries):
            bag.remove(removed)

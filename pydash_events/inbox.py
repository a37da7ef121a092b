"""The inbox: where events are written in the transaction of what they record.

Writers never conflict, because each adds to a random one of many bags. One process moves the events
(`moving`) into the log of the `zodb` driver (`event_log`) or into another store; only there do they
get their sequence.
"""

import random
import secrets
import time
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from persistent import Persistent

from pydash_database import database_root
from pydash_database.bag import Bag
from pydash_events import table_format
from pydash_events.event_rows import EventRow
from pydash_events.frames import cache

BAGS = 64
# About how much memory an event occupies.
_ROW_BYTES = 1024
_ROOT_NAME = "event_inbox"


class Inbox(Persistent):
    """Events that have not been moved yet.

    :ivar bags: hold batches of events, encoded; their keys are in the order of recording.
    """

    def __init__(self) -> None:
        self.bags = tuple(Bag() for _ in range(BAGS))

    def add(self, rows: Sequence[EventRow]) -> None:
        """Add a batch of events."""
        if rows:
            bag = random.choice(self.bags)  # noqa: S311 (spreads the writers)
            bag.add(time.time_ns().to_bytes(8) + secrets.token_bytes(8), _encode(rows))

    def batches(self) -> list[tuple[bytes, list[EventRow]]]:
        """Return all batches by their keys, in the order of recording."""
        entries = sorted(entry for bag in self.bags for entry in bag.entries.items())
        return [(key, cache.get(key, partial(_load, entry))) for key, entry in entries]

    def remove(self, keys: Iterable[bytes]) -> None:
        """Remove batches."""
        removed = set(keys)
        for bag in self.bags:
            if not removed.isdisjoint(bag.entries):
                bag.remove(removed)


def create(root: Any) -> None:
    """Create the inbox in a root object, unless it exists."""
    if _ROOT_NAME not in root:
        root[_ROOT_NAME] = Inbox()


def inbox() -> Inbox:
    """Return the inbox; runs in a transaction of the caller."""
    root = database_root()
    create(root)
    found: Inbox = root[_ROOT_NAME]
    return found


def _encode(rows: Iterable[EventRow]) -> bytes:
    return table_format.pack(
        [
            (row.project, row.event_type, row.generated, row.message_id, row.traits, row.raw)
            for row in rows
        ]
    )


def _load(entry: bytes) -> tuple[int, list[EventRow]]:
    rows = [EventRow(*values) for values in table_format.unpack(entry)[0]]
    return _ROW_BYTES * len(rows), rows

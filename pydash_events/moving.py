"""Moves events out of the inbox, into the log or into another store.

One process does this, about once a second. It can be killed at any time, and a second one may run
by mistake: each event arrives exactly once.
"""

from collections.abc import Iterable
from functools import partial

from pydash_database import BACKGROUND_TIMEOUT, transact
from pydash_events import base
from pydash_events.event_log import event_log
from pydash_events.event_rows import EventRow, to_event
from pydash_events.inbox import inbox
from pydash_logger import Logger

# Events that are moved in one transaction, unless one batch has more.
MOVED_AT_ONCE = 16_384

logger = Logger(__name__)


def move() -> int:
    """Move all events from the inbox into the log; return how many were moved.

    :raises DatabaseUnavailable: the database does not respond.
    """
    count = 0
    while moved := transact(_move_some, timeout=BACKGROUND_TIMEOUT):
        count += moved
        while transact(lambda: event_log().merge(), timeout=BACKGROUND_TIMEOUT):
            pass
    return count


def ship(connection: base.Connection) -> int:
    """Record all events of the inbox in another store, and remove them; return how many.

    They are removed after the other store has committed. If this process is killed in between, they
    are recorded again, which their ids prevent.

    :raises DatabaseUnavailable: the database of the inbox does not respond.
    :raises StorageUnknownWriteError: the other store failed; what it lacks stays in the inbox.
    """
    count = 0
    while batches := transact(_first_batches, timeout=BACKGROUND_TIMEOUT):
        rows = [row for _, batch in batches for row in batch]
        codes = connection.record_events(map(to_event, rows))
        keys = [key for key, _ in batches]
        transact(partial(_remove, keys), timeout=BACKGROUND_TIMEOUT)
        count += codes.count(0)
    return count


def _first_batches() -> list[tuple[bytes, list[EventRow]]]:
    """Return the oldest batches of the inbox, with about as many events as are moved at once."""
    batches, count = [], 0
    for key, batch in inbox().batches():
        if count >= MOVED_AT_ONCE:
            break
        batches.append((key, batch))
        count += len(batch)
    return batches


def _remove(keys: list[bytes]) -> None:
    inbox().remove(keys)


def _move_some() -> int:
    """Move the oldest events; return how many were taken out of the inbox."""
    batches = _first_batches()
    rows = {(row.project, row.message_id): row for row in _reversed(batches)}
    log = event_log()
    known = log.known(list(rows))
    log.append([row for key, row in reversed(rows.items()) if key not in known])
    inbox().remove(key for key, _ in batches)
    return sum(len(batch) for _, batch in batches)


def _reversed(batches: list[tuple[bytes, list[EventRow]]]) -> Iterable[EventRow]:
    """Iterate over events, the last one first, so that the first of each id comes last."""
    return (row for _, batch in reversed(batches) for row in reversed(batch))

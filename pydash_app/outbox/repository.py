"""Stores the mails that are waiting, and counts those that were sent. Nothing here commits.

The mails are a queue, ordered by the time at which they are due.
"""

from datetime import datetime
from itertools import chain, islice
from typing import Any

from BTrees.OOBTree import OOBTree

from pydash_app.outbox.entity import MAX_DELAY, OutgoingMail
from pydash_database import database_root
from pydash_database.schema import Root

_COLLECTION = "outbox"
_SENT = "sent_mails"


def create(root: Root) -> None:
    """Create the queue of mails in an empty database."""
    root[_COLLECTION] = OOBTree()


def create_sent(root: Root) -> None:
    """Create the record of the mails that were sent."""
    root[_SENT] = OOBTree()


def add(mail: OutgoingMail) -> None:
    """Add a mail to the queue."""
    _queue()[mail.due, mail.id] = mail


def remove(mail: OutgoingMail) -> None:
    """Remove a mail from the queue.

    :raises KeyError: the mail is not in the queue.
    """
    del _queue()[mail.due, mail.id]


def due(now: datetime, limit: int) -> list[OutgoingMail]:
    """Return the mails that are due, at most `limit`, the one that has been due longest first.

    A mail that would be due later than any delay allows was stored by a clock that was ahead; it is
    due as well.
    """
    queue = _queue()
    overdue, misdated = queue.values(max=(now, "~")), queue.values(min=(now + MAX_DELAY, "~"))
    return list(islice(chain(overdue, misdated), limit))


def count() -> int:
    """Return the number of waiting mails."""
    return len(_queue())


def move_to_sent(mail: OutgoingMail, now: datetime) -> None:
    """Remove a mail from the queue, and record that one of its kind was sent.

    :raises KeyError: the mail is not in the queue.
    """
    remove(mail)
    database_root()[_SENT][now, mail.id] = mail.kind


def kinds_sent(since: datetime, until: datetime) -> list[tuple[str, str]]:
    """Return the kinds of the mails sent in a period."""
    return list(database_root()[_SENT].values(min=(since, "~"), max=(until, "~")))


def drop_sent(before: datetime) -> None:
    """Drop the records of the mails sent before a moment.

    :param before: by a confirmed reading of the clock (`pydash_app.clock`).
    """
    sent = database_root()[_SENT]
    for key in list(sent.keys(max=(before, "~"))):
        del sent[key]


def _queue() -> Any:
    return database_root()[_COLLECTION]

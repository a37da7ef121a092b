"""Stores waiting mails, and records of sent ones. Nothing here commits.

The mails form a queue, ordered by the time at which they are due.
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
    """Create the records of sent mails."""
    root[_SENT] = OOBTree()


def add(mail: OutgoingMail) -> None:
    """Add a mail to the queue."""
    _queue()[mail.due, mail.id] = mail


def remove(mail: OutgoingMail) -> None:
    """Remove a mail from the queue, if it is there."""
    _queue().pop((mail.due, mail.id), None)


def is_waiting(mail: OutgoingMail) -> bool:
    """Return whether a mail is in the queue."""
    return (mail.due, mail.id) in _queue()


def due(now: datetime, limit: int) -> list[OutgoingMail]:
    """Return at most `limit` due mails, longest due first.

    A mail that is due later than any delay allows was stored while the clock was ahead, and is due
    as well.
    """
    queue = _queue()
    overdue, misdated = queue.values(max=(now, "~")), queue.values(min=(now + MAX_DELAY, "~"))
    return list(islice(chain(overdue, misdated), limit))


def count() -> int:
    """Return the number of mails in the queue."""
    return len(_queue())


def move_to_sent(mail: OutgoingMail, now: datetime) -> None:
    """Remove a mail from the queue, and record that a mail of its kind was sent, if it counts."""
    remove(mail)
    if not mail.is_of_subscription:
        database_root()[_SENT][now, mail.id] = mail.kind


def kinds_sent(since: datetime, until: datetime) -> list[tuple[str, str]]:
    """Return the kinds of the mails that were sent in a period."""
    return list(database_root()[_SENT].values(min=(since, "~"), max=(until, "~")))


def drop_sent(before: datetime) -> None:
    """Drop the records of mails that were sent before a moment.

    :param before: a moment derived from a confirmed reading of the clock (`pydash_app.clock`).
    """
    sent = database_root()[_SENT]
    for key in list(sent.keys(max=(before, "~"))):
        del sent[key]


def _queue() -> Any:
    return database_root()[_COLLECTION]

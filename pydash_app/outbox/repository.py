"""Handles the persistence of mails that wait, and of how many were sent to whom.

The mails are a queue in the order in which they are due.
"""

from datetime import datetime
from itertools import islice
from typing import Any

from BTrees.OOBTree import OOBTree

from pydash_app.outbox.entity import OutgoingMail
from pydash_database import database_root
from pydash_database.schema import Root

_COLLECTION = "outbox"
_SENT = "sent_mails"


def create(root: Root) -> None:
    """Make the place for mails in an empty database."""
    root[_COLLECTION] = OOBTree()


def create_sent(root: Root) -> None:
    """Make the place for what is remembered of the mails that were sent."""
    root[_SENT] = OOBTree()


def add(mail: OutgoingMail) -> None:
    """Put a mail into the queue."""
    _queue()[mail.due, mail.id] = mail


def remove(mail: OutgoingMail) -> None:
    """Take a mail out of the queue.

    :raises KeyError: it is not there.
    """
    del _queue()[mail.due, mail.id]


def due(now: datetime, limit: int) -> list[OutgoingMail]:
    """List the mails that should be sent by now, at most `limit`, the one due longest first."""
    return [mail for _, mail in islice(_queue().items(max=(now, "~")), limit)]


def count() -> int:
    """Count the mails that wait."""
    return len(_queue())


def note_sent(mail: OutgoingMail, now: datetime) -> None:
    """Remember to whom a mail was sent, and of which kind."""
    database_root()[_SENT][now, mail.id] = mail.kind


def kinds_sent(since: datetime) -> list[tuple[str, str]]:
    """List the kinds of the mails sent since then, and forget those sent before."""
    sent = database_root()[_SENT]
    for key in list(sent.keys(max=(since, "~"))):
        del sent[key]
    return list(sent.values())


def _queue() -> Any:
    return database_root()[_COLLECTION]

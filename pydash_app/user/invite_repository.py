"""Keeps the invitations that were given out: hashes of codes, and until when each is good."""

from datetime import UTC, datetime
from typing import Any

from BTrees.OOBTree import OOBTree

from pydash_database import database_root
from pydash_database.schema import Root

_COLLECTION = "invites"


def create(root: Root) -> None:
    """Make the place for invitations in an empty database."""
    root[_COLLECTION] = OOBTree()


def add(code_hash: str, expires: datetime) -> None:
    """Keep an invitation; those which have expired are dropped on the way."""
    now = datetime.now(UTC)
    invites = _invites()
    for expired in [kept for kept, expiry in invites.items() if expiry <= now]:
        del invites[expired]
    invites[code_hash] = expires


def is_good(code_hash: str) -> bool:
    """Tell whether there is such an invitation, still good."""
    expires = _invites().get(code_hash)
    return expires is not None and expires > datetime.now(UTC)


def remove(code_hash: str) -> None:
    """Use an invitation up."""
    del _invites()[code_hash]


def _invites() -> Any:
    return database_root()[_COLLECTION]

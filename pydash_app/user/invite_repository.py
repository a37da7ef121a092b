"""Stores invitations as hashes of codes with their expiry."""

from datetime import UTC, datetime
from typing import Any

from BTrees.OOBTree import OOBTree

from pydash_database import database_root
from pydash_database.schema import Root

_COLLECTION = "invites"


def create(root: Root) -> None:
    """Create the collection of invitations."""
    root[_COLLECTION] = OOBTree()


def add(code_hash: str, expires: datetime) -> None:
    """Add an invitation."""
    _invites()[code_hash] = expires


def is_valid(code_hash: str) -> bool:
    """Return whether an invitation exists and has not expired."""
    expires = _invites().get(code_hash)
    return expires is not None and expires > datetime.now(UTC)


def remove(code_hash: str) -> None:
    """Remove a used invitation."""
    del _invites()[code_hash]


def remove_expired(now: datetime) -> None:
    """Remove expired invitations.

    :param now: a confirmed reading of the clock (`pydash_app.clock`).
    """
    invites = _invites()
    for code_hash in [each for each, expires in invites.items() if expires <= now]:
        remove(code_hash)


def _invites() -> Any:
    return database_root()[_COLLECTION]

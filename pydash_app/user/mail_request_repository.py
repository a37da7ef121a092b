"""Stores mail requests until they are processed. Nothing here commits."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from BTrees.OOBTree import OOBTree

from pydash_database import database_root
from pydash_database.schema import Root

_COLLECTION = "mail_requests"

Key = tuple[datetime, str]
Request = tuple[str, str]


class Kind(StrEnum):
    """The kind of mail."""

    VERIFICATION = "verification"
    PASSWORD_RESET = "password_reset"  # noqa: S105 (not a password)
    ADDRESS_NOTICE = "address_notice"


def create(root: Root) -> None:
    """Create the collection of requests."""
    root[_COLLECTION] = OOBTree()


def add(kind: Kind, whose: str) -> None:
    """Add a request."""
    _requests()[datetime.now(UTC), str(uuid4())] = kind, whose


def waiting() -> list[Key]:
    """Return the keys of the waiting requests, oldest first."""
    return list(_requests())


def take(key: Key) -> Request | None:
    """Remove and return a request; None if another process has removed it."""
    request: Request | None = _requests().pop(key, None)
    return request


def _requests() -> Any:
    return database_root()[_COLLECTION]

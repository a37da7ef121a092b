"""Keeps what visitors asked to be sent, until the fetcher sees to it. Nothing here commits."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from BTrees.OOBTree import OOBTree

from pydash_database import database_root
from pydash_database.schema import Root

_COLLECTION = "mail_requests"

Key = tuple[datetime, str]
Request = tuple[str, str]


def create(root: Root) -> None:
    """Make the place for requests."""
    root[_COLLECTION] = OOBTree()


def add(kind: str, whose: str) -> None:
    """Keep a request."""
    _requests()[datetime.now(UTC), str(uuid4())] = kind, whose


def waiting() -> list[Key]:
    """List the keys of the requests that wait, the oldest first."""
    return list(_requests())


def take(key: Key) -> Request | None:
    """Take a request out; `None` if somebody else took it meanwhile."""
    request: Request | None = _requests().pop(key, None)
    return request


def _requests() -> Any:
    return database_root()[_COLLECTION]

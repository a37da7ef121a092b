"""Stores what explains the measurements of each dashboard, by kind. Nothing here commits."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

from BTrees.OOBTree import OOBTree

from pydash_app.diagnosis.graphs import GraphLog
from pydash_app.diagnosis.outliers import OutlierLog
from pydash_app.diagnosis.profiles import ProfileLog
from pydash_app.exceptions import ExceptionLog
from pydash_database import database_root
from pydash_database.schema import Root


class Log(Protocol):
    """What is stored of a kind, of one dashboard.

    :ivar cursor: where the next page starts; None before the first.
    :ivar count: the number of rows that were fetched, without those that have expired.
    :ivar set_aside: the number of rows with invalid values.
    :ivar bytes: the size of everything in it, roughly; it counts for the quotas.
    """

    cursor: dict[str, Any] | None
    count: int
    set_aside: int
    bytes: int

    def add(self, rows: Iterable[Any]) -> object:
        """Add rows."""

    def drop(self, before: datetime) -> None:
        """Drop what is older than a time."""


LOGS: Mapping[str, type[Log]] = {
    "exceptions": ExceptionLog,
    "outliers": OutlierLog,
    "profiles": ProfileLog,
    "graphs": GraphLog,
}
"""The class of each kind, by its name in the database."""

_NAMES = {log: name for name, log in LOGS.items()}
L = TypeVar("L", bound=Log)


def create(root: Root) -> None:
    """Create the collections, except that of exceptions, which is older."""
    for name in LOGS:
        if name not in root:
            root[name] = OOBTree()


def find(kind: type[L], dashboard_id: UUID) -> L | None:
    """Return what is stored of a kind; None if nothing was ever fetched."""
    return cast("L | None", database_root()[_NAMES[kind]].get(dashboard_id))


def get_or_create(kind: type[L], dashboard_id: UUID) -> L:
    """Return what is stored of a kind, to add some."""
    log = find(kind, dashboard_id)
    if log is None:
        log = database_root()[_NAMES[kind]][dashboard_id] = kind()
    return log


def stored_bytes(dashboard_id: UUID) -> int:
    """Return the size of all kinds of a dashboard."""
    logs = [find(kind, dashboard_id) for kind in LOGS.values()]
    return sum(log.bytes for log in logs if log is not None)


def delete(dashboard_id: UUID) -> None:
    """Delete all kinds of a dashboard, if there are any."""
    for name in LOGS:
        database_root()[name].pop(dashboard_id, None)


def keep_only(dashboard_ids: Collection[UUID]) -> None:
    """Delete all kinds of all other dashboards, which were deleted during a fetch."""
    for name in LOGS:
        for dashboard_id in [each for each in database_root()[name] if each not in dashboard_ids]:
            del database_root()[name][dashboard_id]


def drop_expired(kind: type[Log], dashboard_id: UUID, before: datetime) -> None:
    """Drop what is older than a time."""
    log = find(kind, dashboard_id)
    if log is not None:
        log.drop(before)

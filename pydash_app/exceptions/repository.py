"""Stores the exceptions of each dashboard; only this module knows how. Nothing here commits."""

from collections.abc import Collection
from datetime import datetime
from typing import cast
from uuid import UUID

from BTrees.OOBTree import OOBTree

from pydash_app.exceptions.entity import ExceptionLog
from pydash_database import database_root
from pydash_database.schema import Root

_LOGS = "exceptions"


def create(root: Root) -> None:
    """Create the collection in an empty database."""
    root[_LOGS] = OOBTree()


def find(dashboard_id: UUID) -> ExceptionLog | None:
    """Return the exceptions of a dashboard; None if none were ever fetched."""
    return cast("ExceptionLog | None", database_root()[_LOGS].get(dashboard_id))


def get_or_create(dashboard_id: UUID) -> ExceptionLog:
    """Return the exceptions of a dashboard, to add some."""
    log = find(dashboard_id)
    if log is None:
        log = database_root()[_LOGS][dashboard_id] = ExceptionLog()
    return log


def stored_bytes(dashboard_id: UUID) -> int:
    """Return the size of the exceptions of a dashboard."""
    log = find(dashboard_id)
    return 0 if log is None else log.bytes


def delete(dashboard_id: UUID) -> None:
    """Delete the exceptions of a dashboard, if there are any."""
    database_root()[_LOGS].pop(dashboard_id, None)


def keep_only(dashboard_ids: Collection[UUID]) -> None:
    """Delete the exceptions of all other dashboards, which were deleted during a fetch."""
    for dashboard_id in [each for each in database_root()[_LOGS] if each not in dashboard_ids]:
        delete(dashboard_id)


def drop_expired(dashboard_id: UUID, before: datetime) -> None:
    """Drop faults that were last seen before a time, and the counts of the others until then."""
    log = find(dashboard_id)
    if log is not None:
        log.drop(before)

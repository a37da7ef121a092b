"""Stores maintenance windows. Nothing here commits."""

from collections.abc import Iterator
from datetime import datetime
from typing import cast
from uuid import UUID

from BTrees.OOBTree import OOTreeSet

from pydash_app.maintenance.entity import Window
from pydash_database import MultiIndexedPersistentCollection, database_root
from pydash_database.schema import Root

_WINDOWS = "maintenance"
_DUE = "maintenance_due"
_LAST = UUID(int=2**128 - 1)


def create(root: Root) -> None:
    """Create the collections in an empty database."""
    root[_WINDOWS] = MultiIndexedPersistentCollection({"id"}, non_unique={"owner_id"})
    root[_DUE] = OOTreeSet()


def add(window: Window) -> None:
    """Add a window."""
    _windows().add(window)
    database_root()[_DUE].insert((window.due, window.id))


def find(window_id: UUID) -> Window | None:
    """Return a window, or None if no window has this ID."""
    return cast(Window | None, _windows().get("id", window_id))


def of_owner(owner_id: UUID) -> list[Window]:
    """Return the windows of an account, oldest first."""
    found: Iterator[Window] = _windows().all_with("owner_id", owner_id)
    return sorted(found, key=lambda window: (window.created, window.id))


def delete(window: Window) -> None:
    """Delete a window.

    :raises KeyError: it is not in the repository.
    """
    _windows().remove(window)
    database_root()[_DUE].remove((window.due, window.id))


def delete_of(owner_id: UUID, dashboard_id: UUID | None = None) -> None:
    """Delete the windows of a dashboard, or all of an account."""
    for window in of_owner(owner_id):
        if dashboard_id is None or window.dashboard_id == dashboard_id:
            delete(window)


def reschedule(window: Window, due: datetime) -> None:
    """Set when to look for changes of its state again."""
    database_root()[_DUE].remove((window.due, window.id))
    window.due = due
    database_root()[_DUE].insert((due, window.id))


def due(now: datetime, limit: datetime) -> list[Window]:
    """Return the windows that are due before or at a time, or that are due after a limit."""
    entries = database_root()[_DUE]
    keys = [*entries.keys(max=(now, _LAST)), *entries.keys(min=(limit, _LAST))]
    return [window for _, id_ in keys if (window := find(id_)) is not None]


def _windows() -> MultiIndexedPersistentCollection:
    return cast(MultiIndexedPersistentCollection, database_root()[_WINDOWS])

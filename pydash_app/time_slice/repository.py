"""Stores time slices. Nothing here commits."""

from typing import cast
from uuid import UUID

from BTrees.OOBTree import OOBTree

from pydash_app.time_slice.entity import TimeSlice
from pydash_cube.chunk import prefetch
from pydash_database import database_root
from pydash_database.schema import Root

# By dashboard and key.
_SLICES = "time_slices"
# Greater than any key.
_LAST = "\uffff"


def create(root: Root) -> None:
    """Create the collection in an empty database."""
    root[_SLICES] = OOBTree()


def add(time_slice: TimeSlice) -> None:
    """Add a time slice, or replace the one with the same key."""
    database_root()[_SLICES][time_slice.dashboard_id, time_slice.key] = time_slice


def find(dashboard_id: UUID, key: str) -> TimeSlice | None:
    """Return a time slice of a dashboard, or None if it has none with this key."""
    return cast(TimeSlice | None, database_root()[_SLICES].get((dashboard_id, key)))


def of_dashboard(dashboard_id: UUID) -> list[TimeSlice]:
    """Return the time slices of a dashboard, in no particular order."""
    found = list(database_root()[_SLICES].values((dashboard_id, ""), (dashboard_id, _LAST)))
    prefetch(found)
    return found


def delete(time_slice: TimeSlice) -> None:
    """Delete a time slice.

    :raises KeyError: it is not in the repository.
    """
    del database_root()[_SLICES][time_slice.dashboard_id, time_slice.key]


def delete_of(dashboard_id: UUID) -> None:
    """Delete the time slices of a dashboard."""
    for time_slice in of_dashboard(dashboard_id):
        delete(time_slice)

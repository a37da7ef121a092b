"""Saved time slices of dashboards, which can be compared. Nothing here commits."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from pydash_app.errors import InvalidInput, NotFound
from pydash_app.permissions import Action, Someone, may
from pydash_app.time_slice import repository
from pydash_app.time_slice.entity import FULL_RANGE, Content, TimeSlice
from pydash_app.user import repository as users

__all__ = ["FULL_RANGE", "MAX_SLICES", "Content", "TimeSlice", "delete", "find", "listed", "save"]

MAX_SLICES = 100
"""The maximum number of saved time slices of a dashboard."""


class App(Protocol):
    """A dashboard."""

    id: UUID
    user_id: UUID


def save(app: App, content: Content, name: str | None, now: datetime) -> TimeSlice:
    """Save a time slice.

    If the dashboard has one with the same content, that is returned. A name replaces its name.

    :param now: the current time (UTC).
    :raises InvalidInput: the dashboard has the maximum number of time slices.
    :raises NotFound: the account was deleted.
    """
    if content.key == FULL_RANGE:
        return _full_range(app)
    if users.lock_for_update(app.user_id) is None:
        raise NotFound("User not found.")
    found = repository.find(app.id, content.key)
    if found is None:
        if len(repository.of_dashboard(app.id)) >= MAX_SLICES:
            reason = f"The dashboard has {MAX_SLICES} time slices. Delete some of them first."
            raise InvalidInput(reason)
        found = TimeSlice(app.user_id, app.id, content, name, now)
        repository.add(found)
    elif name is not None:
        found.name = name
    return found


def find(app: App, key: str, user: Someone, action: Action) -> TimeSlice:
    """Return a time slice of a dashboard.

    :raises NotFound: the dashboard has none with this key that the user may read or change.
    """
    found = _full_range(app) if key == FULL_RANGE else repository.find(app.id, key)
    if found is None or not may(user, action, found):
        reason = "Time slice not found."
        raise NotFound(reason, {"timeSliceKey": [reason]})
    return found


def listed(app: App) -> list[TimeSlice]:
    """Return the saved time slices of a dashboard, the latest first."""
    found = repository.of_dashboard(app.id)
    return sorted(found, key=lambda each: (each.created, each.key), reverse=True)


def delete(time_slice: TimeSlice) -> None:
    """Delete a saved time slice.

    :raises InvalidInput: it is that of all requests, which is not saved.
    """
    if time_slice.key == FULL_RANGE:
        raise InvalidInput(errors={"timeSliceKey": ["The full range cannot be deleted."]})
    repository.delete(time_slice)


def _full_range(app: App) -> TimeSlice:
    return TimeSlice(app.user_id, app.id, Content(), None, None)

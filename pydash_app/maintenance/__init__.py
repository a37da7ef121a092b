"""Maintenance: when apps are expected to be down.

It suppresses messages, and is taken out of the uptime. Nothing here commits.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from pydash_app import clock
from pydash_app.errors import InvalidInput
from pydash_app.event import EventType, record
from pydash_app.event.vocabulary import Subject
from pydash_app.intervals import Interval
from pydash_app.maintenance import repository
from pydash_app.maintenance.entity import KEEP, Window, periods
from pydash_app.maintenance.schedule import DAY

__all__ = ["MAX_WINDOWS", "add", "announce", "excluded", "is_active", "of_dashboard"]

MAX_WINDOWS = 50


class App(Protocol):
    """A dashboard."""

    id: UUID
    user_id: UUID


def is_active(dashboard: App, now: datetime) -> bool:
    """Return whether a dashboard's app is in maintenance.

    :param now: the current time (UTC).
    """
    return any(window.period_at(now) for window in of_dashboard(dashboard))


def of_dashboard(dashboard: App) -> list[Window]:
    """Return the windows that concern a dashboard's app."""
    windows = repository.of_owner(dashboard.user_id)
    return [each for each in windows if each.dashboard_id in (None, dashboard.id)]


def excluded(windows: Iterable[Window], start: datetime, end: datetime) -> list[Interval]:
    """Return the periods in [start, end) that do not count as uptime or downtime."""
    return [each for window in windows for each in periods(window.plans, start, end)]


def add(window: Window) -> None:
    """Add a window; the caller has locked its owner.

    :raises InvalidInput: the account has the maximum number of windows.
    """
    if len(repository.of_owner(window.owner_id)) >= MAX_WINDOWS:
        raise InvalidInput(
            f"You have {MAX_WINDOWS} maintenance windows. Delete some of them first."
        )
    repository.add(window)


def announce(now: datetime, subject_of: Callable[[Window], Subject | None]) -> None:
    """Record the maintenances that began and ended as events, and delete windows long past.

    :param now: the current time (UTC).
    :param subject_of: returns to what a window belongs; None if that was deleted.
    """
    # No window is due later than in a day, unless the clock was wrong.
    for window in repository.due(now, now + 2 * DAY):
        subject = subject_of(window)
        ended = window.ended(now)
        if subject is None or (ended and ended < now - KEEP and clock.is_confirmed(now)):
            repository.delete(window)
            continue
        for began, moment, since in window.announce(now):
            what = EventType.MAINTENANCE_BEGAN if began else EventType.MAINTENANCE_ENDED
            record(
                what,
                subject,
                happened=moment,
                maintenance_id=window.id,
                maintenance=window.name,
                since=None if began else since,
                duration_ms=None if began else (moment - since) / timedelta(milliseconds=1),
            )
        boundaries = [
            each for one in window.intervals(now, now + DAY) for each in one if each > now
        ]
        repository.reschedule(window, min([*boundaries, now + DAY]))

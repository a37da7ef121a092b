"""Drops the details of calls that a dashboard keeps no longer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_cube import time_units
from pydash_cube.span import Span
from pydash_database import BACKGROUND_TIMEOUT, transact


def drop_expired(dashboard_id: UUID | str, now: datetime) -> None:
    """Drop calls, and cells shorter than a day, that are older than the dashboard keeps them.

    Coarser numbers stay as they are: dropped calls leave their hours behind, dropped hours their
    days, for every combination of filters.

    :param now: the present time.
    :raises KeyError: there is no such dashboard.
    """
    transact(lambda: _drop(repository.find(dashboard_id), now), timeout=BACKGROUND_TIMEOUT)


def _drop(dashboard: Dashboard, now: datetime) -> None:
    retention = dashboard.retention
    _drop_older(dashboard, now, retention.calls_days, Span.drop_calls)
    _drop_older(dashboard, now, retention.fine_cells_days, Span.drop_fine_cells)


def _drop_older(
    dashboard: Dashboard, now: datetime, days: int | None, forget: Callable[[Span], None]
) -> None:
    if days is None:
        return
    oldest = time_units.to_microseconds(now - timedelta(days=days))
    before, _ = time_units.bounds(time_units.ordinal_of(oldest, "day"), "day")
    dashboard.aggregator_group.cube.drop(before, forget)

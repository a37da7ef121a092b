"""Drops details that have reached the end of their retention."""

from datetime import datetime, timedelta
from uuid import UUID

from pydash_app.dashboard import repository
from pydash_cube import time_units
from pydash_cube.span import Span
from pydash_database import BACKGROUND_TIMEOUT, transact


def drop_expired(dashboard_id: UUID | str, now: datetime) -> None:
    """Drop calls, and cells shorter than a day, that are older than the dashboard's retention.

    Coarser figures remain: when calls are dropped, their hours remain, and when hours are dropped,
    their days, for every combination of filters.

    :param now: the current time.
    :raises KeyError: no dashboard has this id.
    """

    def drop() -> None:
        dashboard = repository.find(dashboard_id)
        for days, forget in (
            (dashboard.retention.calls_days, Span.drop_calls),
            (dashboard.retention.fine_cells_days, Span.drop_fine_cells),
        ):
            if days is not None:
                oldest = time_units.to_microseconds(now - timedelta(days=days))
                before, _ = time_units.bounds(time_units.ordinal_of(oldest, "day"), "day")
                dashboard.aggregator_group.cube.drop(before, forget)

    transact(drop, timeout=BACKGROUND_TIMEOUT)
    # Apart, because the fetcher writes the same, and dropping takes too long to be repeated.
    transact(lambda: repository.record_stored(repository.find(dashboard_id)))

"""Drops details, and what explains them, whose retention has expired."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from pydash_app import configuration, diagnosis
from pydash_app.dashboard import repository
from pydash_app.identifiers import as_uuid
from pydash_cube import time_units
from pydash_cube.span import Span
from pydash_database import BACKGROUND_TIMEOUT, transact


def drop_expired(dashboard_id: UUID | str, now: datetime) -> None:
    """Drop calls and cells shorter than a day that are older than the dashboard's retention.

    Coarser aggregates remain for every combination of filters: hours after calls are dropped, and
    days after hours are dropped. Exceptions, slow requests, profiles and graphs are kept
    as long as the configuration says.

    :param now: the current time.
    :raises KeyError: no dashboard has this ID.
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
    kept_days = configuration.current().exceptions_retention
    if kept_days:
        until = now - timedelta(days=kept_days)
        for kind in diagnosis.LOGS.values():
            drop_kind = partial(diagnosis.drop_expired, kind, as_uuid(dashboard_id), until)
            transact(drop_kind, timeout=BACKGROUND_TIMEOUT)
    # Separately, because the fetcher writes the same object and dropping is too slow to repeat.
    transact(lambda: repository.record_stored(repository.find(dashboard_id)))

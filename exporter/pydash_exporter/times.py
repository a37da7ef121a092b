"""Reads stored times as UTC, regardless of how the database converts them.

FMD's columns have no time zone. Its earlier versions write UTC without a time zone, which databases
store unchanged. Later versions write UTC with its time zone. Most databases or their drivers drop
the time zone, but PostgreSQL, with most drivers, first converts to that of the session. Whether
this happens is tested once with a known moment. The offset differs between winter and summer, so
PostgreSQL converts back by the rules of that time zone. It treats all times in the hour that is
repeated in autumn as later ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timezone
from functools import cache
from importlib.metadata import version
from typing import Any

from sqlalchemy import DateTime, cast, func, literal, text

from pydash_exporter.sessions import open_session

LAST_REQUESTED_WITH_ZONE = (4, 0, 5)
"""The first version of FMD that writes the times of last requests with their time zone."""

KNOWN = datetime(2000, 1, 1, 12, tzinfo=timezone.utc)


def in_utc(column: Any, aggregate: Callable[[Any], Any] = lambda column: column) -> Any:
    """Return the expression that selects the naive UTC times of a column.

    :param aggregate: of the column, such as `func.min`.
    """
    stored = aggregate(column)
    if not is_local(column):
        return stored
    return func.timezone("UTC", cast(stored, DateTime(timezone=True)), type_=DateTime)


def comparable(column: Any, moment: datetime) -> Any:
    """Return the expression to compare with a column.

    :param moment: a moment in naive UTC.
    """
    if not is_local(column):
        return moment
    # PostgreSQL compares the two as it converts the column in `in_utc`, but can use an index.
    return literal(moment.replace(tzinfo=timezone.utc), DateTime(timezone=True))


def is_local(column: Any) -> bool:
    """Return whether a column's times are those of the time zone of the database session."""
    return _is_written_with_zone(column) and _is_converted_to_session_zone()


def _is_written_with_zone(column: Any) -> bool:
    default = column.property.columns[0].default
    if default is None:  # last_requested
        numbers = re.findall(r"\d+", version("Flask-MonitoringDashboard"))
        return tuple(map(int, numbers)) >= LAST_REQUESTED_WITH_ZONE
    written: datetime = default.arg(None) if default.is_callable else default.arg
    return written.tzinfo is not None


@cache
def _is_converted_to_session_zone() -> bool:
    with closing(open_session()) as session:
        if session.get_bind().dialect.name != "postgresql":
            return False
        # Only in this transaction, because the session's own time zone may equal UTC at times.
        session.execute(text("SET LOCAL TIME ZONE 9"))
        stored = session.query(cast(literal(KNOWN, DateTime), DateTime)).scalar()
    return bool(stored != KNOWN.replace(tzinfo=None))

"""The names of time zones, and their offsets from UTC over time."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np

from pydash_cube.time_units import SECOND, Times, ordinal_of, to_microseconds

# Beyond these years, a datetime may be unable to represent a local time.
_FIRST_YEAR, _LAST_YEAR = 2, 9998
# Since 1970 no zone has changed its offset twice within less than six days.
_STEP = 3 * 86_400


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Return the names of all time zones."""
    # Two of the files do not describe a place.
    return frozenset(zoneinfo.available_timezones() - {"localtime", "Factory"})


def offsets(zone: str, start: int, end: int) -> tuple[Times, Times]:
    """Return the offsets from UTC in a time range.

    :param zone: one of `names`.
    :param start: microseconds.
    :param end: microseconds.
    :returns: when each offset takes effect (the first at `start`), and the offsets. Both in
        microseconds.

    >>> start, end = (to_microseconds(datetime(2026, month, 1)) for month in (1, 7))
    >>> begins, found = offsets("Europe/Berlin", start, end)
    >>> begins[1:].astype("datetime64[us]"), found // 3_600_000_000
    (array(['2026-03-29T01:00:00.000000'], dtype='datetime64[us]'), array([1, 2]))
    """
    if zone == "UTC":
        return np.array([start]), np.array([0])
    years = range(1970 + ordinal_of(start, "year"), 1971 + ordinal_of(end, "year"))
    changes = [change for year in years for change in _changes(zone, year) if start < change < end]
    begins = [start, *changes]
    return np.array(begins), np.array([_offset(zone, time // SECOND) * SECOND for time in begins])


@lru_cache(maxsize=4_096)
def _changes(zone: str, year: int) -> tuple[int, ...]:
    """Return when the offset changes in a year (UTC), in microseconds."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return ()
    first, last = (
        to_microseconds(datetime(each, 1, 1, tzinfo=UTC)) // SECOND for each in (year, year + 1)
    )
    changes = []
    for start in range(first, last, _STEP):
        before, end = _offset(zone, start), min(start + _STEP, last)
        if before == _offset(zone, end):
            continue
        # `zoneinfo` has no list of changes.
        while end - start > 1:
            middle = (start + end) // 2
            start, end = (start, middle) if _offset(zone, middle) != before else (middle, end)
        changes.append(end * SECOND)
    return tuple(changes)


def _offset(zone: str, time: int) -> int:
    """Return the offset at a time; both in seconds."""
    moment = _EPOCH + timedelta(seconds=time)
    moment = min(max(moment, _EARLIEST), _LATEST)
    offset = moment.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset() or timedelta(0)
    return offset // timedelta(seconds=1)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC)
_LATEST = datetime(_LAST_YEAR + 1, 1, 1, tzinfo=UTC)

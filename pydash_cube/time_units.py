"""The calendar: time units and their labels.

Inside the cube, a moment is the number of microseconds since 1970-01-01 UTC, in an ``int64``. Only
this module parses and formats such numbers.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pydash_cube.vocabulary import QueryError

Times = NDArray[np.int64]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

FIXED = {"week": WEEK, "day": DAY, "hour": HOUR, "minute": MINUTE}
_PRECISIONS = {
    "year": "datetime64[Y]",
    "month": "datetime64[M]",
    "day": "datetime64[D]",
    "hour": "datetime64[h]",
    "minute": "datetime64[m]",
}
_CALENDAR = {unit: _PRECISIONS[unit] for unit in ("year", "month")}
# Weeks start on Mondays (ISO 8601), such as 1970-01-05.
_ORIGIN = {"week": 4 * DAY}
LONGEST = {"year": 366 * DAY, "month": 31 * DAY, **FIXED}

_PATTERNS = {
    "year": r"([0-9]{4})",
    "month": r"([0-9]{4})-([0-9]{2})",
    "week": r"([0-9]{4})-W([0-9]{2})",
    "day": r"([0-9]{4})-([0-9]{2})-([0-9]{2})",
    "hour": r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2})",
    "minute": r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2})[-:]([0-9]{2})",
}
_EXAMPLES = {
    "year": "2018",
    "month": "2018-05",
    "week": "2018-W17",
    "day": "2018-05-20",
    "hour": "2018-05-20T20",
    "minute": "2018-05-20T20-10",
}


def as_utc(moment: datetime) -> datetime:
    """Return a moment as an aware datetime in UTC; a naive datetime is UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def to_microseconds(moment: datetime) -> int:
    """Return a moment as microseconds since 1970 UTC; a naive datetime is UTC.

    >>> to_microseconds(datetime(1970, 1, 1, 0, 0, 1))
    1000000
    """
    return int(np.datetime64(as_utc(moment).replace(tzinfo=None), "us").astype(np.int64))


def to_datetime(microseconds: int) -> datetime:
    """Return microseconds since 1970 UTC as an aware datetime.

    >>> to_datetime(1_000_000)
    datetime.datetime(1970, 1, 1, 0, 0, 1, tzinfo=datetime.timezone.utc)
    """
    naive: datetime = np.datetime64(int(microseconds), "us").astype(datetime)
    return naive.replace(tzinfo=UTC)


# The last moment that a datetime can represent.
LATEST = to_microseconds(datetime.max.replace(tzinfo=UTC))


def has_fixed_length(unit: str) -> bool:
    """Return whether all units of this kind are equally long, which years and months are not.

    >>> has_fixed_length("week"), has_fixed_length("month")
    (True, False)
    """
    return unit in FIXED


def ordinal(times: Times, unit: str) -> Times:
    """Return the number of the unit of each moment, counted from 1970.

    >>> ordinal(np.array([90_000_000]), "minute")
    array([1])
    """
    if unit in _CALENDAR:
        return times.astype("datetime64[us]").astype(_CALENDAR[unit]).astype(np.int64)
    result: Times = (times - _ORIGIN.get(unit, 0)) // FIXED[unit]
    return result


def starts(ordinals: Times, unit: str) -> Times:
    """Return the starts of the units that `ordinal` numbered.

    >>> starts(np.array([1]), "minute")
    array([60000000])
    """
    if unit in _CALENDAR:
        return ordinals.astype(_CALENDAR[unit]).astype("datetime64[us]").astype(np.int64)
    result: Times = ordinals * FIXED[unit] + _ORIGIN.get(unit, 0)
    return result


def ordinal_of(time: int, unit: str) -> int:
    """Return the number of the unit of a moment; see `ordinal`."""
    return int(ordinal(np.array([time], dtype=np.int64), unit)[0])


def bounds(number: int, unit: str) -> tuple[int, int]:
    """Return the start and end (exclusive) of the unit with this number; see `ordinal`."""
    if unit in FIXED:
        start = number * FIXED[unit] + _ORIGIN.get(unit, 0)
        return start, start + FIXED[unit]
    start, end = starts(np.array([number, number + 1], dtype=np.int64), unit).tolist()
    return start, end


def label(time: int, unit: str) -> str:
    """Return the name of the unit of a moment.

    >>> label(to_microseconds(datetime(2018, 12, 31, 23, 59)), "week")
    '2019-W01'
    >>> label(to_microseconds(datetime(2018, 5, 29, 15, 45)), "minute")
    '2018-05-29T15:45'
    """
    return labels(np.array([time], dtype=np.int64), unit)[0]


def labels(times: Times, unit: str) -> list[str]:
    """Return the name of the unit of each moment."""
    moments = times.astype("datetime64[us]")
    if unit == "week":
        weeks = (moment.isocalendar() for moment in moments.tolist())
        return [f"{year:04}-W{week:02}" for year, week, _ in weeks]
    names: list[str] = np.datetime_as_string(moments.astype(_PRECISIONS[unit])).tolist()
    return names


def parse_unit(unit: str, text: str) -> tuple[int, int]:
    """Return the range of a unit with a given name.

    :param unit: a `TimeUnit`.
    :param text: for instance ``2018-W17`` for a week; minutes are written ``2018-05-20T20-10`` or
        ``2018-05-20T20:10``.
    :returns: start (inclusive) and end (exclusive), microseconds.
    :raises QueryError: the text is invalid. The message shows an example.

    >>> [label(time, "day") for time in parse_unit("week", "2018-W17")]
    ['2018-04-23', '2018-04-30']
    """
    match = re.fullmatch(_PATTERNS[unit], text)
    try:
        numbers = [int(digits) for digits in match.groups()] if match else []
        if unit == "week":
            moment = datetime.fromisocalendar(numbers[0], numbers[1], 1)
        else:
            year, month, day, hour, minute = (*numbers, *(0, 1, 1, 0, 0)[len(numbers) :])
            moment = datetime(year, month, day, hour, minute, tzinfo=UTC)
    except (IndexError, ValueError):
        raise QueryError(unit, f"{text!r} does not have the form {_EXAMPLES[unit]!r}.") from None
    return bounds(ordinal_of(to_microseconds(moment), unit), unit)


def overlap(
    first: tuple[int | None, int | None], second: Sequence[Any]
) -> tuple[int | None, int | None]:
    """Return the intersection of two ranges; None means no bound."""
    starts = [start for start in (first[0], second[0]) if start is not None]
    ends = [end for end in (first[1], second[1]) if end is not None]
    return (max(starts) if starts else None), (min(ends) if ends else None)

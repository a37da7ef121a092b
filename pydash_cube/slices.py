"""Cuts time ranges into slices."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from itertools import pairwise

import numpy as np

from pydash_cube import time_units, time_zones
from pydash_cube.time_units import FIXED, LONGEST, Times
from pydash_cube.vocabulary import MAX_SLICES, QueryError


@dataclass(frozen=True)
class Slices:
    """A time range that is cut into slices.

    A slice is one piece of the range. Only if clocks were set back across midnight, a day, week,
    month or year in the time zone has several.

    :ivar edges: the starts of the pieces and the end of the last one, in microseconds, ascending.
    :ivar numbers: the number of the slice to which each piece belongs.
    :ivar offsets: the offset from UTC of each piece, in microseconds.
    :ivar unit: the unit of the labels.
    :ivar zone: the time zone of the labels.
    """

    edges: Times
    numbers: Times
    offsets: Times
    unit: str
    zone: str

    def __len__(self) -> int:
        return int(self.numbers.max(initial=-1)) + 1

    @property
    def labels(self) -> list[str]:
        """The names of the slices in chronological order."""
        if self.zone == "UTC":
            return time_units.labels(self.edges[:-1], self.unit)
        _, firsts = np.unique(self.numbers, return_index=True)
        offsets = self.offsets[firsts]
        names = time_units.labels(self.edges[firsts] + offsets, self.unit)
        if self.unit not in ("hour", "minute"):
            return names
        # An hour can occur twice.
        texts = {offset: _offset_text(offset) for offset in set(offsets.tolist())}
        return [name + texts[each] for name, each in zip(names, offsets.tolist(), strict=True)]

    def piece(self, time: int) -> int:
        """Return the number of the piece that a moment lies in; of the first one if it is earlier.

        For a single moment, a search of a list is many times faster than one of an array.
        """
        return bisect_right(self._inner_edges, time)

    @cached_property
    def _inner_edges(self) -> list[int]:
        edges: list[int] = self.edges[1:-1].tolist()
        return edges

    def index(self, times: Times, first: int, last: int) -> Times:
        """Return the number of the slice of each moment.

        :param first: the number of the earliest piece that contains a moment.
        :param last: the number of the latest one. Searching fewer pieces is faster.
        """
        inner = self.edges[first + 1 : last + 1]
        numbers: Times = self.numbers[first + np.searchsorted(inner, times, side="right")]
        return numbers


def cut(
    start: int, end: int, unit: str, *, is_static: bool = True, units: int = 1, zone: str = "UTC"
) -> Slices:
    """Cut the range from start (inclusive) to end (exclusive) into slices.

    :param is_static: whether slices are calendar units, of which the first and the last may be
        incomplete. Otherwise they have a fixed length, and the first begins at `start`.
    :param units: the fixed length, in units.
    :param zone: the time zone of the calendar and of the labels.
    :raises QueryError: there would be more than MAX_SLICES.

    >>> from datetime import datetime
    >>> from pydash_cube.time_units import to_microseconds
    >>> start, end = (to_microseconds(datetime(2026, 10, 25, hour)) for hour in (0, 2))
    >>> cut(start, end, "week").labels
    ['2026-W43']
    >>> cut(start, end, "hour", zone="Europe/Berlin").labels
    ['2026-10-25T02+02:00', '2026-10-25T02+01:00']
    """
    _check_count((end - start) // (LONGEST[unit] * units), unit)
    begins, offsets = time_zones.offsets(zone, start, end)
    if is_static and start < end:
        edges, numbers = _on_calendar([*begins.tolist(), end], offsets, unit)
    else:
        length = FIXED.get(unit, 0) * units
        count = 0 if is_static else max(0, -(-(end - start) // length))
        edges = start + length * np.arange(count + 1, dtype=np.int64)
        numbers = np.arange(count)
    in_force = offsets[np.searchsorted(begins, edges[:-1], side="right") - 1]
    slices = Slices(edges, numbers, in_force, unit if is_static else "minute", zone)
    _check_count(len(slices), unit)
    return slices


def _on_calendar(begins: list[int], offsets: Times, unit: str) -> tuple[Times, Times]:
    """Cut periods with different offsets into pieces, and return edges and numbers.

    :param begins: the starts of the periods, and the end of the last one.
    """
    edges, units = [], []
    for (begin, end), offset in zip(pairwise(begins), offsets.tolist(), strict=True):
        first, last = (time_units.ordinal_of(time + offset, unit) for time in (begin, end - 1))
        units.append(np.arange(first, last + 1))
        edges.append(np.maximum(time_units.starts(units[-1], unit) - offset, begin))
    joined, ordinals = np.concatenate(edges), np.concatenate(units)
    numbers = np.arange(len(joined))
    if len(edges) > 1 and unit not in ("hour", "minute"):
        # A new offset starts a new hour, but not a new day.
        is_new = np.diff(ordinals, prepend=ordinals[0] - 1) != 0
        joined = joined[is_new]
        numbers = np.unique(ordinals[is_new], return_inverse=True)[1]
    return np.append(joined, begins[-1]), numbers


def _offset_text(offset: int) -> str:
    """Return an offset from UTC in ISO 8601 notation.

    >>> _offset_text(-12_600_000_000)
    '-03:30'
    """
    zone = timezone(timedelta(microseconds=offset))
    return datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=zone).isoformat()[19:]


def _check_count(count: int, unit: str) -> None:
    if count > MAX_SLICES:
        raise QueryError(
            "timeslice", f"The range has more than {MAX_SLICES:,} slices of one {unit}."
        )

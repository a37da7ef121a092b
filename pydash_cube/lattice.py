"""Partitions of the cube: which can answer which, and which are worth keeping.

A partition is a time unit and a set of fields; its cells have digests, or exact measures only, for
many questions need no percentiles and digests are the bulk. Partitions form a lattice: the cells of
one can be rolled up from those of any finer one, and from the calls. Keeping all would take more
room than the calls themselves; so a partition is kept only while it is at most a quarter of the
smallest kept one that could answer in its place. (Harinarayan, Rajaraman, Ullman: "Implementing
data cubes efficiently", 1996.)
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import prod
from typing import NamedTuple

import numpy as np

from pydash_cube import time_units
from pydash_cube.digest import SIZE
from pydash_cube.table import FIELDS
from pydash_cube.time_units import Times

# From fine to coarse; each divides the next. (Weeks do not divide months: days answer for them.)
UNITS = ("minute", "hour", "day", "month")
WORTH = 4
# What it costs to read the measures of a cell; a call or a centroid costs one.
ROW_COST = 3
_FIELD_SETS = tuple(
    fields for size in range(len(FIELDS), -1, -1) for fields in combinations(FIELDS, size)
)


class Partition(NamedTuple):
    """A kind of cells.

    :ivar unit: one of UNITS.
    :ivar fields: in the order of FIELDS.
    :ivar digests: whether the cells have digests.

    >>> Partition("hour", ("endpoint", "ip")).answers(Partition("day", ("ip",)))
    True
    """

    unit: str
    fields: tuple[str, ...] = ()
    digests: bool = True

    def answers(self, other: "Partition") -> bool:
        """Tell whether the other one can be rolled up from this one."""
        return self.divides(other.unit) and self.has(other.fields, digests=other.digests)

    def has(self, fields: Collection[str], *, digests: bool) -> bool:
        """Tell whether the cells have all these fields, and digests if those are wanted."""
        return self.digests >= digests and all(field in self.fields for field in fields)

    def divides(self, unit: str) -> bool:
        """Tell whether each cell of this partition lies within one such unit."""
        return UNITS.index(self.unit) <= UNITS.index(unit)


@dataclass(frozen=True)
class Extent:
    """How many calls there are, and how different they are.

    :ivar calls: number of calls.
    :ivar fields: number of different values of each field.
    :ivar units: number of different units of time in which there are calls.
    """

    calls: int
    fields: Mapping[str, int]
    units: Mapping[str, int]

    def size(self, partition: Partition) -> int:
        """Return the most that a partition can cost to read."""
        cells = self.units[partition.unit] * prod(self.fields[name] for name in partition.fields)
        cells = max(1, min(cells, self.calls))
        centroids = min(SIZE, self.calls / cells) if partition.digests else 0
        return int(cells * (ROW_COST + centroids))


def worth_keeping(
    extent: Extent, units: Iterable[str], kept: Mapping[Partition, int]
) -> list[Partition]:
    """Choose the partitions that should be kept as well.

    :param extent: the calls.
    :param units: the time units to choose from.
    :param kept: partitions that are kept already, with their sizes.
    :returns: the finest first, so that each can be built from one before it; those with the
        status class come after the others, for few questions need it.

    >>> extent = Extent(9_000, dict.fromkeys(FIELDS, 999), {"day": 1})
    >>> [(one.fields, one.digests) for one in worth_keeping(extent, ["day"], {})]
    [((), True), ((), False)]
    """
    candidates = [
        Partition(unit, fields, digests)
        for unit in units
        for fields in _FIELD_SETS
        for digests in (True, False)
    ]
    sizes = dict(kept)
    chosen = []
    # Few queries need the status class.
    by_use = sorted(candidates, key=lambda one: ("status_class" in one.fields, -extent.size(one)))
    for partition in by_use:
        smallest = min(
            (size for other, size in sizes.items() if other.answers(partition)),
            default=extent.calls,
        )
        if extent.size(partition) * WORTH <= min(smallest, extent.calls):
            sizes[partition] = extent.size(partition)
            chosen.append(partition)
    return chosen


@dataclass(frozen=True)
class Scope:
    """The range, the cuts and the fields of a question.

    :ivar start: inclusive, microseconds; None for no bound.
    :ivar end: exclusive.
    :ivar edges: where slices begin and end, ascending.
    :ivar fields: that it filters or groups by.
    :ivar digests: whether it needs percentiles.
    """

    start: int | None
    end: int | None
    edges: Times
    fields: frozenset[str]
    digests: bool

    def overlaps(self, start: int, end: int) -> bool:
        """Tell whether a stretch of time has something of the range."""
        return (self.end is None or start < self.end) and (self.start is None or end > self.start)

    def units(self, start: int, end: int) -> frozenset[str]:
        """Return the units of time whose cells are not cut, within a stretch of time."""
        by_edges, by_start, by_end = self._uncut
        units = by_edges
        if self.start is not None and start < self.start < end:
            units &= by_start
        if self.end is not None and start < self.end < end:
            units &= by_end
        return units

    @cached_property
    def _uncut(self) -> tuple[frozenset[str], ...]:
        """The units that neither the edges, nor the start, nor the end of the range cut."""
        bounds = (
            np.array([] if one is None else [one], dtype=np.int64) for one in (self.start, self.end)
        )
        return tuple(map(_beginning_at, (self.edges, *bounds)))

    def ordinals(self, unit: str) -> tuple[int | None, int | None]:
        """Return the numbers of the first and the last unit of the range; None for no bound."""
        return _ordinal(self.start, unit), _ordinal(self.end, unit)


def _beginning_at(times: Times) -> frozenset[str]:
    """Return the units of which one begins at each of the times."""
    return frozenset(
        unit
        for unit in UNITS
        if (time_units.starts(time_units.ordinal(times, unit), unit) == times).all()
    )


def _ordinal(time: int | None, unit: str) -> int | None:
    return None if time is None else time_units.ordinal_of(time, unit)

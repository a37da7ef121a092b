"""Partitions of the cube: which can replace which, and which are worth storing.

A partition is a time unit and a set of fields. Its cells have digests or only exact measures,
because many queries need no percentiles and digests take most of the space. Partitions form a
lattice, in which the cells of a partition can be rolled up from those of any finer one and from the
calls. Storing all of them would take more space than the calls. A partition is therefore stored
only if it is at most a quarter of the size of the smallest stored one that could replace it.
(Harinarayan, Rajaraman, Ullman: "Implementing data cubes efficiently", 1996.)
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import inf, prod
from typing import NamedTuple, TypeVar

import numpy as np

from pydash_cube import time_units
from pydash_cube.digest import LIMIT
from pydash_cube.table import FIELDS
from pydash_cube.time_units import Times

Key = TypeVar("Key")
Value = TypeVar("Value")

# From fine to coarse; each divides the next. Weeks do not divide months, so days replace them.
UNITS = ("minute", "hour", "day", "month")
# How many times smaller a partition must be than the one that could replace it.
WORTH = 4
_WORTH_OF_MONTHS = 16
# The cost of reading the measures of a cell. A call or a centroid costs one.
ROW_COST = 3
_FIELD_SETS = tuple(
    fields for size in range(len(FIELDS), -1, -1) for fields in combinations(FIELDS, size)
)


class Partition(NamedTuple):
    """A kind of cells.

    :ivar unit: one of UNITS.
    :ivar fields: in the order of FIELDS.
    :ivar digests: whether the cells have digests.

    >>> Partition("hour", ("endpoint", "ip")).can_replace(Partition("day", ("ip",)))
    True
    """

    unit: str
    fields: tuple[str, ...] = ()
    digests: bool = True

    def can_replace(self, other: "Partition") -> bool:
        """Return whether the other one can be rolled up from this one."""
        return self.divides(other.unit) and self.has(other.fields, digests=other.digests)

    def has(self, fields: Collection[str], *, digests: bool) -> bool:
        """Return whether the cells have all these fields and, if required, digests."""
        return self.digests >= digests and all(field in self.fields for field in fields)

    def divides(self, unit: str) -> bool:
        """Return whether each cell of this partition lies within one such unit."""
        return UNITS.index(self.unit) <= UNITS.index(unit)


_ADDRESS_BY_DAY = Partition("day", ("ip",))


@dataclass(frozen=True)
class Extent:
    """The number of calls and of their distinct values.

    :ivar calls: number of calls.
    :ivar fields: number of distinct values of each field.
    :ivar units: number of units of time that have calls.
    """

    calls: int
    fields: Mapping[str, int]
    units: Mapping[str, int]

    def size(self, partition: Partition) -> int:
        """Return an upper bound of the cost of reading a partition."""
        cells = self.units[partition.unit] * prod(self.fields[name] for name in partition.fields)
        cells = max(1, min(cells, self.calls))
        centroids = min(LIMIT, self.calls / cells) if partition.digests else 0
        return int(cells * (ROW_COST + centroids))


def worth_storing_of_month(extent: Extent, kept: Mapping[Partition, int]) -> list[Partition]:
    """Choose the partitions of a whole month that are worth storing next to those of its days.

    Few are, because a query can read the thirty days instead. Addresses by group would take most of
    the space and are rarely queried; percentiles by a single field are queried often.
    """

    def worth(partition: Partition) -> float:
        if {"ip", "group_by"} <= set(partition.fields):
            return inf
        return WORTH if partition.digests and len(partition.fields) == 1 else _WORTH_OF_MONTHS

    return worth_storing(extent, ["month"], kept, worth)


def worth_storing(
    extent: Extent,
    units: Iterable[str],
    kept: Mapping[Partition, int],
    worth: Callable[[Partition], float] | None = None,
) -> list[Partition]:
    """Choose further partitions that are worth storing.

    :param extent: the calls.
    :param units: the time units to choose from.
    :param kept: the stored partitions and their sizes.
    :param worth: how many times smaller each must be than the one that could replace it. Default:
        WORTH, and half of that for an address by day, which is queried often.
    :returns: the partitions, finest first, so that each can be built from one before it. Those with
        the status class come last.

    >>> extent = Extent(9_000, dict.fromkeys(FIELDS, 999), {"day": 1})
    >>> [(one.fields, one.digests) for one in worth_storing(extent, ["day"], {})]
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
            (size for other, size in sizes.items() if other.can_replace(partition)),
            default=extent.calls,
        )
        times = worth(partition) if worth else WORTH / (1 + (partition == _ADDRESS_BY_DAY))
        if extent.size(partition) * times <= min(smallest, extent.calls):
            sizes[partition] = extent.size(partition)
            chosen.append(partition)
    return chosen


@dataclass(frozen=True)
class Scope:
    """The requirements of a query for the cells from which it is computed.

    :ivar start: inclusive, microseconds; None for no bound.
    :ivar end: exclusive.
    :ivar edges: the boundaries between slices, ascending.
    :ivar fields: the fields it filters or groups by.
    :ivar digests: whether it needs percentiles.
    """

    start: int | None
    end: int | None
    edges: Times
    fields: frozenset[str]
    digests: bool

    def overlaps(self, start: int, end: int) -> bool:
        """Return whether a period overlaps the range."""
        return (self.end is None or start < self.end) and (self.start is None or end > self.start)

    def fitting(self, partitions: Iterable[Partition]) -> Iterator[Partition]:
        """Return those partitions that have the fields and, if required, digests."""
        return filter(self._fits.__getitem__, partitions)

    @cached_property
    def _fits(self) -> "_Memo[Partition, bool]":
        return _Memo(lambda one: one.has(self.fields, digests=self.digests))

    def cut(self, unit: str, start: int, end: int) -> Times:
        """Return the units of time, within a period, in which a slice or the range begins or ends.

        :returns: the start and end of each, ascending.
        """
        bounds = self._cuts[unit]
        if not len(bounds):
            return bounds
        low, high = np.searchsorted(bounds, [start, end])
        # The start of one unit can be the end of another.
        return bounds[low + low % 2 : high + high % 2]

    @cached_property
    def _cuts(self) -> "_Memo[str, Times]":
        """All units of time that are cut, see `cut`."""
        bounds = [one for one in (self.start, self.end) if one is not None]
        times = np.concatenate([self.edges, np.array(bounds, dtype=np.int64)])

        def cuts(unit: str) -> Times:
            ordinals = time_units.ordinal(times, unit)
            numbers = np.unique(ordinals[time_units.starts(ordinals, unit) != times])
            both = [time_units.starts(each, unit) for each in (numbers, numbers + 1)]
            return np.stack(both, axis=1).ravel()

        return _Memo(cuts)

    def ordinals(self, unit: str) -> tuple[int | None, int | None]:
        """Return the numbers of the first and the last unit of the range; None for no bound."""
        return _ordinal(self.start, unit), _ordinal(self.end, unit)


class _Memo(dict[Key, Value]):
    """Values that are computed when they are first read."""

    def __init__(self, compute: Callable[[Key], Value]) -> None:
        super().__init__()
        self._compute = compute

    def __missing__(self, key: Key) -> Value:
        return self.setdefault(key, self._compute(key))


def _ordinal(time: int | None, unit: str) -> int | None:
    return None if time is None else time_units.ordinal_of(time, unit)

"""What a question needs of the cells that answer it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pydash_app.dashboard import time_units
from pydash_app.dashboard.aggregator.lattice import UNITS
from pydash_app.dashboard.time_units import Times


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
        units = self._uncut_by_edges
        if self.start is not None and start < self.start < end:
            units &= self._uncut_by_start
        if self.end is not None and start < self.end < end:
            units &= self._uncut_by_end
        return units

    @cached_property
    def _uncut_by_edges(self) -> frozenset[str]:
        return _beginning_at(self.edges)

    @cached_property
    def _uncut_by_start(self) -> frozenset[str]:
        return _beginning_at(np.array([self.start], dtype=np.int64))

    @cached_property
    def _uncut_by_end(self) -> frozenset[str]:
        return _beginning_at(np.array([self.end], dtype=np.int64))

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

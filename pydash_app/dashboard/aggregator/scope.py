"""What a question needs of the cells that answer it."""

from collections.abc import Collection
from dataclasses import dataclass

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

    def units(self, start: int, end: int) -> Collection[str]:
        """Return the units of time whose cells are not cut, within a stretch of time."""
        inside = self.edges[(self.edges > start) & (self.edges < end)]
        bounds = [cut for cut in (self.start, self.end) if cut is not None and start < cut < end]
        cuts = np.concatenate([inside, np.array(bounds, dtype=np.int64)])
        return [unit for unit in UNITS if _are_starts(cuts, unit)]

    def ordinals(self, unit: str) -> tuple[int | None, int | None]:
        """Return the numbers of the first and the last unit of the range; None for no bound."""
        return _ordinal(self.start, unit), _ordinal(self.end, unit)


def _are_starts(times: Times, unit: str) -> bool:
    starts = time_units.starts(time_units.ordinal(times, unit), unit)
    return bool((starts == times).all())


def _ordinal(time: int | None, unit: str) -> int | None:
    return None if time is None else time_units.ordinal_of(time, unit)

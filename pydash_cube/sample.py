"""Reads the calls of groups as samples, to be compared with each other."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from pydash_cube.cube import Cube
from pydash_cube.digest import Bools, Digests, Floats, Ints
from pydash_cube.query import Query
from pydash_cube.selection import Selection, logarithmic_edges
from pydash_cube.statistics import STATISTICS
from pydash_cube.vocabulary import StatisticName

_MEASURES = (
    StatisticName.TOTAL_VISITS,
    StatisticName.NINETY_FIFTH_PERCENTILE,
    StatisticName.ERROR_RATE,
)


@dataclass(frozen=True)
class Sample:
    """The execution times and errors of some calls.

    :ivar known: the number of calls whose status is known.
    :ivar errors: the number of those with a server error.
    :ivar means: the entries of the digest of the execution times (ms), ascending.
    :ivar calls: the number of calls of each entry.
    :ivar spread: whether an entry has different values, of which only the mean is known.
    :ivar minimum: the fastest (ms); infinite without calls.
    :ivar maximum: the slowest (ms).
    """

    known: int
    errors: int
    means: Floats
    calls: Ints
    spread: Bools
    minimum: float
    maximum: float

    @classmethod
    def of(cls, times: Iterable[float], errors: int = 0) -> Self:
        """Return a sample of calls whose status is known.

        :param times: the execution times (ms), at least one.
        :param errors: how many of them failed.

        >>> sample = Sample.of(range(1, 101), errors=3)
        >>> sample.visits, sample.p95, sample.error_rate, sample.slower_than(95)
        (100, 95.05, 0.03, 5)
        """
        means, calls = np.unique(np.array([*times], dtype=np.float64), return_counts=True)
        known, spread = int(calls.sum()), np.zeros(len(means), dtype=bool)
        return cls(known, errors, means, calls, spread, float(means[0]), float(means[-1]))

    @classmethod
    def empty(cls) -> Self:
        """Return a sample without calls."""
        none = np.zeros(0, dtype=np.int64)
        return cls(0, 0, none.astype(np.float64), none, none.astype(bool), np.inf, -np.inf)

    @cached_property
    def visits(self) -> int:
        """The number of calls."""
        return int(self.calls.sum())

    @property
    def error_rate(self) -> float | None:
        """The share of server errors among the calls whose status is known."""
        return self.errors / self.known if self.known else None

    @cached_property
    def p95(self) -> float | None:
        """The 95th percentile of the execution times (ms); None without calls."""
        if not len(self.means):
            return None
        weights = np.where(self.spread, -self.calls, self.calls)
        size, exact = np.array([len(self.means)]), np.array([not self.spread.any()])
        extremes = np.array([self.minimum]), np.array([self.maximum])
        digest = Digests(size, self.means, weights, exact)
        return float(digest.percentiles(0.95, *extremes)[0])

    def slower_than(self, time: float) -> int:
        """Return how many calls took longer.

        Exactly, as far as the values are known: the calls of a spread are taken to lie evenly
        between the middles to its neighbors.
        """
        if not len(self.means):
            return 0
        middles = (self.means[1:] + self.means[:-1]) / 2
        low = np.concatenate([[self.minimum], middles])
        high = np.concatenate([middles, [self.maximum]])
        above = np.clip((high - time) / np.where(high > low, high - low, 1), 0, 1)
        shares = np.where(self.spread & (high > low), above, self.means > time)
        return round(float((shares * self.calls).sum()))

    def counts(self, edges: Floats) -> list[int]:
        """Return the number of calls in each bin between ascending edges (ms).

        Each entry of the digest counts in the bin of its mean; what lies outside counts in the
        nearest bin.
        """
        inside = np.clip(self.means, edges[0], edges[-1])
        counts, _ = np.histogram(inside, edges, weights=self.calls)
        found: list[int] = counts.astype(np.int64).tolist()
        return found


def histogram(bins: int, *groups: Collection[Sample]) -> tuple[list[float], list[list[int]]]:
    """Return the distributions of the execution times of groups of samples, in the same bins.

    :param bins: number of bins, at least 1, of equal width on a logarithmic scale.
    :returns: the edges of the bins (ms, ascending, one more than bins), and for each group the
        number of calls in each; all empty without calls.
    """
    means = [sample.means for group in groups for sample in group]
    if not any(map(len, means)):
        return [], [[] for _ in groups]
    edges = logarithmic_edges(np.concatenate(means), bins)
    counts = (np.array([sample.counts(edges) for sample in group]) for group in groups)
    return edges.tolist(), [each.reshape(-1, bins).sum(axis=0).tolist() for each in counts]


def samples(cube: Cube, query: Query) -> dict[str, Sample]:
    """Return the calls of each group as a sample, by name.

    :param query: which calls to read, grouped by one field.
    """
    (field,) = query.by
    selection = Selection(cube, query)
    cells = selection.exact(selection.cells([STATISTICS[name] for name in _MEASURES]))
    digests = cells.sketched()
    ends = np.cumsum(digests.counts)
    measures = {name: values.tolist() for name, values in cells.measures.items()}
    parts = (
        np.split(each, ends)[:-1] for each in (digests.means, digests.calls, digests.weights < 0)
    )
    numbers = (measures[name] for name in ("known", "errors", "minimum", "maximum"))
    names = selection.group_names(field, cells.keys[0])
    return {
        name: Sample(known, errors, means, calls, spread, low, high)
        for name, known, errors, low, high, means, calls, spread in zip(
            names, *numbers, *parts, strict=True
        )
    }

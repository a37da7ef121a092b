"""t-digests of many cells at once, in flat arrays.

A digest is a list of centroids (mean, weight) in order of their means. Two arrays contain the
digests of all cells one after the other, a third the number of centroids of each. No Python loop
runs over cells.

The method is Dunning and Ertl, "Computing extremely accurate quantiles using t-digests" (2019),
in its merging form with the scale function k1: clusters are small near the extremes, so extreme
percentiles are as good as the median.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SCALE_FUNCTION = "k1"
# A digest has at most this many centroids; it is exact for at most as many distinct values.
SIZE = 150


@dataclass(frozen=True)
class Digests:
    """The t-digests of a number of cells.

    :ivar counts: number of centroids of each cell, at least 1.
    :ivar means: of all centroids (ms), ascending within a cell, no two equal within a cell.
    :ivar weights: number of calls of each centroid.
    """

    counts: Ints
    means: Floats
    weights: Ints

    @classmethod
    def merge(cls, cells: Ints, means: Floats, weights: Ints, size: int) -> "Digests":
        """Build one digest per cell from centroids in any order.

        :param cells: for each centroid the number of its cell, 0 to size - 1.
        :param size: number of cells; each has at least one centroid.
        """
        cells, means, weights = _sorted_by_cell_and_mean(cells, means, weights)
        starts = _run_starts(cells, means)
        if len(starts) < len(cells):
            weights = np.add.reduceat(weights, starts)
            cells, means = cells[starts], means[starts]
        return cls(np.bincount(cells, minlength=size), means, weights)

    def compressed(self) -> "Digests":
        """Return digests of at most SIZE centroids each; those that have no more stay as is."""
        large = self.counts > SIZE
        if not large.any():
            return self
        cells = np.repeat(np.arange(len(self.counts)), self.counts)
        crowded = large[cells]
        some = Digests(self.counts[large], self.means[crowded], self.weights[crowded])
        numbers, means, weights = some._clustered()
        return Digests.merge(
            np.concatenate([cells[~crowded], np.flatnonzero(large)[numbers]]),
            np.concatenate([self.means[~crowded], means]),
            np.concatenate([self.weights[~crowded], weights]),
            len(self.counts),
        )

    def percentiles(self, q: float, minimum: Floats, maximum: Floats) -> Floats:
        """Return the q-quantile of each cell (ms).

        Linear between the centroids' mid-ranks; the extremes are the exact minimum and maximum.

        :param q: 0 to 1.
        :param minimum: of each cell.
        :param maximum: of each cell.

        >>> digests = Digests.merge(np.zeros(5, int), np.array([.1, .2, .2, .2, .5]),
        ...                         np.ones(5, int), 1)
        >>> digests.percentiles(.25, np.array([.1]), np.array([.5]))
        array([0.1375])
        """
        ends = np.cumsum(self.weights)
        mid_ranks = ends - self.weights / 2
        last = np.cumsum(self.counts) - 1
        first = last - self.counts + 1
        top = ends[last].astype(np.float64)
        bottom = top - np.add.reduceat(self.weights, first)
        target = bottom + q * (top - bottom)
        right = np.clip(np.searchsorted(mid_ranks, target), first, last + 1)
        # Beyond the outermost centroids, interpolate to the extreme itself.
        low, high = right == first, right == last + 1
        left, right = np.maximum(right - 1, 0), np.minimum(right, len(mid_ranks) - 1)
        x0 = np.where(low, bottom, mid_ranks[left])
        x1 = np.where(high, top, mid_ranks[right])
        y0 = np.where(low, minimum, self.means[left])
        y1 = np.where(high, maximum, self.means[right])
        values: Floats = np.clip(y0 + (y1 - y0) * (target - x0) / (x1 - x0), minimum, maximum)
        return values

    def _clustered(self) -> tuple[Ints, Floats, Ints]:
        """Merge the centroids of each cluster; return cell, mean and weight of each cluster."""
        cells = np.repeat(np.arange(len(self.counts)), self.counts)
        ends = np.cumsum(self.weights)
        first = np.cumsum(self.counts) - self.counts
        totals = np.add.reduceat(self.weights, first)
        bottom = ends[first] - self.weights[first]
        mid_ranks = ends - self.weights / 2 - np.repeat(bottom, self.counts)
        quantiles = mid_ranks / np.repeat(totals, self.counts)
        # The scale function k1; the centroids between two whole numbers are one cluster.
        scaled = SIZE * (np.arcsin(2 * quantiles - 1) / np.pi + 0.5)
        starts = _run_starts(cells, np.floor(scaled).astype(np.int64))
        weights = np.add.reduceat(self.weights, starts)
        means = np.add.reduceat(self.means * self.weights, starts) / weights
        single = np.diff(starts, append=len(cells)) == 1
        # Single precision is enough for a mean of several calls; the zeros compress well.
        means = np.where(single, self.means[starts], means.astype(np.float32))
        return cells[starts], means, weights


def _run_starts(*keys: NDArray[np.generic]) -> Ints:
    """Return the rows that differ from the previous one in any of the keys."""
    changes = np.zeros(len(keys[0]), dtype=bool)
    changes[:1] = True
    for key in keys:
        changes[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(changes)


def _sorted_by_cell_and_mean(
    cells: Ints, means: Floats, weights: Ints
) -> tuple[Ints, Floats, Ints]:
    step = np.diff(cells)
    falls = np.flatnonzero((step < 0) | ((step == 0) & (np.diff(means) < 0)))
    if not len(falls):
        return cells, means, weights
    # Calls in order of time are nearly sorted: only the last cells are still growing.
    fall = int(falls[0]) + 1
    start = int(np.searchsorted(cells[:fall], cells[fall:].min()))
    order = np.argsort(means[start:])
    # A stable sort of 16-bit integers is a radix sort, which is linear.
    small = np.min_scalar_type(int(cells.max()))
    order = order[np.argsort(cells[start:][order].astype(small), kind="stable")] + start
    return (
        np.concatenate([cells[:start], cells[order]]),
        np.concatenate([means[:start], means[order]]),
        np.concatenate([weights[:start], weights[order]]),
    )

"""Digests of the execution times of many cells at once, in flat arrays.

A digest is a list of entries in order of their means. An entry is a **plateau** (calls with the
same value) or a **spread** (calls with different values, of which only the mean is kept). Three
arrays contain the digests of all cells one after the other. No Python loop runs over cells.

The method is the merging t-digest of Dunning and Ertl, "Computing extremely accurate quantiles
using t-digests" (2019), with three changes. A value that many calls share remains a plateau. The
scale function is finest in the upper tail, which matters most for execution times. And the digest
of a small cell contains the calls that decide its percentiles.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Digests with at most this many entries are not clustered, so they contain every distinct value.
# Clustered digests usually have fewer; gaps and ties can add some.
LIMIT = 200
# Cells with fewer calls than this are small. When their values are clustered for the first time,
# the calls that decide these percentiles are kept.
SMALL = 4_096
KEPT = tuple(percent / 100 for percent in (25, 50, 75, 90, 95, 99, 99.9))
# The scale function: its units in the body and in the upper tail, and where the tail begins.
_BODY, _TAIL, _TAIL_BEGINS = 80, 100, 0.0015
# A plateau this wide (in units of the scale function) is not merged with its neighbors.
_WIDE = 0.5
# Neighbors this far apart, such as those of two modes, are not merged either.
_GAP = 2
# Single calls are sorted by cell if cells have this many on average.
_LARGE_CELL = 256
# Entries are nearly sorted if all but one in so many of them are a single run.
_NEARLY = 8
# Arrays of fewer entries than this fit into the processor's cache.
_FITS_CACHE = 1 << 17
# The lower bits of a mean carry no information. As zeros, they compress well.
_DROPPED_BITS = 32


@dataclass(frozen=True)
class Digests:
    """The digests of a number of cells.

    :ivar counts: number of entries of each cell, at least 1.
    :ivar means: the means of all entries (ms), ascending within a cell.
    :ivar weights: number of calls of each entry; negative if it is a spread. (The sign survives
        sorting and selecting rows at no cost.)
    :ivar exact: whether the percentiles KEPT of each cell are those of its calls, because it has no
        spreads, or is small and was clustered once.
    """

    counts: Ints
    means: Floats
    weights: Ints
    exact: Bools

    @classmethod
    def merge(
        cls, cells: Ints, means: Floats, weights: Ints, size: int, exact: Bools | None = None
    ) -> "Digests":
        """Build one digest per cell from entries in any order.

        :param cells: the number of the cell of each entry, 0 to size - 1.
        :param size: number of cells, each with at least one entry.
        :param exact: which cells consist of the entries of a single digest that is exact. Default:
            none. Cells without spreads are always exact.
        """
        spread = weights < 0
        if spread.any():
            known = np.bincount(cells[spread], minlength=size) == 0
            exact = known if exact is None else known | exact
        else:
            exact = np.ones(size, dtype=bool)
        cells, means, weights = _sorted_by_cell_and_mean(cells, means, weights)
        same = (cells[1:] == cells[:-1]) & (means[1:] == means[:-1])
        same &= (weights[1:] > 0) & (weights[:-1] > 0)
        if same.any():
            starts = np.flatnonzero(np.concatenate([[True], ~same]))
            weights = np.add.reduceat(weights, starts)
            cells, means = cells[starts], means[starts]
        return cls(np.bincount(cells, minlength=size), means, weights, exact)

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """The columns of a table with a row per cell."""
        return {
            "centroids": self.counts,
            "exact": self.exact,
            "mean": self.means,
            "weight": self.weights,
        }

    @property
    def calls(self) -> Ints:
        """The number of calls of each entry."""
        return np.abs(self.weights)

    def compressed(self, kept: float = 0) -> "Digests":
        """Return digests of about LIMIT entries each; smaller ones remain unchanged.

        :param kept: cells of fewer calls than this remain unchanged if they have no spreads.
        """
        large = self.counts > LIMIT
        if not large.any():
            return self
        starts = np.cumsum(self.counts) - self.counts
        has_spreads = np.logical_or.reduceat(self.weights < 0, starts)
        # Clustered again, exact digests would not be exact any more.
        calls = np.add.reduceat(self.calls, starts)
        large &= np.where(has_spreads, ~self.exact, calls >= kept)
        if not large.any():
            return self
        small = self.exact & (calls < SMALL)
        if large.all():
            return Digests.merge(*self._clustered_in_portions(small), len(self.counts), small)
        cells = np.repeat(np.arange(len(self.counts)), self.counts)
        crowded = large[cells]
        some = self._where(large, crowded)
        numbers, means, weights = some._clustered_in_portions(small[large])
        return Digests.merge(
            np.concatenate([cells[~crowded], np.flatnonzero(large)[numbers]]),
            np.concatenate([self.means[~crowded], means]),
            np.concatenate([self.weights[~crowded], weights]),
            len(self.counts),
            np.where(large, small, self.exact),
        )

    def replaced(self, cells: Bools, others: "Digests") -> "Digests":
        """Return the digests with those of some cells replaced by others, in the same order."""
        order = np.arange(len(self.counts))
        order[cells] = len(self.counts) + np.arange(len(others.counts))
        counts = np.concatenate([self.counts, others.counts])
        firsts = (np.cumsum(counts) - counts)[order]
        counts = counts[order]
        entries = np.repeat(firsts - (np.cumsum(counts) - counts), counts)
        entries += np.arange(len(entries))
        return Digests(
            counts,
            np.concatenate([self.means, others.means])[entries],
            np.concatenate([self.weights, others.weights])[entries],
            np.concatenate([self.exact, others.exact])[order],
        )

    def where(self, keep: Bools) -> "Digests":
        """Return the digests of the cells for which `keep` is true."""
        return self._where(keep, np.repeat(keep, self.counts))

    def _where(self, keep: Bools, entries: Bools) -> "Digests":
        return Digests(
            self.counts[keep], self.means[entries], self.weights[entries], self.exact[keep]
        )

    def percentiles(self, q: float, minimum: Floats, maximum: Floats) -> Floats:
        """Return the q-quantile of each cell (ms).

        Without spreads, it equals NumPy's to the last digit, which is linear between neighboring
        calls. A spread represents its middle rank, and no value is interpolated within a gap.

        :param q: 0 to 1.
        :param minimum: the minimum of each cell.
        :param maximum: the maximum of each cell.

        >>> digests = Digests.merge(np.zeros(3, int), np.array([5., 1500., 5.]),
        ...                         np.array([90, 6, 6]), 1)
        >>> digests.percentiles(.9, np.array([5.]), np.array([1500.]))
        array([5.])
        """
        ranks, means = self._ranks, self.means
        h = q * (ranks.sizes - 1)
        # Doubled ranks are integers, so the search is exact.
        wanted = 2 * ranks.bottom + np.ceil(2 * h).astype(np.int64)
        right = np.clip(np.searchsorted(ranks.right, wanted), ranks.first, ranks.last + 1)
        # Beyond an outermost spread, interpolate to the extreme itself.
        low, high = right == ranks.first, right > ranks.last
        left, right = np.maximum(right - 1, 0), np.minimum(right, len(means) - 1)
        y0 = np.where(low, minimum, means[left])
        y1 = np.where(high, maximum, means[right])
        x0 = np.where(low, 0, ranks.right[left] / 2 - ranks.bottom)
        x1 = np.where(high, ranks.sizes - 1, ranks.left[right] / 2 - ranks.bottom)
        edge = np.where(low, 1, np.where(high, ranks.sizes - 1, ranks.start[right] - ranks.bottom))
        gap = y1 > _GAP * y0
        x0, x1 = np.where(gap, edge - 1, x0), np.where(gap, edge, x1)
        t = np.clip((h - x0) / np.where(x1 > x0, x1 - x0, 1), 0, 1)
        # Computed like NumPy, so that no digit differs.
        values = np.where(t < 0.5, y0 + (y1 - y0) * t, y1 - (y1 - y0) * (1 - t))
        return np.clip(values, minimum, maximum)

    @cached_property
    def _ranks(self) -> "_Ranks":
        calls = self.calls
        ends = np.cumsum(calls)
        start = ends - calls
        last = np.cumsum(self.counts) - 1
        first = last - self.counts + 1
        spread = self.weights < 0
        middle = 2 * start + calls - 1
        return _Ranks(
            first=first,
            last=last,
            bottom=start[first],
            sizes=ends[last] - start[first],
            start=start,
            left=np.where(spread, middle, 2 * start),
            right=np.where(spread, middle, 2 * ends - 2),
        )

    def squares(self) -> Floats:
        """Return the sum of squared deviations of the calls from the mean of each cell (ms²).

        :returns: NaN where there are spreads.
        """
        starts = np.cumsum(self.counts) - self.counts
        has_spreads = np.logical_or.reduceat(self.weights < 0, starts)
        return np.where(has_spreads, np.nan, self._between())

    def estimated_squares(self, minimum: Floats, maximum: Floats) -> Floats:
        """Return about the sum of squared deviations of the calls from the mean of each cell (ms²).

        The calls of a spread are assumed to extend halfway to the neighboring entries, and those of
        the outermost ones to the extremes.

        :param minimum: the minimum of each cell.
        :param maximum: the maximum of each cell.
        """
        ends = np.cumsum(self.counts)
        middles = (self.means[1:] + self.means[:-1]) / 2
        low, high = np.insert(middles, 0, 0), np.append(middles, 0)
        low[ends - self.counts], high[ends - 1] = minimum, maximum
        # The variance of evenly distributed calls, if the mean is in the middle.
        variances = np.maximum((high - self.means) * (self.means - low), 0) / 3
        within = np.where(self.weights < 0, self.calls * variances, 0)
        return self._between() + np.add.reduceat(within, ends - self.counts)

    def _between(self) -> Floats:
        """Return the sum of squared deviations of the entries from the mean of each cell."""
        calls, starts = self.calls, np.cumsum(self.counts) - self.counts
        means = np.add.reduceat(calls * self.means, starts) / np.add.reduceat(calls, starts)
        deviations = self.means - np.repeat(means, self.counts)
        squares: Floats = np.add.reduceat(calls * deviations**2, starts)
        return squares

    def _clustered_in_portions(self, small: Bools) -> tuple[Ints, Floats, Ints]:
        """Return `_clustered`, computed in portions that fit into the processor's cache."""
        ends = np.cumsum(self.counts)
        cuts = np.searchsorted(ends, np.arange(_FITS_CACHE, ends[-1], _FITS_CACHE), side="right")
        found = []
        for first, last in pairwise(np.unique([0, *cuts, len(ends)]).tolist()):
            low, high = ends[first] - self.counts[first], ends[last - 1]
            some = Digests(
                self.counts[first:last],
                self.means[low:high],
                self.weights[low:high],
                self.exact[first:last],
            )
            cells, means, weights = some._clustered(small[first:last])
            found.append((cells + first, means, weights))
        cells, means, weights = map(np.concatenate, zip(*found, strict=True))
        return cells, means, weights

    def _clustered(self, small: Bools) -> tuple[Ints, Floats, Ints]:
        """Merge the entries of each cluster, and return its cell, mean and weight.

        :param small: the cells of which the entries that decide the percentiles KEPT remain.
        """
        calls = self.calls
        ends = np.cumsum(calls)
        last = np.cumsum(self.counts) - 1
        first = last - self.counts + 1
        sizes = np.diff(ends[last], prepend=0)
        q = (ends - np.repeat(ends[last] - sizes, self.counts)) / np.repeat(sizes, self.counts)
        above = (1 - q) / _TAIL_BEGINS
        right = _BODY * q + _TAIL / (1 + above * np.sqrt(above))
        left = np.concatenate([[0], right[:-1]])
        left[first] = 0
        wide = (self.weights > 0) & (right - left >= _WIDE)
        alone = np.zeros(0, dtype=np.int64)
        if small.any():
            highest = np.multiply.outer(KEPT, sizes[small] - 1)
            ranks = np.concatenate([np.floor(highest), np.ceil(highest)]).astype(np.int64)
            alone = np.searchsorted(ends, (ends[last] - sizes)[small] + ranks, side="right").ravel()
            wide[alone] = True
        number = ((left + right) / 2).astype(np.int64)
        starts = np.ones(len(calls), dtype=bool)
        starts[1:] = number[1:] != number[:-1]
        starts[1:] |= wide[1:] | wide[:-1] | (self.means[1:] > _GAP * self.means[:-1])
        starts[first] = True
        runs = np.flatnonzero(starts)
        merged = np.diff(runs, append=len(calls)) > 1
        sums = np.add.reduceat(calls, runs)
        lowest, highest = self.means[runs], self.means[np.append(runs[1:], len(calls)) - 1]
        means = np.clip(np.add.reduceat(self.means * calls, runs) / sums, lowest, highest)
        weights = np.where(merged, -sums, self.weights[runs])
        cells = np.repeat(np.arange(len(self.counts)), self.counts)[runs]
        rounded = _rounded(means)
        # Without spreads, all values remain known.
        fits = (weights <= 1) & (np.bincount(cells, weights < 0) > 0)[cells]
        fits[np.searchsorted(runs, alone)] = False
        # Neighbors must not change places.
        is_next_cell = np.diff(cells) > 0
        fits[:-1] &= is_next_cell | (rounded[:-1] < lowest[1:])
        fits[1:] &= is_next_cell | (rounded[1:] > highest[:-1])
        return cells, np.where(fits, rounded, means), weights


@dataclass(frozen=True)
class _Ranks:
    """The ranks of the calls of a number of cells, counted through all cells.

    :ivar first: number of the first entry of each cell.
    :ivar last: number of its last entry.
    :ivar bottom: number of calls before each cell.
    :ivar sizes: number of calls of each cell.
    :ivar start: number of calls before each entry.
    :ivar left: twice the rank at which each entry begins: that of its first call, or, of a spread,
        its middle.
    :ivar right: twice the rank at which it ends.
    """

    first: Ints
    last: Ints
    bottom: Ints
    sizes: Ints
    start: Ints
    left: Ints
    right: Ints


def with_spreads(weights: NDArray[np.integer], means: Floats) -> Ints:
    """Return the weights of a digest that was stored without marking spreads.

    The means of spreads were rounded to single precision, but values of calls were not. An entry of
    several calls is therefore a plateau if its mean has more digits than that, or so few that it is
    unlikely to be a mean, such as whole and half milliseconds.

    >>> with_spreads(np.array([1, 3, 3, 3]), np.array([.1, .1, 250., float(np.float32(.1))]))
    array([ 1,  3,  3, -3])
    """
    bits = means.view(np.int64)
    is_single = (bits & ((1 << 29) - 1)) == 0
    has_few_digits = (bits & ((1 << 38) - 1)) == 0
    signs = np.where((weights > 1) & is_single & ~has_few_digits, -1, 1)
    return signs * weights.astype(np.int64)


def _rounded(means: Floats) -> Floats:
    """Round means (at least 0) to 20 binary digits, which changes them by at most 5e-7."""
    half = np.int64(1 << (_DROPPED_BITS - 1))
    bits = (means.view(np.int64) + half) >> _DROPPED_BITS << _DROPPED_BITS
    return bits.view(np.float64)


def _sorted_by_cell_and_mean(
    cells: Ints, means: Floats, weights: Ints
) -> tuple[Ints, Floats, Ints]:
    step = np.diff(cells)
    falls = np.flatnonzero((step < 0) | ((step == 0) & (np.diff(means) < 0)))
    if not len(falls):
        return cells, means, weights
    # Calls in chronological order are nearly sorted, because only the last cells still grow.
    fall = int(falls[0]) + 1
    start = int(np.searchsorted(cells[:fall], cells[fall:].min()))
    is_nearly_sorted = int(falls[-1]) - int(falls[0]) < (len(cells) - start) // _NEARLY
    counts = np.bincount(cells[start:])
    are_large = len(counts) * _LARGE_CELL < len(means) - start
    if are_large and not is_nearly_sorted and (weights[start:] == 1).all():
        # Sorting numbers is several times faster than finding their order.
        # A stable sort of 16-bit integers is a radix sort, which is linear.
        small = np.min_scalar_type(len(counts))
        order = np.argsort(cells[start:].astype(small), kind="stable") + start
        ordered = means[order]
        for cell in np.split(ordered, np.cumsum(counts)):
            cell.sort()
        return (
            np.concatenate([cells[:start], cells[order]]),
            np.concatenate([means[:start], ordered]),
            weights,
        )
    order = _order(cells[start:], means[start:], is_nearly_sorted=is_nearly_sorted) + start
    if not start:
        return cells[order], means[order], weights[order]
    return (
        np.concatenate([cells[:start], cells[order]]),
        np.concatenate([means[:start], means[order]]),
        np.concatenate([weights[:start], weights[order]]),
    )


def _order(cells: Ints, means: Floats, *, is_nearly_sorted: bool) -> Ints:
    """Return the order by cell and mean.

    Both are combined into integers, in which as many bits of the means are left as there is room
    for. Sorting these takes half the time of sorting by mean and then by cell.
    """
    # The bits of floats have their order, except for negative ones and -0.0.
    bits = means.view(np.int64)
    low, high = int(bits.min()), int(bits.max())
    if low < 0:
        return np.lexsort((means, cells))
    is_small = len(means) < _FITS_CACHE
    place_bits = 0 if is_small else len(means).bit_length()
    room = 32 if is_small else 63 - place_bits - int(cells.max()).bit_length()
    dropped = max(0, (high - low).bit_length() - room)
    keys = (bits - low) >> dropped | cells << room
    if is_small:
        # A stable sort of 16-bit integers is a radix sort, which is linear.
        order = np.arange(len(keys))
        for shift in range(0, int(keys.max()).bit_length(), 16):
            digits = (keys >> shift).astype(np.uint16)
            order = order[np.argsort(digits[order], kind="stable")]
        keys = keys[order]
    else:
        # Sorting numbers that contain their places needs no random access to memory.
        keys = keys << place_bits | np.arange(len(keys))
        # A stable sort takes advantage of long sorted runs.
        keys.sort(kind="stable" if is_nearly_sorted else "quicksort")
        order = keys & ((1 << place_bits) - 1)
        keys >>= place_bits
    same = keys[1:] == keys[:-1]
    if dropped and (means[order[1:][same]] < means[order[:-1][same]]).any():
        # Some means differ only in the dropped bits.
        alike = np.flatnonzero(np.append(same, False) | np.append(False, same))
        some = order[alike]
        order[alike] = some[np.lexsort((means[some], cells[some]))]
    return order

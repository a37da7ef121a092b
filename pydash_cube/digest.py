"""Digests of the execution times of many cells at once, in flat arrays.

A digest is a list of entries in order of their means. An entry is a **plateau** (calls with the
same value) or a **spread** (calls with different values, of which only the mean is kept). Three
arrays contain the digests of all cells one after the other. No Python loop runs over cells.

The method is the merging t-digest of Dunning and Ertl, "Computing extremely accurate quantiles
using t-digests" (2019), with two changes. A value that many calls share remains a plateau, and the
scale function is finest in the upper tail, which matters most for execution times.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Digests with at most this many entries are not clustered, so they contain every distinct value.
# Clustered digests usually have fewer; gaps and ties can add some.
LIMIT = 200
# The scale function: its units in the body and in the upper tail, and where the tail begins.
_BODY, _TAIL, _TAIL_BEGINS = 80, 100, 0.0015
# A plateau this wide (in units of the scale function) is not merged with its neighbors.
_WIDE = 0.5
# Neighbors this far apart, such as those of two modes, are not merged either.
_GAP = 2
# Single calls are sorted by cell if cells have this many on average.
_LARGE_CELL = 256
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
    """

    counts: Ints
    means: Floats
    weights: Ints

    @classmethod
    def merge(cls, cells: Ints, means: Floats, weights: Ints, size: int) -> "Digests":
        """Build one digest per cell from entries in any order.

        :param cells: the number of the cell of each entry, 0 to size - 1.
        :param size: number of cells, each with at least one entry.
        """
        cells, means, weights = _sorted_by_cell_and_mean(cells, means, weights)
        same = (cells[1:] == cells[:-1]) & (means[1:] == means[:-1])
        same &= (weights[1:] > 0) & (weights[:-1] > 0)
        if same.any():
            starts = np.flatnonzero(np.concatenate([[True], ~same]))
            weights = np.add.reduceat(weights, starts)
            cells, means = cells[starts], means[starts]
        return cls(np.bincount(cells, minlength=size), means, weights)

    @property
    def calls(self) -> Ints:
        """The number of calls of each entry."""
        return np.abs(self.weights)

    def compressed(self) -> "Digests":
        """Return digests of about LIMIT entries each; smaller ones remain unchanged."""
        large = self.counts > LIMIT
        if not large.any():
            return self
        if large.all():
            return Digests.merge(*self._clustered(), len(self.counts))
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

    def _clustered(self) -> tuple[Ints, Floats, Ints]:
        """Merge the entries of each cluster, and return its cell, mean and weight."""
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
        number = ((left + right) / 2).astype(np.int64)
        starts = np.ones(len(calls), dtype=bool)
        starts[1:] = number[1:] != number[:-1]
        starts[1:] |= wide[1:] | wide[:-1] | (self.means[1:] > _GAP * self.means[:-1])
        starts[first] = True
        runs = np.flatnonzero(starts)
        merged = np.diff(runs, append=len(calls)) > 1
        sums = np.add.reduceat(calls, runs)
        means = np.add.reduceat(self.means * calls, runs) / sums
        means = np.where(merged, means, self.means[runs])
        weights = np.where(merged, -sums, self.weights[runs])
        cells = np.repeat(np.arange(len(self.counts)), self.counts)
        return cells[runs], np.where(weights > 1, means, _rounded(means)), weights


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
    counts = np.bincount(cells[start:])
    if len(counts) * _LARGE_CELL < len(means) - start and (weights[start:] == 1).all():
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
    order = _order(cells[start:], means[start:]) + start
    if not start:
        return cells[order], means[order], weights[order]
    return (
        np.concatenate([cells[:start], cells[order]]),
        np.concatenate([means[:start], means[order]]),
        np.concatenate([weights[:start], weights[order]]),
    )


def _order(cells: Ints, means: Floats) -> Ints:
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
        keys.sort()
        order = keys & ((1 << place_bits) - 1)
        keys >>= place_bits
    same = keys[1:] == keys[:-1]
    if dropped and (means[order[1:][same]] < means[order[:-1][same]]).any():
        # Some means differ only in the dropped bits.
        alike = np.flatnonzero(np.append(same, False) | np.append(False, same))
        some = order[alike]
        order[alike] = some[np.lexsort((means[some], cells[some]))]
    return order

"""Column tables of calls and of cells, and their only operation, rolling up.

A **call table** has one row per call. A **cell table** has one row per cell, which stands for the
calls that agree in some fields, with their measures and a t-digest of their execution times. A call
is a cell of one call, so both tables have the same columns, and all functions work on both.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pydash_cube.digest import Digests
from pydash_cube.vocabulary import CallField

Array = NDArray[Any]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

# Plain strings, because they are stored.
FIELDS: tuple[str, ...] = tuple(field.value for field in CallField)
CALL_COLUMNS = ("endpoint", "version", "ip", "group_by", "status", "time", "execution_time")
# The measures of a cell, with the functions that merge those of several cells.
MEASURES: Mapping[str, np.ufunc] = {
    "visits": np.add,
    "errors": np.add,  # calls with a status of 500 or above
    "known": np.add,  # calls whose status is known
    "total": np.add,
    "minimum": np.minimum,
    "maximum": np.maximum,
    "first": np.minimum,
    "last": np.maximum,
}
# The sum of squared deviations of a cell's calls from their mean. Only cells with digests have it,
# because it would take much of the space of all others.
SQUARES = "squares"
CENTROIDS = ("centroids", "exact", "mean", "weight")
# Up to this many keys, a lookup table is cheaper than sorting, however few rows there are.
_SMALL = 1 << 16
_LARGEST_KEY = 1 << 62
_NO_ROWS = np.zeros(0, dtype=np.int64)


_ONE_PER_CALL = frozenset({"visits", "centroids", "exact", "weight"})
_FROM_STATUS: Mapping[str, Callable[[Array], Array]] = {
    "errors": lambda status: status >= 500,
    "known": lambda status: status > 0,
    "status_class": lambda status: status // 100,
}
_STORED_AS = {
    "total": "execution_time",
    "minimum": "execution_time",
    "maximum": "execution_time",
    "mean": "execution_time",
    "first": "time",
    "last": "time",
    **dict.fromkeys(_FROM_STATUS, "status"),
}


def _squares(columns: Mapping[str, Array]) -> Array:
    counts, means = columns["centroids"].astype(np.int64), columns["mean"]
    return Digests(counts, means, columns["weight"], columns["centroids"] > 0).squares()


# The columns of cells with digests that earlier versions did not store, and what they are instead.
LATER_COLUMNS: Mapping[str, Callable[[Mapping[str, Array]], Array]] = {
    "exact": lambda columns: np.zeros(len(columns["centroids"]), dtype=bool),
    SQUARES: _squares,
}


def stored_name(name: str) -> str:
    """Return the column of a call table from which a column is derived.

    >>> stored_name("first"), stored_name("ip")
    ('time', 'ip')
    """
    return _STORED_AS.get(name, name)


def is_calls(columns: Mapping[str, object]) -> bool:
    """Return whether the columns are those of a call table."""
    return "execution_time" in columns


class Table:
    """A column table, in memory or stored.

    :param rows: number of rows.
    :param columns: arrays by name, read on access. ``centroids`` is the number of entries in
        ``mean`` and ``weight`` that belong to each row.
    """

    def __init__(self, rows: int, columns: Mapping[str, Array]) -> None:
        self.rows = rows
        self._columns = columns

    def column(self, name: str) -> Array:
        """Return a field, a measure or a column of centroids."""
        if name in LATER_COLUMNS and name not in self._columns:
            return LATER_COLUMNS[name](self._columns)
        return self._columns[name]

    def where(self, keep: Bools | None) -> Self:
        """Return the rows for which `keep` is true; all rows if it is None."""
        if keep is None:
            return self
        return type(self)(int(np.count_nonzero(keep)), _Chosen(self._columns, keep))


class CallTable(Table):
    """A table of calls with the columns CALL_COLUMNS, from which all others are derived."""

    def column(self, name: str) -> Array:
        """Return a field, a measure or a column of centroids."""
        if name in _ONE_PER_CALL:
            return np.ones(self.rows, dtype=np.int64)
        if name == SQUARES:
            return np.zeros(self.rows)
        if name in _FROM_STATUS:
            return _FROM_STATUS[name](self._columns["status"])
        return self._columns[stored_name(name)]


class _Chosen(Mapping[str, Array]):
    """The columns of some rows, read on access."""

    def __init__(self, columns: Mapping[str, Array], keep: Bools) -> None:
        self._columns = columns
        self._keep = keep

    def __getitem__(self, name: str) -> Array:
        rows = self._centroids if name in ("mean", "weight") else self._rows
        return self._columns[name][rows]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    @cached_property
    def _rows(self) -> Ints:
        return np.flatnonzero(self._keep)

    @cached_property
    def _centroids(self) -> Ints:
        return np.flatnonzero(np.repeat(self._keep, self._columns["centroids"].astype(np.int64)))


@dataclass(frozen=True)
class Part:
    """Rows to roll up, with the keys by which they are grouped.

    :ivar table: the rows.
    :ivar keys: an array of non-negative integers per key, one entry per row.
    """

    table: Table
    keys: Sequence[Array]


@dataclass(frozen=True)
class Cells:
    """The result of rolling up, with one cell per occurring combination of keys, in order.

    :ivar keys: the keys of the cells.
    :ivar measures: the requested measures.
    :ivar digests: None if they were not requested.
    """

    keys: Sequence[Ints]
    measures: Mapping[str, Array]
    digests: Digests | None

    def __len__(self) -> int:
        return len(self.keys[0])

    def compressed(self, kept: float = 0) -> "Cells":
        """Return the same cells with compressed digests.

        Percentiles must be read from these, because the digests of several cells have their
        centroids at the same percentiles, which causes steps of up to two percent.

        :param kept: see `Digests.compressed`.
        """
        digests = self.digests.compressed(kept) if self.digests else None
        return replace(self, digests=digests)

    def where(self, keep: Bools) -> "Cells":
        """Return the cells for which `keep` is true."""
        if keep.all():
            return self
        digests = self.digests.where(keep) if self.digests else None
        measures = {name: values[keep] for name, values in self.measures.items()}
        return Cells([key[keep] for key in self.keys], measures, digests)

    def as_part(self) -> Part:
        """Return the cells as rows, which can be rolled up with others by the same keys."""
        columns = dict(self.measures)
        if self.digests is not None:
            columns |= self.digests.columns
        return Part(Table(len(self), columns), self.keys)

    @property
    def nbytes(self) -> int:
        """The size of all arrays."""
        digests = self.digests
        arrays = [] if digests is None else [digests.counts, digests.means, digests.weights]
        return sum(array.nbytes for array in (*self.keys, *self.measures.values(), *arrays))

    @property
    def entries(self) -> int:
        """The number of entries in the digests."""
        return 0 if self.digests is None else len(self.digests.means)

    def sketched(self) -> Digests:
        """Return the digests.

        :raises RuntimeError: they were not requested.
        """
        if self.digests is None:
            raise RuntimeError("The digests of these cells were not requested.")
        return self.digests


def split_by(numbers: Ints, columns: Mapping[str, Array]) -> Iterator[tuple[int, dict[str, Array]]]:
    """Split rows by a number assigned to each."""
    cells, (different,) = number_keys([numbers])
    for cell, number in enumerate(different.tolist()):
        rows = cells == cell
        yield number, {name: values[rows] for name, values in columns.items()}


def roll_up(parts: Sequence[Part], keys: int, measures: Iterable[str], *, digests: bool) -> Cells:
    """Merge all rows with equal keys into one cell each.

    :param keys: the number of keys of each part, at least one.
    :param measures: which of MEASURES to return; SQUARES, too, with the visits and the total.
    :param digests: whether to return digests.
    """
    parts, measures = [part for part in parts if part.table.rows], tuple(measures)
    cells, found = number_keys([joined([part.keys[key] for part in parts]) for key in range(keys)])
    size = len(found[0])

    def column(name: str) -> Array:
        return joined([part.table.column(name) for part in parts])

    merged = {
        name: _merged(name, column(name), cells, size) for name in measures if name != SQUARES
    }
    if SQUARES in measures:
        visits = column("visits")
        deviations = column("total") / visits - (merged["total"] / merged["visits"])[cells]
        squares = column(SQUARES) + visits * deviations**2
        merged[SQUARES] = np.bincount(cells, weights=squares, minlength=size)
    return Cells(found, merged, _merged_digests(parts, cells, size) if digests else None)


def number_keys(columns: Sequence[Array]) -> tuple[Ints, list[Ints]]:
    """Return the numbers of the distinct combinations of keys, in order.

    :returns: the number of the combination of each row, and the combinations by column.

    >>> number_keys([np.array([7, 5, 7]), np.array([1, 1, 1])])
    (array([1, 0, 1]), [array([5, 7]), array([1, 1])])
    """
    if not len(columns[0]):
        return _NO_ROWS, [_NO_ROWS for _ in columns]
    combined, span = np.zeros(len(columns[0]), dtype=np.int64), 1
    steps: list[_Step] = []
    for column in columns:
        low = int(column.min())
        width = int(column.max()) - low + 1
        before = None
        if span * width > _LARGEST_KEY:
            combined, before = _dense(combined, span)
            span = len(before)
        steps.append(_Step(low, width, before))
        combined *= width
        combined += column
        combined -= low
        span *= width
    numbers, different = _dense(combined, span)
    return numbers, _taken_apart(different, steps)


@dataclass(frozen=True)
class _Step:
    """How a column was combined with the columns before it.

    :ivar before: their numbers before renumbering; None if they were not renumbered.
    """

    low: int
    width: int
    before: Ints | None


def _taken_apart(combined: Ints, steps: Sequence[_Step]) -> list[Ints]:
    """Split combined numbers into their columns."""
    columns = []
    for step in reversed(steps):
        combined, digits = np.divmod(combined, step.width)
        columns.append(digits + step.low)
        if step.before is not None:
            combined = step.before[combined]
    return columns[::-1]


def _dense(keys: Ints, span: int) -> tuple[Ints, Ints]:
    """Renumber keys from 0 without gaps, in order, and return the distinct keys as well."""
    if span > max(_SMALL, 4 * len(keys)):
        different, numbers = np.unique(keys, return_inverse=True)
        return numbers, different
    occurs = np.zeros(span, dtype=bool)
    occurs[keys] = True
    different = np.flatnonzero(occurs)
    if len(different) == span:
        return keys, different
    ranks = np.empty(span, dtype=np.int64)
    ranks[different] = np.arange(len(different))
    return ranks[keys], different


def joined(arrays: Sequence[Array]) -> Array:
    """Concatenate the arrays."""
    if not arrays:
        return _NO_ROWS
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _merged(name: str, values: Array, cells: Ints, size: int) -> Array:
    merge = MEASURES[name]
    if merge is np.add:
        sums = np.bincount(cells, weights=values, minlength=size)
        return sums if name == "total" else sums.astype(np.int64)
    result = np.zeros(size, dtype=values.dtype)
    result[cells] = values  # any value of the cell to start from
    merge.at(result, cells, values)
    return result


def _merged_digests(parts: Sequence[Part], cells: Ints, size: int) -> Digests:
    counts = joined([part.table.column("centroids") for part in parts])
    means = joined([part.table.column("mean") for part in parts])
    weights = joined([part.table.column("weight") for part in parts]).astype(np.int64)
    exact = None
    if (weights < 0).any():
        exact = np.bincount(cells, minlength=size) == 1
        rows = joined([part.table.column("exact") for part in parts]).astype(bool)
        exact[cells[~rows]] = False
    if len(means) != len(cells) or counts.max(initial=1) > 1:
        cells = np.repeat(cells, counts.astype(np.int64))
    return Digests.merge(cells, means.astype(np.float64, copy=False), weights, size, exact)

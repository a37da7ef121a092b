"""Computes the statistics of a query and arranges them by group and slice."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from pydash_cube.cube import Cube
from pydash_cube.dictionary import OVERFLOW
from pydash_cube.query import Query, QueryResult
from pydash_cube.selection import Selection
from pydash_cube.statistics import STATISTICS, CellStatistic, FieldCounts, natural_order
from pydash_cube.table import SQUARES, Ints, number_keys
from pydash_cube.vocabulary import MAX_VALUES, CallField, QueryError, StatisticName

_LEFT_OUT = -1
_NONE = np.zeros(0, dtype=np.int64)


def compute(cube: Cube, statistics: Sequence[StatisticName], query: Query) -> QueryResult:
    """Compute several statistics in one pass over the calls.

    :raises QueryError: a parameter is invalid.

    >>> from datetime import datetime
    >>> from pydash_cube.call_batch import CallBatch
    >>> from pydash_cube.vocabulary import TimeUnit
    >>> cube = Cube()
    >>> cube.add(CallBatch.from_columns(
    ...     endpoint=["foo", "foo"], execution_time=[5, 5], version=["1", "1"], group_by=["", ""],
    ...     time=[datetime(2018, 4, 25, 9), datetime(2018, 4, 25, 11)], ip=["::1", "::1"]))
    >>> names = StatisticName.TOTAL_VISITS, StatisticName.MEDIAN
    >>> result = compute(cube, names, Query(timeslice=TimeUnit.HOUR))
    >>> result.slices
    ['2018-04-25T09', '2018-04-25T10', '2018-04-25T11']
    >>> result.values
    {'total_visits': [[1, 0, 1]], 'median_execution_time': [[5.0, None, 5.0]]}
    """
    computed = [STATISTICS[name] for name in statistics]
    arranged = Arranged(cube, query, computed)
    labels = arranged.slices.labels if arranged.slices else []
    values = {str(each.name): arranged.rows(each) for each in computed}
    lower_bounds = [name for name in statistics if arranged.is_lower_bound(STATISTICS[name])]
    estimates = [name for name in statistics if arranged.is_estimate(STATISTICS[name])]
    return QueryResult(
        arranged.groups, labels, values, lower_bounds, estimates, arranged.resolution
    )


class Arranged:
    """The cells of a query, and the group and slice of each.

    :ivar groups: the groups; see `QueryResult`.
    :ivar slices: the slices; None if the query has no timeslice.
    """

    def __init__(self, cube: Cube, query: Query, statistics: Iterable[CellStatistic]) -> None:
        statistics = [*statistics, STATISTICS[StatisticName.TOTAL_VISITS]]
        self._selection = Selection(cube, query)
        self._cells = self._selection.cells(statistics)
        self._counts: dict[CallField | None, FieldCounts] = {}
        self.slices = self._selection.slices
        self._width = 1 if self.slices is None else len(self.slices)
        self.groups, self._group_of_cell = self._grouped(query.top)
        # Excluded cells do not become Python objects, because there may be a million of them.
        self._kept = self._group_of_cell != _LEFT_OUT
        self._all_keys = self._cells.keys
        self._cells = self._selection.exact(self._cells.where(self._kept))
        self._group_of_cell = self._group_of_cell[self._kept]
        values = len(self.groups) * self._width * (len(statistics) - 1)
        if query.by and query.timeslice and values > MAX_VALUES:
            raise QueryError(
                "timeslice",
                f"This breakdown has more than {MAX_VALUES:,} values."
                " Use longer slices or a smaller top.",
            )

    @property
    def resolution(self) -> str | None:
        """See `QueryResult`."""
        cut = self._selection.cut
        return f"utc_{cut}" if cut else None

    def rows(self, statistic: CellStatistic) -> list[list[Any]]:
        """Return the values of a statistic, with a row per group and a column per slice."""
        rows = [[statistic.empty] * self._width for _ in self.groups]
        if len(self._cells):
            values = statistic.of_cells(self._cells, self._count(statistic.counted_field))
            places = zip(self._group_of_cell.tolist(), self._cells.keys[-1].tolist(), strict=True)
            for (group, column), value in zip(places, values, strict=True):
                rows[group][column] = value
        return rows

    def is_lower_bound(self, statistic: CellStatistic) -> bool:
        """Return whether the values of a statistic are lower bounds; see `MAX_DISTINCT`."""
        if self._selection.is_incomplete:
            return statistic.empty is not None
        counts = self._count(statistic.counted_field)
        return OVERFLOW in counts.codes or (statistic.lists and counts.is_cut)

    def is_estimate(self, statistic: CellStatistic) -> bool:
        """Return whether some values of a statistic are estimates; see `QueryResult`."""
        squares = SQUARES in statistic.measures and self._cells.measures[SQUARES]
        return bool(np.isnan(squares).any())

    def _grouped(self, top: int | None) -> tuple[list[tuple[str, ...]], Ints]:
        """Return the groups, and the number of the group of each cell.

        The largest groups come first if there is a `top`; otherwise they are in natural order. Only
        returned groups are looked up and sorted by name, because there may be a million groups.
        """
        selection, cells = self._selection, self._cells
        if not selection.query.by:
            return [()], np.zeros(len(cells), dtype=np.int64)
        numbers, codes = number_keys(cells.keys[:-1])
        visits = np.bincount(numbers, weights=cells.measures["visits"])
        kept = np.arange(len(visits))
        if top:
            if top < len(visits):
                kept = np.flatnonzero(visits >= np.partition(visits, -top)[-top])
            # Of groups of the same size, those seen first are kept.
            kept = kept[np.argsort(-visits[kept], kind="stable")[:top]]
        columns = [
            selection.group_names(field, codes[kept])
            for field, codes in zip(selection.query.by, codes, strict=True)
        ]
        ranks = [_natural_ranks(column) for column in reversed(columns)]
        order = np.lexsort(np.array([*ranks, -visits[kept]] if top else ranks))
        places = np.full(len(visits), _LEFT_OUT)
        places[kept[order]] = np.arange(len(order))
        groups = list(zip(*columns, strict=True))
        return [groups[number] for number in order.tolist()], places[numbers]

    def _count(self, field: CallField | None) -> FieldCounts:
        """Return the values of a field in each cell, computed once for all statistics."""
        if field in self._counts:
            return self._counts[field]
        size = len(self._cells)
        if field is None:
            return FieldCounts(_NONE, _NONE, _NONE, size, lambda codes: [])
        found = self._selection.counts(field)
        *by, codes, slices = found.keys
        # The cells come first and are all distinct, so keys and cells have the same numbers.
        keys = zip(self._all_keys, [*by, slices], strict=True)
        numbers, _ = number_keys([np.concatenate(pair) for pair in keys])
        numbers = numbers[len(self._kept) :]
        kept = self._kept[numbers]
        cells = (np.cumsum(self._kept) - 1)[numbers[kept]]
        decode = partial(self._selection.texts, field)
        counts = FieldCounts(cells, codes[kept], found.measures["visits"][kept], size, decode)
        return self._counts.setdefault(field, counts)


def _natural_ranks(column: Sequence[str]) -> list[int]:
    """Return the rank of each string in natural order."""
    ordered = sorted(set(column), key=natural_order)
    places = {text: place for place, text in enumerate(ordered)}
    return [places[text] for text in column]

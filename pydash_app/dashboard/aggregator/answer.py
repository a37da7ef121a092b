"""Answers: the cells of a query, arranged by group and slice."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from pydash_app.dashboard.aggregator import Aggregator
from pydash_app.dashboard.aggregator.query import Query, QueryResult, texts
from pydash_app.dashboard.aggregator.statistic import FieldCounts, Statistic, natural_order
from pydash_app.dashboard.aggregator.statistics import TotalVisits
from pydash_app.dashboard.aggregator.table import Cells, Ints, number_keys

_LEFT_OUT = -1
_NONE = np.zeros(0, dtype=np.int64)


def answer(query: Query, kinds: Sequence[type[Statistic]], top: int | None = None) -> QueryResult:
    """Compute statistics by group and slice, in the form that answers have them.

    :param top: only so many groups, those with most visits.
    """
    found = _Answer(query, kinds, top)
    values = {
        kind.field_name(): [[kind.presented(value) for value in row] for row in found.rows(kind)]
        for kind in kinds
    }
    return QueryResult(found.groups, query.slices.labels if query.slices else [], values)


def aggregators(query: Query) -> list[Aggregator]:
    """Return an aggregator for each slice of a query that does not group."""
    kinds = Aggregator.statistics_classes_with_dependencies
    found = _Answer(query, kinds)
    columns = [found.rows(kind)[0] for kind in kinds]
    return [
        Aggregator.from_values(dict(zip(kinds, values, strict=True)))
        for values in zip(*columns, strict=True)
    ]


class _Answer:
    """The cells of a query, and where each belongs.

    :ivar groups: the groups, in natural order.
    """

    def __init__(
        self, query: Query, kinds: Iterable[type[Statistic]], top: int | None = None
    ) -> None:
        self._query = query
        self._cells = query.cells([*kinds, TotalVisits])
        self._counts: dict[str | None, FieldCounts] = {}
        self.groups, self._group_of_cell = _grouped(query, self._cells)
        if top is not None and top < len(self.groups):
            self._keep_largest(top)

    def _keep_largest(self, top: int) -> None:
        """Leave the other groups out before there is room made for each of their slices."""
        visits = np.bincount(self._group_of_cell, weights=self._cells.measures["visits"])
        kept = np.sort(np.argsort(-visits, kind="stable")[:top])
        places = np.full(len(self.groups), _LEFT_OUT)
        places[kept] = np.arange(top)
        self.groups = [self.groups[number] for number in kept.tolist()]
        self._group_of_cell = places[self._group_of_cell]

    def rows(self, kind: type[Statistic]) -> list[list[Any]]:
        """Return the values of a statistic: a row per group, a column per slice."""
        slices = self._query.slices
        width = len(slices) if slices else 1
        rows = [[kind.initial] * width for _ in self.groups]
        if len(self._cells):
            values = kind.of_cells(self._cells, self._counted(kind.counted_field))
            places = zip(self._group_of_cell.tolist(), self._cells.keys[-1].tolist(), strict=True)
            for (group, column), value in zip(places, values, strict=True):
                if group != _LEFT_OUT:
                    rows[group][column] = value
        return rows

    def _counted(self, field: str | None) -> FieldCounts:
        if field not in self._counts:
            self._counts[field] = self._count(field)
        return self._counts[field]

    def _count(self, field: str | None) -> FieldCounts:
        size = len(self._cells)
        if field is None:
            return FieldCounts(_NONE, _NONE, _NONE, size, lambda codes: [])
        found = self._query.counts(field)
        *by, codes, slices = found.keys
        # The cells come first and are all different, so the numbers of keys are those of cells.
        keys = zip(self._cells.keys, [*by, slices], strict=True)
        numbers, _ = number_keys([np.concatenate(pair) for pair in keys])
        decode = partial(texts, self._query.cube, field)
        return FieldCounts(numbers[size:], codes, found.measures["visits"], size, decode)


def _grouped(query: Query, cells: Cells) -> tuple[list[tuple[str, ...]], Ints]:
    """Return the groups in natural order, and for each cell the number of its group."""
    if not query.by:
        return [()], np.zeros(len(cells), dtype=np.int64)
    numbers, codes = number_keys(cells.keys[:-1])
    columns = [texts(query.cube, *pair) for pair in zip(query.by, codes, strict=True)]
    groups = list(zip(*columns, strict=True))
    ranks = [_ranks(column) for column in columns]
    order = np.lexsort(ranks[::-1])
    places = np.empty(len(groups), dtype=np.int64)
    places[order] = np.arange(len(groups))
    return [groups[number] for number in order.tolist()], places[numbers]


def _ranks(column: Sequence[str]) -> list[int]:
    """Return the place of each text in natural order."""
    ordered = sorted(set(column), key=natural_order)
    places = {text: place for place, text in enumerate(ordered)}
    return [places[text] for text in column]

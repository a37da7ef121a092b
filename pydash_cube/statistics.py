"""Computes each statistic for many cells at once."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from pydash_cube import time_units
from pydash_cube.dictionary import OVERFLOW
from pydash_cube.table import SQUARES, Cells, Ints
from pydash_cube.vocabulary import MAX_LISTED, CallField, StatisticName

Values = Sequence[Any]


@lru_cache(maxsize=10_000)
def natural_order(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key that puts version 1.9 before 1.10.

    >>> sorted(["1.10", "1.9", "beta"], key=natural_order)
    ['1.9', '1.10', 'beta']
    """
    return tuple(
        # The longer of two numbers is larger. The strings may be too long for an int.
        (0, len(piece.lstrip("0")), piece.lstrip("0")) if piece.isdigit() else (1, 0, piece)
        for piece in re.findall(r"[0-9]+|[^0-9]+", text)
    )


@dataclass(frozen=True)
class FieldCounts:
    """The values of a field in each cell, with their frequencies.

    :ivar cells: the number of the cell, per cell and value, ascending.
    :ivar codes: code of the value.
    :ivar visits: number of calls.
    :ivar size: number of cells.
    :ivar decode: returns the strings of codes.
    """

    cells: Ints
    codes: Ints
    visits: Ints
    size: int
    decode: Callable[[Ints], list[str]]

    def distinct(self) -> list[int]:
        """Return the number of distinct values of each cell."""
        numbers: list[int] = np.bincount(self.cells, minlength=self.size).tolist()
        return numbers

    def visits_per_text(self) -> list[dict[str, int]]:
        """Return the number of calls per value for each cell, most frequent first.

        Not many more than MAX_LISTED values are listed for all cells together. The others of each
        cell are combined, like the values that are not stored by name.
        """
        order = np.lexsort((-self.visits, self.cells))
        cells, codes, visits = self.cells[order], self.codes[order], self.visits[order]
        ends = np.cumsum(np.bincount(cells, minlength=self.size))
        places = np.arange(len(cells)) - np.concatenate([[0], ends[:-1]])[cells]
        listed = places < self._most
        result: list[dict[str, int]] = [{} for _ in range(self.size)]
        texts = self.decode(codes[listed])
        listing = zip(cells[listed].tolist(), texts, visits[listed].tolist(), strict=True)
        for cell, text, count in listing:
            result[cell][text] = count
        if not listed.all():
            others = np.bincount(cells[~listed], visits[~listed], self.size).astype(np.int64)
            (name,) = self.decode(np.array([OVERFLOW]))
            for cell in np.flatnonzero(others).tolist():
                result[cell][name] = result[cell].get(name, 0) + int(others[cell])
        return result

    @property
    def is_cut(self) -> bool:
        """Whether `visits_per_text` does not list every value of every cell."""
        return bool((np.bincount(self.cells, minlength=1) > self._most).any())

    @property
    def _most(self) -> int:
        """The maximum number of values to list for each cell."""
        return max(1, MAX_LISTED // max(1, self.size))


@dataclass(frozen=True)
class CellStatistic:
    """A statistic of many cells.

    :ivar name: its name in queries and results.
    :ivar of_cells: returns its values, one per cell; every cell has calls. The field counts are
        those of `counted_field`, and empty if there is none.
    :ivar empty: its value without calls.
    :ivar measures: the columns of the cells that it reads.
    :ivar needs_digests: whether it reads their digests.
    :ivar counted_field: the field whose values must be counted for it.
    :ivar lists: whether it lists these values.
    """

    name: str
    of_cells: Callable[[Cells, FieldCounts], Values]
    empty: Any = None
    measures: tuple[str, ...] = ()
    needs_digests: bool = False
    counted_field: CallField | None = None
    lists: bool = False


def _total(name: StatisticName, measure: str, empty: float) -> CellStatistic:
    return CellStatistic(
        name, lambda cells, _: cells.measures[measure].tolist(), empty, measures=(measure,)
    )


def _percentile(name: StatisticName, number: float) -> CellStatistic:
    """Return the statistic for a percentile, 0 to 100."""

    def of_cells(cells: Cells, _: FieldCounts) -> Values:
        extremes = (cells.measures[name].astype(np.float64) for name in ("minimum", "maximum"))
        values: list[float] = cells.sketched().percentiles(number / 100, *extremes).tolist()
        return values

    return CellStatistic(name, of_cells, measures=("minimum", "maximum"), needs_digests=True)


def _standard_deviation(cells: Cells, _: FieldCounts) -> Values:
    """Return the standard deviations of the calls as a population, like NumPy."""
    squares = cells.measures[SQUARES]
    low, high = (cells.measures[name].astype(np.float64) for name in ("minimum", "maximum"))
    if (unknown := np.isnan(squares)).any():
        squares = np.where(unknown, cells.sketched().estimated_squares(low, high), squares)
    # The mean of equal values may be rounded.
    squares = np.where(low == high, 0, squares)
    deviations: list[float] = np.sqrt(squares / cells.measures["visits"]).tolist()
    return deviations


def _moment(name: StatisticName, measure: str) -> CellStatistic:
    def of_cells(cells: Cells, _: FieldCounts) -> Values:
        return [time_units.to_datetime(time) for time in cells.measures[measure].tolist()]

    return CellStatistic(name, of_cells, measures=(measure,))


def _error_rate(cells: Cells, _: FieldCounts) -> Values:
    """Return the share of server errors among the calls whose status is known."""
    pairs = zip(cells.measures["errors"].tolist(), cells.measures["known"].tolist(), strict=True)
    return [errors / known if known else None for errors, known in pairs]


_N = StatisticName
STATISTICS: Mapping[str, CellStatistic] = {
    statistic.name: statistic
    for statistic in (
        _total(_N.TOTAL_VISITS, "visits", 0),
        _total(_N.TOTAL_EXECUTION_TIME, "total", 0.0),
        CellStatistic(
            _N.AVERAGE_EXECUTION_TIME,
            lambda cells, _: (cells.measures["total"] / cells.measures["visits"]).tolist(),
            measures=("visits", "total"),
        ),
        CellStatistic(
            _N.STANDARD_DEVIATION,
            _standard_deviation,
            measures=("visits", "total", SQUARES, "minimum", "maximum"),
            needs_digests=True,
        ),
        CellStatistic(
            _N.VISITS_PER_IP,
            lambda _, counts: counts.visits_per_text(),
            empty={},
            counted_field=CallField.IP,
            lists=True,
        ),
        CellStatistic(
            _N.UNIQUE_VISITORS,
            lambda _, counts: counts.distinct(),
            empty=0,
            counted_field=CallField.IP,
        ),
        _percentile(_N.FASTEST_MEASURED, 0),
        _percentile(_N.FASTEST_QUARTILE, 25),
        _percentile(_N.MEDIAN, 50),
        _percentile(_N.SLOWEST_QUARTILE, 75),
        _percentile(_N.NINETIETH_PERCENTILE, 90),
        _percentile(_N.NINETY_FIFTH_PERCENTILE, 95),
        _percentile(_N.NINETY_NINTH_PERCENTILE, 99),
        _percentile(_N.NINETY_NINE_POINT_NINTH_PERCENTILE, 99.9),
        _percentile(_N.SLOWEST_MEASURED, 100),
        CellStatistic(
            _N.VERSIONS,
            lambda _, counts: [
                sorted(each, key=natural_order) for each in counts.visits_per_text()
            ],
            empty=[],
            counted_field=CallField.VERSION,
            lists=True,
        ),
        CellStatistic(_N.ERROR_RATE, _error_rate, measures=("errors", "known")),
        _moment(_N.FIRST_CALL, "first"),
        _moment(_N.LAST_CALL, "last"),
    )
}

"""Questions to the cube: checked, answered in one pass, and arranged by group and slice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from pydash_app.dashboard import time_units
from pydash_app.dashboard.aggregator.chunk import Block, read_ahead
from pydash_app.dashboard.aggregator.cube import CODED_FIELDS, Cube
from pydash_app.dashboard.aggregator.digest import Floats
from pydash_app.dashboard.aggregator.scope import Scope
from pydash_app.dashboard.aggregator.statistic import Statistic
from pydash_app.dashboard.aggregator.table import (
    CALL_COLUMNS,
    CENTROIDS,
    FIELDS,
    Array,
    Bools,
    Cells,
    Ints,
    Part,
    Table,
    joined,
    roll_up,
)
from pydash_app.dashboard.endpoint_call import EndpointCallBatch
from pydash_app.dashboard.time_units import Slices

# Calls come out in batches of at most this many.
BATCH_SIZE = 50_000
# A histogram on a logarithmic scale cannot begin at zero (ms).
_SHORTEST_TIME = 0.001
UNKNOWN_STATUS = "unknown"
_STATUS_CLASSES = {f"{number}xx": number for number in range(1, 10)} | {UNKNOWN_STATUS: 0}


@dataclass(frozen=True)
class QueryResult:
    """Statistics by group and slice of time.

    :ivar groups: the values of the fields in `by`, one tuple per group, in natural order. Without
        `by` there is one group, ``()``; otherwise only groups with calls.
    :ivar slices: the labels of the slices in order of time, empty ones too; ``[]`` if no
        timeslice was asked for.
    :ivar values: for each statistic a list per group, with a value per slice (one value if there
        are no slices), not rounded. Where there are no calls, counts are 0 and times None.
    """

    groups: list[tuple[str, ...]]
    slices: list[str]
    values: dict[str, list[list[Any]]]


@dataclass(frozen=True)
class Query:
    """A question that has been checked against its cube.

    :ivar start: inclusive, microseconds; None for no bound.
    :ivar end: exclusive.
    :ivar codes: for each filtered field the code that is wanted; None if nothing has this value.
    :ivar by: fields to group by.
    :ivar slices: None for one value over the whole range.
    """

    cube: Cube
    start: int | None
    end: int | None
    codes: Mapping[str, int | None]
    by: tuple[str, ...]
    slices: Slices | None

    @classmethod
    def of(
        cls,
        cube: Cube,
        start: datetime | None = None,
        end: datetime | None = None,
        filters: Mapping[str, str] | None = None,
        by: Sequence[str] = (),
        timeslice: str | None = None,
        *,
        is_static: bool = True,
    ) -> "Query":
        """Check a question; see `AggregatorGroup.query` for the parameters.

        :raises ValueError: names the parameter that is wrong.
        """
        fields, unit = split_filters(filters or {})
        bounds = _checked_range(start, end)
        if unit:
            bounds = time_units.overlap(bounds, time_units.parse_unit(*unit))
        for field in by:
            if field not in FIELDS:
                raise ValueError(f"by: {field!r} is not one of {', '.join(FIELDS)}")
        slices = None
        if timeslice is not None:
            slices = _cut(cube, bounds, timeslice, is_static=is_static)
        codes = {field: _code(cube, field, text) for field, text in fields.items()}
        return cls(cube, *bounds, codes, tuple(dict.fromkeys(by)), slices)

    def histogram(self, bins: int) -> tuple[list[float], list[int]]:
        """See `AggregatorGroup.histogram`."""
        if bins < 1:
            raise ValueError("bins: must be at least 1")
        cells = self._roll_up((), (), digests=True)
        if not len(cells) or cells.digests is None:
            return [], []
        means, weights = cells.digests.means, cells.digests.weights
        edges = _logarithmic_edges(means, bins)
        counts, _ = np.histogram(np.clip(means, edges[0], edges[-1]), edges, weights=weights)
        return edges.tolist(), counts.astype(np.int64).tolist()

    def calls(self) -> Iterator[EndpointCallBatch]:
        """See `AggregatorGroup.calls`."""
        if None in self.codes.values():
            return
        scope = self._scope()
        for start, end in self.cube.stretches():
            if scope.overlaps(start, end):
                bounds = time_units.overlap((self.start, self.end), (start, end))
                yield from replace(self, start=bounds[0], end=bounds[1])._sorted_calls()

    def _sorted_calls(self) -> Iterator[EndpointCallBatch]:
        blocks = self.cube.call_blocks(self._scope())
        tables = [table for table, _ in self._tables(blocks, CALL_COLUMNS)]
        columns = {name: joined([table.column(name) for table in tables]) for name in CALL_COLUMNS}
        order = np.argsort(columns["time"], kind="stable")
        for first in range(0, len(order), BATCH_SIZE):
            yield self._batch(columns, order[first : first + BATCH_SIZE])

    def _batch(self, columns: Mapping[str, Array], rows: Ints) -> EndpointCallBatch:
        coded = {field: texts(self.cube, field, columns[field][rows]) for field in CODED_FIELDS}
        return EndpointCallBatch(
            execution_time=columns["execution_time"][rows].astype(np.float64),
            time=columns["time"][rows].astype("datetime64[us]"),
            status_code=columns["status"][rows].astype(np.uint16),
            **coded,
        )

    def cells(self, statistics: Iterable[type[Statistic]]) -> Cells:
        """Return what the statistics read, by group and slice."""
        statistics = list(statistics)
        measures = sorted({name for statistic in statistics for name in statistic.measures})
        digests = any(statistic.needs_digests for statistic in statistics)
        return self._roll_up(self.by, measures, digests=digests).compressed()

    def counts(self, field: str) -> Cells:
        """Return the visits by group, slice and text of one more field."""
        return self._roll_up((*self.by, field), ["visits"], digests=False)

    def _roll_up(self, by: Sequence[str], measures: Iterable[str], *, digests: bool) -> Cells:
        blocks = self.cube.blocks(self._scope(by, digests=digests))
        read = [*by, *measures, *(CENTROIDS if digests else ())]
        parts = [self._part(table, block, by) for table, block in self._tables(blocks, read)]
        return roll_up(parts, len(by) + 1, measures, digests=digests)

    def _tables(
        self, blocks: Iterable[Block], read: Sequence[str]
    ) -> Iterator[tuple[Table, Block]]:
        """Return the rows that the range and the filters let through, with their blocks.

        :param read: columns that will be read of them.
        """
        if None in self.codes.values() or self._is_empty:
            return
        wanted = [(block, self._tested(block)) for block in blocks if self._may_match(block)]
        read_ahead((block, [*read, *tested]) for block, tested in wanted)
        for block, tested in wanted:
            table = block.as_table()
            yield table.where(self._matching(table, block, tested)), block

    def _scope(self, by: Sequence[str] = (), *, digests: bool = False) -> Scope:
        edges = self.slices.edges if self.slices else np.zeros(0, dtype=np.int64)
        return Scope(self.start, self.end, edges, frozenset((*by, *self.codes)), digests)

    @property
    def _is_empty(self) -> bool:
        return self.start is not None and self.end is not None and self.end <= self.start

    def _may_match(self, block: Block) -> bool:
        low, high = block.zones["time"]
        if (self.start is not None and high < self.start) or (
            self.end is not None and low >= self.end
        ):
            return False
        return all(
            code is not None and block.zones[field][0] <= code <= block.zones[field][1]
            for field, code in self.codes.items()
            if field in block.zones
        )

    def _tested(self, block: Block) -> list[str]:
        """Return the columns by which the rows of a block must be told apart."""
        fields = [
            field for field, code in self.codes.items() if block.zones.get(field) != (code, code)
        ]
        first, last = self._slices_of(block)
        return [*fields, "time"] if self._is_cut(block) or first != last else fields

    def _is_cut(self, block: Block) -> bool:
        """Tell whether the range begins or ends within a block."""
        low, high = block.zones["time"]
        return (self.start is not None and low < self.start) or (
            self.end is not None and high >= self.end
        )

    def _matching(self, table: Table, block: Block, tested: Sequence[str]) -> Bools | None:
        """Return which rows match; None for all."""
        tests: list[Bools] = [
            table.column(field) == self.codes[field] for field in tested if field in self.codes
        ]
        if self._is_cut(block):
            times = table.column("time")
            if self.start is not None:
                tests.append(times >= self.start)
            if self.end is not None:
                tests.append(times < self.end)
        return np.logical_and.reduce(tests) if tests else None

    def _part(self, table: Table, block: Block, by: Sequence[str]) -> Part:
        return Part(table, [*(table.column(field) for field in by), self._slice(table, block)])

    def _slice(self, table: Table, block: Block) -> Array:
        """Return the number of the slice that each row lies in."""
        first, last = self._slices_of(block)
        if self.slices is None or first == last:
            return np.full(table.rows, first)
        return first + self.slices.part(first, last).index(table.column("time"))

    def _slices_of(self, block: Block) -> tuple[int, int]:
        """Return the numbers of the first and the last slice that a block lies in."""
        if self.slices is None:
            return 0, 0
        first, last = self.slices.index(np.array(block.zones["time"])).tolist()
        return first, last


def _logarithmic_edges(means: Floats, bins: int) -> Floats:
    """Return edges from the smallest to the largest value, evenly spaced on a logarithmic scale."""
    top = max(float(means.max()), _SHORTEST_TIME)
    bottom = min(max(float(means.min()), _SHORTEST_TIME), top)
    if bottom == top:
        bottom, top = bottom / 1.1, top * 1.1
    return np.geomspace(bottom, top, bins + 1)


def split_filters(filters: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, str] | None]:
    """Separate the time unit from the other filters.

    :raises ValueError: a name is unknown, or there is more than one time unit.

    >>> split_filters({"day": "2018-05-20", "ip": "127.0.0.1"})
    ({'ip': '127.0.0.1'}, ('day', '2018-05-20'))
    """
    known = (*FIELDS, *time_units.TIME_UNITS)
    for name in filters:
        if name not in known:
            raise ValueError(f"{name}: there is no such filter; there are {', '.join(known)}")
    units = [name for name in filters if name in time_units.TIME_UNITS]
    if len(units) > 1:
        raise ValueError(f"{units[1]}: only one time filter is possible, and there is {units[0]}")
    fields = {name: text for name, text in filters.items() if name in FIELDS}
    return fields, (units[0], filters[units[0]]) if units else None


def _checked_range(start: datetime | None, end: datetime | None) -> tuple[int | None, int | None]:
    bounds = [
        None if moment is None else time_units.to_microseconds(moment) for moment in (start, end)
    ]
    if bounds[0] is not None and bounds[1] is not None and bounds[1] < bounds[0]:
        raise ValueError("end: is earlier than start")
    return bounds[0], bounds[1]


def _cut(
    cube: Cube, bounds: tuple[int | None, int | None], unit: str, *, is_static: bool
) -> Slices:
    """Cut the range into slices; where it has no bound, it ends with the calls."""
    start, end = bounds
    if start is None:
        start = cube.first if cube.first is not None else end or 0
    if end is None:
        end = cube.last + 1 if cube.last is not None else start
    return time_units.cut(start, max(start, end), unit, is_static=is_static)


def _code(cube: Cube, field: str, text: str) -> int | None:
    if field == "status_class":
        if text not in _STATUS_CLASSES:
            raise ValueError(f"status_class: {text!r} is not one of {', '.join(_STATUS_CLASSES)}")
        return _STATUS_CLASSES[text]
    return cube.dictionaries[field].code(text)


def texts(cube: Cube, field: str, codes: Ints) -> list[str]:
    """Return the texts of a field's codes."""
    if field in CODED_FIELDS:
        return cube.dictionaries[field].decode(codes)
    names = {number: name for name, number in _STATUS_CLASSES.items()}
    return [names[int(code)] for code in codes]

"""Selects the blocks, rows and columns of a cube that a query reads."""

import hashlib
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from math import inf
from typing import NamedTuple

import numpy as np

from pydash_cube import effort, time_units
from pydash_cube.cache import Cache
from pydash_cube.call_batch import CallBatch
from pydash_cube.chunk import Block, read_ahead
from pydash_cube.cube import CODED_FIELDS, Cube
from pydash_cube.digest import LIMIT, SMALL, Floats
from pydash_cube.lattice import UNITS, Scope
from pydash_cube.naming import EndpointNames, endpoint_names
from pydash_cube.query import Query
from pydash_cube.slices import Slices, cut
from pydash_cube.span import Reading
from pydash_cube.statistics import CellStatistic
from pydash_cube.table import (
    CALL_COLUMNS,
    CENTROIDS,
    SQUARES,
    Array,
    Bools,
    Cells,
    Ints,
    Part,
    Table,
    is_calls,
    joined,
    number_keys,
    roll_up,
    stored_name,
)
from pydash_cube.time_units import Times
from pydash_cube.vocabulary import CallField, EndpointNaming, StatusClass

# Calls are returned in batches of at most this size.
BATCH_SIZE = 50_000
# A histogram on a logarithmic scale cannot begin at zero (ms).
_SHORTEST_TIME = 0.001
_FOREVER = sys.maxsize
# Merging fewer values than this takes no time.
_WORTH_KEEPING = 50_000
# Merged cells are kept if they are so many times smaller than what they were merged from.
_WORTH = 2
# Merged cells of this size (bytes) are kept even if they are not much smaller.
_MAX_KEPT = 32 * 1024 * 1024
_STATUS_CLASSES = tuple(one.value for one in StatusClass)


class Selection:
    """The part of a cube that a query reads.

    :param cube: the calls.
    :param query: which calls to read.
    :raises QueryError: the range has too many slices.

    :ivar slices: the slices of the range; None if the query has no timeslice.
    :ivar cut: the longest unit of time, among the rows read so far, of which only whole cells are
        left although a slice begins or ends within it; None if there is none.
    """

    def __init__(self, cube: Cube, query: Query) -> None:
        self.query = query
        self._cube = cube
        self._start, self._end = query.bounds
        self._codes = {
            str(field): self._codes_of(field, text) for field, text in query.filters.items()
        }
        self._names = self._endpoint_names()
        self.slices = self._cut()
        self.cut: str | None = None
        if self._end is not None and cube.last is not None and self._end > cube.last:
            # Otherwise a range that ends now would cut today's cells, and read today's calls.
            self._end = None

    @property
    def key(self) -> Hashable:
        """What the result depends on, besides the cube's version.

        Queries that end now have the same key as long as no slice begins: an end past the last call
        matters only for the number of slices.
        """
        query, slices = self.query, self.slices
        return (
            *(self._start, None if self._cube.last is None else self._end),
            None if slices is None else len(slices.edges),
            tuple(sorted(query.filters.items())),
            *(query.by, query.timeslice, query.is_static, query.units, query.top, query.timezone),
            *(query.patterns, query.endpoint_naming),
        )

    @property
    def is_incomplete(self) -> bool:
        """Whether calls may be missing, because a filtered field has values beyond the limit."""
        # The names beyond the limit may match a pattern, too.
        return any(
            (not codes or self.query.filters[field] in self.query.patterns)
            and self._cube.dictionaries[field].has_overflow
            for field, codes in self._codes.items()
            if field in CODED_FIELDS
        )

    def texts(self, field: str, codes: Ints) -> list[str]:
        """Return the strings of a field's codes."""
        if field in CODED_FIELDS:
            return self._cube.dictionaries[field].decode(codes)
        return [_STATUS_CLASSES[code] for code in codes.tolist()]

    def group_names(self, field: str, codes: Ints) -> list[str]:
        """Return the names of groups by a field, of which the keys of cells have the codes."""
        texts = self.texts(field, codes)
        if self._names is None or field != CallField.ENDPOINT:
            return texts
        given = self._names.given
        return [given.get(code, own) for code, own in zip(codes.tolist(), texts, strict=True)]

    def histogram(self, bins: int) -> tuple[list[float], list[int]]:
        """Return the distribution of execution times.

        :param bins: number of bins, at least 1, of equal width on a logarithmic scale.
        :returns: the edges of the bins (ms, ascending, one more than bins) and the number of calls
            in each; both empty without calls.
        """
        roll = _Roll((), (), digests=True)
        cells = self._merged(roll, self._wanted(self._readings(roll)))
        if not len(cells) or cells.digests is None:
            return [], []
        means, weights = cells.digests.means, cells.digests.calls
        edges = logarithmic_edges(means, bins)
        counts, _ = np.histogram(np.clip(means, edges[0], edges[-1]), edges, weights=weights)
        return edges.tolist(), counts.astype(np.int64).tolist()

    def calls(self) -> Iterator[CallBatch]:
        """Return the raw calls in chronological order, except dropped ones."""
        if () in self._codes.values():
            return
        scope = self._scope()
        for stretch in self._cube.stretches():
            if scope.overlaps(*stretch):
                part = copy(self)
                part._start, part._end = time_units.overlap((self._start, self._end), stretch)
                yield from part._sorted_calls()

    def _sorted_calls(self) -> Iterator[CallBatch]:
        readings = map(Reading, self._cube.call_tables(self._scope()))
        tables = [table for table, _ in self._tables(self._wanted(readings), CALL_COLUMNS)]
        columns = {name: joined([table.column(name) for table in tables]) for name in CALL_COLUMNS}
        order = np.argsort(columns["time"], kind="stable")
        for first in range(0, len(order), BATCH_SIZE):
            rows = order[first : first + BATCH_SIZE]
            coded = {field: self.texts(field, columns[field][rows]) for field in CODED_FIELDS}
            yield CallBatch(
                execution_time=columns["execution_time"][rows].astype(np.float64),
                time=columns["time"][rows].astype("datetime64[us]"),
                status_code=columns["status"][rows].astype(np.uint16),
                **coded,
            )

    def cells(self, statistics: Sequence[CellStatistic]) -> Cells:
        """Return the cells from which the statistics are computed, by group and slice."""
        measures = sorted({name for statistic in statistics for name in statistic.measures})
        digests = any(statistic.needs_digests for statistic in statistics)
        return self._roll_up(self.query.by, measures, digests=digests).compressed(inf)

    def exact(self, cells: Cells) -> Cells:
        """Return the cells with exact percentiles and squares; the calls of some are read for it.

        Once the values of a small cell have been clustered, merging it with others makes it
        inexact. The calls of such a cell are merged instead, unless they were dropped. So are those
        of cells that were stored without squares.

        :param cells: some of those that `cells` returned, with their number of visits.
        """
        if cells.digests is None:
            return cells
        visits, squares = cells.measures["visits"], cells.measures.get(SQUARES)
        inexact = ~cells.digests.exact & (visits < SMALL)
        again = inexact.copy() if squares is None else inexact | np.isnan(squares)
        if visits[again].sum() > effort.PORTION:
            again = inexact.copy()
        if not again.any() or visits[again].sum() > effort.PORTION:
            return cells
        some = cells.where(again)
        scope, periods = self._scope(), None
        if self.slices is not None:
            edges = self.slices.edges
            pieces = np.flatnonzero(np.isin(self.slices.numbers, some.keys[-1]))
            periods = np.stack([edges[pieces], edges[pieces + 1]], axis=1).ravel()
            scope = replace(scope, start=int(periods[0]), end=int(periods[-1]))
        read = ("visits",) if squares is None else ("visits", "total", SQUARES)
        roll = _Roll(tuple(self.query.by), read, digests=True)
        tables = self._cube.call_tables(scope)
        wanted = self._wanted(Reading(table, periods) for table in tables)
        wanted = [each for each in wanted if self._may_contain(each.block, some)]
        found = self._merged(roll, wanted, only=some)
        # If calls were dropped, only some of them are left, or none.
        numbers, _ = number_keys([joined(pair) for pair in zip(some.keys, found.keys, strict=True)])
        complete = np.zeros(len(some), dtype=bool)
        complete[numbers[len(some) :]] = True
        complete[complete] = some.measures["visits"][complete] == found.measures["visits"]
        found = found.where(complete[numbers[len(some) :]])
        again[again] = complete
        measures = dict(cells.measures)
        if squares is not None:
            measures[SQUARES] = squares.copy()
            measures[SQUARES][again] = found.measures[SQUARES]
        digests = found.where(inexact[again]).sketched()
        return replace(
            cells, measures=measures, digests=cells.digests.replaced(again & inexact, digests)
        )

    def counts(self, field: CallField) -> Cells:
        """Return the number of calls by group, slice and value of one more field."""
        return self._roll_up((*self.query.by, field), ["visits"], digests=False)

    def codes_before(self, field: CallField) -> Ints:
        """Return the values of a field that calls before the range have, ascending."""
        if self.query.start is None:
            return np.zeros(0, dtype=np.int64)
        query = replace(self.query, start=None, end=self.query.start, timeslice=None)
        before = Selection(self._cube, query)
        cells = before._roll_up([field], [], digests=False)
        self._note(before.cut)
        return cells.keys[0]

    def _roll_up(self, by: Sequence[str], measures: Iterable[str], *, digests: bool) -> Cells:
        roll = _Roll(tuple(by), tuple(measures), digests)
        wanted, parts = self._wanted(self._readings(roll)), list[Part]()
        # The calls of the latest day, and those that just arrived, will soon be others.
        today = time_units.ordinal_of(self._cube.last or 0, "day") * time_units.DAY
        settled = [each for each in wanted if each.block.zones["time"][1] < today]
        if sum(roll.max_entries(each.block) for each in settled) >= _WORTH_KEEPING:
            kept = settled_cells.get(self._key(roll, settled), lambda: self._settled(roll, settled))
            if kept.cells is not None:
                self._note(kept.cut)
                parts = [kept.cells.as_part()]
                wanted = [each for each in wanted if each.block.zones["time"][1] >= today]
        return self._merged(roll, wanted, parts)

    def _key(self, roll: "_Roll", wanted: Sequence["_Wanted"]) -> bytes:
        """Return a hash of everything that the cells merged from some blocks depend on."""
        key = hashlib.blake2b(repr((roll, self._codes)).encode(), digest_size=16)
        for each in wanted:
            stored = each.block.pages
            columns = (*roll.read, *self._tested(each))
            names = {name if name in stored else stored_name(name) for name in columns}
            pages = [stored[name].key for name in sorted(names & stored.keys())]
            periods = b"" if each.periods is None else each.periods.tobytes()
            key.update(repr((pages, periods, each.cut)).encode())
        if self._names is not None and CallField.ENDPOINT in roll.by:
            last = max(each.block.zones[CallField.ENDPOINT][1] for each in wanted)
            key.update(self._names.lookup[: last + 1].tobytes())
        if self.slices is not None:
            last = max(each.pieces[1] for each in wanted)
            key.update(self.slices.edges[1 : last + 1].tobytes())
            key.update(self.slices.numbers[: last + 1].tobytes())
        return key.digest()

    def _settled(self, roll: "_Roll", wanted: Sequence["_Wanted"]) -> "Settled":
        """Merge the rows of some blocks, of days that are over."""
        cut, self.cut = self.cut, None
        # Without slices, the latest calls belong to the same cells, which remain exact like this.
        kept = SMALL if self.slices is None else 0
        cells = self._merged(roll, wanted).compressed(kept)
        self.cut, cut = cut, self.cut
        size = max(cells.entries, len(cells))
        read = sum(roll.entries(each.block) for each in wanted)
        is_worth_it = read >= _WORTH_KEEPING and (
            read >= _WORTH * size or (kept > 0 and cells.nbytes <= _MAX_KEPT)
        )
        return Settled(cells if is_worth_it else None, cut)

    def _merged(
        self,
        roll: "_Roll",
        wanted: Sequence["_Wanted"],
        parts: Sequence[Part] = (),
        only: Cells | None = None,
    ) -> Cells:
        """Merge the rows of some blocks, and of parts, by group and slice.

        :param only: merge only the rows of these cells.
        """
        parts, entries, limit = [*parts], 0, effort.PORTION
        for table, pieces in self._tables(wanted, roll.read):
            keys = [*(self._group_keys(table, by) for by in roll.by), self._slice(table, pieces)]
            if only is not None:
                pairs = zip(only.keys, keys, strict=True)
                numbers, (first, *_) = number_keys([joined(pair) for pair in pairs])
                is_chosen = np.zeros(len(first), dtype=bool)
                is_chosen[numbers[: len(only)]] = True
                chosen = is_chosen[numbers[len(only) :]]
                table, keys = table.where(chosen), [key[chosen] for key in keys]
            parts.append(Part(table, keys))
            entries += int(table.column("centroids").sum()) if roll.digests else table.rows
            if entries >= limit:
                merged = roll(parts).compressed()
                parts, entries = [merged.as_part()], merged.entries
                effort.check_entries(entries + effort.CELL_ENTRIES * len(merged))
                entries = max(entries, len(merged))
                limit = entries + effort.PORTION
        cells = roll(parts)
        effort.check_entries(cells.entries + effort.CELL_ENTRIES * len(cells))
        return cells

    def _note(self, cut: str | None) -> None:
        """Record a unit of time of which only whole cells are left."""
        if cut:
            self.cut = max(self.cut or cut, cut, key=UNITS.index)

    def _tables(
        self, wanted: Sequence["_Wanted"], read: Sequence[str]
    ) -> Iterator[tuple[Table, tuple[int, int]]]:
        """Return the rows that match the range and the filters, and the pieces they lie in.

        :param read: the columns that will be read.
        """
        read_ahead((each.block, [*read, *self._tested(each)]) for each in wanted)
        for each in wanted:
            effort.check_time()
            table = each.block.as_table()
            rows = table.where(self._matching(table, each))
            if rows.rows:
                self._note(each.cut)
            yield rows, each.pieces

    def _readings(self, roll: "_Roll") -> Iterator[Reading]:
        return self._cube.readings(self._scope(roll.by, digests=roll.digests))

    def _wanted(self, readings: Iterable[Reading]) -> list["_Wanted"]:
        """Return the blocks that can contain matching rows."""
        is_empty = self._start is not None and self._end is not None and self._end <= self._start
        if () in self._codes.values() or is_empty:
            return []
        found = []
        start = -_FOREVER if self._start is None else self._start
        end = _FOREVER if self._end is None else self._end
        whole = np.array([start, end])
        for reading in readings:
            periods = whole if reading.periods is None else np.clip(reading.periods, start, end)
            bounds = periods.tolist()
            for block in reading.table.blocks():
                low, high = block.zones["time"]
                first, last = bisect_right(bounds, low), bisect_right(bounds, high)
                # An even position lies between periods, an odd one within.
                if (first != last or first % 2) and self._may_match(block):
                    cut_periods = periods if first != last else None
                    pieces = self._pieces_of(low, high)
                    found.append(_Wanted(block, cut_periods, reading.cut, pieces))
        return found

    def _scope(self, by: Sequence[str] = (), *, digests: bool = False) -> Scope:
        edges = self.slices.edges[1:-1] if self.slices else np.zeros(0, dtype=np.int64)
        return Scope(self._start, self._end, edges, frozenset((*by, *self._codes)), digests)

    def _may_match(self, block: Block) -> bool:
        """Return whether a block can contain rows that match the filters."""
        return all(
            _overlap(codes, block.zones[field])
            for field, codes in self._codes.items()
            if field in block.zones
        )

    def _may_contain(self, block: Block, cells: Cells) -> bool:
        """Return whether a block can contain rows of some of the cells."""
        for field, codes in zip(self.query.by, cells.keys, strict=False):
            if self._names is not None and field == CallField.ENDPOINT:
                codes = self._names.members(codes)
            if field in block.zones:
                low, high = block.zones[field]
                if not ((codes >= low) & (codes <= high)).any():
                    return False
        return True

    def _tested(self, wanted: "_Wanted") -> list[str]:
        """Return the columns that must be read to select the rows of a block and their slices."""
        first, last = wanted.pieces
        fields = self._tested_fields(wanted.block)
        return [*fields, "time"] if wanted.periods is not None or first != last else fields

    def _tested_fields(self, block: Block) -> list[str]:
        if not self._codes:
            return []
        found = []
        for field, codes in self._codes.items():
            low, high = block.zones.get(field, (None, None))
            if low is None or low != high or low not in codes:
                found.append(field)
        return found

    def _matching(self, table: Table, wanted: "_Wanted") -> Bools | None:
        """Return which rows match; None for all."""
        tests: list[Bools] = [
            _is_one_of(table.column(field), self._codes[field])
            for field in self._tested_fields(wanted.block)
        ]
        if wanted.periods is not None:
            places = np.searchsorted(wanted.periods, table.column("time"), side="right")
            tests.append(places % 2 == 1)
        return np.logical_and.reduce(tests) if tests else None

    def _codes_of(self, field: str, text: str) -> tuple[int, ...]:
        """Return the codes of a value; none if no call has it."""
        if field == CallField.STATUS_CLASS:
            return (_STATUS_CLASSES.index(text),)
        dictionary, query = self._cube.dictionaries[field], self.query
        if field == CallField.ENDPOINT and text in query.patterns:
            names = endpoint_names(dictionary, query.patterns, EndpointNaming.MERGED)
            merged = names.code(text)
            return () if merged is None else tuple(names.members(np.array([merged])).tolist())
        code = dictionary.code(text)
        return () if code is None else (code,)

    def _endpoint_names(self) -> EndpointNames | None:
        """Return the names of groups of endpoints; None if they are their own."""
        query, naming = self.query, self.query.endpoint_naming
        is_own = naming is EndpointNaming.OWN
        if naming is EndpointNaming.MERGED and not query.patterns:
            is_own = True
        if is_own or CallField.ENDPOINT not in query.by:
            return None
        return endpoint_names(self._cube.dictionaries[CallField.ENDPOINT], query.patterns, naming)

    def _group_keys(self, table: Table, field: str) -> Array:
        """Return the code of each row's group."""
        codes = table.column(field)
        is_named = self._names is not None and field == CallField.ENDPOINT
        return self._names.of(codes) if self._names and is_named else codes

    def _slice(self, table: Table, pieces: tuple[int, int]) -> Array:
        """Return the number of each row's slice."""
        if self.slices is None:
            return np.zeros(table.rows, dtype=np.int64)
        first, last = pieces
        if first == last:
            return np.full(table.rows, self.slices.numbers[first])
        return self.slices.index(table.column("time"), first, last)

    def _pieces_of(self, low: int, high: int) -> tuple[int, int]:
        """Return the numbers of the pieces that two moments lie in."""
        return (self.slices.piece(low), self.slices.piece(high)) if self.slices else (0, 0)

    def _cut(self) -> Slices | None:
        """Cut the range into slices. Without bounds, it begins and ends with the calls."""
        query, unit = self.query, self.query.timeslice
        if unit is None:
            return None
        start, end = self._start, self._end
        first, last = self._cube.first, self._cube.last
        if start is None:
            start = first if first is not None else end or 0
        if end is None:
            end = last + 1 if last is not None else start
        end, zone = max(start, end), query.timezone
        return cut(start, end, unit, is_static=query.is_static, units=query.units, zone=zone)


class _Roll(NamedTuple):
    """How rows are rolled up: by which fields, to which measures, and whether to digests."""

    by: tuple[str, ...]
    measures: tuple[str, ...]
    digests: bool

    def __call__(self, parts: Sequence[Part]) -> Cells:
        return roll_up(parts, len(self.by) + 1, self.measures, digests=self.digests)

    @property
    def read(self) -> tuple[str, ...]:
        """The columns that are read."""
        return (*self.by, *self.measures, *(CENTROIDS if self.digests else ()))

    def max_entries(self, block: Block) -> int:
        """Return about how many values of a block are merged at most, without reading it."""
        return block.rows * (LIMIT if self.digests and not is_calls(block.pages) else 1)

    def entries(self, block: Block) -> int:
        """Return how many values of a block are merged if all of its rows match."""
        has_digests = self.digests and not is_calls(block.pages)
        return int(block["centroids"].sum()) if has_digests else block.rows


class Settled(NamedTuple):
    """Merged cells of days that are over.

    :ivar cells: None if merging them again takes as long as merging what they were merged from.
    :ivar cut: see `Reading.cut`.
    """

    cells: Cells | None
    cut: str | None

    @property
    def size(self) -> int:
        """The memory that it takes, about, in bytes."""
        return 1_000 + (0 if self.cells is None else self.cells.nbytes)


# The key is a hash of everything that the cells depend on.
settled_cells: Cache[Settled] = Cache(64 * 1024 * 1024, lambda settled: settled.size)


class _Wanted(NamedTuple):
    """A block that can contain matching rows.

    :ivar block: the block.
    :ivar periods: the start and end of each period to read, ascending; None for all rows.
    :ivar cut: see `Reading.cut`.
    :ivar pieces: the numbers of the first and the last piece of the slices that it lies in.
    """

    block: Block
    periods: Times | None
    cut: str | None
    pieces: tuple[int, int]


def _overlap(codes: Sequence[int], zone: Sequence[int]) -> bool:
    """Return whether a range contains one of these codes, which are ascending."""
    low, high = zone
    return bisect_left(codes, low) < bisect_right(codes, high)


def _is_one_of(column: Array, codes: Sequence[int]) -> Bools:
    return column == codes[0] if len(codes) == 1 else np.isin(column, codes)


def logarithmic_edges(means: Floats, bins: int) -> Floats:
    """Return edges from the smallest to the largest value, evenly spaced on a logarithmic scale."""
    top = max(float(means.max()), _SHORTEST_TIME)
    bottom = min(max(float(means.min()), _SHORTEST_TIME), top)
    if bottom == top:
        bottom, top = bottom / 1.1, top * 1.1
    return np.geomspace(bottom, top, bins + 1)

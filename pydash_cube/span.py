"""A period with its calls and the partitions that are worth storing."""

import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from persistent import Persistent

from pydash_cube import time_units
from pydash_cube.chunk import Block
from pydash_cube.digest import SMALL
from pydash_cube.lattice import UNITS, Extent, Partition, Scope, worth_storing
from pydash_cube.stored_table import Columns, Merge, StoredTable, sorted_calls
from pydash_cube.table import (
    FIELDS,
    MEASURES,
    SQUARES,
    Array,
    CallTable,
    Part,
    Table,
    joined,
    number_keys,
    roll_up,
)
from pydash_cube.time_units import Times
from pydash_cube.usage import Usage

# Reading fewer calls than this is as fast as reading any partition of them.
_MIN_CALLS = 4_096
# At the end of a day, its partitions are chosen again if it has grown by this factor.
_ANEW = 1.2
# The time units by which the calls of a day may be aggregated.
DAY_UNITS = ("minute", "hour", "day")
# The number of rows that are rolled up at a time, which limits the required memory.
_PORTION = 250_000


class Reading(NamedTuple):
    """Rows of a stored table.

    :ivar table: the table.
    :ivar periods: the start and end of each period to read, ascending; None for all rows.
    :ivar cut: the time unit of its cells if slices begin or end within them; otherwise None.
    """

    table: StoredTable
    periods: Times | None = None
    cut: str | None = None


class Span(Persistent):
    """The calls of a day or of a month.

    :param units: the time units by which its calls may be aggregated, from fine to coarse.
    :param usage: counts the stored data.

    :ivar rows: number of calls, dropped ones included.
    :ivar calls: the calls; empty if they were dropped.
    :ivar tables: the cells of each stored partition.
    :ivar sizes: the cost of reading each table, which is known without reading it.
    :ivar is_dropped: whether its calls were dropped. If so, later calls are dropped, too.
    """

    # What `_kept` returned, and the serial number of the state that it is true of. Not stored.
    _v_kept: tuple[bytes | None, dict[tuple[frozenset[str], bool], list[Partition]]] = (None, {})

    def __init__(self, units: Sequence[str], usage: Usage) -> None:
        self.rows = 0
        self._usage = usage
        self.calls = StoredTable(usage)
        self.tables: dict[Partition, StoredTable] = {}
        self.sizes: dict[Partition, int] = {}
        self.is_dropped = False
        self._units = tuple(units)
        self._considered = 0

    def add(self, columns: Columns) -> None:
        """Add calls."""
        self.rows += len(columns["time"])
        self.add_to_cells(columns)
        if self.is_dropped:
            return
        self.calls.add(columns, sorted_calls)
        if self.rows >= max(_MIN_CALLS, 2 * self._considered):
            self._store_more()

    def add_to_cells(self, columns: Columns) -> None:
        """Add calls to the stored partitions only."""
        new: dict[Partition | None, Table] = {None: CallTable(len(columns["time"]), columns)}
        # Largest and thus finest first, because the others are built from its new cells.
        for partition in sorted(self.tables, key=lambda one: -self.sizes[one]):
            sources = (new[one] for one in new if one is None or one.can_replace(partition))
            cells = build(partition, [min(sources, key=lambda table: table.rows)])
            new[partition] = Table(len(cells["time"]), cells)
            self._add_cells(partition, cells)

    def readings(self, scope: Scope, start: int, end: int) -> list[Reading]:
        """Return the rows for a query: coarse cells, and finer ones where it cuts coarse ones.

        If only cells are left that it cuts, these are read, and a cell counts where it starts.

        :param start: the start of this span, in microseconds.
        :param end: the end of this span.
        """
        readings: list[Reading] = []
        left, length = np.array([start, end]), end - start
        kept = self._kept(scope)
        for partition in reversed(kept):
            cut = scope.cut(partition.unit, start, end)
            if not len(cut) and not readings:
                return [Reading(self.tables[partition])]
            cut_length = int(cut[1::2].sum() - cut[::2].sum())
            if cut_length < length:
                periods = np.sort(np.concatenate([left, cut]))
                readings.append(Reading(self.tables[partition], periods))
                left, length = cut, cut_length
        if self._has_calls:
            readings.append(Reading(self.calls, left if readings else None))
        elif kept:
            readings.append(Reading(self.tables[kept[0]], left, kept[0].unit))
        return readings

    def best(
        self, fields: Collection[str], units: Collection[str], *, digests: bool
    ) -> StoredTable | None:
        """Return the smallest table with cells of some units, or calls; None if there is none.

        :param fields: the fields it must have.
        :param digests: whether it must have digests.
        """
        fine = [one for one in self.tables if one.unit in units]
        fitting = [one for one in fine if one.has(fields, digests=digests)]
        smallest = min(fitting, key=self.sizes.__getitem__, default=None)
        if self._has_calls and (smallest is None or self.rows <= self.sizes[smallest]):
            return self.calls
        return self.tables[smallest] if smallest else None

    def publish(self, partition: Partition, table: StoredTable) -> None:
        """Store a partition that was built elsewhere, which queries read from now on."""
        self.tables[partition] = table
        self._compact(partition)

    def compact(self) -> None:
        """Merge chunks and choose partitions again, for a past period."""
        if self._has_calls:
            self.calls.compact(sorted_calls)
            if self.rows >= max(_MIN_CALLS, _ANEW * self._considered):
                self._store_more()
        for partition in self.tables:
            self._compact(partition)
            self._make_exact(partition)

    def drop_calls(self) -> None:
        """Drop the calls; their hours remain for every combination of fields."""
        if not self.is_dropped:
            self._store_all("hour")
            self.calls.clear()
            self.is_dropped = True

    def drop_fine_cells(self) -> None:
        """Drop calls and cells shorter than a day; their days remain for every combination."""
        self.drop_calls()
        fine = [one for one in self.tables if not Partition("day").divides(one.unit)]
        if fine:
            self._store_all("day")
        for partition in fine:
            self.tables.pop(partition).clear()
            del self.sizes[partition]
            self._p_changed = True

    def clear(self) -> None:
        """Remove everything."""
        for table in (self.calls, *self.tables.values()):
            table.clear()

    @property
    def _has_calls(self) -> bool:
        return self.rows > 0 and not self.is_dropped

    def _kept(self, scope: Scope) -> list[Partition]:
        """Return the partitions that fit, from fine to coarse, each smaller than those before."""
        serial, known = self._v_kept
        if serial != self._p_serial or self._p_changed or self._p_jar is None:
            known = {}
            self._v_kept = self._p_serial, known
        key = scope.fields, scope.digests
        if key in known:
            return known[key]
        best: dict[str, Partition] = {}
        smallest = dict.fromkeys(UNITS, self.rows if self._has_calls else sys.maxsize)
        for one in scope.fitting(self.sizes):
            if self.sizes[one] < smallest[one.unit]:
                best[one.unit], smallest[one.unit] = one, self.sizes[one]
        kept: list[Partition] = []
        for unit in UNITS:
            if unit in best and (not kept or smallest[unit] < smallest[kept[-1].unit]):
                kept.append(best[unit])
        known[key] = kept
        return kept

    def _store_all(self, unit: str) -> None:
        finest = Partition(unit, FIELDS)
        if self.rows and finest not in self.tables:
            self._store(finest)

    def _store_more(self) -> None:
        self._considered = self.rows
        calls = [block.as_table() for block in self.calls.blocks()]
        times = joined([table.column("time") for table in calls])
        extent = Extent(
            len(times),
            {field: count_different([table.column(field) for table in calls]) for field in FIELDS},
            {unit: count_different([time_units.ordinal(times, unit)]) for unit in self._units},
        )
        for partition in worth_storing(extent, self._units, self.sizes):
            if partition not in self.tables:
                self._store(partition)

    def _store(self, partition: Partition) -> None:
        """Store another partition, built from the smallest table that contains its fields."""
        for tables in _portions(self._source(partition)):
            self._add_cells(partition, build(partition, tables))
        self._compact(partition)
        self._make_exact(partition)

    def _make_exact(self, partition: Partition) -> None:
        """Build a partition from the calls if the digests of small cells were merged."""
        table = self.tables[partition]
        if not self._has_calls or not any(map(_is_inexact, table.blocks())):
            return
        table.clear()
        calls = [block.as_table() for block in self.calls.blocks()]
        portions = -(-self.rows // _PORTION)
        for portion in range(portions):
            # All calls of a cell belong to the same portion.
            some = [each.where(_shuffled(partition, each) % portions == portion) for each in calls]
            if any(each.rows for each in some):
                self._add_cells(partition, build(partition, some))
        self._compact(partition)

    def _source(self, partition: Partition) -> list[Block]:
        units = [unit for unit in self._units if Partition(unit).divides(partition.unit)]
        table = self.best(partition.fields, units, digests=partition.digests)
        return list(table.blocks()) if table else []

    def _add_cells(self, partition: Partition, cells: Columns) -> None:
        table = self.tables.setdefault(partition, StoredTable(self._usage))
        table.add(cells, merging(partition))
        self._note_size(partition)

    def _compact(self, partition: Partition) -> None:
        self.tables[partition].compact(merging(partition))
        self._note_size(partition)

    def _note_size(self, partition: Partition) -> None:
        self.sizes[partition] = self.tables[partition].size
        # Both are plain dictionaries, whose changes are not detected.
        self._p_changed = True


def count_different(arrays: Sequence[Array]) -> int:
    """Return the number of distinct values in arrays with at least one value."""
    return len(number_keys([joined(arrays)])[1][0])


def build(partition: Partition, tables: Iterable[Table]) -> Columns:
    """Roll up tables into the columns of a partition's cells.

    :param tables: tables with at least one row in total.
    """
    parts = []
    for table in tables:
        ordinals = time_units.ordinal(table.column("time"), partition.unit)
        parts.append(Part(table, [*map(table.column, partition.fields), ordinals]))
    number = len(partition.fields) + 1
    measures = (*MEASURES, SQUARES) if partition.digests else MEASURES
    cells = roll_up(parts, number, measures, digests=partition.digests).compressed()
    *fields, ordinals = cells.keys
    columns: dict[str, Array] = {**dict(zip(partition.fields, fields, strict=True))}
    columns |= {"time": time_units.starts(ordinals, partition.unit), **cells.measures}
    if (digests := cells.digests) is not None:
        columns |= digests.columns
    return columns


def _is_inexact(block: Block) -> bool:
    """Return whether percentiles of small cells are not those of their calls."""
    return "centroids" in block and bool(((block["exact"] == 0) & (block["visits"] < SMALL)).any())


def _shuffled(partition: Partition, table: Table) -> Array:
    """Return a number per row, the same for all rows of a cell."""
    number = time_units.ordinal(table.column("time"), partition.unit)
    for field in partition.fields:
        number = 31 * number + table.column(field)
    return number


def merging(partition: Partition) -> Merge:
    """Return the function that merges equal cells."""

    def merge(columns: Columns) -> Columns:
        return build(partition, [Table(len(columns["time"]), columns)])

    return merge


def _portions(blocks: Iterable[Block]) -> Iterator[list[Table]]:
    """Return blocks as tables, a limited number of rows at a time."""
    portion: list[Table] = []
    for block in blocks:
        portion.append(block.as_table())
        if sum(table.rows for table in portion) >= _PORTION:
            yield portion
            portion = []
    if portion:
        yield portion

"""A month of calls: one span while it is small, a span per day when it is large."""

from collections.abc import Callable, Collection, Iterable, Iterator

from BTrees.IOBTree import IOBTree
from persistent import Persistent

from pydash_cube import time_units
from pydash_cube.chunk import Block, prefetch
from pydash_cube.lattice import Extent, Partition, Scope, worth_storing
from pydash_cube.span import Span, count_different
from pydash_cube.stored_table import Columns
from pydash_cube.table import FIELDS, split_by
from pydash_cube.usage import Usage

# A month with more calls than this is stored day by day.
SPLIT_SIZE = 100_000
_DAY_UNITS = ("minute", "hour", "day")


class Month(Persistent):
    """The calls of a month.

    :param number: months since January 1970.
    :param usage: counts what is stored.

    :ivar rows: number of calls, dropped ones included.
    """

    def __init__(self, number: int, usage: Usage) -> None:
        self.rows = 0
        self._usage = usage
        self._start, self._end = time_units.bounds(number, "month")
        # All calls while the month is small; later only cells of the whole month.
        self._whole = Span(("hour", "day", "month"), usage)
        self._days = IOBTree()
        # Days with calls that were added after they were last compacted.
        self._untidy: frozenset[int] = frozenset()
        self._folded_rows = 0

    def add(self, columns: Columns) -> None:
        """Add calls, all of this month."""
        self.rows += len(columns["time"])
        if not self._days and (self.rows <= SPLIT_SIZE or self._whole.is_dropped):
            self._whole.add(columns)
            return
        if not self._days:
            self._split()
        self._whole.add_to_cells(columns)
        self._add_to_days(columns)

    def blocks(self, scope: Scope) -> Iterator[Block]:
        """Return the blocks, of calls or of cells, that a query can be computed from."""
        units = scope.units(self._start, self._end)
        whole = None
        if not self._days or "month" in units:
            whole = self._whole.best(scope.fields, units, digests=scope.digests)
        if whole:
            yield from whole.blocks()
            return
        days = (
            day.best(
                scope.fields,
                scope.units(*time_units.bounds(number, "day")),
                digests=scope.digests,
            )
            for number, day in self._days_of(scope)
        )
        tables = [table for table in days if table]
        prefetch(tables)
        for table in tables:
            yield from table.blocks()

    def call_blocks(self, scope: Scope) -> Iterator[Block]:
        """Return the blocks of the calls themselves."""
        tables = [self._whole.calls, *(day.calls for _, day in self._days_of(scope))]
        prefetch(tables)
        for table in tables:
            yield from table.blocks()

    def stretches(self) -> Iterator[tuple[int, int]]:
        """Return the start and end of consecutive periods with few calls each."""
        if not self._days:
            yield self._start, self._end
        else:
            starts = range(self._start, self._end, time_units.DAY)
            yield from ((start, start + time_units.DAY) for start in starts)

    def tidy(self, now: int, busy: Collection[int]) -> bool:
        """Compact the days that are over, and the month when all of them are.

        :param now: time of the latest call.
        :param busy: days that calls were just added to.
        :returns: whether there is nothing left to compact.
        """
        done = {
            number
            for number in self._untidy.difference(busy)
            if time_units.bounds(number, "day")[1] <= now
        }
        for number in done:
            self._days[number].compact()
        if done:
            self._untidy -= done
        if self._untidy or self._end > now:
            return False
        if self._days and self.rows >= 2 * self._folded_rows:
            self._fold()
        return True

    def drop(self, before: int, forget: Callable[[Span], None]) -> None:
        """Drop details of the days that ended before a time.

        :param before: microseconds, the start of a day.
        :param forget: drops the details of a span.
        """
        if not self._days and self._end <= before:
            forget(self._whole)
            return
        if not self._days and self._start < before and self._whole.rows:
            self._split()
        for number, day in self._days.items():
            if time_units.bounds(number, "day")[1] <= before:
                forget(day)

    def _days_of(self, scope: Scope) -> list[tuple[int, Span]]:
        days = list(self._days.items(*scope.ordinals("day")))
        prefetch([day for _, day in days])
        return days

    def _split(self) -> None:
        """Move the calls to one span per day."""
        whole, self._whole = self._whole, Span(("month",), self._usage)
        if whole.rows:
            self._add_to_days(whole.calls.columns())
            whole.clear()

    def _add_to_days(self, columns: Columns) -> None:
        numbers = time_units.ordinal(columns["time"], "day")
        for number, part in split_by(numbers, columns):
            if number not in self._days:
                self._days[number] = Span(_DAY_UNITS, self._usage)
            self._days[number].add(part)
            self._untidy |= {number}

    def _fold(self) -> None:
        """Store the partitions of the whole month that are worth storing."""
        self._folded_rows = self.rows
        days = list(self._days.values())
        everywhere = set.intersection(*(set(day.tables) for day in days))
        sizes = {one: sum(day.sizes[one] for day in days) for one in everywhere}
        kept = sizes | self._whole.sizes
        fields = {
            field: count_different(
                [
                    block.as_table().column(field)
                    for block in _blocks(days, Partition("day", (field,), digests=False))
                ]
            )
            for field in FIELDS
        }
        extent = Extent(self.rows, fields, {"month": 1})
        for partition in worth_storing(extent, ["month"], kept):
            if partition not in self._whole.tables:
                self._whole.store(partition, _blocks(days, partition))


def _blocks(days: Iterable[Span], partition: Partition) -> Iterator[Block]:
    """Return the blocks of the days from which a partition can be built."""
    for day in days:
        table = day.best(partition.fields, _DAY_UNITS, digests=partition.digests)
        if table:
            yield from table.blocks()

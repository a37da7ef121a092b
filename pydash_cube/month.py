"""A month of calls, with a single span while it is small and a span per day when it is large."""

from collections.abc import Callable, Collection, Iterator

from BTrees.IOBTree import IOBTree
from persistent import Persistent

from pydash_cube import time_units
from pydash_cube.chunk import prefetch
from pydash_cube.fold import Fold
from pydash_cube.lattice import Scope
from pydash_cube.span import DAY_UNITS, Reading, Span
from pydash_cube.stored_table import Columns, StoredTable
from pydash_cube.table import split_by
from pydash_cube.usage import Usage

# A month with more calls than this is stored day by day.
SPLIT_SIZE = 100_000


class Month(Persistent):
    """The calls of a month.

    :param number: months since January 1970.
    :param usage: counts the stored data.

    :ivar rows: number of calls, dropped ones included.
    """

    # The partitions of the whole month that are being built, if any.
    _fold: Fold | None = None

    def __init__(self, number: int, usage: Usage) -> None:
        self.rows = 0
        self._usage = usage
        self._start, self._end = time_units.bounds(number, "month")
        # All calls while the month is small, and later only cells of the whole month.
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
        if self._fold is not None:
            self._fold.add(columns)
        self._add_to_days(columns)

    def readings(self, scope: Scope) -> list[Reading]:
        """Return what a query is computed from."""
        if not self._days:
            return self._whole.readings(scope, self._start, self._end)
        if not len(scope.cut("month", self._start, self._end)):
            whole = self._whole.best(scope.fields, ["month"], digests=scope.digests)
            if whole:
                return [Reading(whole)]
        readings = [
            reading
            for number, day in self._days_of(scope)
            for reading in day.readings(scope, *time_units.bounds(number, "day"))
        ]
        prefetch([reading.table for reading in readings])
        return readings

    def call_tables(self, scope: Scope) -> list[StoredTable]:
        """Return the tables of the calls themselves."""
        tables = [self._whole.calls, *(day.calls for _, day in self._days_of(scope))]
        prefetch(tables)
        return tables

    def stretches(self) -> Iterator[tuple[int, int]]:
        """Return the start and end of consecutive periods with few calls each."""
        if not self._days:
            yield self._start, self._end
        else:
            starts = range(self._start, self._end, time_units.DAY)
            yield from ((start, start + time_units.DAY) for start in starts)

    def tidy(self, now: int, busy: Collection[int]) -> bool:
        """Compact past days.

        :param now: time of the latest call.
        :param busy: days to which calls were just added.
        :returns: whether the month and all its days are past and compacted.
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
        return not self._untidy and self._end <= now

    @property
    def needs_folding(self) -> bool:
        """Whether the past month is large, and its partitions remain to be stored."""
        return bool(self._days) and self.rows >= 2 * self._folded_rows

    def fold(self) -> bool:
        """Perform one step of storing a large month's partitions. Return whether more remain."""
        if self._fold is None:
            self._fold = Fold(self._usage)
            self._folded_rows = self.rows
        if self._fold.step(dict(self._days.items()), self._whole):
            return True
        self._fold = None
        return False

    def drop(self, before: int, forget: Callable[[Span], None]) -> None:
        """Drop details of the days that ended before a time.

        The rest of a small month without its calls cannot be split by day, so it is dropped once
        the month is past.

        :param before: microseconds, the start of a day.
        :param forget: drops the details of a span.
        """
        if not self._days and self._end <= before:
            forget(self._whole)
            return
        can_split = self._whole.rows > 0 and not self._whole.is_dropped
        if not self._days and self._start < before and can_split:
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
                self._days[number] = Span(DAY_UNITS, self._usage)
            self._days[number].add(part)
            self._untidy |= {number}

"""The cube of a dashboard, which stores all its calls so that queries are cheap.

Calls are first added to a small table, **recent**. When it is full, they move to their **months**.
A small month is one span of time; a large month has a span per day. Besides its calls, a span
stores the partitions that are worth storing. Every call is in exactly one of these places, and the
cells of a span always describe exactly its calls.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from BTrees.IIBTree import IITreeSet
from BTrees.IOBTree import IOBTree
from persistent import Persistent

from pydash_cube import time_units
from pydash_cube.call_batch import CallBatch
from pydash_cube.chunk import prefetch
from pydash_cube.dictionary import OVERFLOW, Dictionary
from pydash_cube.lattice import Scope
from pydash_cube.month import Month
from pydash_cube.span import Reading, Span
from pydash_cube.stored_table import (
    Columns,
    StoredTable,
    joined_columns,
    sorted_calls,
)
from pydash_cube.table import split_by
from pydash_cube.usage import Usage
from pydash_cube.version import Version, version_of
from pydash_cube.vocabulary import MAX_DISTINCT, CallField

# Fields whose strings are stored as codes.
CODED_FIELDS = (CallField.ENDPOINT, CallField.VERSION, CallField.IP, CallField.GROUP_BY)
# Every query reads the recent calls one by one, so their number is limited.
RECENT_SIZE = 16_384


class Cube(Persistent):
    """All calls of one dashboard.

    :ivar rows: number of calls.
    :ivar first: time of the earliest call, microseconds; None without calls.
    :ivar last: time of the latest call.
    :ivar dictionaries: the codes of strings by field, at most MAX_DISTINCT each.
    :ivar usage: counts what the tables store.
    """

    # The months to fold, apart from the cube, which every fetch writes; None until there are some.
    _to_fold: IITreeSet | None = None

    def __init__(self) -> None:
        self.rows = 0
        self.first: int | None = None
        self.last: int | None = None
        self.dictionaries = {field.value: Dictionary() for field in CODED_FIELDS}
        self.usage = Usage()
        self._recent = StoredTable(self.usage)
        self._recent_size = 0
        self._months = IOBTree()
        # Months with calls that were added after they were last compacted.
        self._untidy: frozenset[int] = frozenset()

    def add(self, batch: CallBatch) -> None:
        """Add calls."""
        if not len(batch):
            return
        codes: Columns = {
            field.value: self.dictionaries[field].encode(getattr(batch, field), MAX_DISTINCT[field])
            for field in CODED_FIELDS
        }
        numbers: Columns = {
            "status": batch.status_code,
            "time": batch.time.astype(np.int64),
            "execution_time": batch.execution_time,
        }
        columns = sorted_calls({**codes, **numbers})
        first, last = int(columns["time"].min()), int(columns["time"].max())
        self.rows += len(batch)
        self.first = first if self.first is None else min(first, self.first)
        self.last = last if self.last is None else max(last, self.last)
        if self._recent_size + len(batch) < RECENT_SIZE:
            self._recent.add(columns, sorted_calls)
            self._recent_size += len(batch)
        else:
            self._move_recent(columns)

    def admit(self, field: CallField, texts: Sequence[str]) -> list[str]:
        """Return the values that have their own code, which is assigned if the limit permits."""
        dictionary = self.dictionaries[field]
        before = len(dictionary), dictionary.has_overflow
        codes = dictionary.encode(texts, MAX_DISTINCT[field]).tolist()
        if (len(dictionary), dictionary.has_overflow) != before:
            self.touch()
        return [text for text, code in zip(texts, codes, strict=True) if code != OVERFLOW]

    def overflow_names(self) -> dict[str, str]:
        """Return the name of the values beyond the limit, for each field that has any."""
        return {
            field: dictionary.overflow_name
            for field, dictionary in self.dictionaries.items()
            if dictionary.has_overflow
        }

    @property
    def version(self) -> Version | None:
        """What changes with the results of queries; None if they changed in this transaction.

        Calls are added by writing the cube, and details are dropped by writing the counters.
        """
        return version_of(self, self.usage.calls, self.usage.bytes)

    def touch(self) -> None:
        """Change the version, because something else was changed that readers know by it."""
        self._p_changed = True

    @property
    def stored_bytes(self) -> int:
        """The size of all stored data."""
        texts = sum(dictionary.stored_bytes for dictionary in self.dictionaries.values())
        return texts + int(self.usage.bytes())

    def readings(self, scope: Scope) -> Iterator[Reading]:
        """Return what a query is computed from.

        It contains every call of the query's range exactly once, and possibly other calls.
        """
        yield Reading(self._recent)
        for month in self._months_of(scope):
            yield from month.readings(scope)

    def call_tables(self, scope: Scope) -> Iterator[StoredTable]:
        """Return the tables of raw calls, except dropped ones."""
        yield self._recent
        for month in self._months_of(scope):
            yield from month.call_tables(scope)

    def stretches(self) -> Iterator[tuple[int, int]]:
        """Return the start and end of periods, ascending, that cover all calls."""
        recent = [block["time"] for block in self._recent.blocks()]
        numbers = set(np.unique(time_units.ordinal(np.concatenate([*recent, _NONE]), "month")))
        for number in sorted(numbers.union(self._months)):
            yield from self._months.get(number, Month(number, self.usage)).stretches()

    def drop(self, before: int, forget: Callable[[Span], None]) -> None:
        """Drop details of the calls of days that ended before a time.

        :param before: microseconds, the start of a day.
        :param forget: drops the details of a span.
        """
        if any(block.zones["time"][0] < before for block in self._recent.blocks()):
            self._move_recent()
        for month in self._months.values(None, time_units.ordinal_of(before, "month")):
            month.drop(before, forget)

    @property
    def needs_folding(self) -> bool:
        """Whether the partitions of past months remain to be stored."""
        return bool(self._to_fold)

    def fold(self) -> bool:
        """Perform one step of storing the partitions of past months.

        Each step should be a separate transaction. Queries return the same numbers before and
        after, and may be faster after the last step.

        :returns: whether more steps remain.
        """
        if not self._to_fold:  # it may have been changed by another process
            return False
        number = self._to_fold.minKey()
        if not self._months[number].fold():
            self._to_fold.remove(number)
        return self.needs_folding

    def _months_of(self, scope: Scope) -> list[Month]:
        months = list(self._months.values(*scope.ordinals("month")))
        prefetch(months)
        return months

    def _move_recent(self, *more: Columns) -> None:
        """Move the recent calls, and more, to their months."""
        recent = [self._recent.columns()] if self._recent_size else []
        columns = joined_columns([*recent, *more])
        busy = np.unique(time_units.ordinal(columns["time"], "day")).tolist()
        for number, part in split_by(time_units.ordinal(columns["time"], "month"), columns):
            if number not in self._months:
                self._months[number] = Month(number, self.usage)
            self._months[number].add(part)
            self._untidy |= {number}
        now = self.last if self.last is not None else 0
        done = {number for number in self._untidy if self._months[number].tidy(now, busy)}
        self._untidy -= done
        if large := [number for number in done if self._months[number].needs_folding]:
            self._to_fold = self._to_fold if self._to_fold is not None else IITreeSet()
            self._to_fold.update(large)
        self._recent.clear()
        self._recent_size = 0


_NONE = np.zeros(0, dtype=np.int64)

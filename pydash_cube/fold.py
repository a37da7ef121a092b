"""Folding, which builds the partitions of a large past month in steps.

Each step is a small transaction, so it can be interrupted at any time, and the month can be of any
size. A partition is published when it is complete. Queries read the days before that and the month
afterwards, so each call counts once.
"""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from persistent import Persistent

from pydash_cube import time_units
from pydash_cube.chunk import Block
from pydash_cube.lattice import Extent, Partition, worth_storing_of_month
from pydash_cube.span import DAY_UNITS, Span, build, count_different, merging
from pydash_cube.stored_table import Columns, StoredTable
from pydash_cube.table import FIELDS, CallTable
from pydash_cube.usage import Usage

# The approximate number of rows that a step reads, but at least one day.
STEP_ROWS = 250_000


class Fold(Persistent):
    """The remaining work for a month.

    :param usage: counts the stored data.

    :ivar counts: number of distinct values of each field that was counted.
    :ivar todo: the partitions to build, current one first; None until all fields are counted.
    :ivar table: the cells of the current partition so far.
    :ivar read: the days that these cells describe.
    """

    def __init__(self, usage: Usage) -> None:
        self._usage = usage
        self.counts: Mapping[str, int] = {}
        self.todo: tuple[Partition, ...] | None = None
        self.table = StoredTable(usage, STEP_ROWS)
        self.read: frozenset[int] = frozenset()

    def add(self, columns: Columns) -> None:
        """Add late calls, except those of days that have not been read yet."""
        days = time_units.ordinal(columns["time"], "day")
        is_read = np.isin(days, list(self.read))
        if self.todo and is_read.any():
            late = {name: values[is_read] for name, values in columns.items()}
            cells = build(self.todo[0], [CallTable(len(late["time"]), late)])
            self.table.add(cells, merging(self.todo[0]))

    def step(self, days: Mapping[int, Span], whole: Span) -> bool:
        """Perform one step, and return whether more remain.

        :param days: the spans of the days.
        :param whole: the span of the month, which receives the partitions.
        """
        if self.todo is None:
            self._choose(days, whole)
        elif self.todo and (unread := sorted(set(days) - self.read)):
            self._read(days, unread, self.todo[0])
        elif self.todo:
            whole.publish(self.todo[0], self.table)
            self.todo, self.table, self.read = (
                self.todo[1:],
                StoredTable(self._usage, STEP_ROWS),
                frozenset(),
            )
        return self.todo is None or bool(self.todo)

    def _choose(self, days: Mapping[int, Span], whole: Span) -> None:
        """Count the distinct values of the next field, and choose partitions after the last one."""
        field = next(field for field in FIELDS if field not in self.counts)
        blocks = _blocks(days.values(), Partition("day", (field,), digests=False))
        values = [block.as_table().column(field) for block in blocks]
        self.counts = {**self.counts, field: count_different(values)}
        if len(self.counts) == len(FIELDS):
            everywhere = set.intersection(*(set(day.tables) for day in days.values()))
            sizes = {one: sum(day.sizes[one] for day in days.values()) for one in everywhere}
            extent = Extent(sum(day.rows for day in days.values()), self.counts, {"month": 1})
            self.todo = tuple(worth_storing_of_month(extent, sizes | whole.sizes))

    def _read(self, days: Mapping[int, Span], unread: Iterable[int], partition: Partition) -> None:
        """Add the cells of the next days to the current partition."""
        blocks: list[Block] = []
        for number in unread:
            more = list(_blocks([days[number]], partition))
            if blocks and sum(block.rows for block in (*blocks, *more)) > STEP_ROWS:
                break
            blocks += more
            self.read |= {number}
        if blocks:
            cells = build(partition, [block.as_table() for block in blocks])
            self.table.add(cells, merging(partition))


def _blocks(days: Iterable[Span], partition: Partition) -> Iterator[Block]:
    """Return the blocks of the days from which a partition can be built."""
    for day in days:
        table = day.best(partition.fields, DAY_UNITS, digests=partition.digests)
        if table:
            yield from table.blocks()

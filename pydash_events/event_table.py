"""Events as columns, in memory: what the `zodb` driver sorts, cuts, merges and filters.

All times are integers: microseconds since 1970 (UTC).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pydash_events.event_rows import EventRow

Array = NDArray[Any]
# A project and an event type.
Group = tuple[str, str]
# The name of a trait and its data type, or the name of a column that all events have, and None.
ColumnKey = tuple[str, int | None]

GENERATED: ColumnKey = ("generated", None)
SEQUENCE: ColumnKey = ("sequence", None)
MESSAGE_ID: ColumnKey = ("message_id", None)
RAW: ColumnKey = ("raw", None)

TEXT, FLOAT = 1, 3


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one column.

    :ivar values: integers or floats; for texts, indexes into `texts`; arbitrary where absent.
    :ivar present: which events have a value; None if all have one.
    :ivar texts: distinct texts, in any order.
    """

    values: Array
    present: Array | None = None
    texts: Sequence[str] | None = None

    def has(self, row: int) -> bool:
        """Return whether the event in a row has a value."""
        return self.present is None or bool(self.present[row])

    def value(self, row: int) -> Any:
        """Return the value in a row that has one."""
        value = self.values[row].item()
        return value if self.texts is None else self.texts[value]

    def take(self, rows: Array | slice) -> "Column":
        """Return the values in some rows."""
        present = None if self.present is None else self.present[rows]
        return Column(self.values[rows], present, self.texts)


@dataclass(frozen=True, slots=True)
class GroupRange:
    """The rows of a group in a sorted table."""

    event_type: str
    start: int
    stop: int


@dataclass(frozen=True)
class EventTable:
    """Events in the order of project, event type, time and id.

    :ivar groups: the projects and event types, sorted.
    :ivar sizes: the number of events of each group.
    :ivar columns: the values of the columns that at least one event has.
    :ivar loaders: functions that return further columns, which are read when they are needed.
    """

    groups: Sequence[Group]
    sizes: Array
    columns: dict[ColumnKey, Column]
    loaders: dict[ColumnKey, Callable[[], Column]] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.sizes.sum())

    @classmethod
    def of(cls, rows: Sequence[EventRow], first_sequence: int) -> "EventTable":
        """Return a table of events, in the order of their sequence.

        :param first_sequence: that of the first one.
        """
        groups = sorted({(row.project, row.event_type) for row in rows})
        number = {group: index for index, group in enumerate(groups)}
        group_of = np.array([number[row.project, row.event_type] for row in rows], dtype=np.int64)
        traits: dict[ColumnKey, tuple[list[int], list[Any]]] = {}
        for index, row in enumerate(rows):
            for name, dtype, value in row.traits:
                places, values = traits.setdefault((name, dtype), ([], []))
                places.append(index)
                values.append(value)
            if row.raw is not None:
                places, values = traits.setdefault(RAW, ([], []))
                places.append(index)
                values.append(row.raw)
        columns = {
            GENERATED: Column(np.array([row.generated for row in rows], dtype=np.int64)),
            SEQUENCE: Column(np.arange(first_sequence, first_sequence + len(rows))),
            MESSAGE_ID: _texts([row.message_id for row in rows]),
        } | {
            key: _scattered(key, places, values, len(rows))
            for key, (places, values) in traits.items()
        }
        return _sorted(groups, group_of, columns)

    @classmethod
    def merged(cls, tables: Sequence["EventTable"]) -> "EventTable":
        """Return a table of the events of several."""
        groups = sorted({group for table in tables for group in table.groups})
        number = {group: index for index, group in enumerate(groups)}
        group_of = np.concatenate(
            [np.repeat([number[group] for group in table.groups], table.sizes) for table in tables]
        )
        keys = dict.fromkeys(key for table in tables for key in table.column_keys)
        columns = {key: _concatenated(tables, key) for key in keys}
        return _sorted(groups, group_of, columns)

    @property
    def column_keys(self) -> list[ColumnKey]:
        """The keys of all columns."""
        return [*self.columns, *(key for key in self.loaders if key not in self.columns)]

    def find_column(self, key: ColumnKey) -> Column | None:
        """Return a column; None if no event has it."""
        if key not in self.columns and key in self.loaders:
            self.columns[key] = self.loaders[key]()
        return self.columns.get(key)

    def column(self, key: ColumnKey) -> Column:
        """Return a column that at least one event has."""
        column = self.find_column(key)
        if column is None:
            raise KeyError(key)
        return column

    def values(self, key: ColumnKey) -> Array:
        """Return the values of a column that all events have."""
        return self.column(key).values

    def message_ids(self) -> Sequence[str]:
        """Return the id of each event."""
        column = self.column(MESSAGE_ID)
        texts = column.texts or ()
        if np.array_equal(column.values, np.arange(len(texts))):
            return texts
        return [texts[index] for index in column.values.tolist()]

    def message_id(self, row: int) -> str:
        """Return the id of the event in a row."""
        message_id: str = self.column(MESSAGE_ID).value(row)
        return message_id

    @cached_property
    def ranges(self) -> dict[str, list[GroupRange]]:
        """The rows of the groups of each project."""
        ranges: dict[str, list[GroupRange]] = {}
        stops = np.cumsum(self.sizes).tolist()
        for (project, event_type), size, stop in zip(
            self.groups, self.sizes.tolist(), stops, strict=True
        ):
            ranges.setdefault(project, []).append(GroupRange(event_type, stop - size, stop))
        return ranges

    @cached_property
    def row_of(self) -> dict[tuple[str, str], int]:
        """The row of each event, by project and id."""
        projects = (
            project
            for (project, _), size in zip(self.groups, self.sizes.tolist(), strict=True)
            for _ in range(size)
        )
        return {key: row for row, key in enumerate(zip(projects, self.message_ids(), strict=True))}

    @cached_property
    def trait_counts(self) -> dict[Group, dict[ColumnKey, int]]:
        """How many events of each group have each trait."""
        group_of = np.repeat(np.arange(len(self.groups)), self.sizes)
        counts: dict[Group, dict[ColumnKey, int]] = {group: {} for group in self.groups}
        for key in self.column_keys:
            column = self.column(key)
            if key[1] is None:
                continue
            having = group_of if column.present is None else group_of[column.present]
            of_groups = np.bincount(having, minlength=len(self.groups))
            for index in np.flatnonzero(of_groups).tolist():
                counts[self.groups[index]][key] = int(of_groups[index])
        return counts

    def cut(self, start: int, stop: int) -> "EventTable":
        """Return the events in a range of rows."""
        return self.take(np.arange(start, min(stop, len(self))))

    def take(self, rows: Array) -> "EventTable":
        """Return the events in some rows, which must be in order."""
        group_of = np.repeat(np.arange(len(self.groups)), self.sizes)[rows]
        used, sizes = np.unique(group_of, return_counts=True)
        columns = {}
        for key in self.column_keys:
            taken = self.column(key).take(rows)
            if taken.present is None or taken.present.any():
                columns[key] = taken
        return EventTable([self.groups[index] for index in used.tolist()], sizes, columns)

    def row(self, row: int) -> EventRow:
        """Return the event in a row, its traits by name."""
        group = int(np.searchsorted(np.cumsum(self.sizes), row, side="right"))
        traits = []
        for name, dtype in sorted(key for key in self.column_keys if key[1] is not None):
            column = self.column((name, dtype))
            if dtype is not None and column.has(row):
                traits.append((name, dtype, column.value(row) if dtype else None))
        raw = self.find_column(RAW)
        return EventRow(
            *self.groups[group],
            generated=int(self.values(GENERATED)[row]),
            message_id=self.message_id(row),
            traits=traits,
            raw=raw.value(row) if raw is not None and raw.has(row) else None,
            sequence=int(self.values(SEQUENCE)[row]) or None,
        )

    def rows(self) -> Iterable[EventRow]:
        """Iterate over all events."""
        return (self.row(row) for row in range(len(self)))


def _texts(values: Sequence[str]) -> Column:
    numbers: dict[str, int] = {}
    indexes = [numbers.setdefault(value, len(numbers)) for value in values]
    return Column(np.array(indexes, dtype=np.int64), texts=list(numbers))


def _scattered(key: ColumnKey, places: list[int], values: list[Any], size: int) -> Column:
    """Return a column of values in some of the rows."""
    if key in (RAW, MESSAGE_ID) or key[1] == TEXT:
        column = _texts(values)
    elif key[1] == FLOAT:
        column = Column(np.array(values, dtype=np.float64))
    else:
        column = Column(np.array([value or 0 for value in values], dtype=np.int64))
    if len(places) == size:
        return column
    present, scattered = np.zeros(size, dtype=bool), np.zeros(size, dtype=column.values.dtype)
    present[places] = True
    scattered[places] = column.values
    return Column(scattered, present, column.texts)


def _concatenated(tables: Sequence[EventTable], key: ColumnKey) -> Column:
    """Return a column of all tables, one after the other."""
    values, present = [], []
    numbers: dict[str, int] = {}
    dtype = np.float64 if key[1] == FLOAT else np.int64
    for table in tables:
        column = table.find_column(key)
        if column is None:
            values.append(np.zeros(len(table), dtype=dtype))
            present.append(np.zeros(len(table), dtype=bool))
            continue
        present.append(
            np.ones(len(table), dtype=bool) if column.present is None else column.present
        )
        if column.texts is None:
            values.append(column.values)
        else:
            codes = [numbers.setdefault(text, len(numbers)) for text in column.texts]
            values.append(np.array(codes or [0], dtype=np.int64)[column.values])
    everywhere = np.concatenate(present)
    is_text = key in (RAW, MESSAGE_ID) or key[1] == TEXT
    return Column(
        np.concatenate(values).astype(dtype, copy=False),
        None if everywhere.all() else everywhere,
        list(numbers) if is_text else None,
    )


def _sorted(
    groups: Sequence[Group], group_of: Array, columns: dict[ColumnKey, Column]
) -> EventTable:
    """Return a table of columns in any order."""
    generated, ids = columns[GENERATED].values, columns[MESSAGE_ID]
    order = np.lexsort((generated, group_of))
    equal = (np.diff(group_of[order]) == 0) & (np.diff(generated[order]) == 0)
    if equal.any():
        texts = list(ids.texts or ())
        ranks = np.empty(len(texts), dtype=np.int64)
        ranks[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
        order = np.lexsort((ranks[ids.values], generated, group_of))
    sizes = np.bincount(group_of, minlength=len(groups))
    return EventTable(groups, sizes, {key: each.take(order) for key, each in columns.items()})

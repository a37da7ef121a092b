"""Finds a page of events in the log and the inbox.

Everything that may have events of the page is a stream of them in the order of the page: runs, the
blocks of runs, and the rows of one type in a block. A stream that has not been read first yields a
bound, which is not after any of its events. So merging the streams reads a block only when no event
before its bound is left, and a full page stops the reading.
"""

import heapq
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from pydash_events.conditions import ColumnCondition
from pydash_events.event_log import EventLog, RunEntry
from pydash_events.event_rows import to_event, to_microseconds, to_time
from pydash_events.event_table import (
    GENERATED,
    MESSAGE_ID,
    SEQUENCE,
    Array,
    ColumnKey,
    EventTable,
    GroupRange,
)
from pydash_events.filters import EventFilter
from pydash_events.paging import MAX_EXAMINED, Order, Page, Position
from pydash_events.run import BLOCK_ROWS, Key, Run
from pydash_events.zones import Zones

# Events in the inbox have no sequence yet. They are numbered from here on for the order.
UNSEQUENCED = 2**62
_LARGEST = 2**63 - 1
_EARLIEST = to_microseconds(datetime.min.replace(tzinfo=UTC))
_LATEST = to_microseconds(datetime.max.replace(tzinfo=UTC))

# Never the name of a project.
_NO_PROJECT = "\0"

SortKey = tuple[Any, ...]


class Found(NamedTuple):
    """An event that matches."""

    table: EventTable
    row: int
    project: str


# A bound has no event.
Item = tuple[SortKey, Found | None]
Stream = Iterator[Item]


class Descending(str):
    """A text that sorts in the opposite order."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)

    def __gt__(self, other: str) -> bool:
        return str.__lt__(self, other)

    def __le__(self, other: str) -> bool:
        return str.__ge__(self, other)

    def __ge__(self, other: str) -> bool:
        return str.__le__(self, other)


@dataclass
class PageSearch:
    """One search for a page.

    :ivar inbox: the events that are not in the log yet.
    :ivar examined: how many events were compared with the filter.
    """

    log: EventLog
    inbox: EventTable | None
    projects: Sequence[str]
    event_filter: EventFilter
    order: Order
    after: Position | None
    max_examined: int = MAX_EXAMINED
    examined: int = 0

    def __post_init__(self) -> None:
        primary, direction = self.order.keys[0]
        self._primary: ColumnKey = (primary, None)
        self._sign = -1 if direction == "desc" else 1
        self._at_once = min(BLOCK_ROWS, self.max_examined)
        self._conditions = [ColumnCondition.of(each) for each in self.event_filter.conditions]
        start, end = self.event_filter.start_timestamp, self.event_filter.end_timestamp
        # What the events of the page may have, by column: minimum and maximum.
        self._window = {
            GENERATED: (
                _EARLIEST if start is None else to_microseconds(start),
                _LATEST if end is None else to_microseconds(end),
            ),
            SEQUENCE: ((self.event_filter.after_sequence or 0) + 1, _LARGEST),
        }
        self._after_key: SortKey | None = None
        if self.after is not None:
            after = (to_microseconds(self.after.generated), self._sequence_of(self.after))
            self._after_key = self._key(*after, self.after.message_id)
            for column, value in zip((GENERATED, SEQUENCE), after, strict=True):
                if column == self._primary:
                    low, high = self._window[column]
                    self._window[column] = (
                        (max(low, value), high) if self._sign > 0 else (low, min(high, value))
                    )

    def run(self, limit: int) -> Page:
        """Return the first events after the position."""
        page = Page()
        first: SortKey | None = None
        last: Found | None = None
        for key, found in heapq.merge(*self._streams(), key=itemgetter(0)):
            first = first or key
            if last is not None and len(page) == limit:
                page.position = _position_of(last)
                break
            if found is None:
                # What shares the first bound is examined in any case, so that every page advances.
                # Events in the inbox are few, and no position before one is still valid when it has
                # its sequence.
                is_waiting = len(key) == len(self.order.keys) and abs(key[-1]) >= UNSEQUENCED
                if self.examined >= self.max_examined and key > first and not is_waiting:
                    page.position = self._position_before(key)
                    break
            elif self._is_new(found):
                last = found
                event = to_event(found.table.row(found.row))
                if found.table is self.inbox:
                    event.sequence = None
                page.append(event)
        return page

    def _sequence_of(self, position: Position) -> int:
        """Return the current sequence of an event: that of its position may be from the inbox."""
        key = position.project, position.message_id
        if 0 < position.sequence < UNSEQUENCED or position.project == _NO_PROJECT:
            return position.sequence
        table, row = self.log.find(key) or (self.inbox, -1)
        if table is not None and table is self.inbox:
            row = table.row_of.get(key, -1)
        if table is None or row < 0:
            return position.sequence
        return int(table.values(SEQUENCE)[row])

    def _is_new(self, found: Found) -> bool:
        """Return whether an event is after the position, and not only a copy in the inbox."""
        event_key = (found.project, found.table.message_id(found.row))
        if self.after is not None and event_key == (self.after.project, self.after.message_id):
            # It was in the inbox then, and has a sequence now.
            return False
        return found.table is not self.inbox or self.log.find(event_key) is None

    def _streams(self) -> Iterator[Stream]:
        is_sequenced = self._primary == SEQUENCE or self.event_filter.after_sequence is not None
        inbox = None if is_sequenced else self.inbox
        if self.event_filter.message_id is not None:
            for project in self.projects:
                yield self._of_id((project, self.event_filter.message_id), inbox)
            return
        for entry in self.log.entries():
            if all(
                low <= self._window[column][1] and high >= self._window[column][0]
                for column, (low, high) in (
                    (GENERATED, entry.generated),
                    (SEQUENCE, entry.sequence),
                )
            ):
                yield self._of_run(entry)
        if inbox is not None:
            yield self._of_table(inbox)

    def _of_id(self, key: Key, inbox: EventTable | None) -> Stream:
        """Return the event with an id, if it matches."""
        table, row = self.log.find(key) or (inbox, -1)
        if table is None:
            return
        if table is inbox:
            row = table.row_of.get(key, -1)
        for part in table.ranges.get(key[0], ()):
            if part.start <= row < part.stop:
                yield from self._of_rows(table, key[0], replace(part, start=row, stop=row + 1))

    def _of_run(self, entry: RunEntry) -> Stream:
        if self._primary == MESSAGE_ID and not entry.run.is_single:
            streams = [self._of_ids(entry.run, project) for project in self.projects]
        elif self._primary == MESSAGE_ID:
            streams = [self._of_table(block) for block in entry.run.tables()]
        else:
            limits = entry.generated if self._primary == GENERATED else entry.sequence
            yield self._bound(*limits), None
            zones = entry.run.read_zones()
            if zones is None:
                streams = [self._of_table(block) for block in entry.run.tables()]
            else:
                numbers = self._blocks(zones)
                streams = [self._of_block(entry.run, zones, number) for number in numbers]
        yield from heapq.merge(*streams, key=itemgetter(0))

    def _blocks(self, zones: Zones) -> list[int]:
        """Return the blocks that may have events that match."""
        possible = np.ones(len(zones.first), dtype=bool)
        for column, (start, end) in self._window.items():
            low, high = zones.limits[column]
            possible &= (low <= end) & (high >= start)
        types = self.event_filter.event_types or (None,)
        group = None
        if len(self.projects) == len(types) == 1 and types[0] is not None:
            group = (self.projects[0], types[0])
        for condition in self._conditions:
            possible &= zones.may_match(condition, group)
        wanted = {
            number
            for project in self.projects
            for event_type in types
            for number in zones.blocks_of(project, event_type)
        }
        return [number for number in wanted if possible[number]]

    def _of_block(self, run: Run, zones: Zones, number: int) -> Stream:
        low, high = zones.limits[self._primary]
        yield self._bound(int(low[number]), int(high[number])), None
        block = run.block(number)
        if block is not None:
            yield from self._of_table(block)

    def _of_ids(self, run: Run, project: str) -> Stream:
        """Return the matching events of a large run, ordered by id."""
        start = None if self.after is None else self.after.message_id
        of_blocks: dict[int, dict[str, Item]] = {}
        for message_id, number in run.ids(project, start, descending=self._sign < 0):
            yield (message_id if self._sign > 0 else Descending(message_id),), None
            if number not in of_blocks:
                block = run.block(number)
                items = () if block is None else self._of_table(block, [project])
                of_blocks[number] = {
                    found.table.message_id(found.row): (key, found)
                    for key, found in items
                    if found is not None
                }
            if message_id in of_blocks[number]:
                yield of_blocks[number][message_id]

    def _of_table(self, table: EventTable, projects: Sequence[str] | None = None) -> Stream:
        streams = [
            self._of_rows(table, project, part)
            for project in projects or self.projects
            for part in table.ranges.get(project, ())
        ]
        yield from heapq.merge(*streams, key=itemgetter(0))

    def _of_rows(self, table: EventTable, project: str, part: GroupRange) -> Stream:
        """Return the matching events of one type in a table; read part by part."""
        rows = self._rows_in_order(table, part)
        for start in range(0, len(rows), self._at_once):
            some = rows[start : start + self._at_once]
            yield self._key_of(table, some[0]), None
            for row in some[self._matches(table, some)].tolist():
                yield self._key_of(table, row), Found(table, row, project)

    def _rows_in_order(self, table: EventTable, part: GroupRange) -> Array:
        """Return the rows of a range that are in the window and after the position."""
        types = self.event_filter.event_types
        if types is not None and part.event_type not in types:
            return np.array([], dtype=np.int64)
        times = table.values(GENERATED)[part.start : part.stop]
        start, end = self._window[GENERATED]
        low, high = np.searchsorted(times, start), np.searchsorted(times, end, side="right")
        rows = np.arange(part.start + low, part.start + high)
        directions = [direction for _, direction in self.order.keys]
        # Rows of one type are in the order of time and id.
        if [name for name, _ in self.order.keys[:2]] == ["generated", "message_id"] and (
            directions[0] == directions[1]
        ):
            rows = rows[:: self._sign]
        else:
            rows = np.array(sorted(rows.tolist(), key=partial(self._key_of, table)), dtype=np.int64)
        if self._after_key is not None:
            rows = rows[bisect_right(rows, self._after_key, key=partial(self._key_of, table)) :]
        return rows

    def _matches(self, table: EventTable, rows: Array) -> Array:
        """Return which of the rows match."""
        self.examined += len(rows)
        low, high = self._window[SEQUENCE]
        sequence = table.values(SEQUENCE)[rows]
        matches: Array = (sequence >= low) & (sequence <= high)
        for condition in self._conditions:
            if matches.any():
                matches &= condition.is_met(table, rows)
        return matches

    def _bound(self, low: int, high: int) -> SortKey:
        """Return the bound of events whose primary column is in a range."""
        start, end = self._window[self._primary]
        return (max(low, start) if self._sign > 0 else -min(high, end),)

    def _key_of(self, table: EventTable, row: int) -> SortKey:
        generated = int(table.values(GENERATED)[row])
        return self._key(generated, int(table.values(SEQUENCE)[row]), table.message_id(row))

    def _key(self, generated: int, sequence: int, message_id: str) -> SortKey:
        """Return the key by which events sort in the order of the page."""
        values = {"generated": generated, "sequence": sequence}
        key: list[Any] = []
        for name, direction in self.order.keys:
            if name == "message_id":
                key.append(message_id if direction == "asc" else Descending(message_id))
            else:
                key.append(values[name] if direction == "asc" else -values[name])
        return tuple(key)

    def _position_before(self, bound: SortKey) -> Position:
        """Return a position that everything from a bound on is after, and nothing before it."""
        keys = self.order.keys
        values: dict[str, Any] = {
            name: value if name == "message_id" or direction == "asc" else -value
            for (name, direction), value in zip(keys, bound, strict=False)
        }
        shift = 1 if keys[-1][1] == "asc" else -1
        if len(bound) == len(keys):
            values["sequence"] -= shift
        elif self._primary == MESSAGE_ID:
            directions = dict(keys)
            is_first = directions.get("generated", "asc") == "asc"
            values["generated"] = _EARLIEST if is_first else _LATEST
            values["sequence"] = 0 if directions["sequence"] == "asc" else _LARGEST
        elif self._primary == SEQUENCE:
            values["sequence"] -= shift
        elif keys[1][1] == "desc":
            # No event has the id "" or the sequence 0, so this is after all events of its time.
            values["generated"] -= self._sign
        return Position(
            to_time(values.get("generated", 0)),
            str(values.get("message_id", "")),
            values.get("sequence", 0),
            _NO_PROJECT,
        )


def _position_of(found: Found) -> Position:
    row = found.table.row(found.row)
    return Position(to_time(row.generated), row.message_id, row.sequence or 0, row.project)

"""The log of the `zodb` driver: runs of events, and what types of events and traits they have.

Each move from the inbox adds a small run. Sixteen runs of about the same size are merged into one,
so an event is rewritten about once for each power of sixteen, and a page has few runs to read. The
runs are in the order of the sequence, without gaps between those of one and the next.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from BTrees.OOBTree import OOBTree
from persistent import Persistent

from pydash_database import database_root
from pydash_events.errors import StorageBadVersion
from pydash_events.event_rows import EventRow
from pydash_events.event_table import GENERATED, SEQUENCE, ColumnKey, EventTable, Group
from pydash_events.filters import Deletion
from pydash_events.run import Key, Place, Run, id_hashes

FORMAT = 1
# Runs of one size that are merged into one.
_FAN_OUT = 16
# The number of events from which a run is no longer merged: writing it takes about a second.
FULL_ROWS = 60_000
_ROOT_NAME = "event_log"

# Counts all events of a type.
_EVENTS: ColumnKey = ("", None)


@dataclass(frozen=True)
class RunEntry:
    """A run, and what is known of it without reading it.

    :ivar generated: the earliest and the latest time.
    :ivar sequence: the smallest and the largest sequence.
    """

    rows: int
    generated: tuple[int, int]
    sequence: tuple[int, int]
    run: Run

    @classmethod
    def of(cls, table: EventTable) -> "RunEntry":
        """Store a table as a new run."""
        limits = [
            (int(table.values(key).min()), int(table.values(key).max()))
            for key in (GENERATED, SEQUENCE)
        ]
        return cls(len(table), limits[0], limits[1], Run(table))


class FullRuns(Persistent):
    """The runs that are no longer merged."""

    def __init__(self) -> None:
        self.entries: tuple[RunEntry, ...] = ()


class EventLog(Persistent):
    """All events that have a sequence.

    :ivar format: raised when older code could not read what is stored.
    :ivar recent: the runs that are to be merged, oldest first.
    :ivar counts: of each project and event type, how many events there are, and how many have each
        trait. Runs of a single object are not counted here, because they are quick to read.
    """

    def __init__(self) -> None:
        self.format = FORMAT
        self.next_sequence = 1
        self.recent: tuple[RunEntry, ...] = ()
        self.full = FullRuns()
        self.counts = OOBTree()

    def entries(self) -> list[RunEntry]:
        """Return all runs, oldest first."""
        return [*self.full.entries, *self.recent]

    def append(self, rows: Sequence[EventRow]) -> None:
        """Add new events, which get the next numbers of the sequence."""
        if rows:
            table = EventTable.of(rows, self.next_sequence)
            self.next_sequence += len(rows)
            entry = RunEntry.of(table)
            if not entry.run.is_single:
                self._count(table, 1)
            self.recent = (*self.recent, entry)

    def merge(self) -> bool:
        """Merge runs, if there are many of a size; return whether there were."""
        start = self._first_to_merge()
        merged = self.recent[start:]
        if len(merged) > 1:
            tables = [table for entry in merged for table in entry.run.tables()]
            entry = RunEntry.of(EventTable.merged(tables))
            if not entry.run.is_single:
                for source in merged:
                    if source.run.is_single:
                        self._count(next(source.run.tables()), 1)
            self.recent = (*self.recent[:start], entry)
        if merged and self.recent[-1].rows >= FULL_ROWS:
            self.full.entries = (*self.full.entries, self.recent[-1])
            self.recent = self.recent[:-1]
        return bool(merged)

    def _first_to_merge(self) -> int:
        """Return the position of the first of the latest runs that are to become one.

        Smaller ones are merged with a larger one that follows them, so that no run is smaller by a
        class than a later one.
        """
        if not self.recent:
            return 0
        classes = [_size_class(entry.rows) for entry in self.recent]
        last = start = len(self.recent) - 1
        rows = self.recent[last].rows
        while True:
            smaller = equal = start
            while smaller and classes[smaller - 1] < _size_class(rows):
                smaller -= 1
            while equal and classes[equal - 1] == _size_class(rows):
                equal -= 1
            rows_of_equal = sum(entry.rows for entry in self.recent[equal:start])
            if smaller < start:
                first = smaller
            elif start > equal and (
                start - equal >= _FAN_OUT - 1 or rows + rows_of_equal >= FULL_ROWS
            ):
                first = equal
            else:
                break
            rows += sum(entry.rows for entry in self.recent[first:start])
            start = first
        return start if start < last or rows >= FULL_ROWS else last + 1

    def remove(self, deletion: Deletion, max_count: int) -> int:
        """Remove events.

        :param max_count: the maximum number of events to remove.
        :return: how many were removed; fewer than `max_count` if there are no more.
        """
        count = 0
        for owner, name in ((self.full, "entries"), (self, "recent")):
            entries: tuple[RunEntry, ...] = getattr(owner, name)
            kept = []
            for entry in entries:
                removed, start = 0, entry.generated[0]
                if count < max_count and (deletion.before is None or start < deletion.before):
                    for table in entry.run.remove(deletion, max_count - count):
                        removed += len(table)
                        if not entry.run.is_single:
                            self._count(table, -1)
                    count += removed
                    if deletion == Deletion(before=deletion.before) and count < max_count:
                        # All were removed from before that time.
                        start = deletion.before or start
                    entry = replace(
                        entry, rows=entry.rows - removed, generated=(start, entry.generated[1])
                    )
                if entry.rows:
                    kept.append(entry)
            if tuple(kept) != entries:
                setattr(owner, name, tuple(kept))
        return count

    def clear(self) -> None:
        """Remove all events; the sequence continues."""
        self.recent, self.full, self.counts = (), FullRuns(), OOBTree()

    def event_types(self, project: str) -> set[str]:
        """Return the types of a project's events."""
        counted = self.counts.keys(min=(project, ""), max=(project + "\0", ""))
        types = {event_type for _, event_type in counted}
        for table in self._uncounted():
            types.update(part.event_type for part in table.ranges.get(project, ()))
        return types

    def projects(self, event_type: str | None) -> set[str]:
        """Return the projects that have events of a type; all projects for None."""
        groups = {*self.counts.keys(), *(each for it in self._uncounted() for each in it.groups)}
        return {project for project, name in groups if event_type in (None, name)}

    def traits_of(self, groups: Iterable[Group]) -> dict[Group, set[ColumnKey]]:
        """Return the traits that the events of each project and type have."""
        keys = {group: set(self.counts.get(group, ())) - {_EVENTS} for group in groups}
        for table in self._uncounted():
            for group in table.trait_counts.keys() & keys.keys():
                keys[group].update(table.trait_counts[group])
        return keys

    def _uncounted(self) -> Iterator[EventTable]:
        """Iterate over the events that `counts` leaves out."""
        return (
            table for entry in self.recent if entry.run.is_single for table in entry.run.tables()
        )

    def _count(self, table: EventTable, sign: int) -> None:
        """Add events to `counts`, or subtract them."""
        for (group, traits), size in zip(
            table.trait_counts.items(), table.sizes.tolist(), strict=True
        ):
            counts = dict(self.counts.get(group, {}))
            for key, count in [(_EVENTS, size), *traits.items()]:
                counts[key] = counts.get(key, 0) + sign * count
            counts = {key: count for key, count in counts.items() if count > 0}
            if counts:
                self.counts[group] = counts
            else:
                self.counts.pop(group, None)

    def known(self, keys: Sequence[Key]) -> set[Key]:
        """Return those ids that events in the log have."""
        hashes = id_hashes(keys)
        return {
            key
            for entry in self.entries()
            for key in entry.run.may_have(keys, hashes)
            if entry.run.find(key) is not None
        }

    def find(self, key: Key) -> Place | None:
        """Return where the event with an id is; None if there is none."""
        for entry in reversed(self.entries()):
            place = entry.run.find(key)
            if place is not None:
                return place
        return None


def create(root: Any) -> None:
    """Create the log in a root object, unless it exists.

    :raises StorageBadVersion: it was written by a newer PyDash.
    """
    if _ROOT_NAME not in root:
        root[_ROOT_NAME] = EventLog()
    if root[_ROOT_NAME].format > FORMAT:
        raise StorageBadVersion(
            f"The event log has format {root[_ROOT_NAME].format}, but this PyDash knows only"
            f" formats up to {FORMAT}."
        )


def event_log() -> EventLog:
    """Return the log; runs in a transaction of the caller.

    :raises StorageBadVersion: it was written by a newer PyDash.
    """
    root = database_root()
    create(root)
    found: EventLog = root[_ROOT_NAME]
    return found


def _size_class(rows: int) -> int:
    return (rows.bit_length() - 1) // (_FAN_OUT.bit_length() - 1)

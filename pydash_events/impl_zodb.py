"""Driver that keeps events in the main database, that `pydash_database.configure` names.

Events are written into the inbox, in the transaction of what they record, and found there at once.
`moving.move` moves them into the log, where they get their sequence.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydash_database import BACKGROUND_TIMEOUT, DatabaseUnavailable, database_root, transact
from pydash_events import base, event_log, inbox
from pydash_events.checks import Key, admit, check_events
from pydash_events.errors import StorageUnknownWriteError
from pydash_events.event_rows import EventRow, to_row
from pydash_events.event_table import EventTable
from pydash_events.filters import Deletion, EventFilter
from pydash_events.models import Event, Trait
from pydash_events.moving import move
from pydash_events.page_search import UNSEQUENCED, PageSearch
from pydash_events.paging import Order, Page, Position


class Connection(base.Connection):
    """Keep events in the main database.

    What is called in a transaction becomes part of it; otherwise it has a transaction of its own.
    """

    CAPABILITIES: ClassVar[base.Capabilities] = {"events": {"query": {"simple": True}}}
    STORAGE_CAPABILITIES: ClassVar[base.Capabilities] = {"storage": {"production_ready": True}}
    DELETED_AT_ONCE: ClassVar[int] = 10_000

    def __init__(self, url: str, conf: Mapping[str, Any] | None = None) -> None:
        super().__init__(conf)
        if url != "zodb://":
            raise ValueError("The event store in the main database is zodb://, without a path.")

    def upgrade(self) -> None:
        """Create inbox and log, unless they exist.

        :raises StorageBadVersion: they were written by a newer PyDash.
        """

        def create() -> None:
            inbox.create(database_root())
            event_log.create(database_root())

        transact(create)

    def clear(self) -> None:
        """Delete all events of all projects."""

        def clear() -> None:
            waiting = inbox.inbox()
            waiting.remove(key for key, _ in waiting.batches())
            event_log.event_log().clear()

        transact(clear, timeout=BACKGROUND_TIMEOUT)

    def delete_some(self, deletion: Deletion, max_count: int) -> int:
        """Delete events in one transaction, after those in the inbox were moved into the log."""
        move()

        def remove() -> int:
            return event_log.event_log().remove(deletion, max_count)

        return transact(remove, timeout=BACKGROUND_TIMEOUT)

    def record_events(self, events: Iterable[Event]) -> list[int]:
        """Store events in the inbox."""
        codes, valid = check_events(events, self.project)
        if not valid:
            return codes

        def record() -> list[int]:
            result = list(codes)
            keys = [(event.project or "", event.message_id) for event in valid.values()]
            log, waiting = event_log.event_log(), inbox.inbox()
            rows = [row for _, batch in waiting.batches() for row in batch]
            known = {(row.project, row.message_id) for row in rows} | log.known(keys)
            groups = {(event.project or "", event.event_type) for event in valid.values()}
            dtypes = {
                (*group, name): dtype
                for group, keys_of_group in log.traits_of(groups).items()
                for name, dtype in keys_of_group
                if dtype is not None
            } | {
                (row.project, row.event_type, name): dtype
                for row in rows
                for name, dtype, _ in row.traits
            }
            waiting.add([to_row(event) for event in admit(result, valid, known, dtypes)])
            return result

        try:
            return transact(record)
        except DatabaseUnavailable as error:
            raise StorageUnknownWriteError("The database is unavailable.") from error

    def get_page(
        self, event_filter: EventFilter, limit: int, order: Order, after: Position | None = None
    ) -> Page:
        """Return the first events that match a filter.

        Events have no sequence while they are in the inbox. Until then they are not found by it:
        neither in the order of the sequence nor by `after_sequence`.
        """
        projects = self.projects_of(event_filter)

        def search() -> Page:
            table = _waiting(projects)
            log = event_log.event_log()
            return PageSearch(
                log, table, projects, event_filter, order, after, self.max_examined
            ).run(limit)

        return transact(search)

    def get_projects(self, event_type: str | None = None) -> list[str]:
        """Return the projects that have events of a type."""

        def read() -> list[str]:
            projects = event_log.event_log().projects(event_type)
            for _, batch in inbox.inbox().batches():
                projects.update(
                    row.project for row in batch if event_type in (None, row.event_type)
                )
            return sorted(projects)

        return transact(read)

    def get_event_types(self) -> list[str]:
        """Return the types of the project's events."""

        def read() -> list[str]:
            types = event_log.event_log().event_types(self.project)
            waiting = _waiting([self.project])
            if waiting is not None:
                types |= {event_type for _, event_type in waiting.groups}
            return sorted(types)

        return transact(read)

    def get_trait_types(self, event_type: str) -> dict[str, int]:
        """Return name and type of each trait of a type."""

        def read() -> dict[str, int]:
            group = (self.project, event_type)
            keys = event_log.event_log().traits_of([group])[group]
            waiting = _waiting([self.project])
            if waiting is not None:
                keys |= waiting.trait_counts.get(group, {}).keys()
            return {name: dtype for name, dtype in sorted(keys) if dtype is not None}

        return transact(read)

    def get_traits(self, event_type: str, trait_type: str | None = None) -> Iterator[Trait]:
        """Return the traits of the project's events of a type."""
        for name in self.get_trait_types(event_type):
            if trait_type in (None, name):
                wanted = [{"key": name, "op": "exists"}]
                for event in self.get_events(
                    EventFilter(event_type=event_type, traits_filter=wanted)
                ):
                    yield from (trait for trait in event.traits if trait.name == name)


def connect(url: str, conf: Mapping[str, Any] | None = None) -> Connection:
    """Return a connection; called by `get_connection`."""
    return Connection(url, conf)


def _waiting(projects: Sequence[str]) -> EventTable | None:
    """Return the events of projects in the inbox; None if there are none."""
    wanted = set(projects)
    rows: dict[Key, EventRow] = {}
    for _, batch in inbox.inbox().batches():
        for row in batch:
            if row.project in wanted:
                rows.setdefault((row.project, row.message_id), row)
    return EventTable.of(list(rows.values()), UNSEQUENCED) if rows else None

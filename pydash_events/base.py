"""What all drivers of the event store have in common."""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self, TypedDict

from pydash_events.errors import InvalidMarker
from pydash_events.event_rows import to_microseconds
from pydash_events.filters import Deletion, EventFilter
from pydash_events.models import Event, Model, Trait, as_utc
from pydash_events.paging import MAX_EXAMINED, Order, Page, Position, position_of

__all__ = ["Capabilities", "Connection", "Model", "Pagination"]

Capabilities = dict[str, dict[str, Any]]

_WALKED = 1_000
"""Events that are read at a time if all are requested."""


class Pagination(TypedDict, total=False):
    """Which of the events that match a filter are requested.

    :param limit: the maximum number of events; all if it is missing.
    :param marker: the `message_id` of the last event of the page before.
    :param after: the `position` of the page before; instead of `marker`.
    :param sort: see `Order`.
    """

    limit: int
    marker: str
    after: Position
    sort: Sequence[tuple[str, str]]


class Connection:
    """A connection to an event store, bound to a project of it.

    A project is an opaque text of at most 255 characters. Ids of events and types of traits are
    unique within a project: a trait has one type in all events of a type, until the last event with
    that trait is gone.

    :param conf: options: `project`, the empty one by default, and `max_examined`, by default
        `MAX_EXAMINED`.
    """

    CAPABILITIES: ClassVar[Capabilities] = {"events": {"query": {"simple": False}}}
    STORAGE_CAPABILITIES: ClassVar[Capabilities] = {"storage": {"production_ready": False}}
    DELETED_AT_ONCE: ClassVar[int] = 1_000
    """Events that are deleted in one transaction."""

    def __init__(self, conf: Mapping[str, Any] | None = None) -> None:
        options = conf or {}
        self.project: str = options.get("project", "")
        self.max_examined: int = options.get("max_examined", MAX_EXAMINED)

    def bound_to(self, project: str) -> Self:
        """Return a connection to a project of the same store.

        It shares everything else with this one, so closing one of them closes both.
        """
        bound = copy.copy(self)
        bound.project = project
        return bound

    def close(self) -> None:
        """Release what the connection holds; it cannot be used afterwards."""

    def upgrade(self) -> None:
        """Create the schema, or migrate it to that of this version; repeating it does nothing.

        :raises StorageBadVersion: the schema is that of a later version.
        """
        raise NotImplementedError

    def clear(self) -> None:
        """Delete all events of all projects. The sequence continues."""
        raise NotImplementedError

    def clear_expired_data(
        self, ttl: float, max_count: int | None = None, now: datetime | None = None
    ) -> int:
        """Delete events of all projects that are older than `ttl`, in several transactions.

        :param ttl: seconds; one that is exactly as old stays. 0 or less: keep all.
        :param max_count: the maximum number of events to delete; None for all.
        :param now: the current time; that of the clock by default.
        :return: how many were deleted.
        """
        if ttl <= 0:
            return 0
        before = as_utc(now or datetime.now(UTC)) - timedelta(seconds=ttl)
        return self._delete(Deletion(before=to_microseconds(before)), max_count)

    def clear_project(self, max_count: int | None = None) -> int:
        """Delete the events of the connection's project, in several transactions.

        :param max_count: the maximum number of events to delete; None for all.
        :return: how many were deleted.
        """
        return self._delete(Deletion(project=self.project), max_count)

    def delete_some(self, deletion: Deletion, max_count: int) -> int:
        """Delete events in one transaction.

        :return: how many were deleted; fewer than `max_count` if no others are left.
        """
        raise NotImplementedError

    def _delete(self, deletion: Deletion, max_count: int | None) -> int:
        deleted = 0
        while max_count is None or deleted < max_count:
            at_once = self.DELETED_AT_ONCE
            if max_count is not None:
                at_once = min(at_once, max_count - deleted)
            count = self.delete_some(deletion, at_once)
            deleted += count
            if count < at_once:
                break
        return deleted

    def record_events(self, events: Iterable[Event]) -> list[int]:
        """Store events; a bad one does not prevent the others from being stored.

        Events become visible in the order of their `sequence`: a reader that has read up to a
        number misses nothing by continuing after it.

        :return: the code of each event, in order: 0 if it was recorded, otherwise
            `Event.DUPLICATE`, `Event.UNKNOWN_PROBLEM` or `Event.INCOMPATIBLE_TRAIT`.
        :raises StorageUnknownWriteError: the store failed. Recording the same events again is safe.
        """
        raise NotImplementedError

    def get_events(
        self, event_filter: EventFilter, pagination: Pagination | None = None
    ) -> Iterable[Event]:
        """Return events: a `Page` if there is a limit, otherwise an iterator over all.

        :raises InvalidMarker: the marker names no event of the filter's projects, or several.
        :raises ValueError: the order or the limit is invalid.
        """
        options = pagination or {}
        order, after = Order(options.get("sort")), options.get("after")
        if "marker" in options:
            after = self._find_marker(event_filter, options["marker"])
        limit = options.get("limit")
        if limit is None:
            return self._walk(event_filter, order, after)
        if limit < 0:
            raise ValueError("The limit is negative.")
        return self.get_page(event_filter, limit, order, after) if limit else Page()

    def get_page(
        self, event_filter: EventFilter, limit: int, order: Order, after: Position | None = None
    ) -> Page:
        """Return the first events that match a filter.

        Where no index finds them, at most `max_examined` events are examined. The page is then
        short, and its `position` is where to continue.

        :param limit: the maximum number of events, at least 1.
        :param after: return events after this position only.
        """
        raise NotImplementedError

    def get_projects(self, event_type: str | None = None) -> list[str]:
        """Return the projects that have events of a type, in order; all projects for None.

        What expires or is removed elsewhere, such as an account, leaves its events behind. So this,
        and no list of accounts, names all projects that a report must read.
        """
        raise NotImplementedError

    def get_event_types(self) -> Iterable[str]:
        """Return the types of the project's events, in order."""
        raise NotImplementedError

    def get_trait_types(self, event_type: str) -> dict[str, int]:
        """Return name and type of each trait that the project's events of a type have, by name."""
        raise NotImplementedError

    def get_traits(self, event_type: str, trait_type: str | None = None) -> Iterable[Trait]:
        """Return the traits of the project's events of a type, ordered by name.

        There is one for each event; they are read as they are consumed.

        :param trait_type: the name of the traits; None for all.
        """
        raise NotImplementedError

    @classmethod
    def get_capabilities(cls) -> Capabilities:
        """Return what the driver can do."""
        return cls.CAPABILITIES

    @classmethod
    def get_storage_capabilities(cls) -> Capabilities:
        """Return what the driver is suitable for."""
        return cls.STORAGE_CAPABILITIES

    def projects_of(self, event_filter: EventFilter) -> list[str]:
        """Return the projects that a filter is about, each once."""
        named = event_filter.admin_proj
        if named is None:
            return [self.project]
        return [named] if isinstance(named, str) else list(dict.fromkeys(named))

    def _find_marker(self, event_filter: EventFilter, marker: str) -> Position:
        try:
            wanted = EventFilter(message_id=marker, admin_proj=event_filter.admin_proj)
        except ValueError as error:
            raise InvalidMarker("The marker is invalid.") from error
        found = self.get_page(wanted, 2, Order())
        if len(found) != 1:
            reason = "Several events have" if found else "No event has"
            raise InvalidMarker(f"{reason} the id {marker}.")
        return position_of(found[0])

    def _walk(
        self, event_filter: EventFilter, order: Order, after: Position | None
    ) -> Iterator[Event]:
        while True:
            page = self.get_page(event_filter, _WALKED, order, after)
            yield from page
            if page.position is None:
                return
            after = page.position

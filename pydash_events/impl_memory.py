"""Driver that keeps events in the memory of this process: for tests and development.

It examines every event of a project for each page, and is the reference for the other drivers.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydash_events import base
from pydash_events.checks import Key, admit, check_events, decode_raw, encode_raw
from pydash_events.event_rows import to_microseconds
from pydash_events.filters import Deletion, EventFilter
from pydash_events.models import Event, Trait
from pydash_events.paging import Order, Page, Position, position_of


class Store:
    """The events of one URL, in the order of their sequence."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.sequence = 0
        self.events: dict[Key, Event] = {}
        self.types: Counter[tuple[str, str]] = Counter()
        self.traits: Counter[tuple[str, str, str, int]] = Counter()

    def count(self, event: Event, difference: int) -> None:
        """Count an event that is added or deleted: by project, type and traits."""
        of_type = event.project or "", event.event_type
        self.types[of_type] += difference
        for trait in event.traits:
            self.traits[*of_type, trait.name, trait.dtype] += difference


_stores: dict[str, Store] = {}


class Connection(base.Connection):
    """Keep events in memory; connections with the same URL share them."""

    CAPABILITIES: ClassVar[base.Capabilities] = {"events": {"query": {"simple": True}}}

    def __init__(self, url: str, conf: Mapping[str, Any] | None = None) -> None:
        super().__init__(conf)
        self._store = _stores.setdefault(url, Store())

    def upgrade(self) -> None:
        """Do nothing: there is no schema."""

    def clear(self) -> None:
        """Delete all events."""
        with self._store.lock:
            self._store.events.clear()
            self._store.types.clear()
            self._store.traits.clear()

    def delete_some(self, deletion: Deletion, max_count: int) -> int:
        """Delete events at once."""
        before, project = deletion
        with self._store.lock:
            events = self._store.events
            deleted = [
                key
                for key, event in events.items()
                if (before is None or to_microseconds(event.generated) < before)
                and project in (None, event.project)
            ][:max_count]
            for key in deleted:
                self._store.count(events.pop(key), -1)
        return len(deleted)

    def record_events(self, events: Iterable[Event]) -> list[int]:
        """Store events."""
        codes, valid = check_events(events, self.project)
        with self._store.lock:
            store = self._store
            keys = {(event.project or "", event.message_id) for event in valid.values()}
            known = {key for key in keys if key in store.events}
            dtypes = {key[:3]: key[3] for key, count in store.traits.items() if count}
            for event in admit(codes, valid, known, dtypes):
                store.sequence += 1
                # A copy, as the stored one must not change.
                raw = decode_raw(encode_raw(event.raw))
                stored = replace(event, raw=raw, sequence=store.sequence)
                store.events[event.project or "", event.message_id] = stored
                store.count(stored, 1)
        return codes

    def get_page(
        self, event_filter: EventFilter, limit: int, order: Order, after: Position | None = None
    ) -> Page:
        """Return the first events that match a filter."""
        projects = set(self.projects_of(event_filter))
        events = [event for event in self._all() if event.project in projects]
        order.sort(events)
        page = Page()
        ahead = [each for each in events if after is None or order.is_after(each, after)]
        for examined, event in enumerate(ahead):
            if len(page) == limit or examined == self.max_examined:
                page.position = position_of(ahead[examined - 1])
                break
            if event_filter.matches(event):
                page.append(replace(event, traits=[replace(each) for each in event.traits]))
        return page

    def get_projects(self, event_type: str | None = None) -> list[str]:
        """Return the projects that have events of a type."""
        with self._store.lock:
            types = self._store.types.items()
            return sorted(
                {project for (project, name), n in types if n and event_type in (None, name)}
            )

    def get_event_types(self) -> list[str]:
        """Return the types of the project's events."""
        with self._store.lock:
            types = self._store.types.items()
            return sorted(name for (project, name), n in types if n and project == self.project)

    def get_trait_types(self, event_type: str) -> dict[str, int]:
        """Return name and type of each trait of a type."""
        of_type = self.project, event_type
        with self._store.lock:
            traits = self._store.traits.items()
            return dict(sorted(key[2:] for key, count in traits if count and key[:2] == of_type))

    def get_traits(self, event_type: str, trait_type: str | None = None) -> Iterator[Trait]:
        """Return the traits of the project's events of a type."""
        traits = [
            replace(trait)
            for event in self._all()
            if (event.project, event.event_type) == (self.project, event_type)
            for trait in event.traits
            if trait_type in (None, trait.name)
        ]
        return iter(sorted(traits, key=lambda trait: trait.name))

    def _all(self) -> list[Event]:
        with self._store.lock:
            return list(self._store.events.values())

"""How events are kept in MongoDB's documents: recording and reading.

An event is a document with its traits. There are no transactions here. A writer holds a lock
in the document of the store, and inserts the events of a batch in the order of their sequence. An
index keeps sequences unique, so a writer that lost its lock inserts nothing.
"""

import re
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar

from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from pydash_database import DatabaseUnavailable
from pydash_events import base
from pydash_events.checks import Key, admit, batches, check_events, ids_by_project
from pydash_events.errors import StorageBadVersion, StorageUnknownWriteError
from pydash_events.event_rows import EventRow, to_event, to_microseconds, to_row
from pydash_events.filters import Condition, EventFilter
from pydash_events.models import Event, Trait
from pydash_events.paging import Order, Page, Position, position_of

Document = dict[str, Any]

BATCH = 1_000
"""Events that are written while the lock is held."""
LOCK_SECONDS = 30
"""How long a lock is valid, and how long a writer waits for it."""
PAUSE_SECONDS = 0.01
STORE = {"_id": 1}
"""The document that has the lock and the last sequence."""


class Connection(base.Connection):
    """Record and read events.

    A subclass opens the collections: `events`; `types`, which has a document for each trait that
    events of a type have, and one without a name for the type itself; and `store`.
    """

    CAPABILITIES: ClassVar[base.Capabilities] = {"events": {"query": {"simple": True}}}
    STORAGE_CAPABILITIES: ClassVar[base.Capabilities] = {"storage": {"production_ready": True}}

    events: Collection[Document]
    types: Collection[Document]
    store: Collection[Document]

    def record_events(self, event_models: Iterable[Event]) -> list[int]:
        """Store events."""
        codes, valid = check_events(event_models, self.project)
        try:
            for batch in batches(valid, BATCH):
                with self.locked() as sequence:
                    self._record(codes, batch, sequence)
        except (PyMongoError, DatabaseUnavailable) as error:
            raise StorageUnknownWriteError("Events could not be stored.") from error
        return codes

    def get_page(
        self, event_filter: EventFilter, limit: int, order: Order, after: Position | None = None
    ) -> Page:
        """Return the first events that match a filter."""
        wanted = self._properties(event_filter)
        conditions = [_trait(each) for each in event_filter.conditions]
        bounds = [] if after is None else [_bound(order, after)]
        end: Position | None = None
        with responding():
            if conditions:
                examined = self._find([wanted, *bounds], order)
                for last in examined.skip(self.max_examined - 1).limit(1):
                    end = position_of(_event(last))
                    bounds.append(_bound(order, end, is_end=True))
            found = self._find([wanted, *bounds, *conditions], order).limit(limit + 1)
            page = Page(map(_event, found), end)
        if len(page) > limit:
            page.position = position_of(page[limit - 1])
            del page[limit:]
        return page

    def get_projects(self, event_type: str | None = None) -> list[str]:
        """Return the projects that have events of a type."""
        with responding():
            of_type = {} if event_type is None else {"event_type": event_type}
            return sorted(self.types.distinct("project", {**of_type, "name": ""}))

    def get_event_types(self) -> list[str]:
        """Return the types of the project's events."""
        with responding():
            found = self.types.find({"project": self.project, "name": ""})
            return sorted(each["event_type"] for each in found)

    def get_trait_types(self, event_type: str) -> dict[str, int]:
        """Return name and type of each trait of a type."""
        with responding():
            found = self.types.find({"project": self.project, "event_type": event_type})
            return dict(sorted((each["name"], each["dtype"]) for each in found if each["name"]))

    def get_traits(self, event_type: str, trait_name: str | None = None) -> Iterator[Trait]:
        """Return the traits of the project's events of a type."""
        of_type = {"project": self.project, "event_type": event_type}
        for name in self.get_trait_types(event_type):
            if trait_name in (None, name):
                with responding():
                    for each in self.events.find({**of_type, **_has(name)}):
                        yield from (trait for trait in _event(each).traits if trait.name == name)

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Hold the lock of the store, and yield the last sequence.

        :raises DatabaseUnavailable: another process holds it for too long.
        """
        if self.store.find_one(STORE) is None:
            raise StorageBadVersion("The event store has no indexes yet: call upgrade().")
        owner, deadline = uuid.uuid4().hex, time.monotonic() + LOCK_SECONDS
        held = {"owner": owner, "until": time.time() + LOCK_SECONDS}
        while not self.store.find_one_and_update(
            {**STORE, "until": {"$lt": time.time()}}, {"$set": held}
        ):
            if time.monotonic() > deadline:
                raise DatabaseUnavailable("Another process holds the lock of the event store.")
            time.sleep(PAUSE_SECONDS)
            held["until"] = time.time() + LOCK_SECONDS
        try:
            # A writer that was killed may have inserted more events than it counted.
            newest = self.events.find_one(sort=[("sequence", -1)])
            state = self.store.find_one(STORE) or {}
            yield max(state["sequence"], newest["sequence"] if newest else 0)
        finally:
            self.store.update_one({**STORE, "owner": owner}, {"$set": {"until": 0}})

    def _record(self, codes: list[int], valid: dict[int, Event], sequence: int) -> None:
        known: set[Key] = set()
        dtypes: dict[tuple[str, str, str], int] = {}
        for project, of_project in ids_by_project(valid.values()).items():
            found = self.events.find({"project": project, "message_id": {"$in": of_project}})
            known.update((project, each["message_id"]) for each in found)
            for each in self.types.find({"project": project}):
                dtypes[project, each["event_type"], each["name"]] = each["dtype"]
        stored = set(dtypes)
        admitted = admit(codes, valid, known, dtypes)
        if not admitted:
            return
        dtypes |= {(each.project or "", each.event_type, ""): Trait.NONE_TYPE for each in admitted}
        for key in dtypes.keys() - stored:
            names = dict(zip(("project", "event_type", "name"), key, strict=True))
            self.types.update_one(names, {"$set": {"dtype": dtypes[key]}}, upsert=True)
        self.events.insert_many([_document(e, n) for n, e in enumerate(admitted, sequence + 1)])
        self.store.update_one(STORE, {"$set": {"sequence": sequence + len(admitted)}})

    def _find(self, conditions: list[Document], order: Order) -> Any:
        by = [(name, 1 if direction == "asc" else -1) for name, direction in order.keys]
        return self.events.find({"$and": conditions}).sort(by)

    def _properties(self, event_filter: EventFilter) -> Document:
        """Return the condition on everything but the traits."""
        start, end = event_filter.start_timestamp, event_filter.end_timestamp
        times: Document = {} if start is None else {"$gte": to_microseconds(start)}
        times |= {} if end is None else {"$lte": to_microseconds(end)}
        wanted: Document = {"project": {"$in": self.projects_of(event_filter)}}
        if event_filter.event_types is not None:
            wanted["event_type"] = {"$in": list(event_filter.event_types)}
        if event_filter.message_id is not None:
            wanted["message_id"] = event_filter.message_id
        if times:
            wanted["generated"] = times
        if event_filter.after_sequence is not None:
            wanted["sequence"] = {"$gt": event_filter.after_sequence}
        return wanted


@contextmanager
def responding() -> Iterator[None]:
    """Report that the server does not respond.

    :raises DatabaseUnavailable: it does not.
    """
    try:
        yield
    except PyMongoError as error:
        raise DatabaseUnavailable("The event store does not respond.") from error


def _document(event: Event, sequence: int) -> Document:
    row = to_row(event)
    return {
        "project": row.project,
        "message_id": row.message_id,
        "event_type": row.event_type,
        "generated": row.generated,
        "sequence": sequence,
        "traits": [dict(zip(("name", "dtype", "value"), each, strict=True)) for each in row.traits],
        "raw": row.raw,
    }


def _event(document: Mapping[str, Any]) -> Event:
    traits = []
    for each in document["traits"]:
        is_integer = each["dtype"] == Trait.INT_TYPE
        # The driver has a type of its own for integers of 64 bits.
        value = int(each["value"]) if is_integer else each["value"]
        traits.append((each["name"], each["dtype"], value))
    names = ("project", "event_type", "generated", "message_id", "raw", "sequence")
    return to_event(EventRow(**{name: document[name] for name in names}, traits=traits))


def _has(name: str, **conditions: object) -> Document:
    return {"traits": {"$elemMatch": {"name": name, **conditions}}}


def _trait(condition: Condition) -> Document:
    """Return a condition on a trait."""
    op, key, dtype = condition.op, condition.key, condition.dtype
    if op == "exists":
        return _has(key)
    if op == "in":
        return {"$or": [_has(key, dtype=dtype, value=_stored(each)) for each in condition.value]}
    value = _stored(condition.value)
    if op == "contains":
        return _has(key, dtype=dtype, value={"$regex": re.escape(value)})
    operator = {"le": "$lte", "ge": "$gte"}.get(op, f"${op}")
    return _has(key, dtype=dtype, value=value if op == "eq" else {operator: value})


def _stored(value: Any) -> Any:
    # MongoDB's own times have milliseconds only.
    return to_microseconds(value) if isinstance(value, datetime) else value


def _bound(order: Order, position: Position, *, is_end: bool = False) -> Document:
    """Return the condition to be after a position; or, with `is_end`, not to be after it."""
    values = {**position._asdict(), "generated": to_microseconds(position.generated)}
    alternatives: list[Document] = []
    equal: Document = {}
    for name, direction in order.keys:
        is_ascending = (direction == "asc") is not is_end
        alternatives.append({**equal, name: {"$gt" if is_ascending else "$lt": values[name]}})
        equal = {**equal, name: values[name]}
    return {"$or": [*alternatives, equal] if is_end else alternatives}

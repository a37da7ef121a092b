"""Which events a query finds."""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydash_events.checks import check_value, is_name
from pydash_events.models import Event, Trait, as_utc

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
OPERATORS = (*COMPARISONS, "in", "contains", "exists")

MAX_LISTED = 1_000
"""Values of an `in`."""

MAX_TYPES = 20
"""Types of events in one query; some drivers search for each of them."""


class Condition(NamedTuple):
    """What a trait must be like; an event without the trait never matches.

    :param key: the name of the trait.
    :param dtype: the type of the trait; None for any, with `exists`.
    :param op: one of `OPERATORS`.
    :param value: of that type; a tuple of such with `in`, None with `exists`.
    """

    key: str
    dtype: int | None
    op: str
    value: Any

    def matches(self, trait: Trait | None) -> bool:
        """Return whether an event matches that has this trait by the name in question."""
        if trait is None or self.op == "exists":
            return trait is not None
        if trait.dtype != self.dtype:
            return False
        if self.op == "in":
            return trait.value in self.value
        if self.op == "contains":
            return self.value in str(trait.value)
        return COMPARISONS[self.op](trait.value, self.value)


class Deletion(NamedTuple):
    """Which events are deleted: those that have all of these properties.

    :ivar before: they were generated before this time (microseconds since 1970, UTC).
    :ivar project: they belong to it.
    """

    before: int | None = None
    project: str | None = None


class EventFilter:
    """Properties that all events of a query have.

    :param start_timestamp: the earliest time, inclusive; a naive one is UTC. None for no bound.
    :param end_timestamp: the latest time, inclusive.
    :param event_type: the type of the events, or several types; None for all.
    :param message_id: the id of the event; None for all.
    :param traits_filter: conditions that all hold: dictionaries of `key`, the name of a trait;
        `op`, one of `OPERATORS` (default `eq`); and the value to compare with as `string`,
        `integer`, `float` or `datetime`, which is also the type that the trait must have. `in`
        takes a list of values, `contains` a part of a text, `exists` no value. Texts are compared
        by code point.
    :param admin_proj: the project, or the projects, that the events belong to; None for that of the
        connection.
    :param after_sequence: only events that were recorded after the one with this number.
    :raises ValueError: a condition is malformed.
    """

    def __init__(
        self,
        start_timestamp: datetime | None = None,
        end_timestamp: datetime | None = None,
        event_type: str | Sequence[str] | None = None,
        message_id: str | None = None,
        traits_filter: Sequence[Mapping[str, Any]] | None = None,
        admin_proj: str | Sequence[str] | None = None,
        after_sequence: int | None = None,
    ) -> None:
        self.start_timestamp = None if start_timestamp is None else as_utc(start_timestamp)
        self.end_timestamp = None if end_timestamp is None else as_utc(end_timestamp)
        self.event_type = event_type
        types = event_type if isinstance(event_type, list | tuple) else [event_type]
        self.event_types = None if event_type is None else tuple(dict.fromkeys(types))
        self.message_id = message_id
        self.traits_filter = list(traits_filter or ())
        self.admin_proj = admin_proj
        self.after_sequence = after_sequence
        self.conditions = tuple(_condition(each) for each in self.traits_filter)
        if not all(map(is_name, self.event_types or ())):
            raise ValueError("event_type is invalid.")
        if self.event_types is not None and not 0 < len(self.event_types) <= MAX_TYPES:
            raise ValueError(f"There may be 1 to {MAX_TYPES} types of events.")
        if not (message_id is None or is_name(message_id)):
            raise ValueError("message_id is invalid.")

    def matches(self, event: Event) -> bool:
        """Return whether an event, as it is stored, has these properties; projects aside."""
        if not (
            (self.start_timestamp is None or event.generated >= self.start_timestamp)
            and (self.end_timestamp is None or event.generated <= self.end_timestamp)
            and (self.event_types is None or event.event_type in self.event_types)
            and self.message_id in (None, event.message_id)
            and (self.after_sequence is None or (event.sequence or 0) > self.after_sequence)
        ):
            return False
        traits = {trait.name: trait for trait in event.traits}
        return all(each.matches(traits.get(each.key)) for each in self.conditions)


def _condition(given: Mapping[str, Any]) -> Condition:
    key, op = given.get("key"), given.get("op", "eq")
    if not is_name(key):
        raise ValueError("A condition needs the name of a trait as `key`.")
    if op not in OPERATORS:
        raise ValueError(f"Unknown operator: {op}. Known are {', '.join(OPERATORS)}.")
    types = {name: dtype for dtype, name in Trait.type_names.items() if dtype}
    values = [name for name in given if name not in ("key", "op")]
    if op == "exists":
        if values:
            raise ValueError("`exists` takes no value.")
        return Condition(str(key), None, op, None)
    if len(values) != 1 or values[0] not in types:
        raise ValueError(f"The condition on {key} needs one value: {', '.join(types)}.")
    dtype, value = types[values[0]], given[values[0]]
    if op == "in":
        if not isinstance(value, list | tuple) or not 0 < len(value) <= MAX_LISTED:
            raise ValueError(f"`in` takes a list of 1 to {MAX_LISTED:,} values.")
        return Condition(str(key), dtype, op, tuple(check_value(dtype, each) for each in value))
    if op == "contains" and dtype != Trait.TEXT_TYPE:
        raise ValueError("`contains` takes a `string`.")
    return Condition(str(key), dtype, op, check_value(dtype, value))

"""Decides which events of a batch are recorded: the same for all drivers."""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from datetime import datetime
from typing import Any

from pydash_events.errors import InvalidEvent
from pydash_events.models import Event, Trait, Value, as_utc
from pydash_logger import Logger

logger = Logger(__name__)

MAX_NAME_LENGTH = 255
"""Characters of ids, types, projects and names of traits."""
MAX_TEXT_BYTES = 8 * 1024
"""Of a text in UTF-8."""
INTEGERS = range(-(2**63), 2**63)

# Made once, as they are needed for every event.
_BAD_NAME, _BAD_ID, _BAD_TYPE = (
    f"{what} has 1 to {MAX_NAME_LENGTH} characters."
    for what in ("The name of a trait", "An id", "An event type")
)

RECORDED = 0
"""The code of an event without a problem."""

Key = tuple[str, str]
"""A project and an id."""


def check_events(events: Iterable[Event], project: str) -> tuple[list[int], dict[int, Event]]:
    """Return the code of each event, and by its position each event that can be stored.

    :param project: of events that name none.
    """
    codes, valid = [], {}
    for position, event in enumerate(events):
        try:
            valid[position] = check_event(event, project)
            codes.append(RECORDED)
        except InvalidEvent as error:
            codes.append(error.problem)
            logger.warning("Refused an event", id=str(event.message_id)[:255], reason=error)
    return codes, valid


def check_event(event: Event, project: str = "") -> Event:
    """Return an event as it is stored: with a project, times in UTC and traits by name.

    :raises InvalidEvent: it cannot be stored.
    """
    named = project if event.project is None else event.project
    _require(isinstance(named, str) and (not named or is_name(named)), "The project is invalid.")
    _require(is_name(event.message_id), _BAD_ID)
    _require(is_name(event.event_type), _BAD_TYPE)
    traits = sorted((_check_trait(each) for each in event.traits), key=lambda each: each.name)
    names = {trait.name for trait in traits}
    _require(len(names) == len(traits), "Two traits have the same name.", Event.INCOMPATIBLE_TRAIT)
    try:
        encode_raw(event.raw)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidEvent(Event.UNKNOWN_PROBLEM, "`raw` is not JSON.") from error
    try:
        generated = as_utc(event.generated)
    except (AttributeError, ValueError) as error:
        raise InvalidEvent(Event.UNKNOWN_PROBLEM, "The time is missing or invalid.") from error
    return Event(event.message_id, event.event_type, generated, traits, event.raw, named)


def batches(valid: Mapping[int, Event], size: int) -> Iterator[dict[int, Event]]:
    """Yield the valid events of `check_events` in batches of a size."""
    positions = list(valid)
    for start in range(0, len(positions), size):
        yield {each: valid[each] for each in positions[start : start + size]}


def ids_by_project(events: Iterable[Event]) -> dict[str, list[str]]:
    """Return the ids of valid events by their projects."""
    ids: dict[str, list[str]] = defaultdict(list)
    for event in events:
        ids[event.project or ""].append(event.message_id)
    return ids


def admit(
    codes: list[int],
    valid: dict[int, Event],
    known: set[Key],
    dtypes: MutableMapping[tuple[str, str, str], int],
) -> list[Event]:
    """Return the valid events that are new, and set the codes of the others.

    :param codes: of all events of the batch, changed here.
    :param known: the keys in the store; those of the batch are added.
    :param dtypes: the type of each trait in the store, by project, event type and name of the
        trait; those of the batch are added.
    """
    admitted = []
    for position, event in valid.items():
        project = event.project or ""
        key = project, event.message_id
        types = {(project, event.event_type, each.name): each.dtype for each in event.traits}
        if key in known:
            codes[position] = Event.DUPLICATE
            logger.debug("Skipped a known event", id=event.message_id)
        elif any(dtypes.get(name, dtype) != dtype for name, dtype in types.items()):
            codes[position] = Event.INCOMPATIBLE_TRAIT
            logger.warning("Refused an event", id=event.message_id, reason="types of traits")
        else:
            known.add(key)
            dtypes.update(types)
            admitted.append(event)
    return admitted


def is_text(value: object) -> bool:
    """Return whether a value is a text that every driver can store: no NUL, no lone surrogate."""
    if not isinstance(value, str) or "\0" in value:
        return False
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_name(value: object) -> bool:
    """Return whether a value can be an id, a type, a project or the name of a trait."""
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME_LENGTH and is_text(value)


def check_value(dtype: int, value: object) -> Value:
    """Return a value as one of a type.

    :raises ValueError: it is not of that type, or cannot be stored.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if dtype == Trait.NONE_TYPE and value is None:
        return None
    if dtype == Trait.TEXT_TYPE and isinstance(value, str) and is_text(value):
        return str(value)
    if dtype == Trait.INT_TYPE and is_number and isinstance(value, int) and value in INTEGERS:
        return int(value)
    if dtype == Trait.FLOAT_TYPE and is_number and math.isfinite(number := _to_float(value)):
        return number
    if dtype == Trait.DATETIME_TYPE and isinstance(value, datetime):
        return as_utc(value)
    raise ValueError(f"The value is not a valid {Trait.get_name_by_type(dtype)}.")


def encode_raw(raw: Any) -> str | None:
    """Return the JSON of `raw` as text; None for None.

    :raises TypeError, ValueError, RecursionError: it is not JSON.
    """
    return None if raw is None else json.dumps(raw, allow_nan=False, separators=(",", ":"))


def decode_raw(text: str | None) -> Any:
    """Return what `encode_raw` has encoded."""
    return None if text is None else json.loads(text)


def _check_trait(trait: Trait) -> Trait:
    problem = Event.INCOMPATIBLE_TRAIT
    _require(is_name(trait.name), _BAD_NAME, problem)
    _require(trait.dtype in Trait.type_names, "The type of a trait is unknown.", problem)
    try:
        value = check_value(trait.dtype, trait.value)
    except ValueError as error:
        raise InvalidEvent(problem, f"{trait.name}: {error}") from error
    if isinstance(value, str) and len(value.encode()) > MAX_TEXT_BYTES:
        raise InvalidEvent(problem, f"{trait.name} exceeds {MAX_TEXT_BYTES:,} bytes.")
    return Trait(trait.name, trait.dtype, value)


def _require(holds: bool, reason: str, problem: int = Event.UNKNOWN_PROBLEM) -> None:
    if not holds:
        raise InvalidEvent(problem, reason)


def _to_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf

"""Reads the conditions of a search for events, in any of their three forms."""

from collections.abc import Mapping
from typing import Any

from pydash_app.errors import InvalidInput
from pydash_events import EventFilter, Trait
from pydash_web.api import strict_json, validation
from pydash_web.models.event import MAX_CONDITIONS, EventSearch

# The fields of an event besides its traits, and the operator that each takes; event_type takes
# `in`, too.
FIELDS = {
    "event_type": "eq",
    "message_id": "eq",
    "dashboard_id": "eq",
    "start_timestamp": "ge",
    "end_timestamp": "le",
}


def read(
    search: EventSearch, body: bytes
) -> tuple[EventSearch, list[str] | None, list[dict[str, Any]]]:
    """Return a search with the conditions on fields moved there, and the conditions on traits.

    Between them are the types of the events, None for all.

    :param body: of the request: a list of conditions as JSON, or empty.
    :raises InvalidInput: a condition is invalid.
    """
    fields, traits = {}, []
    types: list[str] | None = None
    for condition in _listed(search, body):
        name = str(condition["field"])
        is_type_list = name == "event_type" and condition.get("op") == "in"
        if name not in FIELDS:
            traits.append(_on_trait(condition))
        elif not is_type_list and condition.get("op", FIELDS[name]) not in ("eq", FIELDS[name]):
            raise _invalid(f"{name} takes the operator {FIELDS[name]} only.")
        elif (
            name in fields
            or getattr(search, name) is not None
            or (name == "event_type" and types is not None)
        ):
            raise _invalid(f"{name} may be given only once.")
        elif is_type_list:
            types = _listed_types(condition.get("value"))
        else:
            fields[name] = str(condition.get("value"))
    if fields:
        given = search.model_dump(exclude_unset=True, include=set(FIELDS)) | fields
        checked = validation.validate(EventSearch, given)
        search = search.model_copy(update={name: getattr(checked, name) for name in fields})
    return search, types if search.event_type is None else [search.event_type], traits


def _listed_types(value: Any) -> list[str]:
    types = [str(each) for each in (value if isinstance(value, list) else str(value).split(","))]
    try:
        EventFilter(event_type=types)
    except ValueError as error:
        raise _invalid(str(error)) from error
    return types


def _listed(search: EventSearch, body: bytes) -> list[Mapping[str, Any]]:
    listed: list[Mapping[str, Any]] = []
    columns = {"op": search.op, "type": search.type, "value": search.value}
    for name, values in columns.items():
        if len(values) not in (0, len(search.field)):
            raise _invalid(f"q.{name} must be given as often as q.field, or never.")
    for position, field in enumerate(search.field):
        given = {name: values[position] for name, values in columns.items() if values}
        listed.append({"field": field, **given})
    for text in (search.q.encode() if search.q else b"", body):
        parsed = strict_json.loads(text) if text else []
        if not isinstance(parsed, list):
            raise _invalid("The conditions must be a list.")
        listed += parsed
    if len(listed) > MAX_CONDITIONS:
        raise _invalid(f"There may be at most {MAX_CONDITIONS} conditions.")
    for condition in listed:
        if not isinstance(condition, dict) or not isinstance(condition.get("field"), str):
            raise _invalid("A condition is an object with a field.")
        unknown = condition.keys() - {"field", "op", "type", "value"}
        if unknown:
            raise _invalid(f"A condition has no {min(unknown)}.")
    return listed


def _on_trait(condition: Mapping[str, Any]) -> dict[str, Any]:
    name, op = condition["field"], condition.get("op") or "eq"
    if op == "exists":
        return {"key": name, "op": op}
    given_type = condition.get("type") or "string"
    dtype = Trait.get_type_by_name(str(given_type))
    if not dtype:
        known = ", ".join(each for each in Trait.get_type_names() if each != "none")
        raise _invalid(f"{name}: {given_type} is not a type. Known are {known}.")
    value = condition.get("value")
    if value is None:
        raise _invalid(f"{name}: the value is missing.")
    try:
        if op == "in":
            values = value if isinstance(value, list) else str(value).split(",")
            converted: Any = [Trait.convert_value(dtype, each) for each in values]
        else:
            converted = Trait.convert_value(dtype, value)
        traits_filter = {"key": name, "op": op, Trait.get_name_by_type(dtype): converted}
        EventFilter(traits_filter=[traits_filter])
    except (TypeError, ValueError, OverflowError) as error:
        raise _invalid(f"{name}: {error}") from error
    return traits_filter


def _invalid(reason: str) -> InvalidInput:
    return validation.invalid({"q": [reason]})

"""The models of events: what happened to apps, to accounts and to the installation."""

import base64
import binascii
import contextlib
import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, cast
from uuid import uuid4

from pydantic import BeforeValidator, Field, JsonValue, RootModel, StringConstraints
from pydantic_core import PydanticCustomError

from pydash_events import OPERATORS, Event, Order, Position, Trait
from pydash_events.models import as_utc
from pydash_web.models.common import Body, Query, ResponseBody, read_id

MAX_EVENTS = 1_000
MAX_CONDITIONS = 20
_DATE_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}")
_TRAIT_TYPES = [name for name in Trait.type_names.values() if name != "none"]

TypeName = Literal["none", "string", "integer", "float", "datetime"]
Label = Annotated[str, StringConstraints(min_length=1, max_length=255)]


def _read_time(text: Any) -> datetime:
    try:
        time = datetime.fromisoformat(str(text))
    except ValueError:
        raise PydanticCustomError("time", "Must be a time in ISO 8601.") from None
    return as_utc(time)


def _read_order(text: Any) -> tuple[tuple[str, str], ...]:
    keys = tuple(
        (name, direction or Event.DEFAULT_DIR)
        for name, _, direction in (part.partition(":") for part in str(text).split(","))
    )
    Order(keys)
    return keys


def _read_cursor(text: Any) -> Position:
    try:
        generated, *others = json.loads(base64.urlsafe_b64decode(str(text)))
        position = Position(datetime.fromisoformat(generated), *others)
    except (binascii.Error, ValueError, TypeError):
        raise PydanticCustomError("cursor", "Must be the cursor of a page.") from None
    kinds = [type(value) for value in position]
    if kinds != [datetime, str, int, str] or position.generated.tzinfo is None:
        raise PydanticCustomError("cursor", "Must be the cursor of a page.")
    return position


def cursor_of(position: Position) -> str:
    """Return a position as a parameter of a URL."""
    values = [position.generated.isoformat(), *position[1:]]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


Time = Annotated[datetime, BeforeValidator(_read_time)]


DashboardKey = Annotated[str, BeforeValidator(lambda text: str(read_id(text)))]


class EventSearch(Query):
    """Which events, in which order; conditions on traits all apply."""

    dashboard_id: DashboardKey | None = Field(default=None, description="Only of this dashboard.")
    event_type: Label | None = None
    message_id: Label | None = None
    start_timestamp: Time | None = Field(default=None, description="Inclusive.")
    end_timestamp: Time | None = Field(default=None, description="Inclusive.")
    field: list[str] = Field(
        default=[],
        alias="q.field",
        max_length=MAX_CONDITIONS,
        description="The name of a trait, or one of the parameters above; may be repeated.",
    )
    op: list[str] = Field(
        default=[], alias="q.op", description=f"One of {', '.join(OPERATORS)}; default eq."
    )
    type: list[str] = Field(
        default=[], alias="q.type", description=f"One of {', '.join(_TRAIT_TYPES)}; default string."
    )
    value: list[str] = Field(default=[], alias="q.value")
    q: str | None = Field(
        default=None,
        max_length=4_000,
        description="The same conditions as JSON: a list of objects with field, op, type, value.",
    )
    limit: Annotated[int, Field(ge=1, le=MAX_EVENTS)] = 100
    marker: Label | None = Field(
        default=None, description="The message_id of the last event of the previous page."
    )
    cursor: Annotated[Position, BeforeValidator(_read_cursor)] | None = Field(
        default=None,
        description="Where the next page begins, as in the header Link.",
        json_schema_extra={"type": "string"},
    )
    sort: Annotated[
        tuple[tuple[str, str], ...],
        BeforeValidator(_read_order),
        Field(json_schema_extra={"type": "string"}),
    ] = Field(
        default=tuple(Event.DEFAULT_SORT),
        validate_default=False,
        description="Keys generated, message_id, sequence, each with :asc or :desc, by commas.",
    )
    format: Literal["json", "csv"] | None = Field(
        default=None, description="Default: by the header Accept."
    )


class TraitInfo(ResponseBody):
    """A named, typed value of an event."""

    name: str
    type: TypeName
    value: str | int | float | datetime | None

    @classmethod
    def of(cls, trait: Trait) -> "TraitInfo":
        """Return a trait of the store."""
        # Not validated: a text that looks like a number stays a text.
        return cls.model_construct(
            name=trait.name, type=cast("TypeName", trait.get_type_name()), value=trait.value
        )


class EventInfo(ResponseBody):
    """Something that happened."""

    message_id: str
    event_type: str
    generated: datetime
    sequence: int | None = Field(
        description="Its place in the order of recording. null until it has one, for a second."
    )
    traits: list[TraitInfo]
    raw: JsonValue

    @classmethod
    def of(cls, event: Event) -> "EventInfo":
        """Return an event of the store."""
        return cls(
            message_id=event.message_id,
            event_type=event.event_type,
            generated=event.generated,
            sequence=event.sequence,
            traits=[TraitInfo.of(each) for each in event.traits],
            raw=event.raw,
        )


class Events(RootModel[list[EventInfo]]):
    """Events in the requested order."""


class EventTypes(RootModel[list[str]]):
    """The types of the visible events, in order."""


class TraitType(ResponseBody):
    """A trait of a type of events."""

    name: str
    type: TypeName


class TraitTypes(RootModel[list[TraitType]]):
    """The traits of a type of events, in order."""


class Traits(RootModel[list[TraitInfo]]):
    """The values of a trait."""


def _read_reported(value: Any) -> datetime | None:
    return None if value is None else _read_time(value)


def _trait(name: str, value: str | int | float | None) -> Trait:
    if isinstance(value, str):
        if _DATE_AND_TIME.match(value):
            with contextlib.suppress(ValueError):
                return Trait(name, Trait.DATETIME_TYPE, as_utc(datetime.fromisoformat(value)))
        return Trait(name, Trait.TEXT_TYPE, value)
    if value is None:
        return Trait(name, Trait.NONE_TYPE, None)
    return Trait(name, Trait.INT_TYPE if isinstance(value, int) else Trait.FLOAT_TYPE, value)


class OfDashboard(Query):
    """Of which dashboard; default all that are visible."""

    dashboard_id: DashboardKey | None = None


class NewEvent(Body):
    """An event that a script reports."""

    event_type: Label
    generated: Annotated[datetime | None, BeforeValidator(_read_reported)] = Field(
        default=None, description="ISO 8601; default now."
    )
    message_id: Label | None = Field(
        default=None, description="Reporting an event again with the same ID changes nothing."
    )
    dashboard_id: Annotated[DashboardKey | None, Field(description="Default: the account.")] = None
    traits: dict[str, str | int | float | None] = Field(
        default={},
        description="Values by name. A text with date and time in ISO 8601 becomes a datetime.",
    )
    raw: JsonValue = Field(default=None, description="Kept unchanged, and not searched.")

    def to_event(self) -> Event:
        """Return it as an event of the store."""
        return Event(
            message_id=self.message_id or uuid4().hex,
            event_type=self.event_type,
            generated=self.generated or datetime.now(UTC),
            traits=[_trait(name, value) for name, value in self.traits.items()],
            raw=self.raw,
        )


def _as_list(given: Any) -> Any:
    return [given] if isinstance(given, dict) else given


class NewEvents(RootModel[list[NewEvent | dict[str, JsonValue]]]):
    """A list of up to 1,000 events, or one event."""

    root: Annotated[
        list[Annotated[NewEvent | dict[str, JsonValue], Field(union_mode="left_to_right")]],
        BeforeValidator(_as_list),
        Field(min_length=1, max_length=MAX_EVENTS),
    ]


class RecordedEvent(ResponseBody):
    """What became of an event."""

    message_id: str | None
    problem: Literal[0, 1, 2, 3] = Field(
        description="0 recorded, 1 known already, 2 invalid, 3 a trait has another type."
    )
    message: str | None = None


class RecordedEvents(ResponseBody):
    """What became of each event, in order."""

    events: list[RecordedEvent]

    def response_status(self) -> int:
        """Return 400 if none was recorded and none was known already."""
        is_good = any(each.problem in (0, Event.DUPLICATE) for each in self.events)
        return super().response_status() if is_good else 400


class Capabilities(ResponseBody):
    """What the event store can do, each by its path."""

    api: dict[str, bool]
    storage: dict[str, bool]

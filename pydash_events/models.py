"""What the event store holds: events, and the traits that they have."""

from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

Value = str | int | float | datetime | None


def serialize_dt(value: object) -> Any:
    """Return a `datetime` as text in ISO 8601, and anything else unchanged."""
    return value.isoformat() if isinstance(value, datetime) else value


def as_utc(time: datetime) -> datetime:
    """Return a time in UTC; a naive one is interpreted as UTC.

    :raises ValueError: it is outside of the years 1 to 9999 in UTC.
    """
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{time} is outside of the years 1 to 9999 in UTC.") from error


class Model(ABC):
    """Something that the store holds."""

    @abstractmethod
    def serialize(self) -> Any:
        """Return it as values that JSON has."""


@dataclass(slots=True)
class Trait(Model):
    """A named and typed value of an event.

    :param name: at most 255 characters.
    :param dtype: one of the `…_TYPE` constants.
    :param value: of that type: a text of at most 8 KiB, an integer of 64 bits, a finite float, a
        time (a naive one is UTC), or None for `NONE_TYPE`.
    """

    NONE_TYPE: ClassVar[int] = 0
    TEXT_TYPE: ClassVar[int] = 1
    INT_TYPE: ClassVar[int] = 2
    FLOAT_TYPE: ClassVar[int] = 3
    DATETIME_TYPE: ClassVar[int] = 4

    type_names: ClassVar[dict[int, str]] = {
        NONE_TYPE: "none",
        TEXT_TYPE: "string",
        INT_TYPE: "integer",
        FLOAT_TYPE: "float",
        DATETIME_TYPE: "datetime",
    }

    name: str
    dtype: int
    value: Value

    @classmethod
    def get_type_by_name(cls, type_name: str) -> int | None:
        """Return the type that a name stands for; None if there is none.

        >>> Trait.get_type_by_name("integer"), Trait.get_type_by_name("text")
        (2, 1)
        """
        names = {name: dtype for dtype, name in cls.type_names.items()}
        return (names | {"text": cls.TEXT_TYPE, "int": cls.INT_TYPE}).get(type_name.lower())

    @classmethod
    def get_type_names(cls) -> Collection[str]:
        """Return the names of all types."""
        return cls.type_names.values()

    @classmethod
    def get_name_by_type(cls, type_id: int) -> str:
        """Return the name of a type; `none` for an unknown one."""
        return cls.type_names.get(type_id, cls.type_names[cls.NONE_TYPE])

    def get_type_name(self) -> str:
        """Return the name of the type of this trait."""
        return self.get_name_by_type(self.dtype)

    @classmethod
    def convert_value(cls, trait_type: int, value: Any) -> Value:
        """Return a value, usually a text, as one of a type.

        :raises ValueError: it cannot be converted.

        >>> Trait.convert_value(Trait.DATETIME_TYPE, "2026-11-30T09:00:00+01:00").isoformat()
        '2026-11-30T08:00:00+00:00'
        """
        if trait_type == cls.NONE_TYPE:
            return None
        if trait_type == cls.INT_TYPE:
            return int(value)
        if trait_type == cls.FLOAT_TYPE:
            return float(value)
        if trait_type == cls.DATETIME_TYPE:
            return as_utc(value if isinstance(value, datetime) else datetime.fromisoformat(value))
        return value.decode() if isinstance(value, bytes) else str(value)

    def serialize(self) -> tuple[str, int, Any]:
        """Return name, type and value."""
        return self.name, self.dtype, serialize_dt(self.value)


@dataclass(slots=True)
class Event(Model):
    """Something that happened.

    :param message_id: identifies it within its project; at most 255 characters.
    :param event_type: at most 255 characters.
    :param generated: when it happened; a naive time is UTC.
    :param traits: what it can be found by; each name once. None for none.
    :param raw: JSON of any shape, kept unchanged and not searched.
    :param project: the part of the store that it belongs to; None for that of the connection.
    :param sequence: its place in the order in which events were recorded, assigned by the store.
    """

    DUPLICATE: ClassVar[int] = 1
    """The project has an event with this `message_id`."""
    UNKNOWN_PROBLEM: ClassVar[int] = 2
    """The event cannot be stored."""
    INCOMPATIBLE_TRAIT: ClassVar[int] = 3
    """A trait has another type in other events of this type, or a value that cannot be stored."""

    PRIMARY_KEY: ClassVar[str] = "message_id"
    SUPPORT_DIRS: ClassVar[tuple[str, ...]] = ("asc", "desc")
    SUPPORT_SORT_KEYS: ClassVar[tuple[str, ...]] = ("message_id", "generated", "sequence")
    DEFAULT_DIR: ClassVar[str] = "asc"
    DEFAULT_SORT: ClassVar[list[tuple[str, str]]] = [("generated", "asc"), ("message_id", "asc")]

    message_id: str
    event_type: str
    generated: datetime
    traits: list[Trait]
    raw: Any
    project: str | None = None
    sequence: int | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        self.traits = list(self.traits or ())

    def append_trait(self, trait_model: Trait) -> None:
        """Add a trait."""
        self.traits.append(trait_model)

    def serialize(self) -> dict[str, Any]:
        """Return it as a dictionary; its traits as name, type and value."""
        return {
            "message_id": self.message_id,
            "event_type": self.event_type,
            "generated": serialize_dt(self.generated),
            "sequence": self.sequence,
            "traits": [trait.serialize() for trait in self.traits],
            "raw": self.raw,
        }

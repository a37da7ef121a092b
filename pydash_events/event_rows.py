"""Events as drivers encode them, made of plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydash_events.checks import decode_raw, encode_raw
from pydash_events.models import Event, Trait

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event.

    :ivar generated: microseconds since 1970 (UTC), like all times here.
    :ivar traits: name, data type and value of each trait.
    :ivar raw: JSON; None if there is none.
    :ivar sequence: None until it is assigned.
    """

    project: str
    event_type: str
    generated: int
    message_id: str
    traits: Sequence[tuple[str, int, Any]]
    raw: str | None = None
    sequence: int | None = None


def to_row(event: Event) -> EventRow:
    """Return a checked event as a row."""
    traits = [
        (
            trait.name,
            trait.dtype,
            to_microseconds(trait.value) if isinstance(trait.value, datetime) else trait.value,
        )
        for trait in event.traits
    ]
    return EventRow(
        event.project or "",
        event.event_type,
        to_microseconds(event.generated),
        event.message_id,
        traits,
        encode_raw(event.raw),
    )


def to_event(row: EventRow) -> Event:
    """Return a row as an event."""
    traits = [
        Trait(name, dtype, to_time(value) if dtype == Trait.DATETIME_TYPE else value)
        for name, dtype, value in row.traits
    ]
    return Event(
        row.message_id,
        row.event_type,
        to_time(row.generated),
        traits,
        decode_raw(row.raw),
        row.project,
        row.sequence,
    )


def to_microseconds(time: datetime) -> int:
    """Return a time as microseconds since 1970.

    >>> to_time(to_microseconds(datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC))).isoformat()
    '1969-12-31T23:59:59.999999+00:00'
    """
    return (time - _EPOCH) // _MICROSECOND


def to_time(microseconds: int) -> datetime:
    """Return the time of a number of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=microseconds)

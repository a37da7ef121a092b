"""Records what happens, in the transaction in which it happens."""

import uuid
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydash_app.event.vocabulary import EventType, Subject
from pydash_events import Event, Trait
from pydash_events.event_rows import to_row
from pydash_events.inbox import inbox

Value = str | int | float | datetime | uuid.UUID | None

_TYPES: dict[type, int] = {
    str: Trait.TEXT_TYPE,
    int: Trait.INT_TYPE,
    float: Trait.FLOAT_TYPE,
    datetime: Trait.DATETIME_TYPE,
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Who causes the events of a request.

    :ivar ip: the address that the request was sent from.
    :ivar actor: the name of the signed-in user; None if nobody is.
    """

    ip: str | None = None
    actor: str | None = None


_UNKNOWN = Origin()

origin: ContextVar[Origin] = ContextVar("origin", default=_UNKNOWN)
"""The origin of the request that the current thread handles; empty outside of one."""


def record(
    event_type: EventType, subject: Subject, /, *, happened: datetime | None = None, **traits: Value
) -> None:
    """Record that something happened, as a part of the caller's transaction.

    It is stored if the transaction is, without conflicts with others that record events. Actor and
    address are added where they are known.

    :param subject: what it happened to.
    :param happened: when, if it was not just now.
    :param traits: its properties by name; those that are None are omitted. Never a secret.
    """
    known = origin.get()
    given: dict[str, Any] = {"ip": known.ip, "actor": known.actor, **subject.traits, **traits}
    event = Event(
        message_id=uuid.uuid4().hex,
        event_type=event_type,
        generated=happened or datetime.now(UTC),
        traits=[_trait(name, value) for name, value in sorted(given.items()) if value is not None],
        raw=None,
        project=subject.project,
    )
    inbox().add([to_row(event)])


def _trait(name: str, value: Value) -> Trait:
    if isinstance(value, uuid.UUID):
        value = str(value)
    return Trait(name, _TYPES[type(value)], value)

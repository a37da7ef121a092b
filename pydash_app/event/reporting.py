"""Records events that scripts report, within limits."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from BTrees.OOBTree import OOBTree

from pydash_app import configuration
from pydash_app.errors import TooManyRequests
from pydash_app.event.store import store
from pydash_app.event.vocabulary import Subject, is_reported
from pydash_database import database_root, transact
from pydash_database.schema import Root
from pydash_events import Event, Trait

MAX_PER_DAY = 100_000
MAX_TYPES = 200
MAX_TRAITS = 1_000
_REPORTED = "reported_events"

REASONS = MappingProxyType(
    {
        Event.DUPLICATE: "An event with this ID has been recorded before.",
        Event.UNKNOWN_PROBLEM: "The event is invalid.",
        Event.INCOMPATIBLE_TRAIT: "A trait has another type in earlier events, or is too long.",
    }
)


class Reported(NamedTuple):
    """How much was reported on a day."""

    events: int = 0
    bytes: int = 0


class Outcome(NamedTuple):
    """The outcome of a reported event.

    :ivar problem: the code of the event store, 0 if it was recorded.
    """

    problem: int
    reason: str | None = None


def create(root: Root) -> None:
    """Create the counts of reported events in a database."""
    root[_REPORTED] = OOBTree()


def report(subject: Subject, events: Sequence[Event]) -> list[Outcome]:
    """Record events; each by itself, so that an invalid one does not prevent the others.

    Not in a transaction of the caller: if that were repeated, an event store of its own would have
    the events already.

    :raises DatabaseUnavailable: the event store does not respond.
    """
    connection = store(subject.project)
    traits = transact(
        lambda: {name: connection.get_trait_types(name) for name in connection.get_event_types()}
    )
    reasons = [_refusal(each, traits) for each in events]
    accepted = [each for each, reason in zip(events, reasons, strict=True) if reason is None]
    codes = iter(connection.record_events(accepted))
    return [
        Outcome(code := next(codes), REASONS.get(code))
        if reason is None
        else Outcome(Event.UNKNOWN_PROBLEM, reason)
        for reason in reasons
    ]


def reported_bytes(account: UUID) -> int:
    """Return the size of the events that an account has reported and that have not expired."""
    return sum(each.bytes for each in database_root()[_REPORTED].get(account, {}).values())


def forget(account: UUID) -> None:
    """Delete the counts of an account."""
    database_root()[_REPORTED].pop(account, None)


def _refusal(event: Event, traits: dict[str, dict[str, int]]) -> str | None:
    """Return why an event is not recorded; None if it may be.

    An integer becomes a float where the trait is one: JSON does not distinguish 2.0 from 2.

    :param traits: the project's traits and their types, by type of event; new ones are added.
    """
    if not is_reported(event.event_type):
        return "Only PyDash itself records events of this type."
    if event.event_type not in traits and len(traits) >= MAX_TYPES:
        return f"There are {MAX_TYPES:,} types of events already."
    known = traits.get(event.event_type, {})
    for trait in event.traits:
        if known.get(trait.name) == Trait.FLOAT_TYPE and trait.dtype == Trait.INT_TYPE:
            trait.dtype = Trait.FLOAT_TYPE
    new = {trait.name: trait.dtype for trait in event.traits if trait.name not in known}
    if new and sum(map(len, traits.values())) + len(new) > MAX_TRAITS:
        return f"There are {MAX_TRAITS:,} traits already."
    traits[event.event_type] = known | new
    return None


def count(account: UUID, events: int, size: int, now: datetime) -> None:
    """Count events that an account is about to report, in the caller's transaction.

    :param size: of the events (bytes).
    :raises TooManyRequests: the account has reported too many today (UTC).
    """
    today = now.astimezone(UTC).date()
    retention = configuration.current().events_retention
    by_day: Mapping[date, Reported] = database_root()[_REPORTED].get(account, {})
    if retention:
        oldest = today - timedelta(days=retention)
        by_day = {day: each for day, each in by_day.items() if day >= oldest}
    before = by_day.get(today, Reported())
    if before.events + events > MAX_PER_DAY:
        raise TooManyRequests(f"At most {MAX_PER_DAY:,} events may be reported per day.")
    counted = Reported(before.events + events, before.bytes + size)
    database_root()[_REPORTED][account] = {**by_day, today: counted}

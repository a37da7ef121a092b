"""The order of events, and pages of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple, TypeVar

from pydash_events.models import Event

MAX_EXAMINED = 50_000
"""The number of events that a driver compares with a filter before it ends a page early."""


class Position(NamedTuple):
    """A place in any order of events: that of an event."""

    generated: datetime
    message_id: str
    sequence: int
    project: str


Sortable = TypeVar("Sortable", Event, Position)


def position_of(event: Event) -> Position:
    """Return the position of an event that was read from the store."""
    return Position(event.generated, event.message_id, event.sequence or 0, event.project or "")


class Page(list[Event]):
    """Some events, in order.

    :param position: after which the next page begins; None if there are no further events. A page
        that is not full can have one: it is where the driver stopped, because it had examined as
        many events as it may.
    """

    def __init__(self, events: Iterable[Event] = (), position: Position | None = None) -> None:
        super().__init__(events)
        self.position = position


class Order:
    """A total order of events.

    :param sort: keys and directions, by importance. `Event.DEFAULT_SORT` for None; otherwise the
        `message_id` follows in ascending order. Between projects, the sequence decides.
    :raises ValueError: a key or direction is unknown, or a key is repeated.
    """

    def __init__(self, sort: Sequence[tuple[str, str]] | None = None) -> None:
        keys = [*(Event.DEFAULT_SORT if sort is None else sort)]
        for name, direction in keys:
            if name not in Event.SUPPORT_SORT_KEYS:
                known = ", ".join(Event.SUPPORT_SORT_KEYS)
                raise ValueError(f"Unknown sort key: {name}. Known are {known}.")
            if direction not in Event.SUPPORT_DIRS:
                known = ", ".join(Event.SUPPORT_DIRS)
                raise ValueError(f"Unknown direction: {direction}. Known are {known}.")
        names = [name for name, _ in keys]
        if len(set(names)) < len(names):
            raise ValueError("A sort key is repeated.")
        for name in (Event.PRIMARY_KEY, "sequence"):
            if name not in names:
                keys.append((name, Event.DEFAULT_DIR))
        # The sequence is unique, so what follows it decides nothing.
        end = [name for name, _ in keys].index("sequence") + 1
        self.keys = tuple(keys[:end])

    def sort(self, items: list[Sortable]) -> None:
        """Sort events or positions in place."""
        for name, direction in reversed(self.keys):
            items.sort(key=attrgetter(name), reverse=direction == "desc")

    def is_after(self, item: Event | Position, other: Event | Position) -> bool:
        """Return whether an event or position comes after another one."""
        for name, direction in self.keys:
            value, bound = getattr(item, name), getattr(other, name)
            if value != bound:
                return bool(value > bound) is (direction == "asc")
        return False

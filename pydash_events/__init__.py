"""The event store: what happened, recorded once and found by type, time and traits.

    connection = get_connection("sqlite:///events.db", {"project": "shop"})
    connection.upgrade()
    now = datetime.now(UTC)
    connection.record_events(
        [Event("4711", "app.deploy", now, [Trait("version", Trait.TEXT_TYPE, "1.2")], raw=None)]
    )
    page = connection.get_events(EventFilter(event_type="app.deploy"), {"limit": 100})

It knows neither users nor dashboards. See `base.Connection` for what every driver does.
"""

from pydash_events.connecting import DRIVERS, get_connection, get_connection_from_config
from pydash_events.errors import (
    InvalidEvent,
    InvalidMarker,
    StorageBadAggregate,
    StorageBadVersion,
    StorageUnknownWriteError,
)
from pydash_events.filters import OPERATORS, EventFilter
from pydash_events.models import Event, Trait
from pydash_events.paging import MAX_EXAMINED, Order, Page, Position

__all__ = [
    "DRIVERS",
    "MAX_EXAMINED",
    "OPERATORS",
    "Event",
    "EventFilter",
    "InvalidEvent",
    "InvalidMarker",
    "Order",
    "Page",
    "Position",
    "StorageBadAggregate",
    "StorageBadVersion",
    "StorageUnknownWriteError",
    "Trait",
    "get_connection",
    "get_connection_from_config",
]

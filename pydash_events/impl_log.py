"""Driver that writes events to the log, where PyDash cannot read them."""

import json
from collections.abc import Iterable
from datetime import datetime

from pydash_events import base
from pydash_events.checks import check_events, encode_raw
from pydash_events.filters import EventFilter
from pydash_events.models import Event, Trait, serialize_dt
from pydash_events.paging import Order, Page, Position
from pydash_logger import Logger

logger = Logger(__name__)


class Connection(base.Connection):
    """Log each event as a line of fields.

    It cannot be read, as `get_capabilities` says: nothing is ever found. Duplicates and traits that
    change their type are not noticed.
    """

    def upgrade(self) -> None:
        """Do nothing: there is no schema."""

    def clear(self) -> None:
        """Do nothing: the log keeps its files for a time of its own."""

    def clear_expired_data(
        self, ttl: float, max_count: int | None = None, now: datetime | None = None
    ) -> int:
        """Delete nothing: the log keeps its files for a time of its own."""
        return 0

    def clear_project(self, max_count: int | None = None) -> int:
        """Delete nothing: the log keeps its files for a time of its own."""
        return 0

    def get_page(
        self, event_filter: EventFilter, limit: int, order: Order, after: Position | None = None
    ) -> Page:
        """Return no events, because the log cannot be read."""
        return Page()

    def get_event_types(self) -> list[str]:
        """Return none, because the log cannot be read."""
        return []

    def get_trait_types(self, event_type: str) -> dict[str, int]:
        """Return none, because the log cannot be read."""
        return {}

    def get_traits(self, event_type: str, trait_type: str | None = None) -> list[Trait]:
        """Return none, because the log cannot be read."""
        return []

    def get_projects(self, event_type: str | None = None) -> list[str]:
        """Return none, because the log cannot be read."""
        return []

    def record_events(self, events: Iterable[Event]) -> list[int]:
        """Log events."""
        codes, valid = check_events(events, self.project)
        for event in valid.values():
            traits = {trait.name: serialize_dt(trait.value) for trait in event.traits}
            logger.info(
                "Event",
                id=event.message_id,
                type=event.event_type,
                generated=event.generated.isoformat(),
                project=event.project,
                traits=json.dumps(traits),
                raw=encode_raw(event.raw),
            )
        return codes

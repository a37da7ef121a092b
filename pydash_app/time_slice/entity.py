"""A time slice: a range of time, and filters, of the requests of a dashboard."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from persistent import Persistent

FULL_RANGE = "fullProcessing"
"""The key of all requests of a dashboard, which need not be saved."""


@dataclass(frozen=True)
class Content:
    """The requests that a time slice selects.

    :ivar start: inclusive (UTC); None for no bound.
    :ivar end: exclusive (UTC); None for no bound.
    :ivar filters: the values, by `CallField`, that the requests have.
    """

    start: datetime | None = None
    end: datetime | None = None
    filters: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The same for equal contents, and different for all others."""
        if self == Content():
            return FULL_RANGE
        bounds = [
            moment and moment.astimezone(UTC).isoformat() for moment in (self.start, self.end)
        ]
        text = json.dumps([*bounds, sorted(self.filters.items())])
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


class TimeSlice(Persistent):
    """A content that is saved under its key.

    :param owner_id: the account that it belongs to.
    :param name: None if it has none.
    :param created: when it was saved (UTC); None if it was not.
    """

    def __init__(
        self,
        owner_id: UUID,
        dashboard_id: UUID,
        content: Content,
        name: str | None,
        created: datetime | None,
    ) -> None:
        self.owner_id, self.dashboard_id = owner_id, dashboard_id
        self.content, self.name, self.created = content, name, created

    @property
    def key(self) -> str:
        """See `Content.key`."""
        return self.content.key

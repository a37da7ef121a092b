"""What grants access: it may expire, and its last use is recorded."""

from datetime import UTC, datetime, timedelta

from persistent import Persistent

# The precision of `last_used`, so that not every request writes to the database.
USED_PRECISION = timedelta(minutes=1)


class Credential(Persistent):
    """What grants access.

    :ivar expires: when it becomes invalid (UTC); None for never.
    :ivar last_used: when it was used last (UTC), to the minute; None if it never was.
    """

    # API tokens stored before the introduction of expiry have none.
    expires: datetime | None = None
    last_used: datetime | None = None

    def has_expired(self, now: datetime | None = None) -> bool:
        """Return whether it is no longer valid."""
        return self.expires is not None and (now or datetime.now(UTC)) >= self.expires

    def is_to_be_recorded(self, now: datetime) -> bool:
        """Return whether its use is to be recorded again."""
        return self.last_used is None or abs(now - self.last_used) >= USED_PRECISION

    def record_use(self, now: datetime | None = None) -> None:
        """Record its use."""
        now = now or datetime.now(UTC)
        if self.is_to_be_recorded(now):
            self.last_used = now

"""API tokens, with which scripts act on behalf of a user."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from persistent import Persistent

# The precision of `last_used`, so that not every request writes to the database.
USED_PRECISION = timedelta(minutes=1)
DEFAULT_LIFETIME_DAYS: Final = 90


class Scope(StrEnum):
    """What a token permits."""

    READ = "read"
    WRITE = "write"


class ApiToken(Persistent):
    """A token of a user, with the hash of its secret.

    :param user_id: its owner.
    :param name: its name, chosen by the owner.
    :param scope: whether it permits changes.
    :param secret_hash: the hash of the secret, see `pydash_app.secrets.hash_code`.
    :param lifetime: the time until it expires.
    """

    # Tokens stored before the introduction of expiry have none.
    expires: datetime | None = None

    def __init__(
        self, user_id: UUID, name: str, scope: Scope, secret_hash: str, lifetime: timedelta
    ) -> None:
        self.id = uuid4()
        self.user_id = user_id
        self.name = name
        self.scope = scope
        self.secret_hash = secret_hash
        self.created = datetime.now(UTC)
        self.expires = self.created + lifetime
        self.last_used: datetime | None = None

    def has_expired(self, now: datetime | None = None) -> bool:
        """Return whether the token is no longer valid."""
        return self.expires is not None and (now or datetime.now(UTC)) >= self.expires

    def is_to_be_recorded(self, now: datetime) -> bool:
        """Return whether its use is to be recorded again."""
        return self.last_used is None or abs(now - self.last_used) >= USED_PRECISION

    def record_use(self, now: datetime | None = None) -> None:
        """Record the use of the token."""
        now = now or datetime.now(UTC)
        if self.is_to_be_recorded(now):
            self.last_used = now

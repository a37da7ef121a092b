"""API tokens: with one, a script acts for a user."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from persistent import Persistent

# `last_used` is as exact as this, so that not every request writes to the database.
USED_PRECISION = timedelta(minutes=1)


class Scope(StrEnum):
    """What a token allows."""

    READ = "read"
    WRITE = "write"


class ApiToken(Persistent):
    """A token of a user; of the secret itself only the hash is kept.

    :param user_id: whose token this is.
    :param name: what the user calls it.
    :param scope: whether it only reads, or changes things too.
    :param secret_hash: the hash of the secret, see `pydash_app.secrets.hash_code`.
    """

    def __init__(self, user_id: UUID, name: str, scope: Scope, secret_hash: str) -> None:
        self.id = uuid4()
        self.user_id = user_id
        self.name = name
        self.scope = scope
        self.secret_hash = secret_hash
        self.created = datetime.now(UTC)
        self.last_used: datetime | None = None

    def note_use(self, now: datetime | None = None) -> None:
        """Remember that the token was used just now."""
        now = now or datetime.now(UTC)
        if self.last_used is None or now - self.last_used >= USED_PRECISION:
            self.last_used = now

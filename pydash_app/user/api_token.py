"""API tokens, with which scripts act on behalf of a user."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from pydash_app.credential import Credential

DEFAULT_LIFETIME_DAYS: Final = 90


class Scope(StrEnum):
    """What a token permits."""

    READ = "read"
    WRITE = "write"


class ApiToken(Credential):
    """A token of a user, with the hash of its secret.

    :param user_id: its owner.
    :param name: its name, chosen by the owner.
    :param scope: whether it permits changes.
    :param secret_hash: the hash of the secret, see `pydash_app.secrets.hash_code`.
    :param lifetime: the time until it expires.
    """

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

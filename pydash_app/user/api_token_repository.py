"""Stores API tokens. Nothing here commits."""

from typing import cast
from uuid import UUID

from pydash_app.user.api_token import ApiToken
from pydash_database import MultiIndexedPersistentCollection, database_root
from pydash_database.schema import Root

_COLLECTION = "api_tokens"


def create(root: Root) -> None:
    """Create the collection of tokens."""
    root[_COLLECTION] = MultiIndexedPersistentCollection(
        {"id", "secret_hash"}, non_unique={"user_id"}
    )


def add(token: ApiToken) -> None:
    """Add a token."""
    _tokens().add(token)


def find(token_id: UUID) -> ApiToken:
    """Return a token.

    :raises KeyError: no token has this ID.
    """
    return cast(ApiToken, _tokens().find("id", token_id))


def find_by_secret_hash(secret_hash: str) -> ApiToken | None:
    """Return the token whose secret has this hash, or None."""
    return cast(ApiToken | None, _tokens().get("secret_hash", secret_hash))


def of_user(user_id: UUID) -> list[ApiToken]:
    """Return the tokens of a user."""
    return list(_tokens().all_with("user_id", user_id))


def delete(token: ApiToken) -> None:
    """Delete a token, which revokes it.

    :raises KeyError: the token is not in the repository.
    """
    _tokens().remove(token)


def _tokens() -> MultiIndexedPersistentCollection:
    return cast(MultiIndexedPersistentCollection, database_root()[_COLLECTION])

"""Issues, finds and revokes API tokens."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydash_app import clock, event
from pydash_app.errors import InvalidInput, NotFound
from pydash_app.secrets import hash_code, new_code
from pydash_app.user import api_token_repository, repository
from pydash_app.user.api_token import DEFAULT_LIFETIME_DAYS, ApiToken, Scope
from pydash_app.user.entity import User
from pydash_app.user.services.validation import check_all, checked_name

# Secret scanners can recognize a leaked token by this prefix.
_PREFIX = "pydash_"
MAX_TOKENS = 50


def issue(
    user: User,
    name: str,
    scope: Scope,
    lifetime: timedelta = timedelta(days=DEFAULT_LIFETIME_DAYS),
) -> tuple[ApiToken, str]:
    """Create a token, and return it with its secret, which is not stored.

    Expired tokens of the user are deleted, unless the clock is unconfirmed (`pydash_app.clock`).

    :param lifetime: the time until the token expires.
    :raises InvalidInput: the name is invalid, or the user has too many tokens.
    :raises NotFound: the user does not exist.
    """
    checked = check_all({"name": lambda: checked_name(name)})
    if repository.lock_for_update(user.id) is None:
        raise NotFound("User not found.")
    now = datetime.now(UTC)
    if clock.is_confirmed(now):
        for token in of_user(user):
            if token.has_expired(now):
                api_token_repository.delete(token)
    if sum(not token.has_expired(now) for token in of_user(user)) >= MAX_TOKENS:
        raise InvalidInput(
            errors={"name": [f"You have reached the limit of {MAX_TOKENS} API tokens."]}
        )
    secret = _PREFIX + new_code()
    token = ApiToken(user.id, checked["name"], scope, hash_code(secret), lifetime)
    api_token_repository.add(token)
    event.record(
        event.EventType.TOKEN_CREATED, event.of_user(user), token=token.name, scope=scope.value
    )
    return token, secret


def of_user(user: User) -> list[ApiToken]:
    """Return the tokens of a user, newest first."""
    tokens = api_token_repository.of_user(user.id)
    return sorted(tokens, key=lambda token: token.created, reverse=True)


def find(secret: str) -> tuple[User, ApiToken] | None:
    """Return the owner and the token of a secret; None if it is invalid, expired or revoked."""
    token = api_token_repository.find_by_secret_hash(hash_code(secret))
    if token is None or token.has_expired():
        return None
    user = repository.find(token.user_id)
    return None if user is None else (user, token)


def use(secret: str) -> tuple[User, ApiToken] | None:
    """Do the same as `find`, and record that the token was used."""
    found = find(secret)
    if found is not None:
        found[1].record_use()
    return found


def revoke(user: User, token_id: UUID) -> None:
    """Delete a token of a user.

    :raises NotFound: the user has no such token.
    """
    for token in api_token_repository.of_user(user.id):
        if token.id == token_id:
            _revoke(user, token)
            return
    raise NotFound("API token not found.")


def revoke_all(user: User) -> None:
    """Delete all tokens of a user."""
    for token in api_token_repository.of_user(user.id):
        _revoke(user, token)


def _revoke(user: User, token: ApiToken) -> None:
    api_token_repository.delete(token)
    event.record(event.EventType.TOKEN_REVOKED, event.of_user(user), token=token.name)

"""Makes, finds and revokes API tokens."""

from uuid import UUID

from pydash_app.errors import InvalidInput, NotFound
from pydash_app.secrets import hash_code, new_code
from pydash_app.user import api_token_repository, repository
from pydash_app.user.api_token import ApiToken, Scope
from pydash_app.user.entity import User
from pydash_app.user.services.validation import check_all, checked_name

# Makes a token that leaked into a repository easy to find by its looks.
_PREFIX = "pydash_"
MOST = 50


def issue(user: User, name: str, scope: Scope) -> tuple[ApiToken, str]:
    """Make a token; answer it with its secret, which cannot be had again.

    :raises InvalidInput: the name is not good, or the user has too many tokens.
    :raises NotFound: the user is gone.
    """
    checked = check_all({"name": lambda: checked_name(name)})
    if repository.take_turn(user.id) is None:
        raise NotFound("This user does not exist.")
    if len(of_user(user)) >= MOST:
        raise InvalidInput(errors={"name": [f"You have {MOST} tokens; delete one first."]})
    secret = _PREFIX + new_code()
    token = ApiToken(user.id, checked["name"], scope, hash_code(secret))
    api_token_repository.add(token)
    return token, secret


def of_user(user: User) -> list[ApiToken]:
    """List the tokens of a user, the newest first."""
    tokens = api_token_repository.of_user(user.id)
    return sorted(tokens, key=lambda token: token.created, reverse=True)


def use(secret: str) -> tuple[User, ApiToken] | None:
    """Find the user for whom a secret speaks, with its token; `None` if it is none (any more)."""
    token = api_token_repository.find_by_secret_hash(hash_code(secret))
    user = repository.find(token.user_id) if token else None
    if token is None or user is None:
        return None
    token.note_use()
    return user, token


def revoke(user: User, token_id: UUID) -> None:
    """Delete a token of a user.

    :raises NotFound: the user has no such token.
    """
    for token in api_token_repository.of_user(user.id):
        if token.id == token_id:
            api_token_repository.delete(token)
            return
    raise NotFound("You have no such token.")

"""Manages API tokens, with which scripts act on behalf of a user."""

from datetime import timedelta

from pydash_app.identifiers import as_uuid
from pydash_app.user.api_token import ApiToken, Scope
from pydash_app.user.services import tokens
from pydash_app.user.services.validation import require_password
from pydash_web.api import validation
from pydash_web.http import session
from pydash_web.models.common import Message
from pydash_web.models.user import NewToken, TokenInfo, Tokens, TokenSecret


def get_tokens() -> Tokens:
    """List the user's API tokens without their secrets."""
    mine = tokens.of_user(session.current_user())
    return Tokens(tokens=[_token_info(token) for token in mine])


def create_token(body: NewToken) -> TokenSecret:
    """Create an API token and return its secret, which is shown only once.

    :raises NotAuthenticated: the password is incorrect.
    :raises InvalidInput: the name is invalid, or the user has too many tokens.
    """
    user = session.current_user()
    require_password(user, body.password)
    lifetime = timedelta(days=body.expires_in_days)
    token, secret = tokens.issue(user, body.name, Scope(body.scope), lifetime)
    return TokenSecret(
        message="Token created. Copy its secret now. It will not be shown again.",
        token=_token_info(token),
        secret=secret,
    )


def delete_token(token_id: str) -> Message:
    """Revoke an API token.

    :raises InvalidInput: the id is not a UUID.
    :raises NotFound: the user has no such token.
    """
    try:
        token_uuid = as_uuid(token_id)
    except ValueError:
        raise validation.invalid({"token_id": ["Must be a UUID."]}) from None
    tokens.revoke(session.current_user(), token_uuid)
    return Message(message="Token revoked.")


def _token_info(token: ApiToken) -> TokenInfo:
    return TokenInfo(
        id=token.id,
        name=token.name,
        scope=token.scope.value,
        created=token.created,
        expires=token.expires,
        last_used=token.last_used,
    )

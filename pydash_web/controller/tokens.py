"""Manages API tokens, with which scripts act for a user."""

from uuid import UUID

from pydash_app.identifiers import as_uuid
from pydash_app.user.api_token import ApiToken, Scope
from pydash_app.user.services import tokens as services
from pydash_web.api import validation
from pydash_web.http import session
from pydash_web.models.common import Message
from pydash_web.models.user import NewToken, TokenInfo, Tokens, TokenSecret


def tokens() -> Tokens:
    """List the current user's tokens, without their secrets."""
    mine = services.of_user(session.current_user())
    return Tokens(tokens=[_token_info(token) for token in mine])


def create_token(body: NewToken) -> TokenSecret:
    """Make a token; its secret is in this answer only."""
    token, secret = services.issue(session.current_user(), body.name, Scope(body.scope))
    return TokenSecret(
        message="Keep the secret well; it is not shown again.",
        token=_token_info(token),
        secret=secret,
    )


def delete_token(token_id: str) -> Message:
    """Revoke a token.

    :raises NotFound: the user has no such token.
    """
    services.revoke(session.current_user(), _uuid(token_id))
    return Message(message="The token is revoked.")


def _uuid(token_id: str) -> UUID:
    try:
        return as_uuid(token_id)
    except ValueError:
        raise validation.invalid({"token_id": ["This must be a UUID."]}) from None


def _token_info(token: ApiToken) -> TokenInfo:
    return TokenInfo(
        id=token.id,
        name=token.name,
        scope=token.scope.value,
        created=token.created,
        last_used=token.last_used,
    )

"""Changes the user's password."""

from pydash_app.user.services import settings
from pydash_web.http import session
from pydash_web.models.common import Message
from pydash_web.models.user import PasswordChange


def change_password(body: PasswordChange) -> Message:
    """Change the password, end all other sessions and optionally revoke all API tokens.

    :raises NotAuthenticated: the current password is incorrect.
    :raises InvalidInput: the new password does not meet the requirements.
    """
    settings.change_password(
        session.current_user(),
        body.current_password,
        body.new_password,
        keep_session=session.session_id(),
        revoke_tokens=body.revoke_tokens,
    )
    tokens = "were revoked" if body.revoke_tokens else "remain valid"
    return Message(
        message=f"Password changed. All other sessions were signed out; API tokens {tokens}."
    )

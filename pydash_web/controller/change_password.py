"""Manages changing of the user's password."""

from pydash_app.user.services import settings
from pydash_web.http import session
from pydash_web.models.common import Message
from pydash_web.models.user import PasswordChange


def change_password(body: PasswordChange) -> Message:
    """Change the password and end all other sessions.

    :raises NotAuthenticated: the current password is wrong.
    :raises InvalidInput: the new password does not meet the requirements.
    """
    settings.change_password(
        session.current_user(), body.current_password, body.new_password, session.session_id()
    )
    return Message(
        message="Password changed. All other sessions were signed out;"
        " API tokens stay valid until you revoke them."
    )

"""Manages changing of the user's password."""

from pydash_app.user.services import settings
from pydash_web.http import session
from pydash_web.models.common import Message
from pydash_web.models.user import PasswordChange


def change_password(body: PasswordChange) -> Message:
    """Change the password; this browser stays signed in, all others are signed out.

    :raises NotAuthenticated: the current password is wrong.
    :raises InvalidInput: the new one is not good enough.
    """
    settings.change_password(
        session.current_user(), body.current_password, body.new_password, session.session_id()
    )
    return Message(
        message="Your password is changed. You were signed out everywhere else;"
        " API tokens are good until you revoke them."
    )

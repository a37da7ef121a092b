"""Manages deletion of a user."""

from pydash_app.errors import NotAuthenticated, PyDashError
from pydash_app.user.services import deletion
from pydash_web import session
from pydash_web.models.common import Message
from pydash_web.models.user import PasswordConfirmation


def delete_user(body: PasswordConfirmation) -> Message:
    """Delete the currently logged in user and all dashboards they own.

    :raises NotAuthenticated: the password is wrong.
    :raises PyDashError: another request, which began later, has deleted the user meanwhile.
    """
    user = session.current_user()
    if not user.check_password(body.password):
        raise NotAuthenticated("The password is wrong.")
    try:
        deletion.delete(user)
    except KeyError:
        raise PyDashError("This account is deleted already.") from None
    session.end()
    return Message(message="Your account and all its dashboards are deleted.")

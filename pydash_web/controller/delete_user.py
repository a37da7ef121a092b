"""Manages deletion of a user."""

from pydash_app.errors import NotAuthenticated, PyDashError
from pydash_app.user import User
from pydash_app.user.services import deletion
from pydash_database import transact
from pydash_web.http import session
from pydash_web.models.common import Message
from pydash_web.models.user import PasswordConfirmation


def delete_user(body: PasswordConfirmation) -> Message:
    """Delete the currently logged in user and all dashboards they own.

    :raises NotAuthenticated: the password is wrong.
    :raises PyDashError: another request, which began later, has deleted the user meanwhile.
    """
    transact(lambda: _delete(session.current_user(), body.password))
    session.forget()
    return Message(message="Your account and all its dashboards are deleted.")


def _delete(user: User, password: str) -> None:
    if not user.check_password(password):
        raise NotAuthenticated("The password is wrong.")
    try:
        deletion.delete(user)
    except KeyError:
        raise PyDashError("This account is deleted already.") from None

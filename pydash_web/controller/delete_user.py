"""Deletes a user."""

from pydash_app import deletion
from pydash_app.errors import PyDashError
from pydash_app.user.services.validation import require_password
from pydash_database import transact
from pydash_web.http import session
from pydash_web.models.common import Message
from pydash_web.models.user import PasswordConfirmation


def delete_user(body: PasswordConfirmation) -> Message:
    """Delete the account with all its dashboards and their data.

    :raises NotAuthenticated: the password is incorrect.
    :raises PyDashError: another request deleted the user in the meantime.
    """

    def delete() -> None:
        user = session.current_user()
        require_password(user, body.password)
        try:
            deletion.delete_account(user)
        except KeyError:
            raise PyDashError("This account has already been deleted.") from None

    transact(delete)
    session.forget()
    return Message(message="Your account and all its dashboards have been deleted.")

"""Manages the logging in of a user into the application.

Visitors that enter improper sign-in information, or have not been verified yet, are rejected.
"""

from pydash_app import user as users
from pydash_app.errors import NotAuthenticated, NotVerified
from pydash_app.user import User
from pydash_app.user.entity import comparable
from pydash_database import transact
from pydash_web.controller.user import user_info
from pydash_web.http import devices, session
from pydash_web.models.user import Credentials, UserMessage


def login(body: Credentials) -> UserMessage:
    """Sign in and set the session cookie; the previous session of this browser ends.

    :raises NotAuthenticated: the name or the password is wrong.
    :raises NotVerified: the email address has not been verified yet.
    """

    def authenticate() -> tuple[User, str]:
        user = users.authenticate(body.name, body.password)
        if user is None:
            raise NotAuthenticated("Wrong username or password.")
        if not user.is_verified():
            raise NotVerified
        return user, user.password_hash

    user, password_hash = transact(authenticate)
    # In a second transaction: a conflict here must not repeat the slow check of the password.
    session.sign_in(user, password_hash)
    devices.remember_device(comparable(body.name))
    return UserMessage(message="Signed in.", user=user_info(user))

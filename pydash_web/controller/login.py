"""Manages the logging in of a user into the application.

Visitors that enter improper sign-in information, or have not been verified yet, are rejected.
"""

from pydash_app import user as users
from pydash_app.errors import NotAuthenticated, NotVerified
from pydash_app.user import User
from pydash_database import transact
from pydash_web.controller.user import user_info
from pydash_web.http import session
from pydash_web.models.user import Credentials, UserMessage


def login(body: Credentials) -> UserMessage:
    """Sign a user in.

    :raises NotAuthenticated: name and password do not fit.
    :raises NotVerified: they do, but the e-mail address is not verified yet.
    """
    user, password_hash = transact(lambda: _authenticate(body))
    # Apart, because checking a password takes long: it is not done again after a conflict.
    session.sign_in(user, password_hash)
    return UserMessage(message="You are signed in.", user=user_info(user))


def _authenticate(credentials: Credentials) -> tuple[User, str]:
    user = users.authenticate(credentials.name, credentials.password)
    if user is None:
        raise NotAuthenticated("The name or the password is wrong.")
    if not user.is_verified():
        raise NotVerified
    return user, user.password_hash

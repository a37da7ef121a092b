"""Signs in a user.

Users with wrong credentials or an unverified email address are rejected.
"""

import re

from flask import request

from pydash_app import user as users
from pydash_app.errors import NotAuthenticated, NotVerified
from pydash_app.event.failed_logins import FailedLogins, record_attempts
from pydash_app.user import User
from pydash_database import transact
from pydash_web.controller.user import user_info
from pydash_web.http import devices, session
from pydash_web.models.user import AutomaticallySignedIn, AutomaticLogin, Credentials, SignedIn

_OVERVIEW = "/"
# A page of PyDash: neither an API route nor a page that signs in or out, and without dot segments.
# Its first segment is not encoded, so that no decoder can find a host name in it.
_PAGE = re.compile(
    r"/(?!(?:api|s|subscriptions|metrics|status|healthz|readyz|login|logout)(?:[/?#]|$))"
    r"(?:[\w-]+(?:/(?!(?:\.|%2e){1,2}(?:[/?#]|$))[^/?#]+)*/?)?(?:[?#].*)?",
    re.ASCII | re.IGNORECASE,
)


_failed_logins = FailedLogins()


def login(body: Credentials) -> SignedIn:
    """Sign in, set the session cookie and end the previous session of this browser.

    :raises NotAuthenticated: the name or the password is incorrect.
    :raises NotVerified: the email address has not been verified yet.
    """

    def authenticate() -> tuple[User, str]:
        user = users.authenticate(body.name, body.password)
        if user is None:
            raise NotAuthenticated("Wrong username or password.")
        if not user.is_verified():
            raise NotVerified
        return user, user.password_hash

    try:
        user, password_hash = transact(authenticate)
    except NotAuthenticated:
        attempts = _failed_logins.count(request.remote_addr or "")
        if attempts:
            transact(lambda: record_attempts(users.find_by_name(body.name), attempts))
        raise
    # In a second transaction, because a conflict must not repeat the slow password check.
    session.sign_in(user, password_hash)
    devices.remember_device(user.get_id())
    return SignedIn(message="Signed in.", user=user_info(user), next=safe_next(body.next))


def login_automatically(body: AutomaticLogin) -> AutomaticallySignedIn:
    """Sign in without a password, as the user whom a trusted proxy names or as the default user.

    The user is null if nobody is configured, or the visitor has just signed out.
    """
    user = session.sign_in_automatically()
    return AutomaticallySignedIn(user=user and transact(lambda: user_info(user)))


def safe_next(path: str | None) -> str:
    r"""Return the page to open after signing in: the requested page if PyDash has it.

    :param path: path and query of the page; None for the overview.

    >>> safe_next("/dashboards/1/endpoints/a%2Fb?range=30d")
    '/dashboards/1/endpoints/a%2Fb?range=30d'
    >>> [safe_next(path) for path in ("https://evil", "//evil", "/\\evil", "/api/logout")]
    ['/', '/', '/', '/']
    """
    if path is None or not path.isascii() or not path.isprintable() or re.search(r"[ \\]", path):
        return _OVERVIEW
    return path if _PAGE.fullmatch(path) else _OVERVIEW

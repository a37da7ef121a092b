"""Who is asking: a browser with a session cookie, or a script with an API token.

The cookie is signed and names the user and the session; the session itself is kept with the user,
who can end it. A request that changes something and comes with the cookie also carries the header
`X-XSRF-TOKEN`. Another site cannot know its value: our pages read it from a cookie that other
sites cannot read, and only we can make it.
"""

import hashlib
import hmac
from enum import Enum
from typing import NoReturn

from flask import Flask, Response, current_app, g, request
from flask import session as cookie
from flask.sessions import SecureCookieSessionInterface

from pydash_app.configuration import Configuration
from pydash_app.errors import Forbidden, NotAuthenticated
from pydash_app.user import User, maybe_find_user
from pydash_app.user.services import tokens
from pydash_app.user.sessions import LONGEST, Session
from pydash_database import transact

SESSION_COOKIE = "pydash_session"
XSRF_COOKIE, XSRF_HEADER = "XSRF-TOKEN", "X-XSRF-TOKEN"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_USER, _SESSION = "user_id", "session_id"


class Access(Enum):
    """Who may call a route."""

    PUBLIC = "anyone"
    READ = "a session, or an API token"
    WRITE = "a session, or an API token of scope write"
    ACCOUNT = "a session: what concerns the account itself is out of reach for API tokens"


def install(app: Flask) -> None:
    """Let the app know its visitors."""
    app.config.update(
        SESSION_COOKIE_NAME=SESSION_COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=LONGEST,
    )
    app.session_interface = _SessionCookie()
    app.after_request(_send_xsrf_token)


def sign_in(user: User, password_hash: str) -> None:
    """Begin a session, with a new id, in the browser that asks.

    In a transaction of its own: the cookie names only what the database has.

    :param password_hash: of the password that was checked.
    :raises NotAuthenticated: it was changed since, which is to end all sessions.
    """
    begun = transact(lambda: _begin(user, password_hash))
    cookie.clear()
    cookie.permanent = True
    cookie[_USER] = user.get_id()
    cookie[_SESSION] = begun.id


def forget() -> None:
    """Let the browser that asks forget its session.

    If a transaction ends the session, then after it: it may yet fail, or begin anew and ask again
    which session it is.
    """
    cookie.clear()


def session_id() -> str:
    """Name the session of the browser that asks; empty if there is none."""
    return str(cookie.get(_SESSION, ""))


def current_user() -> User:
    """Answer the user who asks, whom `require` has found out.

    :raises NotAuthenticated: nobody is signed in.
    """
    visitor: User | None = g.get("visitor")
    return visitor or unauthorized()


def load_user(user_id: str) -> User | None:
    """Find the user whom the session cookie names; `None` if that session is over."""
    user = maybe_find_user(user_id)
    if user is None or user.sessions.use(session_id()) is None:
        return None
    return user


def unauthorized() -> NoReturn:
    """Refuse somebody whom we do not know."""
    raise NotAuthenticated


def require(access: Access) -> None:
    """Let pass who may call a route of this kind.

    :raises NotAuthenticated: nobody is signed in.
    :raises Forbidden: the API token is not for this.
    """
    # Anew in every attempt of a transaction: what it met may be the end of this very session.
    g.visitor = _identify()
    current_user()
    scope = g.get("token_scope")
    if scope and access is Access.ACCOUNT:
        raise Forbidden("An API token cannot do this; sign in with a browser.")
    if scope and scope != "write" and access is Access.WRITE:
        raise Forbidden("This needs an API token of scope write.")


def require_xsrf_token() -> None:
    """Refuse a change that comes with the session cookie but may be another site's doing.

    :raises Forbidden: the header is missing or wrong.
    """
    if request.method in SAFE_METHODS or _comes_with_token():
        return
    sent = request.headers.get(XSRF_HEADER, "")
    if _SESSION in cookie and not hmac.compare_digest(sent.encode(), _xsrf_token().encode()):
        raise Forbidden(f"The header {XSRF_HEADER} is missing or wrong; reload the page.")


def is_admin() -> bool:
    """Tell whether an administrator asks."""
    try:
        return transact(_is_admin)
    except NotAuthenticated:
        return False


def _is_admin() -> bool:
    require(Access.READ)
    return current_user().admin


def _begin(user: User, password_hash: str) -> Session:
    if user.password_hash != password_hash:
        raise NotAuthenticated("The password was changed just now. Please sign in again.")
    return user.sessions.begin(request.user_agent.string)


def _identify() -> User | None:
    """Find out who asks; an API token counts more than a cookie that comes along."""
    if _comes_with_token():
        return _load_token_owner()
    if _USER not in cookie:
        return None
    user = load_user(cookie[_USER])
    if user is None:
        forget()  # So that the browser forgets it too, and need not ask the next time.
    return user


def _comes_with_token() -> bool:
    """Tell whether a script asks.

    Credentials of another kind are none of ours: a proxy that asks for a password of its own
    passes them on.
    """
    return request.authorization is not None and request.authorization.type == "bearer"


def _load_token_owner() -> User | None:
    authorization = request.authorization
    found = tokens.use(authorization.token) if authorization and authorization.token else None
    if found is None:
        return None
    user, token = found
    g.token_scope = token.scope
    return user


def _xsrf_token() -> str:
    key = current_app.config["SECRET_KEY"]
    return hmac.new(key, f"xsrf {session_id()}".encode(), hashlib.sha256).hexdigest()


def _send_xsrf_token(response: Response) -> Response:
    """Let our pages know the token, and by its being there, that there is a session."""
    if response.cache_control.public:
        # A script or a picture: the same for everybody, and kept by caches.
        return response
    if _SESSION in cookie:
        secure = current_app.session_interface.get_cookie_secure(current_app)
        response.set_cookie(
            XSRF_COOKIE, _xsrf_token(), max_age=LONGEST, secure=secure, samesite="Lax"
        )
    elif XSRF_COOKIE in request.cookies:
        response.delete_cookie(XSRF_COOKIE)
    return response


class _SessionCookie(SecureCookieSessionInterface):
    """Marks the cookie as secure wherever the browser came by HTTPS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        configuration: Configuration = app.config["PYDASH"]
        return request.is_secure or configuration.public_url.startswith("https:")

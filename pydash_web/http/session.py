"""Authenticates requests by session cookie or API token, and signs users in.

Flask-Login finds the user. The signed cookie contains a session token, which names the user and the
session. The session itself is stored with the user, who can list and end it. A request that changes
something and is authenticated by the cookie also needs the header `X-XSRF-TOKEN`. Our pages read
its value from a cookie that other sites cannot read.

All windows of a browser share its session. So that a window which still shows one user does not
change the account of another who has signed in since, our pages name their user in `X-PyDash-User`.

Over HTTPS, the names of all cookies begin with `__Host-`. Browsers accept such a cookie only from
this host itself, so neither a subdomain nor plain HTTP can replace it.
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import partial
from typing import NoReturn

import flask_login
from flask import Flask, Request, Response, current_app, g, request
from flask import session as cookie
from flask.sessions import SecureCookieSessionInterface

from pydash_app.configuration import Configuration
from pydash_app.errors import Conflict, Forbidden, NotAuthenticated
from pydash_app.event import EventType, Origin, of_user, origin, record
from pydash_app.secrets import new_code
from pydash_app.user import User, find_by_name, maybe_find_user
from pydash_app.user.services import tokens
from pydash_app.user.sessions import MAX_AGE
from pydash_database import DatabaseUnavailable, DiskFull, transact
from pydash_logger.logger import Logger
from pydash_web.http.proxies import FROM_PROXY

logger = Logger(__name__)

SESSION_COOKIE = "pydash_session"
DEVICE_COOKIE = "pydash_device"
# Set by signing out, so that nobody is signed in again without a password at once.
SIGNED_OUT_COOKIE = "pydash_signed_out"
SIGNED_OUT_AGE = timedelta(days=1)
XSRF_COOKIE, XSRF_HEADER = "XSRF-TOKEN", "X-XSRF-TOKEN"
USER_HEADER = "X-PyDash-User"
# Requires the attributes Secure and Path=/, and no Domain.
HOST_PREFIX = "__Host-"
# Requires only the attribute Secure, for PyDash below a path of a shared host.
SECURE_PREFIX = "__Secure-"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
# How the IDs of sessions begin that are not stored. The cookie is signed, so nobody can make one.
_UNSTORED = "default-user:"
# The key under which Flask-Login stores what it passes to `load_user`.
_TOKEN = "_user_id"  # noqa: S105 (the name of a key)


class Access(Enum):
    """Who may call a route."""

    PUBLIC = "anyone"
    READ = "a session, or an API token"
    WRITE = "a session, or an API token of scope write"
    ADMIN = "an administrator, with a session or an API token"
    OPERATOR = "an administrator, with a session"
    ACCOUNT = "a session: API tokens have no access to the account itself"
    LINK = "the token of a read-only link, and nothing else (`visitor`)"


def install(app: Flask) -> None:
    """Install session and XSRF handling."""
    configuration: Configuration = app.config["PYDASH"]
    prefix = SECURE_PREFIX if configuration.public_path else HOST_PREFIX
    app.config.update(
        COOKIE_PREFIX=prefix if configuration.public_url.startswith("https:") else "",
        # Other sites of the same host do not get the cookies.
        SESSION_COOKIE_PATH=configuration.public_path or "/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=MAX_AGE,
    )
    app.config["SESSION_COOKIE_NAME"] = app.config["COOKIE_PREFIX"] + SESSION_COOKIE
    app.session_interface = _SessionCookie()
    manager = _LoginManager(app)
    # Sessions are bound to a random ID, not to the browser's address and name, which may change.
    manager.session_protection = None
    manager.user_loader(load_user)
    manager.request_loader(_load_token_owner)
    manager.unauthorized_handler(unauthorized)
    app.after_request(_send_cookies)


def cookie_name(name: str) -> str:
    """Return the name of a cookie in the browser."""
    return f"{current_app.config['COOKIE_PREFIX']}{name}"


def set_cookie(
    response: Response, name: str, value: str, max_age: timedelta, *, httponly: bool
) -> None:
    """Set a cookie with the same protection as the session cookie.

    :param name: its name without the HTTPS prefix.
    """
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=max_age,
        path=current_app.config["SESSION_COOKIE_PATH"],
        secure=current_app.session_interface.get_cookie_secure(current_app),
        httponly=httponly,
        samesite="Lax",
    )


def sign_in(user: User, password_hash: str, *, is_stored: bool = True) -> None:
    """Begin a session with a new ID in the requesting browser.

    The previous session of this browser ends, whoever was signed in. This runs in its own
    transaction, because the cookie must only name a session that is stored.

    :param password_hash: the hash of the verified password.
    :param is_stored: whether the session is stored with the user, who can have a limited number;
        if not, it lasts while this is the default user.
    :raises NotAuthenticated: the password has been changed since, which ends all sessions.
    """
    previous_user_id, _, previous_session = str(cookie.get(_TOKEN, "")).partition(" ")

    def begin() -> str:
        if user.password_hash != password_hash:
            raise NotAuthenticated("The password has just been changed. Sign in again.")
        if previous_user := maybe_find_user(previous_user_id):
            previous_user.sessions.end(previous_session)
        record(EventType.USER_LOGIN, of_user(user), user_agent=request.user_agent.string)
        if not is_stored:
            return _UNSTORED + new_code()
        return user.sessions.begin(request.user_agent.string).id

    begun = transact(begin)
    cookie.clear()
    cookie.permanent = True
    flask_login.login_user(user)
    # With the user's ID alone, an ended session would remain valid.
    cookie[_TOKEN] = f"{user.get_id()} {begun}"


def sign_in_automatically() -> User | None:
    """Sign in without a password, unless the visitor has just signed out. Return the user.

    It is the one that a trusted proxy names, or else the default user, of whom any number of
    browsers may be signed in. It runs its own transactions.
    """
    if cookie_name(SIGNED_OUT_COOKIE) in request.cookies:
        return None
    configuration: Configuration = current_app.config["PYDASH"]
    header = configuration.user_header
    named = request.headers.get(header) if header and request.environ[FROM_PROXY] else None

    def find() -> tuple[User, str] | None:
        user = find_by_name(named) if named else _default_user()
        return (user, user.password_hash) if user and user.is_verified() else None

    found = transact(find)
    if found is None:
        return None
    sign_in(*found, is_stored=named is not None)
    return found[0]


def _default_user() -> User | None:
    """Return the user whom visitors are without signing in; never an administrator."""
    configuration: Configuration = current_app.config["PYDASH"]
    user = find_by_name(configuration.default_user) if configuration.default_user else None
    return None if user is None or user.admin or not user.is_verified() else user


def remember_sign_out(response: Response) -> Response:
    """Let no sign-in without a password follow."""
    set_cookie(response, SIGNED_OUT_COOKIE, "1", SIGNED_OUT_AGE, httponly=True)
    return response


def forget() -> None:
    """Delete the session cookie.

    If a transaction ends the session, call this after it, because the transaction may fail, or be
    repeated and read the cookie again.
    """
    flask_login.logout_user()
    cookie.clear()


def session_id() -> str:
    """Return the ID of the current session; empty if there is none."""
    return str(cookie.get(_TOKEN, "")).partition(" ")[2]


def current_user() -> User:
    """Return the requesting user: the entity itself, not Flask-Login's proxy for it.

    :raises NotAuthenticated: there is none.
    """
    if not flask_login.current_user.is_authenticated:
        unauthorized()
    user: User = flask_login.current_user._get_current_object()
    return user


def load_user(user_id: str) -> User | None:
    """Return the user of a session; None if the session has ended or an API token is sent.

    :param user_id: the session token, which consists of the user's ID and the session's ID.
    """
    if _has_bearer_token(request):
        return None
    user_id, _, session_id = user_id.partition(" ")
    user = maybe_find_user(user_id)
    if session_id.startswith(_UNSTORED) and user is not None and user is _default_user():
        return user
    session = user.sessions.find(session_id) if user else None
    if user is None or session is None:
        cookie.clear()  # The browser no longer needs to send it.
        return None
    if session.is_to_be_recorded(datetime.now(UTC)):
        g.record_use = partial(_use_session, user_id, session_id)
    return user


def unauthorized() -> NoReturn:
    """Raise the error that becomes a 401."""
    raise NotAuthenticated


def require(access: Access) -> None:
    """Check that the sender of the request has access to a route.

    :raises NotAuthenticated: nobody is signed in.
    :raises Conflict: the request is meant for another user than the one signed in.
    :raises Forbidden: the API token does not grant it.
    """
    # Load the user in every attempt of a transaction, because the session may have just ended.
    g.pop("_login_user", None)
    user = current_user()
    is_change = request.method not in SAFE_METHODS
    if is_change and request.headers.get(USER_HEADER, user.get_id()) != user.get_id():
        raise Conflict(f"Nothing was changed: this browser is now signed in as {user.name}.")
    origin.set(Origin(ip=request.remote_addr, actor=user.name))
    if access in (Access.ADMIN, Access.OPERATOR) and not user.admin:
        raise Forbidden("Only administrators may do this.")
    scope = g.get("token_scope")
    if scope and access in (Access.ACCOUNT, Access.OPERATOR):
        raise Forbidden("An API token has no access to the account. Sign in with a browser.")
    if scope and scope != "write" and access is Access.WRITE:
        raise Forbidden("This requires an API token of scope write.")


def record_use() -> None:
    """Record the use of the request's session or API token, if this is due.

    This runs in its own transaction after the request, because other requests of the same page
    record the same, and such conflicts must not repeat the request.
    """
    record = g.pop("record_use", None)
    if record is None:
        return
    try:
        transact(record)
    except (DatabaseUnavailable, DiskFull) as error:
        # The request itself has been handled. The next one tries again.
        logger.warning(f"Could not record the use of a session or token: {error}")


def require_xsrf_token() -> None:
    """Reject a change that has the session cookie but may have been sent by another site.

    :raises Forbidden: the header is missing or invalid.
    """
    if request.method in SAFE_METHODS or _has_bearer_token(request):
        return
    sent = request.headers.get(XSRF_HEADER, "")
    if _TOKEN in cookie and not hmac.compare_digest(sent.encode(), _xsrf_token().encode()):
        raise Forbidden(f"The header {XSRF_HEADER} is missing or invalid. Reload the page.")


def is_admin() -> bool:
    """Return whether an administrator sends the request."""

    def check() -> bool:
        require(Access.READ)
        return current_user().admin

    try:
        admin = transact(check)
    except NotAuthenticated:
        return False
    record_use()
    return admin


def _use_session(user_id: str, session_id: str) -> None:
    user = maybe_find_user(user_id)
    if user is not None:
        user.sessions.use(session_id)


def _has_bearer_token(request: Request) -> bool:
    """Return whether a request contains an API token.

    Credentials of other kinds are not meant for PyDash. Proxies with their own passwords forward
    them.
    """
    return request.authorization is not None and request.authorization.type == "bearer"


def _load_token_owner(request: Request) -> User | None:
    """Return the owner of the API token of a request; None if there is no valid token."""
    if not _has_bearer_token(request) or not request.authorization:
        return None
    secret = request.authorization.token or ""
    found = tokens.find(secret)
    if found is None:
        return None
    user, token = found
    g.token_scope = token.scope
    if token.is_to_be_recorded(datetime.now(UTC)):
        g.record_use = partial(tokens.use, secret)
    return user


def _xsrf_token() -> str:
    key = current_app.config["SECRET_KEY"]
    return hmac.new(key, f"xsrf {session_id()}".encode(), hashlib.sha256).hexdigest()


def _send_cookies(response: Response) -> Response:
    """Send the XSRF token to our pages, to which it also indicates that there is a session.

    Cookies from before PyDash was configured for HTTPS are deleted. They are not accepted, because
    a subdomain could set them.
    """
    if response.cache_control.public:
        # A script or an image is the same for everyone and stored in caches.
        return response
    path = current_app.config["SESSION_COOKIE_PATH"]
    if _TOKEN in cookie:
        set_cookie(response, XSRF_COOKIE, _xsrf_token(), MAX_AGE, httponly=False)
    elif cookie_name(XSRF_COOKIE) in request.cookies:
        secure = current_app.session_interface.get_cookie_secure(current_app)
        response.delete_cookie(cookie_name(XSRF_COOKIE), path=path, secure=secure)
    if _TOKEN in cookie and cookie_name(SIGNED_OUT_COOKIE) in request.cookies:
        secure = current_app.session_interface.get_cookie_secure(current_app)
        response.delete_cookie(cookie_name(SIGNED_OUT_COOKIE), path=path, secure=secure)
    for name in (SESSION_COOKIE, XSRF_COOKIE, DEVICE_COOKIE):
        if cookie_name(name) != name and name in request.cookies:
            response.delete_cookie(name, path=path)
    return response


class _LoginManager(flask_login.LoginManager):
    """Flask-Login without its "remember me" cookie, because sessions are long-lived."""

    def _update_remember_cookie(self, response: Response) -> Response:
        # It would read the session, and caches could not share public files (Vary: Cookie).
        return response


class _SessionCookie(SecureCookieSessionInterface):
    """Marks the cookie as secure if the browser uses HTTPS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        configuration: Configuration = app.config["PYDASH"]
        return request.is_secure or configuration.public_url.startswith("https:")

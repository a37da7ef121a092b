"""Requests the export routes of an app, and raises an error for every unexpected response."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NoReturn, Protocol

import requests

from flask_monitoring_dashboard_client.calls import CallPage, MonitorRule
from flask_monitoring_dashboard_client.cleaning import clean_text
from flask_monitoring_dashboard_client.errors import (
    ExporterMissing,
    LoginRequired,
    NotADashboard,
    RemoteFailure,
    TokenMissing,
    WrongToken,
)
from pydash_http import GuardedSession, InvalidResponse, Url

DEFAULT_TOKEN = "cc83733cb0af8b884ff6577086b87909"  # noqa: S105 - the publicly known default
# Every page of FMD 2.1 and newer names its AngularJS app.
REALM = 'realm="pydash-exporter"'
EXEMPT_ROUTES = (
    "Exempt the routes get_json_* of the monitoring from this login, because the security token "
    "protects them. Or give PyDash access with extra request headers."
)
# They address or frame a request, concern a single connection, or are set by PyDash itself.
RESERVED_HEADERS = frozenset(
    (
        *("host", "content-length", "content-encoding", "transfer-encoding", "expect", "range"),
        *("connection", "keep-alive", "te", "trailer", "upgrade", "http2-settings"),
        *("accept", "accept-encoding", "x-pydash-token"),
    )
)
RESERVED_PREFIX = "proxy-"
MAX_HEADERS = 10
MAX_HEADERS_SIZE = 8_000
"""Maximum total length of names and values, in characters. Many servers accept 8 kB."""
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LOGIN_PATH = re.compile(r"/(log|sign)[-_]?(in|on)\b|/(sso|saml2?|oauth2?|auth)\b", re.IGNORECASE)
_PASSWORD_FIELD = re.compile(rb"""<input[^>]*\btype\s*=\s*["']?password""", re.IGNORECASE)
_FMD_PAGE = re.compile(rb"""ng-app\s*=\s*["']?fmdApp""")


class Dialect(Protocol):
    """The operations of every dialect."""

    @property
    def name(self) -> str:
        """The name under which cursors and dashboards store the dialect."""

    def monitor_rules(self) -> list[MonitorRule]:
        """Return the endpoints of the app."""

    def fetch_page(self, cursor: dict[str, Any] | None, limit: int) -> CallPage:
        """Return the calls after a cursor; see `RemoteDashboard.fetch_page`."""


class Routes:
    """The export routes of an app.

    :param session: sends the requests.
    :param base: base URL of the routes, which is the app's URL with the link of the monitoring.
    :param token: the app's security token; empty to send none.
    :param headers: further headers of the requests, such as for a proxy in front of the app.
    """

    def __init__(
        self,
        session: GuardedSession,
        base: Url,
        token: str,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.session, self.base, self.token = session, base, token
        self._headers: dict[str, str | bytes] = dict(headers)
        if token and "authorization" in map(str.lower, headers):
            self._headers["X-PyDash-Token"] = token.encode()
        elif token:
            self._headers["Authorization"] = b"Bearer " + token.encode()

    def request(self, route: str, query: str = "") -> requests.Response:
        """Request a route, and return the response regardless of its status."""
        url = replace(self.base, path=f"{self.base.path}/{route}", query=query)
        return self.session.get(str(url), headers=self._headers)

    def get(self, route: str, query: str = "") -> requests.Response:
        """Request a route.

        :raises RemoteError: unless the status is 200.
        """
        response = self.request(route, query)
        if response.status_code != 200:
            reject(response)
        return response

    def json(self, route: str, query: str = "") -> dict[str, Any]:
        """Request a route that returns a JSON object."""
        response = self.get(route, query)
        content = parse_json(response.content) if is_json(response) else None
        if not isinstance(content, dict):
            reject(response)
        return content


def check_headers(headers: Mapping[str, str]) -> None:
    """Check that headers may be added to requests.

    :raises ValueError: if there are too many, or a name is reserved, invalid or repeated in another
        case, or a value is empty, contains control characters, or begins or ends with a space. The
        message does not contain values.

    >>> check_headers({"CF-Access-Client-Id": "7", "host": "elsewhere"})
    Traceback (most recent call last):
    ValueError: The header host cannot be set.
    """
    if len(headers) > MAX_HEADERS:
        raise ValueError(f"There can be at most {MAX_HEADERS} headers.")
    if sum(map(len, [*headers, *headers.values()])) > MAX_HEADERS_SIZE:
        raise ValueError(f"The headers can have at most {MAX_HEADERS_SIZE:,} characters in total.")
    if len(set(map(str.lower, headers))) < len(headers):
        raise ValueError("Each header can be specified only once.")
    for name, value in headers.items():
        if name.lower() in RESERVED_HEADERS or name.lower().startswith(RESERVED_PREFIX):
            raise ValueError(f"The header {name} cannot be set.")
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"The header name {name!a} is invalid.")
        if not (value and value == value.strip() and value.isprintable() and value.isascii()):
            raise ValueError(
                f"The value of the header {name} must be one line of ASCII characters."
            )


def is_json(response: requests.Response) -> bool:
    """Return whether a response claims to be JSON."""
    return "json" in response.headers.get("content-type", "").lower()


def is_login_page(response: requests.Response) -> bool:
    """Return whether a response is a sign-in page."""
    is_redirected = bool(response.history) and _LOGIN_PATH.search(response.url) is not None
    has_password = _PASSWORD_FIELD.search(response.content) is not None
    return response.status_code == 200 and (is_redirected or has_password)


def parse_json(text: bytes | str) -> Any:
    """Parse JSON from an untrusted source.

    Empty lists and objects take thirty times the memory of their text, so their number is limited.
    Genuine responses have at most one per call, of a hundred bytes or more, and some within texts.

    :raises InvalidResponse: if it is invalid, or has too many lists and objects.
    """
    brackets = (b"[", b"{") if isinstance(text, bytes) else ("[", "{")
    if sum(map(text.count, brackets)) > 1_000 + len(text) // 32:  # type: ignore[arg-type]
        raise InvalidResponse("The response consists of too many lists and objects.")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidResponse("The response is not valid JSON.") from error


def reject(response: requests.Response) -> NoReturn:
    """Raise the error that best describes an unexpected response."""
    status, challenge = response.status_code, response.headers.get("www-authenticate", "")
    place = response.url.rpartition("/")[0]
    if status == 401 and REALM in challenge:
        raise TokenMissing if 'error="invalid_request"' in challenge else WrongToken
    if status == 401:
        raise LoginRequired(
            401,
            f"A server in front of the app requires its own login at {place} "
            f"({clean_text(challenge) or 'HTTP status 401'}). {EXEMPT_ROUTES}",
        )
    if _FMD_PAGE.search(response.content):
        raise ExporterMissing
    if is_login_page(response):
        raise LoginRequired(
            status, f"The app responds with a login page, {response.url}. {EXEMPT_ROUTES}"
        )
    if status in (200, 404):
        raise NotADashboard(
            f"There is no Flask-MonitoringDashboard at {place}. Enter the URL of the app or "
            "of its monitoring pages. If these pages are there, the exporter is missing."
        )
    raise RemoteFailure(status)

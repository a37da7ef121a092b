"""Finds the monitoring of an app and its dialect, and checks the security token."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask_monitoring_dashboard_client.calls import RemoteDetails
from flask_monitoring_dashboard_client.cleaning import clean_text, none_as_null
from flask_monitoring_dashboard_client.errors import (
    ExporterMissing,
    LoginRequired,
    NotADashboard,
    RemoteFailure,
    WrongToken,
)
from flask_monitoring_dashboard_client.exporter_dialect import KINDS, ExporterDialect
from flask_monitoring_dashboard_client.legacy_dialects import LEGACY, LegacyDialect
from flask_monitoring_dashboard_client.routes import (
    DEFAULT_TOKEN,
    Dialect,
    Routes,
    is_json,
    is_login_page,
    parse_json,
    reject,
)
from flask_monitoring_dashboard_client.signed import signed_rows
from pydash_http import GuardedSession, InvalidResponse, RemoteError, ResponseTooLarge, Url

DETAILS = "get_json_details"
LINK = "/dashboard"
MAX_PARENTS = 3
# The errors that do not end the search, most informative first.
_INFORMATIVE = (
    WrongToken,
    ExporterMissing,
    LoginRequired,
    RemoteFailure,
    InvalidResponse,
    ResponseTooLarge,
    NotADashboard,
)


def create_dialect(name: str, routes: Routes) -> Dialect:
    """Return the dialect with this name for the routes of an app."""
    if name == ExporterDialect.name:
        return ExporterDialect(routes)
    return LegacyDialect(routes, LEGACY[name])


def detect(
    session: GuardedSession, address: Url, token: str, headers: Mapping[str, str]
) -> RemoteDetails:
    """Search for the monitoring at an address and around it.

    :param address: the address of the app, or of any of its monitoring pages.
    :param headers: further headers of the requests.
    :raises RemoteError: the most informative of the errors that occurred.
    """
    errors: list[RemoteError] = []
    for base in _candidates(address):
        try:
            return _probe(Routes(session, base, token, headers))
        except _INFORMATIVE as error:
            errors.append(error)
    raise min(errors, key=lambda error: [not isinstance(error, kind) for kind in _INFORMATIVE])


def _candidates(address: Url) -> Iterator[Url]:
    """Yield the possible base URLs: the given one, with FMD's default link, and the parents.

    >>> for url in _candidates(Url.parse("http://x/dashboard/login")):
    ...     print(url)
    http://x/dashboard/login
    http://x/dashboard/login/dashboard
    http://x/dashboard
    http://x
    """
    path = address.path.rstrip("/")
    parents = [path.rsplit("/", n)[0] for n in range(1, min(path.count("/"), MAX_PARENTS) + 1)]
    for each in dict.fromkeys((path, path + LINK, *parents, LINK)):
        yield replace(address, path=each, query="")


def _probe(routes: Routes) -> RemoteDetails:
    """Read the details, and check the token."""
    response = routes.request(DETAILS)
    if not routes.session.is_same_server(str(routes.base), response.url):
        if is_login_page(response):
            reject(response)
        target = response.url.removesuffix("/" + DETAILS)
        raise NotADashboard(f"The URL redirects to {target}. Enter that URL instead.")
    found = Url.parse(response.url)
    if found.path.endswith("/" + DETAILS):
        routes.base = replace(found, path=found.path.removesuffix("/" + DETAILS))
    if response.status_code == 500:
        # FMD 1.11 responds like this as long as it has no calls. Its other routes work.
        content: Any = {"version": "1.11", "first_request": None}
    elif response.status_code == 200 and is_json(response):
        content = parse_json(response.content)
    else:
        reject(response)
    if not isinstance(content, dict):
        reject(response)
    dialect = _dialect_of(content)
    if dialect != ExporterDialect.name:
        # These versions respond to anyone, with data signed with their token.
        try:
            signed_rows(routes.get("get_json_monitor_rules"), routes.token)
        except (NotADashboard, InvalidResponse):
            if response.status_code == 500:
                reject(response)
            raise
    return _details(routes, dialect, content)


def _dialect_of(content: dict[str, Any]) -> str:
    """Return the name of the dialect whose details these are."""
    if "exporter-version" in content:
        return ExporterDialect.name
    if "dashboard-version" in content:
        return "1.12" if str(content["dashboard-version"]).startswith("1.") else "2.0"
    if "version" in content:
        return "1.11" if "first_request" in content else "1.10"
    raise NotADashboard("The server at this URL is not a Flask-MonitoringDashboard.")


def _details(routes: Routes, dialect: str, content: dict[str, Any]) -> RemoteDetails:
    # From 1.12 to 2.0, the time is wrong by the server's offset from UTC.
    first = _count(content.get("first-request", content.get("first_request")))
    given = content.get("kinds")
    kinds = given if isinstance(given, dict) else {}
    is_known = first is not None and dialect not in ("1.12", "2.0")
    return RemoteDetails(
        url=str(routes.base),
        dialect=dialect,
        fmd_version=clean_text(content.get("dashboard-version", content.get("version"))) or "",
        first_request=datetime.fromtimestamp(first or 0, UTC) if is_known else None,
        last_id=_count(content.get("last-id")),
        total_requests=_count(content.get("total-requests")),
        default_token=routes.token == DEFAULT_TOKEN,
        timezone=clean_text(none_as_null([content.get("timezone")])[0]) or None,
        kinds=frozenset(kind for kind in KINDS if kinds.get(kind) is True),
        exporter_version=clean_text(content.get("exporter-version")) or "",
    )


def _count(value: Any) -> int | None:
    return int(value) if type(value) in (int, float) and 0 <= value < 2**35 else None

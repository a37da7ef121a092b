"""Finds out where the monitoring of an app is, how it talks, and whether the token is right."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask_monitoring_dashboard_client.calls import RemoteDetails
from flask_monitoring_dashboard_client.cleaning import clean_text
from flask_monitoring_dashboard_client.errors import (
    ExporterMissing,
    NotADashboard,
    RemoteFailure,
    WrongToken,
)
from flask_monitoring_dashboard_client.exporter_dialect import ExporterDialect
from flask_monitoring_dashboard_client.legacy_dialects import LEGACY, LegacyDialect
from flask_monitoring_dashboard_client.routes import (
    DEFAULT_TOKEN,
    Dialect,
    Routes,
    is_json,
    parse_json,
    refuse,
)
from flask_monitoring_dashboard_client.signed import signed_rows
from pydash_http import GuardedSession, InvalidResponse, RemoteError, ResponseTooLarge, Url

DETAILS = "get_json_details"
LINK = "/dashboard"
MAX_PARENTS = 3
# Of all that can be wrong at one of the addresses tried, the first of these tells most.
_TELLING = (
    WrongToken,
    ExporterMissing,
    RemoteFailure,
    InvalidResponse,
    ResponseTooLarge,
    NotADashboard,
)


def speak(dialect: str, routes: Routes) -> Dialect:
    """Return the way of talking that has this name."""
    if dialect == ExporterDialect.name:
        return ExporterDialect(routes)
    return LegacyDialect(routes, LEGACY[dialect])


def detect(session: GuardedSession, address: Url, token: str) -> RemoteDetails:
    """Look for the monitoring at and around an address.

    :param address: of the app, or of any page of its monitoring.
    :raises RemoteError: the most telling of the things that are wrong.
    """
    found: list[RemoteError] = []
    for base in _candidates(address):
        try:
            return _probe(session, base, token)
        except _TELLING as error:
            found.append(error)
    raise min(found, key=lambda error: _TELLING.index(type(error)))


def _candidates(address: Url) -> Iterator[Url]:
    """List where the routes may be: here, at FMD's default link, or further up.

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


def _probe(session: GuardedSession, base: Url, token: str) -> RemoteDetails:
    routes = Routes(session, base, token)
    answer = routes.answer(DETAILS)
    if not session.is_same_server(str(base), answer.url):
        elsewhere = answer.url.removesuffix("/" + DETAILS)
        raise NotADashboard(f"The address leads on to {elsewhere}. Give that address instead.")
    found = Url.parse(answer.url)
    if found.path.endswith("/" + DETAILS):
        routes.base = replace(found, path=found.path.removesuffix("/" + DETAILS))
    if answer.status_code == 500:
        # What FMD 1.11 answers as long as there is no call; its other routes work.
        told: Any = {"version": "1.11", "first_request": None}
    elif answer.status_code == 200 and is_json(answer):
        told = parse_json(answer.content)
    else:
        refuse(answer)
    if not isinstance(told, dict):
        refuse(answer)
    return _checked(routes, told, answer.status_code)


def _checked(routes: Routes, told: dict[str, Any], status: int) -> RemoteDetails:
    dialect = _dialect_of(told)
    if dialect is None:
        raise NotADashboard("What answers at this address is not a Flask-MonitoringDashboard.")
    if dialect != ExporterDialect.name:
        _check_signature(routes, status)
    version = told.get("dashboard-version", told.get("version"))
    return RemoteDetails(
        url=str(routes.base),
        dialect=dialect,
        fmd_version=clean_text(version) or "",
        first_request=_first_request(told, dialect),
        last_id=_count(told.get("last-id")),
        total_requests=_count(told.get("total-requests")),
        default_token=routes.token == DEFAULT_TOKEN,
        timezone=clean_text(told.get("timezone")) or None,
    )


def _dialect_of(told: dict[str, Any]) -> str | None:
    if "exporter-version" in told:
        return ExporterDialect.name
    if "dashboard-version" in told:
        return "1.12" if str(told["dashboard-version"]).startswith("1.") else "2.0"
    if "version" in told:
        return "1.11" if "first_request" in told else "1.10"
    return None


def _check_signature(routes: Routes, status: int) -> None:
    """Check the token: these dialects answer anybody, signed with it."""
    try:
        signed_rows(routes.get("get_json_monitor_rules"), routes.token)
    except (NotADashboard, InvalidResponse) as error:
        if status == 500:
            raise RemoteFailure(status) from error
        raise


def _first_request(told: dict[str, Any], dialect: str) -> datetime | None:
    # From 1.12 to 2.0 it is wrong by the server's distance to UTC.
    if dialect in ("1.12", "2.0"):
        return None
    seconds = _count(told.get("first-request", told.get("first_request")))
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _count(value: Any) -> int | None:
    return int(value) if type(value) in (int, float) and 0 <= value < 2**35 else None

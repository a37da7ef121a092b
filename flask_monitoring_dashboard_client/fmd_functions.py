"""FMD's own routes as functions: what they answer, and None when they do not."""

import math
from datetime import UTC, datetime
from typing import Any

import requests

from flask_monitoring_dashboard_client.routes import Routes, is_json, parse_json
from flask_monitoring_dashboard_client.signed import signed_rows
from pydash_http import FetchPolicy, GuardedSession, InvalidResponse, Limits, RemoteError, Url

Rows = list[dict[str, Any]]


def get_details(
    dashboard_url: str, timeout: float = 1, *, token: str = "", allow: str = "global"
) -> dict[str, Any] | None:
    """Get details from a deployed dashboard.

    :param dashboard_url: the base URL of the dashboard, without a trailing slash.
    :param timeout: seconds to wait for a response.
    :param token: the secret token, which only the exporter wants to see here.
    :param allow: which addresses may be fetched from, see `FetchPolicy.parse`.
    :returns: the details, or None if the request was unsuccessful.
    """
    with _session(timeout, allow) as session:
        try:
            return _routes(session, dashboard_url, token).json("get_json_details")
        except RemoteError:
            return None


def get_monitor_rules(
    dashboard_url: str, dashboard_token: str, timeout: float = 1, *, allow: str = "global"
) -> Rows | None:
    """Get the monitor rules from a deployed dashboard.

    :param dashboard_url: the base URL of the dashboard, without a trailing slash.
    :param dashboard_token: the secret token of the dashboard.
    :param timeout: seconds to wait for a response.
    :param allow: which addresses may be fetched from, see `FetchPolicy.parse`.
    :returns: the rules, or None if the request was unsuccessful.
    """
    with _session(timeout, allow) as session:
        routes = _routes(session, dashboard_url, dashboard_token)
        try:
            answer = routes.get("get_json_monitor_rules")
            return _listed(answer) if is_json(answer) else signed_rows(answer, dashboard_token)
        except RemoteError:
            return None


def get_data(
    dashboard_url: str,
    dashboard_token: str,
    time_from: datetime | None = None,
    time_to: datetime | None = None,
    timeout: float = 1,
    *,
    allow: str = "global",
) -> Rows | None:
    """Get the calls from a deployed dashboard, all of them at once.

    PyDash itself reads them in pages, see `RemoteDashboard.fetch_page`.

    :param dashboard_url: the base URL of the dashboard, without a trailing slash.
    :param dashboard_token: the secret token of the dashboard.
    :param time_from: only calls since that moment (UTC unless it says otherwise). Dashboards
        reckon in whole seconds, so up to one second more can come on either side.
    :param time_to: only calls up to that moment; only together with `time_from`.
    :param timeout: seconds to wait for a response.
    :param allow: which addresses may be fetched from, see `FetchPolicy.parse`.
    :returns: the calls, or None if the request was unsuccessful.
    :raises ValueError: if there is a `time_to` without a `time_from`.
    """
    if time_to is not None and time_from is None:
        raise ValueError("time_to needs a time_from")
    with _session(timeout, allow) as session:
        routes = _routes(session, dashboard_url, dashboard_token)
        try:
            rows = _all_rows(routes, "get_json_data" + _bounds(time_from, time_to))
        except RemoteError:
            return None
    return rows


def _session(timeout: float, allow: str) -> GuardedSession:
    limits = Limits(connect_timeout=timeout, read_timeout=timeout)
    return GuardedSession(FetchPolicy.parse(allow), limits)


def _routes(session: GuardedSession, dashboard_url: str, token: str) -> Routes:
    return Routes(session, Url.parse(dashboard_url), token)


def _bounds(time_from: datetime | None, time_to: datetime | None) -> str:
    """Write the bounds as whole seconds, so wide that nothing between them is cut off."""
    if time_from is None:
        return ""
    # Some versions leave out the lower bound itself.
    lower = f"/{math.ceil(_seconds(time_from)) - 1}"
    return lower if time_to is None else f"{lower}/{math.ceil(_seconds(time_to))}"


def _seconds(moment: datetime) -> float:
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()


def _all_rows(routes: Routes, route: str) -> Rows:
    """Return the rows of a route that the exporter gives in pages and FMD itself at once."""
    rows: Rows = []
    while True:
        after_id = rows[-1]["id"] if rows else 0
        answer = routes.get(route, f"after_id={after_id}")
        if not is_json(answer):
            return signed_rows(answer, routes.token)
        page = _listed(answer)
        if not page:
            return rows
        rows += page


def _listed(answer: requests.Response) -> Rows:
    content = parse_json(answer.content)
    rows = content.get("data") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise InvalidResponse("The answer of the dashboard cannot be read.")
    return rows

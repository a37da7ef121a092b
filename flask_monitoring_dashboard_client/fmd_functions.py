"""FMD's own routes as functions: what they answer, and None when they do not."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask_monitoring_dashboard_client.addresses import Url
from flask_monitoring_dashboard_client.errors import InvalidAnswer, NotADashboard, RemoteError
from flask_monitoring_dashboard_client.fetch_policy import FetchPolicy
from flask_monitoring_dashboard_client.guarded_http import GuardedSession, Limits
from flask_monitoring_dashboard_client.legacy_dialects import signed_rows
from flask_monitoring_dashboard_client.routes import Routes, parse_json

Rows = list[dict[str, Any]]
EXPORTER_PAGE = 10_000


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
            return _rows(routes, "get_json_monitor_rules")
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
    :param time_from: only calls since that moment (UTC unless it says otherwise).
    :param time_to: only calls up to that moment; only together with `time_from`.
    :param timeout: seconds to wait for a response.
    :param allow: which addresses may be fetched from, see `FetchPolicy.parse`.
    :returns: the calls, or None if the request was unsuccessful.
    :raises ValueError: if there is a `time_to` without a `time_from`.
    """

"""FMD's own routes as functions, which return the content of a response, or None on failure.

Unlike the rest of this package, they fetch from private and loopback addresses by default, because
the caller chooses the URLs.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import requests

from flask_monitoring_dashboard_client.errors import TokenMissing, WrongToken
from flask_monitoring_dashboard_client.routes import Routes, is_json, parse_json
from flask_monitoring_dashboard_client.signed import signed_rows
from pydash_http import (
    AddressRefused,
    FetchPolicy,
    GuardedSession,
    InvalidResponse,
    Limits,
    RemoteError,
    Url,
)

REQUIRED = "The exporter of this app requires its security token. Pass it as `token`."
ANYWHERE = "global, private, loopback"
Rows = list[dict[str, Any]]


def get_details(
    dashboard_url: str, timeout: float = 1, *, token: str = "", allow: str = ANYWHERE
) -> dict[str, Any] | None:
    """Get details from a deployed dashboard.

    :param dashboard_url: base URL of the dashboard, without a trailing slash.
    :param timeout: seconds to wait for a response.
    :param token: the security token, which only the exporter requires.
    :param allow: the addresses from which to fetch; see `FetchPolicy.parse`.
    :returns: the details, or None if the request was unsuccessful.
    :raises TokenMissing: if the exporter responds and there is no token.
    :raises AddressRefused: if the URL is invalid, or leads to an address that is not allowed.
    """
    with _routes(dashboard_url, token, timeout, allow) as routes:
        return routes.json("get_json_details")


def get_monitor_rules(
    dashboard_url: str, dashboard_token: str, timeout: float = 1, *, allow: str = ANYWHERE
) -> Rows | None:
    """Get the monitor rules from a deployed dashboard.

    :param dashboard_url: base URL of the dashboard, without a trailing slash.
    :param dashboard_token: the security token of the dashboard.
    :param timeout: seconds to wait for a response.
    :param allow: the addresses from which to fetch; see `FetchPolicy.parse`.
    :returns: the rules, or None if the request was unsuccessful.
    :raises AddressRefused: if the URL is invalid, or leads to an address that is not allowed.
    """
    with _routes(dashboard_url, dashboard_token, timeout, allow) as routes:
        response = routes.get("get_json_monitor_rules")
        return _rows(response) if is_json(response) else signed_rows(response, dashboard_token)


def get_data(
    dashboard_url: str,
    dashboard_token: str,
    time_from: datetime | None = None,
    time_to: datetime | None = None,
    timeout: float = 1,
    *,
    allow: str = ANYWHERE,
) -> Rows | None:
    """Get all calls from a deployed dashboard at once.

    PyDash itself reads them in pages; see `RemoteDashboard.fetch_page`.

    :param dashboard_url: base URL of the dashboard, without a trailing slash.
    :param dashboard_token: the security token of the dashboard.
    :param time_from: only calls since that moment (UTC if naive). Dashboards select calls by
        whole seconds, so those of up to one more second may be included on either side.
    :param time_to: only calls up to that moment; requires `time_from`.
    :param timeout: seconds to wait for a response.
    :param allow: the addresses from which to fetch; see `FetchPolicy.parse`.
    :returns: the calls, or None if the request was unsuccessful.
    :raises AddressRefused: if the URL is invalid, or leads to an address that is not allowed.
    :raises ValueError: if there is a `time_to` without a `time_from`.
    """
    if time_to is not None and time_from is None:
        raise ValueError("time_to requires time_from")
    route = "get_json_data"
    if time_from is not None:
        # Some versions exclude the lower bound.
        route += f"/{math.ceil(_seconds(time_from)) - 1}"
    if time_to is not None:
        route += f"/{math.ceil(_seconds(time_to))}"
    with _routes(dashboard_url, dashboard_token, timeout, allow) as routes:
        rows: Rows = []
        while True:
            # FMD itself ignores the query and responds with all rows at once.
            response = routes.get(route, f"after_id={rows[-1]['id'] if rows else 0}")
            if not is_json(response):
                return signed_rows(response, dashboard_token)
            page = _rows(response)
            if not page:
                return rows
            rows += page


@contextmanager
def _routes(url: str, token: str, timeout: float, allow: str) -> Iterator[Routes]:
    """Open the routes of a dashboard.

    Errors are suppressed, so that the function that uses it returns None, except for errors that
    its caller has to fix.
    """
    limits = Limits(connect_timeout=timeout, read_timeout=timeout)
    with GuardedSession(FetchPolicy.parse(allow), limits) as session:
        try:
            yield Routes(session, Url.parse(url), token)
        except AddressRefused:
            raise
        except RemoteError as error:
            if isinstance(error, WrongToken) and not token:
                raise TokenMissing(REQUIRED) from error


def _seconds(moment: datetime) -> float:
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()


def _rows(response: requests.Response) -> Rows:
    content = parse_json(response.content)
    rows = content.get("data") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise InvalidResponse("The response does not contain a list of objects.")
    return rows

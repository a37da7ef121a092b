"""Requests the export routes of one app, and raises an error for every unexpected response."""

import json
import re
from dataclasses import replace
from typing import Any, NoReturn, Protocol

import requests

from flask_monitoring_dashboard_client.calls import CallPage, MonitorRule
from flask_monitoring_dashboard_client.errors import (
    ExporterMissing,
    NotADashboard,
    RemoteFailure,
    WrongToken,
)
from pydash_http import GuardedSession, InvalidResponse, Url

DEFAULT_TOKEN = "cc83733cb0af8b884ff6577086b87909"  # noqa: S105 - the publicly known default
# Every page of FMD 2.1 and newer names its AngularJS app.
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
    """The export routes of one app.

    :param session: sends the requests.
    :param base: base URL of the routes: the app's, with the link of the monitoring.
    :param token: the app's security token; empty to send none.
    """

    def __init__(self, session: GuardedSession, base: Url, token: str) -> None:
        self.session, self.base, self.token = session, base, token

    def request(self, route: str, query: str = "") -> requests.Response:
        """Request a route, and return the response whatever its status."""
        url = replace(self.base, path=f"{self.base.path}/{route}", query=query)
        headers = {"Authorization": b"Bearer " + self.token.encode()} if self.token else {}
        return self.session.get(str(url), headers=headers)

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


def is_json(response: requests.Response) -> bool:
    """Return whether a response claims to be JSON."""
    return "json" in response.headers.get("content-type", "").lower()


def parse_json(text: bytes | str) -> Any:
    """Parse JSON from an untrusted source.

    Empty lists and objects take thirty times the memory of their text, so their number is bounded.
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
    status, headers = response.status_code, response.headers
    if status == 401 and "bearer" in headers.get("www-authenticate", "").lower():
        raise WrongToken
    if _FMD_PAGE.search(response.content):
        raise ExporterMissing
    if status in (200, 404):
        place = response.url.rpartition("/")[0]
        raise NotADashboard(
            f"There is no Flask-MonitoringDashboard at {place}. Enter the URL of the app, or that "
            "of its monitoring pages. If you see those pages there, the exporter is missing."
        )
    raise RemoteFailure(status)

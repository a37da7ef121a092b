"""Asks the routes of one remote dashboard, and makes an error of every answer that is none."""

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

DEFAULT_TOKEN = "cc83733cb0af8b884ff6577086b87909"  # noqa: S105 - the one that everybody knows
# Every page of FMD 2.1 and newer names its AngularJS app.
_FMD_PAGE = re.compile(rb"""ng-app\s*=\s*["']?fmdApp""")


class Dialect(Protocol):
    """What every way of talking can do."""

    @property
    def name(self) -> str:
        """What a cursor and a stored dashboard remember it by."""

    def monitor_rules(self) -> list[MonitorRule]:
        """Return the endpoints that the app has."""

    def fetch_page(self, cursor: dict[str, Any] | None, limit: int) -> CallPage:
        """Return the calls that come after a cursor; see `RemoteDashboard.fetch_page`."""


class Routes:
    """The export routes of one dashboard.

    :param session: what fetches.
    :param base: where the routes are: the app's address with the link of the monitoring.
    :param token: the dashboard's security token.
    """

    def __init__(self, session: GuardedSession, base: Url, token: str) -> None:
        self.session, self.base, self.token = session, base, token

    def answer(self, route: str, query: str = "") -> requests.Response:
        """Fetch a route, whatever it answers."""
        url = replace(self.base, path=f"{self.base.path}/{route}", query=query)
        headers = {"Authorization": b"Bearer " + self.token.encode()}
        return self.session.get(str(url), headers=headers)

    def get(self, route: str, query: str = "") -> requests.Response:
        """Fetch a route.

        :raises RemoteError: unless it answers with status 200.
        """
        answer = self.answer(route, query)
        if answer.status_code != 200:
            refuse(answer)
        return answer

    def json(self, route: str, query: str = "") -> dict[str, Any]:
        """Fetch a route that answers with a JSON object."""
        answer = self.get(route, query)
        content = parse_json(answer.content) if is_json(answer) else None
        if not isinstance(content, dict):
            refuse(answer)
        return content


def is_json(answer: requests.Response) -> bool:
    """Return whether a response claims to be JSON."""
    return "json" in answer.headers.get("content-type", "").lower()


def parse_json(text: bytes | str) -> Any:
    """Parse JSON that nobody vouches for.

    :raises InvalidResponse: if it is none.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidResponse("The answer of the dashboard is not valid JSON.") from error


def refuse(answer: requests.Response) -> NoReturn:
    """Raise the error that says best what is wrong with an answer."""
    if answer.status_code == 401 and "bearer" in answer.headers.get("www-authenticate", "").lower():
        raise WrongToken
    if _FMD_PAGE.search(answer.content):
        raise ExporterMissing
    if answer.status_code in (200, 404):
        place = answer.url.rpartition("/")[0]
        raise NotADashboard(
            f"There is no Flask-MonitoringDashboard at {place}. Give the address of the app, or "
            "the one at which you see its monitoring. If you see it there, it lacks the exporter."
        )
    raise RemoteFailure(answer.status_code)

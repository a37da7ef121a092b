"""A running web server, and the people who visit it."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import requests
from waitress import wasyncore

import pydash_web
from flask_monitoring_dashboard_client import RemoteException
from pydash_app import diagnosis
from pydash_app.alert import repository as alerts
from pydash_app.alert import rules
from pydash_app.alert.condition import Down
from pydash_app.alert.entity import Alert, DashboardStates
from pydash_app.alert.evaluation import follow
from pydash_app.alert.machine import Outcome, Reading, State, step
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_app.dashboard.entity import Dashboard
from pydash_app.migrations import MIGRATIONS
from pydash_app.user import User
from pydash_app.user.api_token import Scope
from pydash_app.user.services import registration, tokens
from pydash_database import database_root, schema, transact
from pydash_web.http import server
from pydash_web.http.limits import Limiter

PASSWORD = "correct horse battery staple"
FIRST_CALL = datetime(2018, 4, 25, 15, 29, 23, tzinfo=UTC)


class Site:
    """PyDash's web server on a free port, in threads of this process."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.app = pydash_web.create_app(configuration)
        self._server = server.listen(self.app, configuration)
        self.url = f"http://127.0.0.1:{self._server.effective_port}"
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        # Waitress's loop ends when nothing is left to wait for.
        everything = dict(self._server._map)
        self._server._map.clear()
        self._server.trigger.pull_trigger()
        self._thread.join(10)
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(everything)

    def forget_limits(self) -> None:
        self.app.extensions["pydash_limiter"] = Limiter("memory://")

    def visitor(self, **headers: str) -> "Visitor":
        return Visitor(self.url, headers)


@dataclass
class Visitor:
    """A browser, or with a bearer header a script."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers.update(self.headers)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        options.setdefault("json", body)
        return self.request("POST", path, **options)

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        token = self.http.cookies.get("XSRF-TOKEN")
        headers = {"X-XSRF-TOKEN": token, **options.pop("headers", {})} if token else {}
        headers |= options.pop("headers", {})
        return self.http.request(
            method, self.url + path, headers=headers, timeout=30, allow_redirects=False, **options
        )

    def sign_in(self, name: str, password: str = PASSWORD) -> requests.Response:
        return self.post("/api/login", {"name": name, "password": password})


def empty_database() -> None:
    root = database_root()
    root.clear()
    schema.upgrade(root, MIGRATIONS)


def make_user(name: str, *, verified: bool = True, admin: bool = False) -> UUID:
    def make() -> UUID:
        mail = f"{name.lower()}@example.com"
        return registration.create(name, PASSWORD, mail, verified=verified, admin=admin).id

    return transact(make)


def make_token(user_id: UUID, scope: Scope) -> str:
    return transact(lambda: tokens.issue(find_user(user_id), scope.value, scope)[1])


def find_user(user_id: UUID) -> User:
    from pydash_app.user import find

    user = find(user_id)
    assert user is not None
    return user


def make_dashboard(
    owner: UUID,
    calls: Callable[[], list[EndpointCall]] | None = None,
    *,
    name: str = "Shop",
    url: str = "http://127.0.0.1:9/dashboard",
) -> UUID:
    """Store a dashboard with some calls, without asking anybody whether it is there."""

    def make() -> UUID:
        dashboard = Dashboard(url, "token", owner, name)
        for call in (some_calls if calls is None else calls)():
            dashboard.add_endpoint_call(call)
        repository.add(dashboard)
        return dashboard.id

    return transact(make)


def add_exceptions(dashboard_id: UUID | str, found: Sequence[RemoteException]) -> str:
    """Store exceptions of a dashboard; return the ID of the first one's group."""
    add_rows(dashboard_id, "exceptions", found)
    return found[0].group


def add_rows(dashboard_id: UUID | str, kind: str, rows: Sequence[Any]) -> None:
    """Store rows of a kind, as if they had been fetched from the app of a dashboard."""

    def add() -> None:
        diagnosis.get_or_create(diagnosis.LOGS[kind], UUID(str(dashboard_id))).add(rows)

    transact(add)


def make_alert(owner: User, dashboard_id: UUID) -> Alert:
    """Store an alert that fires, without evaluating its rule; runs in a transaction."""
    rule = rules.create(owner, Down(), {"dashboard_id": dashboard_id})
    now = datetime.now(UTC)
    taken = step(rule.timing, State(), Reading(Outcome.MET, text="No response."), now)
    assert taken.episode is not None
    alert = Alert(rule, repository.find(dashboard_id), taken.episode)
    alerts.add_alert(alert)
    states = alerts.states_of(dashboard_id) or DashboardStates()
    states.update({**states.states, rule.id: taken.state})
    alerts.add_states(dashboard_id, states)
    follow(alert, taken, (), now)
    return alert


def some_calls() -> list[EndpointCall]:
    """Five calls on three days, known by heart: see the tests of numbers."""
    rows = [
        ("foo", 0.5, timedelta(0), "0.1", "ann", "127.0.0.1", 200),
        ("foo", 0.1, timedelta(0), "0.1", "bob", "127.0.0.2", 500),
        ("bar/baz", 0.2, timedelta(0), "0.2", "ann", "127.0.0.1", 200),
        ("bar/baz", 0.2, timedelta(days=-1), "0.1", "ann", "127.0.0.1", 200),
        ("bar/baz", 0.2, timedelta(days=-2), "0.1", "ann", "127.0.0.1", None),
    ]
    return [
        EndpointCall(endpoint, duration, FIRST_CALL + offset, version, group, ip, status)
        for endpoint, duration, offset, version, group, ip, status in rows
    ]

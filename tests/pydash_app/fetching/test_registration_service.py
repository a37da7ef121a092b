import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pydash_app import configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import registration
from pydash_app.errors import InvalidInput, NotFound
from pydash_database import transact
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp
from tests.pydash_app.fetching.support.owners import make_owner

OWNER = uuid.uuid4()

pytestmark = pytest.mark.usefixtures("database")


class _Page(BaseHTTPRequestHandler):
    """Some website, or an FMD without the exporter: unknown paths lead to its login page."""

    is_fmd = False

    def do_GET(self) -> None:
        if self.is_fmd and "login" not in self.path:
            self.send_response(302)
            self.send_header("Location", "/dashboard/login")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = b'<html ng-app="fmdApp"></html>' if self.is_fmd else b"<html>Recipes</html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def website() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def dashboard(monitored_app: MonitoredApp) -> Dashboard:
    return registration.register(make_owner(), "My app", monitored_app.url, monitored_app.token)


def stored() -> int:
    return transact(lambda: len(list(repository.all())))


def test_it_stores_a_dashboard_that_can_be_fetched(monitored_app: MonitoredApp) -> None:
    root = monitored_app.url.removesuffix("/dashboard")
    owner = make_owner()
    dashboard = registration.register(owner, " My app ", f"{root}/", monitored_app.token, True)
    found = transact(lambda: repository.find(dashboard.id))
    assert (found.name, found.url, found.token) == (
        "My app",
        monitored_app.url,
        monitored_app.token,
    )
    assert (found.user_id, found.monitor_downtime) == (owner, True)


def test_it_enforces_the_limit_of_dashboards(monitored_app: MonitoredApp) -> None:
    owner = make_owner()
    configuration.install(configuration.current().model_copy(update={"max_dashboards": 1}))
    registration.register(owner, "One", monitored_app.url, monitored_app.token)
    with pytest.raises(InvalidInput, match="reached the limit of 1 dashboard"):
        registration.register(owner, "Another", monitored_app.url, monitored_app.token)
    assert stored() == 1
    registration.register(make_owner(), "Somebody's", monitored_app.url, monitored_app.token)


def test_it_reports_a_refused_connection() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    assert_refused(
        "url", f"Connection refused by 127.0.0.1:{port}", f"http://127.0.0.1:{port}", "token"
    )


def test_it_reports_that_there_is_no_dashboard(website: str) -> None:
    assert_refused("url", "Flask-MonitoringDashboard", website, "token")


def test_it_shows_the_two_lines_that_are_missing(
    website: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Page, "is_fmd", True)
    assert_refused("url", r"pydash_exporter.bind\(app\)", f"{website}/dashboard", "token")


def test_it_reports_a_wrong_token(monitored_app: MonitoredApp) -> None:
    assert_refused("token", "security token", monitored_app.url, "wrong")


def test_it_refuses_addresses_that_are_not_allowed() -> None:
    assert_refused("url", ".", "http://169.254.169.254/latest/meta-data", "token")


@pytest.mark.parametrize("url", ["", "   ", "ftp://example.com", "http://", "a\nb", "x" * 3000])
def test_it_refuses_an_invalid_url(url: str) -> None:
    assert_refused("url", ".", url, "token")


@pytest.mark.parametrize("token", ["", " ", "a\x00b", "x" * 501])
def test_it_refuses_an_invalid_token(token: str, monitored_app: MonitoredApp) -> None:
    assert_refused("token", ".", monitored_app.url, token)


def test_it_stores_nothing_for_a_deleted_user(monitored_app: MonitoredApp) -> None:
    """An account may be deleted during the probe."""
    with pytest.raises(NotFound):
        registration.register(uuid.uuid4(), "My app", monitored_app.url, monitored_app.token)
    assert stored() == 0


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 65, 12])
def test_it_refuses_an_invalid_name(name: str, monitored_app: MonitoredApp) -> None:
    with pytest.raises(InvalidInput) as refusal:
        registration.register(OWNER, name, monitored_app.url, monitored_app.token)
    assert list(refusal.value.errors) == ["name"]
    assert stored() == 0


def assert_refused(field: str, reason: str, url: str, token: str) -> None:
    with pytest.raises(InvalidInput, match=reason) as refusal:
        registration.register(OWNER, "My app", url, token)
    assert list(refusal.value.errors) == [field]
    assert stored() == 0


def test_it_changes_only_the_given_settings(
    dashboard: Dashboard, monitored_app: MonitoredApp
) -> None:
    before = (dashboard.url, dashboard.token)
    registration.change_settings(dashboard.id, name="Another", monitor_downtime=True)
    assert (dashboard.name, dashboard.monitor_downtime) == ("Another", True)
    registration.change_settings(dashboard.id)
    registration.change_settings(dashboard.id, monitor_downtime=False)
    assert (dashboard.name, dashboard.monitor_downtime) == ("Another", False)
    assert (dashboard.url, dashboard.token) == before


def test_it_probes_a_new_token_before_storing_it(dashboard: Dashboard) -> None:
    before = dashboard.token
    with pytest.raises(InvalidInput):
        registration.change_settings(dashboard.id, name="Another", token="wrong")
    assert (dashboard.name, dashboard.token) == ("My app", before)


@pytest.mark.parametrize("field", ["name", "url", "token"])
def test_it_does_not_accept_an_empty_setting(dashboard: Dashboard, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        registration.change_settings(dashboard.id, **{field: ""})  # type: ignore[arg-type]
    assert list(refusal.value.errors) == [field]


def test_a_moved_dashboard_is_fetched_at_once(
    dashboard: Dashboard, monitored_app: MonitoredApp
) -> None:
    transact(lambda: setattr(dashboard, "url", "http://elsewhere.example.com"))
    registration.change_settings(dashboard.id, url=monitored_app.url, token=monitored_app.token)
    assert transact(repository.fetch_requests) == [dashboard.id]


def test_it_sends_a_stored_token_only_to_its_own_server(
    dashboard: Dashboard, monitored_app: MonitoredApp
) -> None:
    before = dashboard.url
    elsewhere = monitored_app.url.replace("127.0.0.1", "localhost")
    with pytest.raises(InvalidInput, match="another server") as refusal:
        registration.change_settings(dashboard.id, url=elsewhere)
    assert list(refusal.value.errors) == ["token"]
    assert dashboard.url == before
    registration.change_settings(dashboard.id, url=before + "/login")


def test_it_deletes_a_dashboard(dashboard: Dashboard) -> None:
    registration.delete(dashboard.id)
    assert stored() == 0
    with pytest.raises(NotFound):
        registration.delete(dashboard.id)
    with pytest.raises(NotFound):
        registration.change_settings(dashboard.id, name="Another")

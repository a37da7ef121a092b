"""An app behind a server that demands a login of its own: the real app, and a real server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from flask_monitoring_dashboard_client import LoginRequired
from pydash_app import secrets
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import fetching, pinging, registration
from pydash_app.errors import InvalidInput
from pydash_database import database_connection, transact
from tests.pydash_app.fetching.support.gate import CREDENTIALS, gate
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp
from tests.pydash_app.fetching.support.owners import make_owner

HEADERS = {"Authorization": CREDENTIALS}
NOW = datetime.now(UTC)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def guarded(monitored_app: MonitoredApp) -> Iterator[tuple[str, list[int]]]:
    with gate(monitored_app.url) as running:
        yield running


@pytest.fixture
def dashboard(guarded: tuple[str, list[int]], monitored_app: MonitoredApp) -> Dashboard:
    url, token = guarded[0], monitored_app.token
    return registration.register(make_owner(), "Shop", url, token, headers=HEADERS)


def test_the_error_names_the_login_and_the_solution(
    guarded: tuple[str, list[int]], monitored_app: MonitoredApp
) -> None:
    with pytest.raises(InvalidInput, match=r'"Staff only".*extra request headers') as refusal:
        registration.probe(guarded[0], monitored_app.token)
    assert list(refusal.value.errors) == ["url"]
    with pytest.raises(InvalidInput, match="Staff only"):
        registration.probe(guarded[0], monitored_app.token, {"Authorization": "Basic guess"})


def test_the_token_is_tested_behind_the_login(guarded: tuple[str, list[int]]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        registration.probe(guarded[0], "wrong", HEADERS)
    assert list(refusal.value.errors) == ["token"]


def test_history_new_calls_and_pings_pass_the_login(
    dashboard: Dashboard, guarded: tuple[str, list[int]], monitored_app: MonitoredApp
) -> None:
    monitored_app.delete_calls()
    monitored_app.write_calls(("alpha", NOW - timedelta(days=n), 1.0) for n in range(3))
    fetching.fetch_and_update_historic_dashboard_info(dashboard.id)
    monitored_app.write_calls([("alpha", NOW, 1.0)])
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    assert dashboard.statistic("total_visits") == 4
    requests = len(guarded[1])
    transact(lambda: setattr(dashboard, "monitor_downtime", True))
    pinging.ping_dashboard(dashboard.id)
    assert len(guarded[1]) == requests + 1
    assert 401 not in guarded[1]


def test_they_are_encrypted_at_rest(dashboard: Dashboard) -> None:
    assert dashboard.headers == HEADERS
    record, _ = database_connection().db().storage.load(dashboard._p_oid)
    assert b"Authorization" in record
    assert CREDENTIALS.encode() not in record
    assert CREDENTIALS.split()[1].encode() not in record
    secrets.configure("a key other than the one before")
    assert dashboard.header_names == ["Authorization"]
    with pytest.raises(secrets.UnreadableSecret):
        assert dashboard.headers


def test_headers_that_cannot_be_decrypted_can_be_entered_again(
    dashboard: Dashboard, monitored_app: MonitoredApp
) -> None:
    secrets.configure("a key other than the one before")
    with pytest.raises(InvalidInput, match="PYDASH_SECRET_KEY"):
        registration.change_settings(dashboard.id, token=monitored_app.token)
    registration.change_settings(dashboard.id, token=monitored_app.token, headers=HEADERS)
    assert dashboard.headers == HEADERS


def test_headers_are_changed_added_and_removed_individually(
    dashboard: Dashboard, monitored_app: MonitoredApp
) -> None:
    registration.change_settings(dashboard.id, headers={"X-Gate": "7"})
    assert dashboard.headers == {**HEADERS, "X-Gate": "7"}
    registration.change_settings(dashboard.id, headers={"x-gate": "8"})
    assert dashboard.headers == {**HEADERS, "x-gate": "8"}
    registration.change_settings(dashboard.id, headers={"X-Gate": None})
    assert dashboard.headers == HEADERS
    registration.change_settings(dashboard.id, token=monitored_app.token)
    assert dashboard.headers == HEADERS


def test_a_change_is_probed_before_it_is_stored(dashboard: Dashboard) -> None:
    with pytest.raises(InvalidInput, match="Staff only"):
        registration.change_settings(dashboard.id, headers={"Authorization": None})
    assert dashboard.headers == HEADERS
    registration.change_settings(dashboard.id, headers={})
    assert transact(repository.fetch_requests) == [dashboard.id]


def test_stored_headers_are_sent_only_to_their_own_server(
    dashboard: Dashboard, guarded: tuple[str, list[int]], monitored_app: MonitoredApp
) -> None:
    elsewhere, token = guarded[0].replace("127.0.0.1", "localhost"), monitored_app.token
    requests = len(guarded[1])
    with pytest.raises(InvalidInput, match="another server") as refusal:
        registration.change_settings(dashboard.id, url=elsewhere, token=token)
    assert list(refusal.value.errors) == ["headers"]
    assert len(guarded[1]) == requests
    registration.change_settings(dashboard.id, url=elsewhere, token=token, headers=HEADERS)
    assert (dashboard.url, dashboard.headers) == (elsewhere, HEADERS)


def test_a_page_fetched_with_other_headers_is_dropped(
    dashboard: Dashboard, monitored_app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitored_app.write_calls([("alpha", NOW, 1.0)])
    convert = fetching._batch

    def change_and_convert(page: object) -> object:
        transact(lambda: setattr(dashboard, "headers", {}))
        return convert(page)  # type: ignore[arg-type]

    monkeypatch.setattr(fetching, "_batch", change_and_convert)
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    assert dashboard.first_endpoint_call_time() is None
    monkeypatch.undo()
    with pytest.raises(LoginRequired):
        fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    assert "Staff only" in (dashboard.fetching.error or "")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "elsewhere.example.com"},
        {"Content-Length": "7"},
        {"transfer-encoding": "chunked"},
        {"CONNECTION": "close"},
        {"Proxy-Authorization": "Basic eA=="},
        {"Upgrade": "h2c"},
        {"Expect": "100-continue"},
        {"X-PyDash-Token": "another"},
        {"X-A": "b\r\nX-C: d"},
        {"X-A": "b\x00"},
        {"X-A\n": "b"},
        {"X A": "b"},
        {"": "b"},
        {"X-A": ""},
        {"X-A": " b"},
        {"X-A": "ü"},
        {"X-A": "1", "x-a": "2"},
        {f"X-{n}": "b" for n in range(11)},
        {"X-A": "b" * 8_000},
    ],
    ids=lambda headers: repr(headers)[:30],
)
def test_it_refuses_headers_that_could_change_the_request(
    dashboard: Dashboard, guarded: tuple[str, list[int]], headers: dict[str, str]
) -> None:
    requests = len(guarded[1])
    with pytest.raises(InvalidInput) as refusal:
        registration.change_settings(dashboard.id, headers={"Authorization": None, **headers})
    assert list(refusal.value.errors) == ["headers"]
    assert len(guarded[1]) == requests
    assert dashboard.headers == HEADERS

"""The list of dashboards: loaded together, kept as JSON, never outdated."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from ZODB.Connection import Connection

import pydash_app
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.fetching_status import FetchProgress, RemoteInfo
from pydash_app.dashboard.retention import Retention
from pydash_app.dashboard.summary import DayFigures, start_of_day
from pydash_app.user import repository as users
from pydash_database import transact
from pydash_database.storages import ZeoClient
from pydash_web.controller import dashboard_info
from pydash_web.controller.dashboard_info import LISTED_ENDPOINTS, dashboards_json
from tests.pydash_web.support.running_site import FIRST_CALL, Visitor, make_dashboard

NOW = datetime.now(UTC) - timedelta(hours=1)
START = datetime.now(UTC)
ENDPOINT_FIELDS = {"endpoints", "next_endpoint"}
REMOTE = RemoteInfo("http://app", "http://app/dashboard", "exporter", "5.1.0")
PROGRESS = FetchProgress(calls=30, remaining=10, seconds=6.0)

Change = Callable[[Dashboard], object]


def fetch(board: Dashboard) -> None:
    board.fetching.fetched_page(
        *(NOW,), cursor={}, has_more=True, progress=PROGRESS, notice="Rows were deleted."
    )


def ping(board: Dashboard) -> None:
    for minute in range(4):
        board.downtime.record(NOW - timedelta(minutes=30 - minute), 20.0 if minute == 0 else None)


CHANGES: dict[str, Change] = {
    "name": lambda board: setattr(board, "name", "Another name"),
    "url": lambda board: setattr(board, "url", "http://another.example.com"),
    "headers": lambda board: setattr(board, "headers", {"X-Key": "secret"}),
    "monitor_downtime": lambda board: setattr(board, "monitor_downtime", True),
    "ping_interval": lambda board: setattr(board, "ping_interval", 90),
    "tags": lambda board: setattr(board, "tags", ("live",)),
    "favorite": lambda board: setattr(board, "is_favorite", True),
    "muted_until": lambda board: setattr(board, "muted_until", NOW),
    "retention": lambda board: setattr(board, "retention", Retention(30)),
    "failure": lambda board: board.fetching.failed(NOW, "The app did not respond.", 504),
    "remote side": lambda board: board.fetching.found_endpoints(NOW, REMOTE),
    "page": fetch,
    "summary": lambda board: board.update_summary(FIRST_CALL),
    "pings": ping,
}
CHANGES_OF_ENDPOINTS: dict[str, Change] = {
    "hidden": lambda board: board.hide_endpoint("foo"),
    "not monitored": lambda board: board.endpoints["foo"].set_monitored(False),
    "new": lambda board: board.add_endpoint(Endpoint("new", True)),
    "removed": lambda board: board.remove_endpoint(board.endpoints["foo"]),
}


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Dashboard]:
    """The dashboards whose JSON is built from now on."""
    dashboard_fields, calls = dashboard_info.dashboard_fields, []

    def noted(dashboard: Dashboard, day: datetime | None = None) -> Any:
        calls.append(dashboard)
        return dashboard_fields(dashboard, day)

    monkeypatch.setattr(dashboard_info, "dashboard_fields", noted)
    monkeypatch.setattr(dashboard_info, "_this_minute", lambda: NOW)
    return calls


@pytest.fixture
def owner(alice: Visitor) -> UUID:
    return UUID(alice.get("/api/user").json()["id"])


def listed(visitor: Visitor, fields: str = "all") -> Any:
    response = visitor.get("/api/dashboards", params={"fields": fields})
    assert response.ok, response.text
    return response.json()


def change(dashboard_id: UUID, what: Change) -> None:
    transact(lambda: what(repository.find(dashboard_id)))


def test_a_summary_is_the_same_without_the_endpoints(alice: Visitor, shop: str) -> None:
    [full], [summary] = listed(alice), listed(alice, "summary")
    assert full == alice.get("/api/dashboards").json()[0]
    assert [each["name"] for each in full["endpoints"]] == ["bar/baz", "foo"]
    assert summary == {name: full[name] for name in full.keys() - ENDPOINT_FIELDS}
    assert full.keys() >= ENDPOINT_FIELDS


@pytest.mark.parametrize("query", ["fields=none", "fields=", "fields=all&fields=all", "field=all"])
def test_other_fields_are_400(alice: Visitor, query: str) -> None:
    assert alice.get(f"/api/dashboards?{query}").status_code == 400


@pytest.mark.parametrize("fields", ["all", "summary"])
@pytest.mark.parametrize("what", [*CHANGES, *CHANGES_OF_ENDPOINTS])
def test_exactly_what_has_changed_is_built_again(
    alice: Visitor, owner: UUID, built: list[Dashboard], fields: str, what: str
) -> None:
    changed, _ = make_dashboard(owner, name="one"), make_dashboard(owner, name="two")
    change(changed, lambda board: board.downtime.record(NOW - timedelta(minutes=40), 20.0))
    before = listed(alice, fields)
    assert len(built) == 2
    assert listed(alice, fields) == before
    assert len(built) == 2
    change(changed, (CHANGES | CHANGES_OF_ENDPOINTS)[what])
    after = listed(alice, fields)
    is_shown = what in CHANGES or fields == "all"
    assert (after != before) == is_shown
    assert len(built) <= 3
    dashboard_info.kept.clear()
    assert listed(alice, fields) == after


def test_the_endpoint_after_those_that_are_listed_is_current(alice: Visitor, owner: UUID) -> None:
    names = [f"{number:03}" for number in range(LISTED_ENDPOINTS + 1)]
    dashboard_id = make_dashboard(owner, list)
    change(dashboard_id, lambda board: board.add_endpoints(Endpoint(n, True) for n in names[:-1]))
    assert listed(alice)[0]["next_endpoint"] is None
    change(dashboard_id, lambda board: board.add_endpoint(Endpoint(names[-1], True)))
    assert listed(alice)[0]["next_endpoint"] == names[-1]
    change(dashboard_id, lambda board: board.add_endpoint(Endpoint("099a", True)))
    assert listed(alice)[0]["next_endpoint"] == "099a"


def test_uptime_is_current_to_the_minute(
    alice: Visitor, owner: UUID, built: list[Dashboard], monkeypatch: pytest.MonkeyPatch
) -> None:
    pinged, _ = make_dashboard(owner, name="one"), make_dashboard(owner, name="two")

    def shown(minutes: int) -> list[float | None]:
        now = NOW + timedelta(minutes=minutes)
        monkeypatch.setattr(dashboard_info, "_this_minute", lambda: now)
        return [each["downtime_percentage"] for each in listed(alice, "summary")]

    def ping_thrice(board: Dashboard) -> None:
        for minute, latency in ((0, 20.0), (1, None), (1.5, None), (2, None)):
            board.downtime.record(NOW + timedelta(minutes=minute), latency)

    change(pinged, ping_thrice)
    assert shown(3) == [pytest.approx(100 * 2 / 3), None]
    assert len(built) == 2
    assert shown(3) == [pytest.approx(100 * 2 / 3), None]
    assert len(built) == 2
    assert shown(4) == [pytest.approx(100 * 3 / 4), None]
    assert len(built) == 3, "the other one was never pinged"


@pytest.mark.parametrize("with_endpoints", [False, True])
def test_the_objects_of_all_dashboards_are_loaded_together(
    zeo_database: Configuration, monkeypatch: pytest.MonkeyPatch, with_endpoints: bool
) -> None:
    loaded: set[bytes] = set()
    setstate, prefetch = Connection.setstate, ZeoClient.prefetch
    ahead: list[set[bytes]] = []

    def noted_setstate(connection: Connection, obj: Any) -> None:
        loaded.add(obj._p_oid)
        setstate(connection, obj)

    def noted_prefetch(client: ZeoClient, oids: Any, tid: bytes) -> Any:
        ahead.append(set(oids))
        return prefetch(client, ahead[-1], tid)

    monkeypatch.setattr(Connection, "setstate", noted_setstate)
    monkeypatch.setattr(ZeoClient, "prefetch", noted_prefetch)

    def of(count: int) -> tuple[int, int]:
        """Return how many objects are loaded one by one, and in how many steps the others."""
        owner = uuid4()
        for _ in range(count):
            make_dashboard(owner)
        pydash_app.configure(zeo_database)
        transact(lambda: None)
        loaded.clear()
        ahead.clear()
        transact(lambda: dashboards_json(repository.of_user(owner), with_endpoints=with_endpoints))
        return len(loaded - set().union(*ahead)), len(ahead)

    assert of(2) == of(9)


class TestToday:
    """Calls of each of the last 49 hours, in time zones that never have the same date."""

    ZONES = ("Pacific/Kiritimati", "UTC", "Pacific/Pago_Pago")

    @pytest.fixture
    def hourly(self, owner: UUID) -> UUID:
        calls = [
            EndpointCall("foo", 5.0, START - timedelta(hours=hours), "1", "", "::1")
            for hours in range(49)
        ]
        return make_dashboard(owner, lambda: calls)

    def visits(self, visitor: Visitor, zone: str) -> int:
        [shown] = visitor.get("/api/dashboards", params={"timezone": zone}).json()
        found: int = shown["summary"]["visits_today"]
        return found

    def test_it_is_the_day_of_the_time_zone(self, alice: Visitor, hourly: UUID) -> None:
        change(hourly, lambda board: board.update_summary(START))
        for zone in self.ZONES:
            hours = (START - start_of_day(START, zone)) // timedelta(hours=1)
            assert self.visits(alice, zone) == hours + 1

    def test_figures_are_ready_for_zones_in_which_it_was_read(
        self, alice: Visitor, owner: UUID, hourly: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        change(hourly, lambda board: board.update_summary(START))
        before = [self.visits(alice, zone) for zone in self.ZONES]
        zones = transact(lambda: users.find(owner).overview_timezones)  # type: ignore[union-attr]
        assert set(zones) == set(self.ZONES)
        change(hourly, lambda board: board.update_summary(START, zones))
        dashboard_info.kept.clear()
        monkeypatch.setattr(DayFigures, "since", None)
        assert [self.visits(alice, zone) for zone in self.ZONES] == before

    def test_a_day_that_began_after_the_last_fetch_has_no_requests(
        self, alice: Visitor, hourly: UUID
    ) -> None:
        change(hourly, lambda board: board.update_summary(START - timedelta(hours=25)))
        assert [self.visits(alice, zone) for zone in self.ZONES] == [0, 0, 0]

    def test_an_unknown_zone_is_400(self, alice: Visitor) -> None:
        response = alice.get("/api/dashboards?timezone=Europe/Atlantis")
        assert (response.status_code, list(response.json()["errors"])) == (400, ["timezone"])

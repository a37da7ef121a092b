"""The contract of the routes of dashboards: each status that the API's page promises."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from pydash_app.dashboard import repository
from pydash_app.dashboard.downtime import Failure
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.fetching_status import FetchProgress, RemoteInfo
from pydash_app.user.api_token import Scope
from pydash_database import transact
from pydash_http import FailureKind
from tests.pydash_app.fetching.support.gate import CREDENTIALS, gate
from tests.pydash_web.support.apps_to_watch import WatchedApp
from tests.pydash_web.support.running_site import (
    FIRST_CALL,
    Site,
    Visitor,
    make_dashboard,
    make_token,
)

ALL_CALLS = {"start_date": "2018", "end_date": "2019"}


def stored(path: str) -> Dashboard:
    return repository.find(path.rpartition("/")[2])


def change(path: str, what: object) -> None:
    transact(lambda: what(stored(path)))  # type: ignore[operator]


class TestOverview:
    def test_it_is_empty_for_a_new_user(self, alice: Visitor) -> None:
        response = alice.get("/api/dashboards")
        assert (response.status_code, response.json()) == (200, [])

    def test_it_requires_a_session(self, browser: Visitor) -> None:
        assert browser.get("/api/dashboards").status_code == 401

    def test_it_lists_own_dashboards_by_name(self, alice: Visitor, charlie: Visitor) -> None:
        owner = UUID(alice.get("/api/user").json()["id"])
        for name in ("zebra", "Antelope"):
            make_dashboard(owner, name=name)
        assert [each["name"] for each in alice.get("/api/dashboards").json()] == [
            "Antelope",
            "zebra",
        ]
        assert charlie.get("/api/dashboards").json() == []

    def test_it_shows_today_without_reading_the_cube(self, alice: Visitor, shop: str) -> None:
        noon = FIRST_CALL.replace(hour=20)
        change(shop, lambda dashboard: dashboard.update_summary(noon))
        [shown] = alice.get("/api/dashboards").json()
        summary = shown["summary"]
        assert summary["visits_today"] == 3
        assert summary["p50"] == pytest.approx(0.2)
        assert summary["error_rate"] == pytest.approx(1 / 3)
        assert len(summary["sparkline"]) == 24
        assert sum(summary["sparkline"]) == 3

    def test_it_shows_why_the_last_fetch_failed(self, alice: Visitor, shop: str) -> None:
        now = datetime.now(UTC)
        change(
            shop, lambda dashboard: dashboard.fetching.failed(now, "It responded with 502.", 502)
        )
        [shown] = alice.get("/api/dashboards").json()
        assert shown["state"] == "initialize_endpoints_failure"
        assert (shown["error"], shown["http_status"]) == ("It responded with 502.", 502)

    def test_no_response_contains_a_secret(self, alice: Visitor, shop: str) -> None:
        change(shop, lambda dashboard: setattr(dashboard, "token", "the-secret-token"))
        change(shop, lambda dashboard: setattr(dashboard, "headers", {"X-Gate": "secret-value"}))
        for path in ("/api/dashboards", shop):
            text = alice.get(path).text
            assert "secret" not in text
            assert '"header_names":["X-Gate"]' in text


class TestDashboard:
    def test_it_has_the_numbers_of_all_and_of_each_endpoint(
        self, alice: Visitor, shop: str
    ) -> None:
        shown = alice.get(shop).json()
        assert shown["aggregates"]["total_visits"] == 5
        assert shown["aggregates"]["total_execution_time"] == pytest.approx(1.2)
        assert shown["aggregates"]["visits_per_ip"] == {"127.0.0.1": 4, "127.0.0.2": 1}
        visits = {each["name"]: each["aggregates"]["total_visits"] for each in shown["endpoints"]}
        assert visits == {"foo": 2, "bar/baz": 3}

    def test_it_has_zeros_and_nulls_without_calls(self, alice: Visitor) -> None:
        owner = UUID(alice.get("/api/user").json()["id"])
        empty = make_dashboard(owner, list)
        aggregates = alice.get(f"/api/dashboards/{empty}").json()["aggregates"]
        assert aggregates["total_visits"] == aggregates["unique_visitors"] == 0
        assert aggregates["average_execution_time"] is None
        assert aggregates["versions"] == []


ROUTES_OF_A_DASHBOARD = [
    ("GET", ""),
    ("GET", "/statistic?statistic=total_visits"),
    ("GET", "/endpoint_boxplots"),
    ("GET", "/endpoints/foo/boxplot"),
    ("GET", "/execution_times_per_version"),
    ("GET", "/endpoints/foo/execution_times_per_version"),
    ("GET", "/execution_time_histogram"),
    ("GET", "/visitor_heatmap"),
    ("GET", "/unique_visitor_heatmap"),
    ("GET", "/usage"),
    ("GET", "/downtime"),
    ("GET", "/progress"),
    ("GET", "/export"),
    ("GET", "/archive.zip"),
    ("POST", "/change_settings"),
    ("POST", "/endpoints/foo/change_settings"),
    ("POST", "/fetch"),
    ("POST", "/delete"),
]


@pytest.mark.parametrize(("method", "rest"), ROUTES_OF_A_DASHBOARD)
def test_it_checks_id_and_owner(
    method: str, rest: str, alice: Visitor, charlie: Visitor, shop: str
) -> None:
    body = {"json": {"hidden": True} if "endpoints" in rest else {}} if method == "POST" else {}

    def status(visitor: Visitor, path: str) -> int:
        return visitor.request(method, path + rest, **body).status_code

    assert status(alice, "/api/dashboards/no-uuid") == 400
    assert status(alice, f"/api/dashboards/{uuid4()}") == 404
    assert status(charlie, shop) == 403
    assert status(alice, shop) == 200


class TestRegister:
    def test_it_adds_a_reachable_dashboard(self, alice: Visitor, watched_app: WatchedApp) -> None:
        body = {"name": "Mine", "url": watched_app.url, "token": watched_app.token}
        response = alice.post("/api/dashboards/register", {**body, "monitor_downtime": True})
        assert response.status_code == 200
        dashboard = response.json()["dashboard"]
        assert (dashboard["name"], dashboard["monitor_downtime"]) == ("Mine", True)
        assert dashboard["url"] == f"{watched_app.url}/dashboard"
        assert [each["name"] for each in alice.get("/api/dashboards").json()] == ["Mine"]

    def test_it_uses_and_keeps_extra_headers(self, alice: Visitor, watched_app: WatchedApp) -> None:
        with gate(f"{watched_app.url}/dashboard") as (url, _):
            body = {"name": "Mine", "url": url, "token": watched_app.token}
            refused = alice.post("/api/dashboards/register", body)
            assert (refused.status_code, list(refused.json()["errors"])) == (400, ["url"])
            assert '"Staff only"' in refused.json()["message"]
            headers = {"Authorization": CREDENTIALS}
            probe = {"url": url, "token": watched_app.token, "headers": headers}
            assert alice.post("/api/dashboards/probe", probe).json()["ok"]
            added = alice.post("/api/dashboards/register", {**body, "headers": headers})
            assert added.status_code == 200
            dashboard = added.json()["dashboard"]
            assert dashboard["header_names"] == ["Authorization"]
            path = f"/api/dashboards/{dashboard['id']}/change_settings"
            changed = alice.post(path, {"headers": {"X-Gate": "7"}})
            assert changed.json()["dashboard"]["header_names"] == ["Authorization", "X-Gate"]

    @pytest.mark.parametrize(
        ("headers", "field"),
        [({"Host": "x"}, "headers"), ({"X": "a\r\nb"}, "headers"), ({"X": 1}, "headers.X"),
         ({"X": None}, "headers.X"), ([], "headers"), ("X: 1", "headers"), (None, "headers")],
    )  # fmt: skip
    def test_it_names_the_invalid_header(self, alice: Visitor, headers: object, field: str) -> None:
        body = {"url": "http://127.0.0.1:9", "token": "x", "headers": headers}
        for path, more in (("register", {"name": "Mine"}), ("probe", {})):
            response = alice.post(f"/api/dashboards/{path}", body | more)
            assert (response.status_code, list(response.json()["errors"])) == (400, [field])

    @pytest.mark.parametrize("missing", ["name", "url", "token"])
    def test_it_names_missing_fields(self, alice: Visitor, missing: str) -> None:
        body = {"name": "Mine", "url": "http://127.0.0.1:9", "token": "x"}
        del body[missing]
        response = alice.post("/api/dashboards/register", body)
        assert (response.status_code, list(response.json()["errors"])) == (400, [missing])

    def test_it_reports_a_wrong_token(self, alice: Visitor, watched_app: WatchedApp) -> None:
        body = {"name": "Mine", "url": watched_app.url, "token": "wrong"}
        response = alice.post("/api/dashboards/register", body)
        assert (response.status_code, list(response.json()["errors"])) == (400, ["token"])

    def test_it_reports_a_refused_connection(self, alice: Visitor) -> None:
        body = {"name": "Mine", "url": "http://127.0.0.1:9", "token": "x"}
        response = alice.post("/api/dashboards/register", body)
        assert (response.status_code, list(response.json()["errors"])) == (400, ["url"])

    def test_it_shows_the_missing_exporter_lines(
        self, alice: Visitor, app_without_exporter: WatchedApp
    ) -> None:
        app = app_without_exporter
        body = {"name": "Mine", "url": app.url, "token": app.token}
        response = alice.post("/api/dashboards/register", body)
        assert response.status_code == 400
        assert "pydash_exporter.bind(app)" in response.json()["message"]

    def test_it_does_not_fetch_from_forbidden_addresses(self, alice: Visitor) -> None:
        for url in ("http://169.254.169.254/latest", "http://10.0.0.1/", "http://[fe80::1]/"):
            body = {"name": "Mine", "url": url, "token": "x"}
            response = alice.post("/api/dashboards/register", body)
            assert (response.status_code, list(response.json()["errors"])) == (400, ["url"])

    def test_nothing_is_stored_when_it_fails(self, alice: Visitor) -> None:
        body = {"name": "Mine", "url": "http://127.0.0.1:9", "token": "x"}
        alice.post("/api/dashboards/register", body)
        assert alice.get("/api/dashboards").json() == []


class TestProbe:
    def steps(self, visitor: Visitor, url: str, token: str) -> dict[str, bool | None]:
        response = visitor.post("/api/dashboards/probe", {"url": url, "token": token})
        assert response.status_code == 200
        return {each["step"]: each["ok"] for each in response.json()["steps"]}

    def test_every_step_passes(self, alice: Visitor, watched_app: WatchedApp) -> None:
        body = {"url": watched_app.url, "token": watched_app.token}
        found = alice.post("/api/dashboards/probe", body).json()
        assert found["ok"]
        assert [each["ok"] for each in found["steps"]] == [True] * 4
        assert found["fmd_version"].startswith("5.")
        assert found["default_token"] is False

    def test_it_stops_at_the_first_failed_step(
        self,
        site: Site,
        alice: Visitor,
        watched_app: WatchedApp,
        app_without_exporter: WatchedApp,
    ) -> None:
        assert list(self.steps(alice, "http://127.0.0.1:9", "x").values()) == [
            False, None, None, None,
        ]  # fmt: skip
        assert list(self.steps(alice, site.url, "x").values()) == [True, False, None, None]
        app = app_without_exporter
        assert list(self.steps(alice, app.url, app.token).values()) == [True, True, False, None]
        assert list(self.steps(alice, watched_app.url, "wrong").values()) == [True] * 3 + [False]

    def test_it_is_rate_limited(self, site: Site, alice: Visitor) -> None:
        body = {"url": "http://10.0.0.1", "token": "x"}
        statuses = [alice.post("/api/dashboards/probe", body).status_code for _ in range(31)]
        assert statuses[-2:] == [200, 429]


class TestRateLimitOfAdding:
    """Connections that fail count too, so the limit shows without a hundred apps."""

    def test_a_script_may_add_a_hundred_dashboards_in_ten_minutes(
        self, site: Site, alice: Visitor
    ) -> None:
        secret = make_token(UUID(alice.get("/api/user").json()["id"]), Scope.WRITE)
        script = site.visitor(Authorization=f"Bearer {secret}")
        statuses = [self.add(script) for _ in range(101)]
        assert statuses == [400] * 100 + [429]
        assert self.add(alice) == 400, "the person's own limit is untouched"

    def test_a_person_may_add_thirty(self, alice: Visitor) -> None:
        assert [self.add(alice) for _ in range(31)] == [400] * 30 + [429]

    def add(self, visitor: Visitor) -> int:
        body = {"name": "Shop", "url": "http://10.0.0.1", "token": "x"}
        return visitor.post("/api/dashboards/register", body).status_code


class TestChangeSettings:
    def test_it_changes_given_settings_and_keeps_the_token(self, alice: Visitor, shop: str) -> None:
        body = {"name": "Renamed", "monitor_downtime": True, "retention": 30}
        response = alice.post(f"{shop}/change_settings", body)
        assert response.status_code == 200
        shown = response.json()["dashboard"]
        assert {name: shown[name] for name in body} == body
        assert transact(lambda: stored(shop).token) == "token"

    def test_an_empty_body_changes_nothing(self, alice: Visitor, shop: str) -> None:
        before = alice.get(shop).json()
        assert alice.post(f"{shop}/change_settings", {}).status_code == 200
        assert alice.get(shop).json() == before

    def test_retention_can_be_unlimited_again(self, alice: Visitor, shop: str) -> None:
        alice.post(f"{shop}/change_settings", {"retention": 30})
        alice.post(f"{shop}/change_settings", {"name": "Renamed"})
        assert alice.get(shop).json()["retention"] == 30
        alice.post(f"{shop}/change_settings", {"retention": None})
        assert alice.get(shop).json()["retention"] is None

    def test_the_interval_between_pings_can_be_the_default_again(
        self, alice: Visitor, shop: str
    ) -> None:
        for given in (30, 3600, None):
            alice.post(f"{shop}/change_settings", {"ping_interval": given})
            alice.post(f"{shop}/change_settings", {"name": "Renamed"})
            assert alice.get(shop).json()["ping_interval"] == given

    def test_tags_are_stored_in_lower_case_and_each_once(self, alice: Visitor, shop: str) -> None:
        alice.post(f"{shop}/change_settings", {"tags": [" Live ", "Team A", "live", "größe"]})
        alice.post(f"{shop}/change_settings", {"name": "Renamed"})
        assert alice.get(shop).json()["tags"] == ["live", "team a", "größe"]
        alice.post(f"{shop}/change_settings", {"tags": []})
        assert alice.get(shop).json()["tags"] == []

    @pytest.mark.parametrize(
        "tags",
        [["a,b"], [""], ["  "], ["a" * 33], ["a\nb"], [1], "live", list("abcdefghijk")],
    )
    def test_it_refuses_invalid_tags(self, alice: Visitor, shop: str, tags: object) -> None:
        response = alice.post(f"{shop}/change_settings", {"tags": tags})
        assert response.status_code == 400
        assert all(field.startswith("tags") for field in response.json()["errors"])
        assert alice.get(shop).json()["tags"] == []

    def test_a_favorite_is_no_news(self, alice: Visitor, shop: str) -> None:
        for favorite in (True, False):
            alice.post(f"{shop}/change_settings", {"favorite": favorite})
            assert alice.get(shop).json()["favorite"] is favorite
        events = alice.get("/api/events").json()
        assert "app.changed" not in [each["event_type"] for each in events]

    def test_a_new_url_is_tested_first(
        self, alice: Visitor, shop: str, watched_app: WatchedApp
    ) -> None:
        elsewhere = {"url": "http://127.0.0.1:9/other", "token": "token"}
        refused = alice.post(f"{shop}/change_settings", elsewhere)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["url"])
        body = {"url": watched_app.url, "token": watched_app.token}
        assert alice.post(f"{shop}/change_settings", body).status_code == 200
        assert alice.get(shop).json()["url"] == f"{watched_app.url}/dashboard"

    @pytest.mark.parametrize(
        "body",
        [{"name": ""}, {"url": "ftp://x"}, {"token": ""}, {"monitor_downtime": "yes"},
         {"retention": 0}, {"retention": "30"}, {"retention": 1.5}, {"ping_interval": 29},
         {"ping_interval": 3601}, {"ping_interval": "60"}, {"ping_interval": 60.5},
         {"favorite": "yes"}],
    )  # fmt: skip
    def test_it_names_invalid_fields(
        self, alice: Visitor, shop: str, body: dict[str, object]
    ) -> None:
        response = alice.post(f"{shop}/change_settings", body)
        assert (response.status_code, list(response.json()["errors"])) == (400, list(body))


class TestDelete:
    def test_it_no_longer_exists(self, alice: Visitor, shop: str) -> None:
        assert alice.post(f"{shop}/delete").status_code == 200
        assert alice.get(shop).status_code == 404
        assert alice.post(f"{shop}/delete").status_code == 404


class TestFetch:
    def test_it_requests_a_fetch(self, alice: Visitor, shop: str) -> None:
        assert alice.post(f"{shop}/fetch").status_code == 200
        assert [str(each) for each in transact(repository.fetch_requests)] == [
            shop.rpartition("/")[2]
        ]

    def test_it_is_rate_limited(self, alice: Visitor, shop: str) -> None:
        statuses = [alice.post(f"{shop}/fetch").status_code for _ in range(11)]
        assert statuses == [200] * 10 + [429]


class TestProgress:
    def test_it_counts_during_the_import(self, alice: Visitor, shop: str) -> None:
        def fetch_a_page(dashboard: Dashboard) -> None:
            now = datetime.now(UTC)
            remote = RemoteInfo("http://127.0.0.1:9", "http://127.0.0.1:9", "exporter", "5.1.0")
            dashboard.fetching.found_endpoints(now, remote)
            progress = FetchProgress(calls=30, remaining=10, seconds=6.0)
            dashboard.fetching.fetched_page(now, cursor={}, has_more=True, progress=progress)

        before = alice.get(f"{shop}/progress").json()
        assert (before["state"], before["fraction"]) == ("not_initialized", None)
        change(shop, fetch_a_page)
        assert alice.get(f"{shop}/progress").json() == {
            "state": "initialized_endpoints",
            "fraction": 0.75,
            "calls": 30,
            "seconds_left": 2.0,
            "error": None,
        }


class TestEndpointSettings:
    def test_it_hides_and_shows(self, alice: Visitor, shop: str) -> None:
        path = f"{shop}/endpoints/bar%2Fbaz/change_settings"
        response = alice.post(path, {"hidden": True})
        assert response.json() == {
            "message": "Endpoint hidden.",
            "endpoint": {
                "name": "bar/baz",
                "enabled": True,
                "hidden": True,
                "pinned": False,
                "merged_into": None,
            },
        }
        alice.post(path, {"hidden": False})
        assert not any(each["hidden"] for each in alice.get(shop).json()["endpoints"])

    def test_it_pins_and_unpins(self, alice: Visitor, shop: str) -> None:
        path = f"{shop}/endpoints/foo/change_settings"
        alice.post(path, {"hidden": True})
        for is_pinned in (True, False):
            pinned = alice.post(path, {"pinned": is_pinned}).json()["endpoint"]
            assert (pinned["hidden"], pinned["pinned"]) == (True, is_pinned)
            listed = alice.get(f"{shop}/endpoints").json()["endpoints"]
            assert [each["pinned"] for each in listed if each["name"] == "foo"] == [is_pinned]
        alice.post(path, {"hidden": False})

    @pytest.mark.parametrize("body", [{}, {"hidden": None}, {"pinned": "yes"}])
    def test_it_refuses_to_change_nothing(
        self, alice: Visitor, shop: str, body: dict[str, object]
    ) -> None:
        assert alice.post(f"{shop}/endpoints/foo/change_settings", body).status_code == 400

    def test_an_unknown_endpoint_is_404(self, alice: Visitor, shop: str) -> None:
        path = f"{shop}/endpoints/unknown/change_settings"
        assert alice.post(path, {"hidden": True}).status_code == 404


class TestDowntime:
    def test_an_open_outage_counts_up_to_now(self, alice: Visitor, shop: str) -> None:
        now = datetime.now(UTC)
        begun = now - timedelta(minutes=10)

        def watch(dashboard: Dashboard) -> None:
            for minute, latency in ((0, 20.0), (1, 40.0), (2, None), (3, None), (9, None)):
                failure = None if latency else Failure(FailureKind.REFUSED, "Connection refused.")
                moment = begun + timedelta(minutes=minute)
                dashboard.downtime.record(moment, latency, failure=failure)

        change(shop, watch)
        yesterday = (now - timedelta(days=1)).date().isoformat()
        shown = alice.get(f"{shop}/downtime", params={"start_date": yesterday}).json()
        last = shown["downtime_intervals"][-1]
        assert last["end"] is None
        cause = {"kind": "refused", "reason": "Connection refused."}
        assert last["cause"] == alice.get(shop).json()["failure"] == cause
        assert sum(each["seconds"] for each in shown["downtime_intervals"]) >= 8 * 60
        assert sum(shown["total_downtimes"].values()) >= 8 * 60
        assert shown["downtime_percentage"] == pytest.approx(80, abs=1)
        assert shown["latency"] == pytest.approx({f"{begun:%Y-%m-%d}": 30.0})

    def test_an_outage_without_further_pings_ends_with_the_last_ping(
        self, alice: Visitor, shop: str
    ) -> None:
        begun = datetime.now(UTC) - timedelta(days=3)

        def watch(dashboard: Dashboard) -> None:
            for minute, latency in ((0, 20.0), (5, None), (7, None), (10, None)):
                dashboard.downtime.record(begun + timedelta(minutes=minute), latency)

        change(shop, watch)
        shown = alice.get(f"{shop}/downtime").json()
        [outage] = shown["downtime_intervals"]
        assert datetime.fromisoformat(outage["end"]) == begun + timedelta(minutes=10)
        assert outage["seconds"] == sum(shown["total_downtimes"].values()) == 5 * 60
        assert shown["downtime_percentage"] == alice.get(shop).json()["downtime_percentage"] == 50

    def test_outages_are_in_order_after_the_clock_was_set_back(
        self, alice: Visitor, shop: str
    ) -> None:
        noon = (datetime.now(UTC) - timedelta(days=2)).replace(hour=12, minute=0)

        def watch(dashboard: Dashboard) -> None:
            for minute, latency in (
                *((0, 20.0), (5, 20.0), (10, None), (12, None), (15, None)),
                *((-45, None), (-40, None), (-38, None), (-35, 20.0), (-30, 20.0)),
            ):
                dashboard.downtime.record(noon + timedelta(minutes=minute), latency)

        change(shop, watch)
        shown = alice.get(f"{shop}/downtime").json()
        outages = shown["downtime_intervals"]
        assert [datetime.fromisoformat(each["start"]) - noon for each in outages] == [
            timedelta(minutes=-45),
            timedelta(minutes=10),
        ]
        assert [each["seconds"] for each in outages] == [10 * 60, 5 * 60]
        assert shown["downtime_percentage"] == pytest.approx(50)

    def test_unmonitored_days_are_null(self, alice: Visitor, shop: str) -> None:
        shown = alice.get(f"{shop}/downtime").json()
        assert (shown["downtime_percentage"], shown["downtime_intervals"]) == (None, [])
        assert len(shown["total_downtimes"]) == 8, "the last seven days, and today"

    def test_a_range_that_is_too_long_is_400(self, alice: Visitor, shop: str) -> None:
        params = {"start_date": "1970", "end_date": "2999"}
        response = alice.get(f"{shop}/downtime", params=params)
        assert (response.status_code, list(response.json()["errors"])) == (400, ["start_date"])

    def test_reversed_dates_are_400(self, alice: Visitor, shop: str) -> None:
        params = {"start_date": "2018-05-02", "end_date": "2018-05-01"}
        response = alice.get(f"{shop}/downtime", params=params)
        assert (response.status_code, list(response.json()["errors"])) == (400, ["end_date"])


@pytest.mark.parametrize(
    "name", ["👩\u200d👩\u200d👧\u200d👦", "نیم\u200cفاصله", "evil.com", "Аlice"]
)
def test_the_name_of_a_dashboard_is_free_text(alice: Visitor, shop: str, name: str) -> None:
    assert alice.post(f"{shop}/change_settings", {"name": name}).status_code == 200
    assert alice.get(shop).json()["name"] == name


def test_the_sample_archive_is_a_private_download(alice: Visitor, shop: str) -> None:
    response = alice.get(f"{shop}/archive.zip")
    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Content-Disposition"] == "attachment; filename=archive.zip"
    assert response.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(response.content)) as file:
        names = file.namelist()
        assert json.loads(file.read("manifest.json"))["calls"] == 5
    assert names == ["data-0001.json", "rules.json", "details.json", "manifest.json"]
    assert b"127.0.0.1" not in response.content


class TestExport:
    def test_csv_and_json_have_the_same_calls_in_chronological_order(
        self, alice: Visitor, shop: str
    ) -> None:
        text = alice.get(f"{shop}/export", params=ALL_CALLS)
        assert text.headers["Content-Type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(text.text)))
        calls = alice.get(f"{shop}/export", params={**ALL_CALLS, "format": "json"}).json()
        assert [row["endpoint"] for row in rows] == [call["endpoint"] for call in calls]
        assert [call["time"] for call in calls] == sorted(call["time"] for call in calls)
        assert sum(float(row["execution_time"]) for row in rows) == pytest.approx(1.2)
        assert rows[0]["status_code"] == ""

    def test_it_filters(self, alice: Visitor, shop: str) -> None:
        params = {"format": "json", "endpoint": "foo", "ip": "127.0.0.2"}
        assert len(alice.get(f"{shop}/export", params=params).json()) == 1

    def test_a_group_named_none_and_no_group_are_kept_apart(self, alice: Visitor) -> None:
        calls = [
            EndpointCall("foo", 1, FIRST_CALL, "1", group, "::1") for group in ("", *["None"] * 2)
        ]
        owner = UUID(alice.get("/api/user").json()["id"])
        shop = f"/api/dashboards/{make_dashboard(owner, lambda: calls)}"
        params = {**ALL_CALLS, "statistic": "total_visits"}
        broken_down = alice.get(f"{shop}/statistic", params={**params, "breakdown": "group_by"})
        assert broken_down.json() == {"None": 2, "": 1}
        for group, count in (("None", 2), ("", 1)):
            visits = alice.get(f"{shop}/statistic", params={**params, "group_by": group})
            assert visits.json() == count
            rows = csv.DictReader(
                io.StringIO(alice.get(f"{shop}/export", params={"group_by": group}).text)
            )
            assert [row["group_by"] for row in rows] == [group] * count

    def test_without_calls_it_is_an_empty_list(self, alice: Visitor, shop: str) -> None:
        params = {"format": "json", "start_date": "2020"}
        assert alice.get(f"{shop}/export", params=params).json() == []

    @pytest.mark.parametrize(
        "start",
        [*"=+-@", *"＝＋－＠", *"﹦﹢﹣﹫", "\t", "\r", "\n", " =", "\u00a0=", "\t＝", " \r\n＠"],
    )
    def test_text_from_visitors_is_not_a_formula(self, alice: Visitor, start: str) -> None:
        owner = UUID(alice.get("/api/user").json()["id"])
        text = f"{start}cmd|' /C calc'!A0"
        evil = EndpointCall(text, 1, FIRST_CALL, text, text, text)
        path = make_dashboard(owner, lambda: [evil])
        response = alice.get(f"/api/dashboards/{path}/export")
        [row] = csv.DictReader(io.StringIO(response.text, newline=""))
        assert [row[name] for name in ("endpoint", "version", "group_by", "ip")] == [f"'{text}"] * 4

    def test_nor_is_it_one_where_cells_end_with_semicolons(self, alice: Visitor) -> None:
        owner = UUID(alice.get("/api/user").json()["id"])
        call = EndpointCall("a;=1+1", 1, FIRST_CALL, "=1; ＋1;b;c=d", "x", "::1")
        path = make_dashboard(owner, lambda: [call])
        [row] = csv.DictReader(io.StringIO(alice.get(f"/api/dashboards/{path}/export").text))
        assert (row["endpoint"], row["version"]) == ("a;'=1+1", "'=1;' ＋1;b;c=d")

    def test_other_text_is_unchanged(self, alice: Visitor) -> None:
        owner = UUID(alice.get("/api/user").json()["id"])
        call = EndpointCall("a=b", 1, FIRST_CALL, "1.0-rc", "ann@example.com", "2001:db8::1")
        path = make_dashboard(owner, lambda: [call])
        [row] = csv.DictReader(io.StringIO(alice.get(f"/api/dashboards/{path}/export").text))
        texts = [row[name] for name in ("endpoint", "version", "group_by", "ip")]
        assert texts == ["a=b", "1.0-rc", "ann@example.com", "2001:db8::1"]

    def test_an_unknown_format_is_400(self, alice: Visitor, shop: str) -> None:
        response = alice.get(f"{shop}/export?format=xml")
        assert (response.status_code, list(response.json()["errors"])) == (400, ["format"])

"""The exporter in a real app, with the newest Flask-MonitoringDashboard."""

import gzip
import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.waiting import wait_for

SCRIPT = Path(__file__).with_name("exporter_app.py")
TOKEN = "a-token-of-its-own"
ROUTES = ("get_json_details", "get_json_monitor_rules", "get_json_data", "get_json_data/1/2")
KIND_ROUTES = tuple("get_json_" + kind for kind in ("exceptions", "outliers", "profiles", "graphs"))
START = datetime(2018, 5, 1, 10, tzinfo=UTC)
CALLS = 25


class App:
    """A running app, and a session that knows its token."""

    def __init__(self, port: str, database: Path, link: str) -> None:
        self.url, self.link = f"http://127.0.0.1:{port}", link
        self.database = database
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = "Bearer " + TOKEN

    def get(self, route: str, **headers: str | None) -> requests.Response:
        url = f"{self.url}/{self.link}/{route}"
        return self.session.get(url, headers=headers, timeout=30)

    def json(self, route: str) -> Any:
        response = self.get(route)
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/json"
        return response.json()

    def sql(self, statement: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self.database, timeout=30)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def visit(self, times: int) -> None:
        """Request the home page that many times, and wait until FMD has stored the calls."""
        count = "SELECT COUNT(*) FROM Request"
        before = self.sql(count)[0][0]
        for _ in range(times):
            self.session.get(self.url, timeout=30)
        wait_for(lambda: self.sql(count)[0][0] >= before + times)

    def store_calls(self) -> None:
        """Store calls a minute apart, the first at a full second."""
        for number in range(CALLS):
            moment = START + timedelta(minutes=number, microseconds=number)
            self.sql(
                "INSERT INTO Request (endpoint_id, duration, time_requested, version_requested, "
                "group_by, ip, status_code) VALUES (?, ?, ?, '1.0', 'None', '127.0.0.1', ?)",
                number % 2 + 1,
                number + 0.5,
                moment.strftime("%Y-%m-%d %H:%M:%S.%f"),
                (200, None)[number % 2],
            )


@contextmanager
def running(folder: Path, **settings: Any) -> Iterator[App]:
    with start(folder, **settings) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        app = App(port, folder / "monitoring.sqlite", settings.get("link", "dashboard"))
        with app.session:
            yield app
        process.communicate("")


def start(folder: Path, **settings: Any) -> subprocess.Popen[str]:
    known = {
        "database_name": f"sqlite:///{folder / 'monitoring.sqlite'}",
        "security_token": TOKEN,
        "steps": ["dashboard", "exporter"],
    }
    return subprocess.Popen(
        [sys.executable, SCRIPT, json.dumps(known | settings)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "TZ": "America/New_York"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running(tmp_path_factory.mktemp("app"), version="1.0") as app:
        app.store_calls()
        yield app


@pytest.mark.parametrize("route", [*ROUTES, *KIND_ROUTES])
@pytest.mark.parametrize(
    ("headers", "code", "message"),
    [
        ({}, "invalid_request", "The token is missing"),
        ({"Authorization": ""}, "invalid_request", "The token is missing"),
        ({"Authorization": "Bearer"}, "invalid_request", "The token is missing"),
        ({"Authorization": f"Basic {TOKEN}"}, "invalid_request", "The token is missing"),
        ({"Authorization": TOKEN}, "invalid_request", "The token is missing"),
        ({"Authorization": "Bearer wrong"}, "invalid_token", "incorrect"),
        ({"Authorization": "Bearer \xff"}, "invalid_token", "incorrect"),
        ({"X-PyDash-Token": "wrong"}, "invalid_token", "incorrect"),
        ({"X-PyDash-Token": f"Bearer {TOKEN}"}, "invalid_token", "incorrect"),
    ],
)
def test_it_requires_the_token(
    app: App, route: str, headers: dict[str, str], code: str, message: str
) -> None:
    response = app.get(route, **{"Authorization": None, **headers})
    assert response.status_code == 401
    challenge = f'Bearer realm="pydash-exporter", error="{code}"'
    assert response.headers["WWW-Authenticate"] == challenge
    assert message in response.json()["message"]


def test_it_accepts_the_token_in_a_header_of_its_own(app: App) -> None:
    for other in (None, "Basic dXNlcjpwYXNz"):
        headers = {"Authorization": other, "X-PyDash-Token": TOKEN}
        assert app.get("get_json_details", **headers).status_code == 200


def test_it_returns_rows(app: App) -> None:
    names = dict(app.sql("SELECT id, name FROM Endpoint"))
    first, second = app.json("get_json_data")["data"][:2]
    assert first == {
        "id": 1,
        "endpoint_id": 1,
        "endpoint": names[1],
        "duration": 0.5,
        "time_requested": "2018-05-01 10:00:00",
        "version_requested": "1.0",
        "group_by": None,
        "ip": "127.0.0.1",
        "status_code": 200,
    }
    assert (second["endpoint"], second["status_code"]) == (names[2], None)


@pytest.mark.parametrize("steps", [["dashboard", "exporter"], ["dashboard", "exporter", "again"]])
def test_a_group_named_none_is_not_the_same_as_no_group(tmp_path: Path, steps: list[str]) -> None:
    groups = ["None", "", "ada", '"None"', "'None'", 'None"', None]
    with running(tmp_path, has_groups=True, steps=steps) as app:
        for group in groups:
            app.session.get(app.url, params={"group": group}, timeout=30)
        wait_for(lambda: app.sql("SELECT COUNT(*) FROM Request") == [(len(groups),)])
        app.sql("UPDATE Request SET group_by = NULL WHERE group_by = 'ada'")
        page = app.json("get_json_data?format=columns")
        assert page["has_null_groups"]
        values, codes = page["data"]["group_by"].values()
        found = [values[code] for code in codes]
        assert Counter(found) == Counter([None if each == "ada" else each for each in groups])
        rows = app.json("get_json_data")["data"]
        assert [row["group_by"] for row in rows] == found


def test_columns_are_equal_to_rows(app: App) -> None:
    rows = app.json("get_json_data")["data"]
    columns = app.json("get_json_data?format=columns")["data"]
    for name in ("id", "duration", "status_code"):
        assert columns[name] == [row[name] for row in rows]
    for name in ("endpoint", "version_requested", "group_by", "ip"):
        values, codes = columns[name]["values"], columns[name]["codes"]
        assert len(set(values)) == len(values)
        assert [values[code] for code in codes] == [row[name] for row in rows]
    epoch = START - timedelta(microseconds=columns["time_requested"][0])
    assert epoch == datetime.fromtimestamp(0, UTC)
    assert columns["time_requested"][1] - columns["time_requested"][0] == 60_000_001


@pytest.mark.parametrize("form", ["rows", "columns"])
def test_pages_have_no_gap_or_overlap(app: App, form: str) -> None:
    ids: list[int] = []
    after_id, has_more = 0, True
    while has_more:
        page = app.json(f"get_json_data?after_id={after_id}&limit=10&format={form}")
        data = page["data"]
        ids += data["id"] if form == "columns" else [row["id"] for row in data]
        after_id, has_more = page["next_after_id"], page["has_more"]
        assert page["last_id"] == CALLS
    assert ids == list(range(1, CALLS + 1))


def test_the_page_after_the_last_call_is_empty(app: App) -> None:
    page = app.json(f"get_json_data?after_id={CALLS}")
    assert (page["data"], page["has_more"], page["next_after_id"]) == ([], False, None)
    assert page["last_id"] == CALLS


def test_it_selects_by_time_as_fmd_2_does(app: App) -> None:
    third, fifth = (int((START + timedelta(minutes=n)).timestamp()) for n in (2, 4))
    rows = app.json(f"get_json_data/{third}/{fifth}")["data"]
    # The third came two microseconds after the full second, the fifth four: too late.
    assert [row["id"] for row in rows] == [3, 4]
    assert app.json(f"get_json_data/{int(START.timestamp())}")["data"][0]["id"] == 2


@pytest.mark.parametrize(
    "route",
    [
        "get_json_data?limit=0",
        "get_json_data?limit=50001",
        "get_json_data?limit=-1",
        "get_json_data?limit=ten",
        "get_json_data?limit=1.5",
        "get_json_data?limit=",
        "get_json_data?limit=٣",
        "get_json_data?limit=" + "9" * 5_000,
        "get_json_data?after_id=-1",
        "get_json_data?after_id=1e3",
        "get_json_data?after_id=9223372036854775808",
        "get_json_data?format=xml",
        "get_json_data/yesterday",
        "get_json_data/1/tomorrow",
        "get_json_data/99999999999999",
    ],
)
def test_it_refuses_invalid_arguments_with_a_reason(app: App, route: str) -> None:
    response = app.get(route)
    assert response.status_code == 400
    assert response.json()["message"]


def test_it_returns_the_details(app: App) -> None:
    details = app.json("get_json_details")
    assert details["dashboard-version"].startswith("5.")
    assert details["first-request"] == START.timestamp()
    assert details["total-requests"] == details["last-id"] == CALLS
    assert details["timezone"] == "America/New_York"
    assert (details["link"], details["config-version"]) == ("dashboard", "1.0")


@pytest.mark.parametrize("route", KIND_ROUTES)
def test_it_exports_no_kind_unless_the_app_asks_for_it(app: App, route: str) -> None:
    kind = route.removeprefix("get_json_")
    assert app.json("get_json_details")["kinds"][kind] is False
    response = app.get(route)
    assert response.status_code == 404
    assert f"bind(app, {kind}=True)" in response.json()["message"]


def test_every_database_has_an_id(app: App, tmp_path: Path) -> None:
    ids = {app.json("get_json_details")["database-id"], app.json("get_json_data")["database_id"]}
    for _ in range(2):
        with running(tmp_path) as other:
            ids.add(other.json("get_json_details")["database-id"])
    assert len(ids) == 2
    assert all(isinstance(each, str) and len(each) == 32 for each in ids)


def test_a_database_without_write_permission_has_no_id(tmp_path: Path) -> None:
    with running(tmp_path, refuse="PydashExporter") as app:
        app.store_calls()
        page = app.json("get_json_data")
    assert page["database_id"] is None
    assert len(page["data"]) == CALLS


def test_it_returns_the_endpoints(app: App) -> None:
    rules = app.json("get_json_monitor_rules")["data"]
    assert [rule["id"] for rule in rules] == [1, 2]
    assert {rule["name"] for rule in rules} == {"home", "gone"}
    assert {rule["monitor_level"] for rule in rules} == {1}


@pytest.mark.parametrize(
    ("accepted", "is_compressed"), [("gzip", True), ("identity", False), ("gzip;q=0", False)]
)
def test_it_compresses_for_clients_that_accept_it(
    app: App, accepted: str, is_compressed: bool
) -> None:
    url = app.url + "/dashboard/get_json_data"
    headers = {"Accept-Encoding": accepted}
    with app.session.get(url, headers=headers, stream=True, timeout=30) as response:
        body = response.raw.read(decode_content=False)
    assert (response.headers.get("Content-Encoding") == "gzip") is is_compressed
    assert len(json.loads(gzip.decompress(body) if is_compressed else body)["data"]) == CALLS


def test_caches_must_not_store_responses(app: App) -> None:
    assert app.get("get_json_data").headers["Cache-Control"] == "no-store"


def test_it_does_not_affect_other_pages(app: App) -> None:
    assert app.get("login").status_code == 200
    assert "fmdApp" in app.get("overview").text


def test_it_works_without_the_pages_of_fmd_and_with_another_link(tmp_path: Path) -> None:
    with running(tmp_path, steps=["no pages", "exporter"], link="watch") as app:
        assert app.session.get(app.url, timeout=30).text == "home"
        assert app.json("get_json_details")["link"] == "watch"
        assert app.get("login").status_code == 404


def test_it_returns_last_requested_before_fmd_has_stored_it(tmp_path: Path) -> None:
    with running(tmp_path) as app:
        app.session.get(app.url + "/gone", timeout=30)
        rules = app.json("get_json_monitor_rules")["data"]
    details = {rule["name"]: rule["last_requested"] for rule in rules}
    assert details["home"] == "None"
    age = datetime.now(UTC) - datetime.fromisoformat(details["gone"] + "+00:00")
    assert timedelta() < age < timedelta(minutes=1)


def test_its_own_requests_are_not_monitored(tmp_path: Path) -> None:
    with running(tmp_path) as app:
        for route in ROUTES:
            app.get(route)
        assert app.json("get_json_details")["total-requests"] == 0
        rules = app.json("get_json_monitor_rules")["data"]
    assert {rule["name"] for rule in rules} == {"home", "gone"}


def test_a_failing_database_is_a_503_and_not_an_empty_page(tmp_path: Path) -> None:
    with running(tmp_path) as app:
        app.sql("ALTER TABLE Request RENAME TO Gone")
        response = app.get("get_json_data")
        assert response.status_code == 503
        assert response.json() == {"message": "The monitoring database is unavailable."}
        app.sql("ALTER TABLE Gone RENAME TO Request")
        assert app.json("get_json_data")["data"] == []


@pytest.mark.parametrize("route", ROUTES)
def test_it_reads_again_if_the_database_has_closed_the_connection(
    tmp_path: Path, route: str
) -> None:
    """As MariaDB does after `wait_timeout`."""
    with running(tmp_path) as app:
        app.store_calls()
        expected = app.get(route).json()
        app.session.get(app.url + "/lose-connections/1", timeout=30)
        response = app.get(route)
        assert response.status_code == 200
        assert {**response.json(), "now": 0} == {**expected, "now": 0}
        app.session.get(app.url + "/lose-connections/2", timeout=30)
        assert app.get(route).status_code == 503


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"security_token": "cc83733cb0af8b884ff6577086b87909"}, "dashboard.config.security_token"),
        ({"security_token": ""}, "the security token is the default"),
        ({"steps": ["exporter", "dashboard"]}, "call dashboard.bind(app) before"),
        ({"steps": ["exporter"]}, "call dashboard.bind(app) before"),
    ],
)
def test_it_refuses_to_start_with_a_default_token_or_in_the_wrong_order(
    tmp_path: Path, settings: dict[str, Any], reason: str
) -> None:
    with start(tmp_path, **settings) as process:
        errors = process.communicate("")[1]
    assert process.returncode == 1
    assert reason in errors

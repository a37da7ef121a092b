"""The exporter on servers whose sessions are in Berlin, while FMD means UTC."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy.pool import NullPool

from tests.exporter.test_exporter import App, running
from tests.support.database_servers import DatabaseServer, mariadb, postgresql
from tests.support.waiting import wait_for

ZONE = "Europe/Berlin"
WINTER = datetime(2026, 1, 15, 12, tzinfo=UTC)
SUMMER = datetime(2026, 7, 15, 12, tzinfo=UTC)
REPEATED = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
"""2:30 in Berlin, for the first time."""

HOUR = timedelta(hours=1)


class Deployment:
    """A monitored app and its database, which is written as FMD does: with time zones."""

    def __init__(self, app: App, server: DatabaseServer, url: str) -> None:
        self.app, self.server, self.url = app, server, url
        self._engine = sqlalchemy.create_engine(url, poolclass=NullPool)

    def store_calls(self, *moments: datetime) -> None:
        known = {"endpoint_id": 1, "duration": 1, "version_requested": "1.0", "ip": "127.0.0.1"}
        calls = [{**known, "time_requested": moment} for moment in moments]
        self._execute("Request", lambda table: table.insert().values(calls))

    def store_last_requests(self, moment: datetime) -> None:
        self._execute("Endpoint", lambda table: table.update().values(last_requested=moment))

    def _execute(self, name: str, statement: Callable[[sqlalchemy.Table], Any]) -> None:
        table = sqlalchemy.Table(name, sqlalchemy.MetaData(), autoload_with=self._engine)
        with self._engine.begin() as connection:
            connection.execute(statement(table))

    def last_id(self) -> int:
        last: int = self.app.json("get_json_details")["last-id"]
        return last

    def times(self, bounds: str = "", after_id: int = 0) -> list[datetime]:
        page = self.app.json(f"get_json_data{bounds}?format=columns&after_id={after_id}")
        return [datetime.fromtimestamp(each / 1e6, UTC) for each in page["data"]["time_requested"]]


@pytest.fixture(scope="module", params=[postgresql, pytest.param(mariadb, marks=pytest.mark.slow)])
def deployment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    with request.param(ZONE) as server:
        url = server.create_database()
        with running(tmp_path_factory.mktemp("app"), database_name=url, version="1.0") as app:
            app.session.get(app.url, timeout=30)
            deployment = Deployment(app, server, url)
            wait_for(deployment.times)
            yield deployment


def home(app: App) -> Any:
    """Return the rule of the home page."""
    rules = app.json("get_json_monitor_rules")["data"]
    return next(rule for rule in rules if rule["name"] == "home")


def test_a_current_request_has_the_current_time(deployment: Deployment) -> None:
    last_id, started = deployment.last_id(), datetime.now(UTC).replace(microsecond=0)
    deployment.app.session.get(deployment.app.url, timeout=30)
    wait_for(lambda: deployment.times(after_id=last_id))
    rule = home(deployment.app)
    last_requested = datetime.fromisoformat(rule["last_requested"]).replace(tzinfo=UTC)
    time_added = datetime.fromisoformat(rule["time_added"]).replace(tzinfo=UTC)
    moments = [*deployment.times(after_id=last_id), last_requested]
    assert started <= min(moments)
    assert started - HOUR < time_added
    assert max(*moments, time_added) <= datetime.now(UTC)


def test_times_of_winter_and_summer_are_in_utc(deployment: Deployment) -> None:
    last_id = deployment.last_id()
    deployment.store_calls(WINTER, SUMMER)
    assert deployment.times(after_id=last_id) == [WINTER, SUMMER]
    rows = deployment.app.json(f"get_json_data?after_id={last_id}")["data"]
    assert [row["time_requested"] for row in rows] == ["2026-01-15 12:00:00", "2026-07-15 12:00:00"]
    assert deployment.app.json("get_json_details")["first-request"] == WINTER.timestamp()


@pytest.mark.parametrize("moment", [WINTER, SUMMER])
def test_bounds_are_in_utc(deployment: Deployment, moment: datetime) -> None:
    moment += HOUR
    deployment.store_calls(*(moment + timedelta(seconds=second) for second in range(3)))
    start = int(moment.timestamp())
    assert deployment.times(f"/{start}/{start + 1}") == [moment + timedelta(seconds=1)]


def test_last_requests_before_the_app_started_are_in_utc(
    deployment: Deployment, tmp_path: Path
) -> None:
    deployment.store_last_requests(SUMMER)
    with running(tmp_path, database_name=deployment.url) as another:
        # FMD reads the times of last requests before its first request.
        another.session.get(another.url + "/gone", timeout=30)
        assert home(another)["last_requested"] == "2026-07-15 12:00:00"


def test_a_driver_may_keep_postgresql_from_converting(tmp_path: Path) -> None:
    with postgresql(ZONE) as server:
        query = {"unix_sock": server.path}
        url = server.create_database(drivername="postgresql+pg8000", query=query)
        with running(tmp_path, database_name=url) as app:
            deployment = Deployment(app, server, url)
            app.session.get(app.url, timeout=30)
            wait_for(deployment.times)
            deployment.store_calls(WINTER, SUMMER)
            assert deployment.times()[1:] == [WINTER, SUMMER]


@pytest.mark.parametrize("deployment", [postgresql], indirect=True)
def test_a_time_in_the_repeated_hour_is_the_later_one(deployment: Deployment) -> None:
    last_id, second = deployment.last_id(), REPEATED + HOUR
    deployment.store_calls(REPEATED - HOUR, REPEATED, second, second + HOUR)
    expected = [REPEATED - HOUR, second, second, second + HOUR]
    assert deployment.times(after_id=last_id) == expected
    start = int(REPEATED.timestamp())
    assert deployment.times(f"/{start}/{start + 3600}") == [second, second]


@pytest.mark.slow
@pytest.mark.parametrize("deployment", [mariadb], indirect=True)
def test_it_reads_after_the_server_has_closed_its_connections(deployment: Deployment) -> None:
    server, name = deployment.server, sqlalchemy.make_url(deployment.url).database
    query = f"SELECT id FROM information_schema.processlist WHERE db = '{name}'"
    # For new connections, and not from the start, as FMD does not repeat what fails.
    server.run("SET GLOBAL wait_timeout = 1")
    for connection in server.select(query):
        server.run(f"KILL {connection}")
    for route in ("get_json_details", "get_json_monitor_rules", "get_json_data"):
        deployment.app.json(route)
        wait_for(lambda: not server.select(query))
        deployment.app.json(route)

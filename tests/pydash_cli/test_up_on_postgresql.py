"""All of PyDash on PostgreSQL instead of its own database server."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.dashboard.services import registration
from pydash_cube.vocabulary import StatisticName
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp
from tests.pydash_cli.test_up import free_port
from tests.pydash_web.support.running_site import PASSWORD, Visitor, make_user
from tests.support.database_servers import DatabaseServer
from tests.support.waiting import wait_for

CREATE = """
import sys, pydash_database
pydash_database.configure(sys.argv[1])
sys.stdin.readline()
pydash_database.transact(lambda: None)
pydash_database.close()
"""
NAMES = [name.value for name in StatisticName]


@pytest.fixture
def settings(postgresql_server: DatabaseServer, tmp_path: Path) -> dict[str, str]:
    return {
        "PYDASH_DATA_DIR": str(tmp_path / "data"),
        "PYDASH_DATABASE_URI": postgresql_server.create_database(drivername="postgresql"),
        "PYDASH_FETCH_ALLOW": "loopback",
        "PYDASH_FETCH_INTERVAL": "1",
        "PYDASH_PORT": str(free_port()),
    }


@pytest.fixture
def app(tmp_path: Path) -> Iterator[MonitoredApp]:
    (tmp_path / "app").mkdir()
    monitored = MonitoredApp(tmp_path / "app")
    yield monitored
    monitored.kill()


def test_processes_may_create_the_database_together(settings: dict[str, str]) -> None:
    command = [sys.executable, "-c", CREATE, settings["PYDASH_DATABASE_URI"]]
    started = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(4)]
    for process in started:
        assert process.stdin
        process.stdin.close()
    assert [process.wait(60) for process in started] == [0] * 4


@pytest.mark.slow
def test_every_request_is_counted_once_although_the_server_is_killed(
    settings: dict[str, str], app: MonitoredApp, postgresql_server: DatabaseServer, tmp_path: Path
) -> None:
    def write_calls(number: int) -> None:
        now = datetime.now(UTC)
        app.write_calls(("alpha", now - timedelta(seconds=n), n % 97) for n in range(number))

    def count() -> int | None:
        response = visitor.get(f"{dashboard}/query?statistic=total_visits")
        if not response.ok:
            return None
        [group] = response.json()["groups"] or [{"values": {"total_visits": [0]}}]
        [number] = group["values"]["total_visits"]
        return int(number)

    write_calls(3_000)
    command = [sys.executable, "-m", "pydash", "up"]
    up = subprocess.Popen(
        command, env={**settings, "PATH": ""}, stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    with up:
        try:
            assert up.stdout
            assert up.stdout.readline().startswith("PyDash is ready")
            pydash_app.configure(Configuration.from_environment(settings))
            dashboard_id = registration.register(make_user("Alice"), "App", app.url, app.token).id
            dashboard = f"/api/dashboards/{dashboard_id}"
            visitor = Visitor(f"http://127.0.0.1:{settings['PYDASH_PORT']}")
            assert visitor.sign_in("Alice", PASSWORD).ok
            wait_for(lambda: count() == 3_000)
            every = visitor.get(f"{dashboard}/query?statistic={','.join(NAMES)}")
            assert every.status_code == 200
            [group] = every.json()["groups"]
            assert all(group["values"][name][0] is not None for name in NAMES)
            postgresql_server.kill()
            assert visitor.get("/api/dashboards").status_code == 503
            write_calls(2_000)
            postgresql_server.start()
            wait_for(lambda: count() == app.count() == 5_000)
            commands = {" ".join(each.cmdline()) for each in psutil.Process(up.pid).children()}
            assert not [each for each in commands if "database" in each]
            assert not list(tmp_path.glob("data/*.fs*"))
            assert not (tmp_path / "data" / "zeo.sock").exists()
        finally:
            pydash_database.close()
            up.terminate()
            assert up.wait(60) == 0

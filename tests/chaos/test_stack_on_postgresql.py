"""Kills and suspends the processes of two installations that share a PostgreSQL server."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import product
from pathlib import Path

import psutil
import pytest

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.dashboard.services import registration
from pydash_app.fetcher import last_heartbeat
from pydash_database import transact
from tests.chaos.test_crash import (
    SETTLE_SECONDS,
    Traffic,
    count_by_minute,
    stored_count,
    write_calls,
)
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp
from tests.pydash_cli.test_up import free_port
from tests.pydash_web.support.running_site import PASSWORD, Visitor, make_user
from tests.support.database_servers import DatabaseServer
from tests.support.waiting import wait_for

CALLS = 5_000
REPLACEMENT_SECONDS = 180
ROLES = ("web", "fetcher")
SIGNALS = (signal.SIGKILL, signal.SIGSTOP)


class Machine:
    """`pydash up` with a data directory of its own."""

    def __init__(self, settings: dict[str, str], data_dir: Path) -> None:
        self.port = str(free_port())
        own = {"PYDASH_DATA_DIR": str(data_dir), "PYDASH_PORT": self.port}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pydash", "up"],
            env={**os.environ, **settings, **own},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        assert self.process.stdout.readline().startswith("PyDash is ready")

    def pid(self, role: str) -> int | None:
        """Return the process of a role, if it is running."""
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess, IndexError):
                if child.cmdline()[3] == role:
                    return child.pid
        return None

    def stop(self) -> None:
        """End it, and check that it was able to."""
        self.process.terminate()
        assert self.process.wait(60) == 0
        assert self.process.stdout
        self.process.stdout.close()


@pytest.fixture
def settings(postgresql_server: DatabaseServer, tmp_path: Path) -> Iterator[dict[str, str]]:
    settings = {
        "PYDASH_DATABASE_URI": postgresql_server.create_database(drivername="postgresql"),
        "PYDASH_FETCH_ALLOW": "loopback",
        "PYDASH_FETCH_INTERVAL": "1",
        "PYDASH_FETCH_WORKERS": "2",
        "PYDASH_SECRET_KEY": "the same key on all machines, and long enough",
        "PYDASH_WEB_PROCESSES": "1",
    }
    own = {"PYDASH_DATA_DIR": str(tmp_path / "data")}
    pydash_app.configure(Configuration.from_environment(settings | own))
    yield settings
    pydash_database.close()


def replace(machine: Machine, role: str, number: signal.Signals) -> None:
    """Send a signal to a process, and wait until another one has its role."""
    victim = machine.pid(role)
    assert victim
    os.kill(victim, number)
    wait_for(lambda: machine.pid(role) not in (None, victim), REPLACEMENT_SECONDS)


@pytest.mark.slow
def test_two_web_processes_and_two_fetchers_count_every_call_once(
    settings: dict[str, str], tmp_path: Path
) -> None:
    rng = random.Random(2018)
    with ExitStack() as stack:
        apps = []
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            apps.append(MonitoredApp(tmp_path / name))
            stack.callback(apps[-1].kill)
        machines = [Machine(settings, tmp_path / f"machine{number}") for number in range(2)]
        for machine in machines:
            stack.callback(machine.stop)
        owner = make_user("Alice")
        ids = [registration.register(owner, "App", app.url, app.token).id for app in apps]
        holders = set()
        with Traffic(apps[0]), Traffic(apps[1]):
            for number, role, machine in product(SIGNALS, ROLES, machines):
                for app in apps:
                    write_calls(app, rng, CALLS)
                replace(machine, role, number)
                holders.add(transact(last_heartbeat).holder)
                print(f"{number.name} of {role} is over")
        assert len(holders) > 1, "no fetcher took over"
        deadline = time.monotonic() + SETTLE_SECONDS
        while [*map(stored_count, ids)] != [app.count() for app in apps]:
            assert time.monotonic() < deadline
            time.sleep(0.3)
        for app, dashboard_id in zip(apps, ids, strict=True):
            assert count_by_minute(dashboard_id) == app.count_by_minute()
            assert app.count() > 8 * CALLS
        for machine in machines:
            visitor = Visitor(f"http://127.0.0.1:{machine.port}")
            assert visitor.sign_in("Alice", PASSWORD).ok
            for app, dashboard_id in zip(apps, ids, strict=True):
                path = f"/api/dashboards/{dashboard_id}/query?statistic=total_visits"
                [group] = visitor.get(path).json()["groups"]
                assert group["values"]["total_visits"] == [app.count()]

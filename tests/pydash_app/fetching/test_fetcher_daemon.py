import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil
import pytest

from periodic_tasks.process_executor import MEGABYTE, ProcessExecutor
from pydash_app import event
from pydash_app import fetcher as fetchers
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import fetching, registration
from pydash_app.fetcher import last_heartbeat
from pydash_cube.cache import column_cache
from pydash_database import transact
from pydash_events import EventFilter
from tests.pydash_app.fetching.support.fetcher_process import FetcherProcess
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp
from tests.pydash_app.fetching.support.owners import make_owner

T = TypeVar("T")

OWNER = uuid.uuid4()
PATIENCE_SECONDS = 30.0


@pytest.fixture
def settings(zeo_database: Configuration, tmp_path: Path) -> dict[str, str]:
    """Settings of a fetcher that uses the database of this process and rarely fetches."""
    return {
        "PYDASH_DATA_DIR": str(tmp_path / "data"),
        "PYDASH_DATABASE_URI": zeo_database.database_uri,
        "PYDASH_FETCH_ALLOW": "loopback",
        "PYDASH_FETCH_INTERVAL": "3600",
        "PYDASH_FETCH_WORKERS": "2",
        "PYDASH_SECRET_KEY": zeo_database.secret_key,
    }


@pytest.fixture
def fetcher(settings: dict[str, str]) -> Iterator[FetcherProcess]:
    fetcher = FetcherProcess(settings)
    wait_until(lambda: transact(last_heartbeat).holder is not None)
    yield fetcher
    fetcher.kill()


@pytest.fixture
def dashboard_id(zeo_database: Configuration, monitored_app: MonitoredApp) -> uuid.UUID:
    monitored_app.delete_calls()
    monitored_app.visit()
    wait_until(lambda: monitored_app.count() == 1)
    return register(monitored_app)


def register(app: MonitoredApp) -> uuid.UUID:
    return registration.register(make_owner(), "The app", app.url, app.token).id


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "the condition never became true"
        time.sleep(0.02)


def read(dashboard_id: uuid.UUID, look: Callable[[Dashboard], T]) -> T:
    return transact(lambda: look(repository.find(dashboard_id)))


def visits(dashboard_id: uuid.UUID) -> int:
    count: int = read(dashboard_id, lambda dashboard: dashboard.statistic("total_visits"))
    return count


def has_visits(dashboard_id: uuid.UUID, count: int) -> bool:
    return visits(dashboard_id) == count


@pytest.mark.usefixtures("fetcher")
def test_its_start_is_recorded() -> None:
    installation = event.store(event.INSTALLATION.project)
    wait_until(lambda: bool(list(installation.get_events(EventFilter()))))
    [found] = installation.get_events(EventFilter())
    assert found.event_type == "system.started"


@pytest.mark.usefixtures("fetcher")
def test_it_follows_changes_of_dashboards_by_other_processes(
    monitored_app: MonitoredApp,
) -> None:
    wait_until(lambda: transact(last_heartbeat).figures.tasks > 0)
    tasks_without_dashboards = transact(last_heartbeat).figures.tasks
    monitored_app.delete_calls()
    dashboard_id = register(monitored_app)
    wait_until(lambda: read(dashboard_id, lambda board: board.fetching.state.has_history))

    monitored_app.visit()
    wait_until(lambda: monitored_app.count() == 1)
    fetching.request_fetch(dashboard_id)
    wait_until(lambda: visits(dashboard_id) == 1)

    registration.change_settings(dashboard_id, monitor_downtime=True)
    wait_until(lambda: read(dashboard_id, lambda board: board.downtime.last_ping is not None))
    registration.change_settings(dashboard_id, monitor_downtime=False)
    wait_until(lambda: read(dashboard_id, lambda board: board.downtime.last_ping is None))

    wait_until(lambda: transact(last_heartbeat).figures.tasks == tasks_without_dashboards + 1)
    registration.delete(dashboard_id)
    wait_until(lambda: transact(last_heartbeat).figures.tasks == tasks_without_dashboards)


def test_another_fetcher_continues_from_the_database_alone(
    fetcher: FetcherProcess,
    settings: dict[str, str],
    monitored_app: MonitoredApp,
    dashboard_id: uuid.UUID,
) -> None:
    """The subprocesses of the killed one end with it."""
    wait_until(lambda: visits(dashboard_id) == 1)
    standby = FetcherProcess(settings | {"PYDASH_FETCH_INTERVAL": "1"})
    try:
        holder = transact(last_heartbeat).holder
        helpers = psutil.Process(fetcher.process.pid).children(recursive=True)
        fetcher.kill()
        assert psutil.wait_procs(helpers, timeout=5)[1] == []
        wait_until(lambda: transact(last_heartbeat).holder not in (None, holder))
        monitored_app.visit()
        wait_until(lambda: visits(dashboard_id) == 2)
    finally:
        standby.kill()


def test_only_one_fetcher_schedules_after_another_was_suspended(
    fetcher: FetcherProcess, settings: dict[str, str]
) -> None:
    holder = transact(last_heartbeat).holder
    standby = FetcherProcess(settings)
    try:
        number = transact(last_heartbeat).number
        wait_until(lambda: transact(last_heartbeat).number >= number + 10)
        assert transact(last_heartbeat).holder == holder
        fetcher.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: transact(last_heartbeat).holder not in (None, holder))
        fetcher.process.send_signal(signal.SIGCONT)
        standby_holder = transact(last_heartbeat).holder
        number = transact(last_heartbeat).number
        wait_until(lambda: transact(last_heartbeat).number >= number + 3)
        assert transact(last_heartbeat).holder == standby_holder
    finally:
        standby.kill()


def test_it_ends_on_sigterm_and_releases_the_lease_and_all_processes(
    fetcher: FetcherProcess, dashboard_id: uuid.UUID
) -> None:
    wait_until(lambda: visits(dashboard_id) == 1)
    helpers = psutil.Process(fetcher.process.pid).children(recursive=True)
    assert helpers
    assert fetcher.terminate() == 0
    assert transact(last_heartbeat).holder is None
    assert psutil.wait_procs(helpers, timeout=5)[1] == []


@pytest.mark.usefixtures("zeo_database")
def test_an_unresponsive_app_delays_neither_another_app_nor_the_end(
    settings: dict[str, str], monitored_app: MonitoredApp, dashboard_id: uuid.UUID
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        silent.settimeout(PATIENCE_SECONDS)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/dashboard"
        hanging = Dashboard(url, "token", OWNER)
        transact(lambda: repository.add(hanging))
        fetcher = FetcherProcess(settings | {"PYDASH_FETCH_INTERVAL": "1"})
        try:
            silent.accept()[0].close()
            with closing(silent.accept()[0]):  # send nothing while the other app is fetched
                for count in (2, 3, 4):
                    monitored_app.visit()
                    wait_until(partial(has_visits, dashboard_id, count))
                assert fetcher.terminate() == 0
        finally:
            fetcher.kill()


def test_it_waits_for_a_database_that_is_not_available_yet(tmp_path: Path) -> None:
    settings = {"PYDASH_DATA_DIR": str(tmp_path), "PYDASH_DATABASE_URI": f"zeo://{tmp_path}/no"}
    fetcher = FetcherProcess(settings)
    log = tmp_path / "logs"
    wait_until(lambda: any("Waiting for the database" in f.read_text() for f in log.glob("*.log")))
    assert fetcher.terminate() == 0


DEFAULT_SCHEDULER = """
import os, sys, time, pydash_app
from periodic_tasks.process_executor import ProcessExecutor
from pydash_app import fetcher as fetchers
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_database import transact

if __name__ == "__main__":
    pydash_app.configure(Configuration.from_environment(os.environ))
    pydash_app.schedule_periodic_tasks()
    pydash_app.start_task_scheduler()
    while not transact(lambda: repository.find(sys.argv[1]).fetching.state.has_history):
        time.sleep(0.05)
    pydash_app.stop_task_scheduler()
"""


def test_the_default_scheduler_also_fetches(
    settings: dict[str, str], dashboard_id: uuid.UUID, tmp_path: Path
) -> None:
    script = tmp_path / "program.py"
    script.write_text(DEFAULT_SCHEDULER)
    # In a separate process, because a scheduler can be started only once.
    subprocess.run([sys.executable, script, str(dashboard_id)], env=settings, check=True)
    assert visits(dashboard_id) == 1


def cached_columns() -> int:
    """Store more columns than a worker caches, and return the size of those that are cached."""
    for number in range(40):
        column_cache.store(number, {"time": np.zeros(MEGABYTE, np.uint8)})
    return column_cache._size


def test_workers_are_less_urgent_than_requests_and_cache_little(
    zeo_database: Configuration,
) -> None:
    executor = fetchers._create_executor(zeo_database)
    assert isinstance(executor, ProcessExecutor)
    with executor:
        assert executor.submit(os.nice, 0).result() == os.nice(0) + fetchers.NICENESS
        assert executor.submit(cached_columns).result() <= fetchers.CACHED_COLUMN_BYTES

"""Kills a Dask cluster during fetching, and counts in the end."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from subprocess import Popen

import pytest

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.dashboard.services import registration
from pydash_supervisor import find_free_port
from tests.chaos.conftest import ZeoServer
from tests.chaos.test_crash import (
    Traffic,
    count_by_minute,
    stored_count,
    wait_until_settled,
    write_calls,
)
from tests.pydash_app.fetching.support.fetcher_process import FetcherProcess
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp
from tests.pydash_app.fetching.support.owners import make_owner
from tests.support.certificates import Authority
from tests.support.waiting import wait_for

CALLS = 30_000
ON_THE_CLUSTER, ON_THIS_MACHINE = "Tasks run on the Dask cluster", "tasks run on this machine"


class DaskCluster:
    """A scheduler and two workers, each a process, with TLS.

    :param folder: for the certificates and the logs.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = find_free_port("127.0.0.1", range(19_900, 20_900))
        authority = Authority.create(folder / "authority")
        self._tls = ["--tls-ca-file", str(authority.ca), "--tls-cert", str(authority.issue("own"))]
        self.uri = f"dask://127.0.0.1:{self._port}?ca={authority.ca}&cert={authority.issue('us')}"
        self.start()

    def start(self) -> None:
        """Start all processes, also again after they were killed."""
        address = ["--host", "127.0.0.1", "--port", str(self._port), "--protocol", "tls"]
        self.scheduler = self._run("scheduler", *address, "--no-dashboard")
        self.workers = [self._start_worker() for _ in range(2)]

    def _start_worker(self) -> Popen[bytes]:
        options = ["--no-nanny", "--nthreads", "1", "--no-dashboard", "--death-timeout", "60"]
        return self._run("worker", f"tls://127.0.0.1:{self._port}", *options)

    def _run(self, what: str, *options: str) -> Popen[bytes]:
        command = [sys.executable, "-m", "dask", what, *self._tls, *options]
        with (self._folder / f"{what}.log").open("ab") as log:
            return Popen(command, cwd=self._folder, stdout=log, stderr=log)

    def kill(self) -> None:
        """Kill the scheduler, and wait for the workers, which end then."""
        self.scheduler.kill()
        for process in (self.scheduler, *self.workers):
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[DaskCluster]:
    cluster = DaskCluster(tmp_path)
    yield cluster
    cluster.kill()


@pytest.mark.slow
def test_every_call_is_counted_once_whatever_dies_in_a_cluster(
    own_zeo_server: ZeoServer, cluster: DaskCluster, tmp_path: Path
) -> None:
    settings = {
        "PYDASH_DATA_DIR": str(tmp_path / "data"),
        "PYDASH_DATABASE_URI": own_zeo_server.uri,
        "PYDASH_EXECUTOR": cluster.uri,
        "PYDASH_FETCH_ALLOW": "loopback",
        "PYDASH_FETCH_INTERVAL": "1",
        "PYDASH_FETCH_WORKERS": "1",
        "PYDASH_LOG_LEVEL": "info",
    }
    pydash_app.configure(Configuration.from_environment(settings))
    (tmp_path / "app").mkdir()
    app, rng = MonitoredApp(tmp_path / "app"), Random(2018)
    fetcher = FetcherProcess(settings)

    def log() -> str:
        return "".join(path.read_text() for path in (tmp_path / "data" / "logs").glob("*"))

    def wait_until_more_is_fetched() -> None:
        write_calls(app, rng, CALLS)
        before = stored_count(dashboard_id) or 0
        wait_for(lambda: (stored_count(dashboard_id) or 0) > before, 60)

    try:
        dashboard_id = registration.register(make_owner(), "The app", app.url, app.token).id
        with Traffic(app):
            wait_for(lambda: ON_THE_CLUSTER in log(), 60)
            wait_until_more_is_fetched()
            cluster.workers[0].kill()
            wait_until_more_is_fetched()
            cluster.kill()
            wait_for(lambda: ON_THIS_MACHINE in log())
            wait_until_more_is_fetched()
            cluster.start()
            wait_for(lambda: log().count(ON_THE_CLUSTER) > 1, 60)
            wait_until_more_is_fetched()
        wait_until_settled(app, dashboard_id)
        assert count_by_minute(dashboard_id) == app.count_by_minute()
        assert app.count() > 4 * CALLS
        assert fetcher.terminate() == 0
    finally:
        fetcher.kill()
        app.kill()
        pydash_database.close()

"""The processes that take part in fetching, and the means to kill them."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import psutil
import pytest

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from tests.compat import compat_environments as environments
from tests.pydash_app.fetching.support.fetcher_process import FetcherProcess
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp


class Restartable(Protocol):
    def start(self) -> None: ...
    def kill(self) -> None: ...


class ZeoServer(Restartable, Protocol):
    data_dir: Path
    uri: str


class Stage:
    """All processes of the play, and the means to kill each."""

    def __init__(self, database: Restartable, app: MonitoredApp, fetcher: FetcherProcess) -> None:
        self.database, self.app, self.fetcher = database, app, fetcher

    def kill_a_worker(self, rng: random.Random) -> None:
        helpers = psutil.Process(self.fetcher.process.pid).children(recursive=True)
        if helpers:
            rng.choice(sorted(helpers, key=lambda process: process.pid)).kill()

    def kill_the_fetcher(self, _: random.Random) -> None:
        self.fetcher.kill()
        self.fetcher.start()

    def kill_the_database(self, _: random.Random) -> None:
        self.database.kill()
        self.database.start()

    def kill_the_app(self, _: random.Random) -> None:
        self.app.kill()
        self.app.start()

    def victims(self) -> list[Callable[[random.Random], None]]:
        return [
            self.kill_a_worker,
            self.kill_the_fetcher,
            self.kill_the_database,
            self.kill_the_app,
        ]


@pytest.fixture
def app_python(request: pytest.FixtureRequest) -> Path:
    """The Python of the monitored app, with a version of Flask-MonitoringDashboard as parameter."""
    return environments.python_with(getattr(request, "param", environments.NEWEST))


@pytest.fixture
def stage(request: pytest.FixtureRequest, tmp_path: Path, app_python: Path) -> Iterator[Stage]:
    """The processes, with a ZEO server, or with PostgreSQL as its parameter."""
    server: Any
    if getattr(request, "param", "zeo") == "zeo":
        server = request.getfixturevalue("own_zeo_server")
        uri = server.uri
    else:
        server = request.getfixturevalue("postgresql_server")
        uri = server.create_database(drivername="postgresql")
    settings = {
        "PYDASH_DATA_DIR": str(tmp_path / "data"),
        "PYDASH_DATABASE_URI": uri,
        "PYDASH_FETCH_ALLOW": "loopback",
        "PYDASH_FETCH_INTERVAL": "1",
        "PYDASH_FETCH_WORKERS": "2",
        "PYDASH_LOG_LEVEL": "info",
    }
    pydash_app.configure(Configuration.from_environment(settings))
    (tmp_path / "app").mkdir()
    app = MonitoredApp(tmp_path / "app", app_python)
    fetcher = FetcherProcess(settings)
    yield Stage(server, app, fetcher)
    fetcher.kill()
    app.kill()
    pydash_database.close()

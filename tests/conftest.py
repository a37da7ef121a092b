"""Fixtures of all tests: a configured process on an empty database, a real ZEO server, users."""

import asyncio
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

import pydash_app
import pydash_database
from pydash_app import clock
from pydash_app.configuration import Configuration
from pydash_app.migrations import MIGRATIONS
from pydash_app.user.entity import User
from pydash_app.user.services import registration
from pydash_database import database_root, schema, server, transact
from tests.support.database_servers import DatabaseServer, postgresql

PASSWORD = "correct horse battery staple"
START_SECONDS = 30

SERVE = """
import sys
from pathlib import Path
from pydash_database import server
server.serve(Path(sys.argv[1]))
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    """Settings of an installation in a temporary directory, with the database in memory."""
    environ = {"PYDASH_DATA_DIR": str(tmp_path / "data"), "PYDASH_DATABASE_URI": "memory://"}
    return Configuration.from_environment(
        {**environ, "PYDASH_ENVIRONMENT": "development", "PYDASH_FETCH_ALLOW": "global,loopback"}
    )


@pytest.fixture
def database(configuration: Configuration) -> Iterator[None]:
    """This process, configured, on an empty database in memory."""
    pydash_app.configure(configuration)
    yield
    pydash_database.close()


@pytest.fixture
def steady_clock(database: None) -> None:
    """The clock, confirmed by the readings of the last hours."""

    def record() -> None:
        now = datetime.now(UTC)
        steps = clock.STEADY // clock.MAX_PAUSE
        for step in range(steps, -1, -1):
            clock.record(now - step * clock.MAX_PAUSE)

    transact(record)


@pytest.fixture(scope="session")
def zeo_server() -> Iterator["ZeoServer"]:
    """A real ZEO server, shared by all tests. Do not stop it."""
    # Short, for the path of a socket has at most 107 characters.
    with tempfile.TemporaryDirectory(prefix="pydash") as directory:
        zeo = ZeoServer(Path(directory))
        yield zeo
        zeo.kill()


@pytest.fixture
def own_zeo_server() -> Iterator["ZeoServer"]:
    """A separate real ZEO server, which the test may kill and restart."""
    with tempfile.TemporaryDirectory(prefix="pydash") as directory:
        zeo = ZeoServer(Path(directory))
        yield zeo
        zeo.kill()


@pytest.fixture(scope="module")
def postgresql_server() -> Iterator[DatabaseServer]:
    """A real PostgreSQL server, which the tests of a module may kill and start again."""
    with postgresql("America/New_York") as running:
        yield running


@pytest.fixture
def zeo_database(zeo_server: "ZeoServer", tmp_path: Path) -> Iterator[Configuration]:
    """This process, configured, on an empty database on the ZEO server."""
    configuration = Configuration.from_environment(
        {
            "PYDASH_DATA_DIR": str(tmp_path / "data"),
            "PYDASH_DATABASE_URI": zeo_server.uri,
            "PYDASH_FETCH_ALLOW": "global,loopback",
        }
    )
    pydash_app.configure(configuration)
    transact(_empty)
    yield configuration
    pydash_database.close()


@pytest.fixture
def start_mail_server() -> Iterator[Callable[..., int]]:
    """Start a real mail server with an aiosmtpd handler and options, and return its port."""
    running = []

    def start(handler: object, **options: Any) -> int:
        mail_server = MailServer(handler, hostname="127.0.0.1", port=0, **options)
        running.append(mail_server)
        mail_server.start()
        return mail_server.port

    yield start
    for mail_server in running:
        mail_server.stop()


@pytest.fixture
def make_user(database: None) -> Callable[[str], User]:
    """Create a verified user with the password `PASSWORD`."""

    def make(name: str) -> User:
        mail = f"{name.lower()}@example.com"
        return transact(lambda: registration.create(name, PASSWORD, mail, verified=True))

    return make


@pytest.fixture
def alice(make_user: Callable[[str], User]) -> User:
    """Alice, who owns things."""
    return make_user("Alice")


@pytest.fixture
def bob(make_user: Callable[[str], User]) -> User:
    """Bob, who owns other things."""
    return make_user("Bob")


@pytest.fixture
def charlie(make_user: Callable[[str], User]) -> User:
    """Charlie, a stranger who owns nothing."""
    return make_user("Charlie")


class MailServer(Controller):
    """A mail server on a free port."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        socket.create_connection((self.hostname, self.port)).close()


def _empty() -> None:
    root = database_root()
    root.clear()
    schema.upgrade(root, MIGRATIONS)


class ZeoServer:
    """A ZEO server in a separate process, which can be killed and restarted."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.uri = f"zeo://{data_dir}/{server.SOCKET_NAME}"
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", SERVE, self.data_dir])
        deadline = time.monotonic() + START_SECONDS
        while not server.is_accepting(self.data_dir):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("The ZEO server did not start.")
            time.sleep(0.02)

    def hang(self) -> None:
        """Send no more responses, but keep all connections open."""
        self.process.send_signal(signal.SIGSTOP)

    @contextmanager
    def recovering(self) -> Iterator[None]:
        """Resume the server at the end, if it hangs."""
        try:
            yield
        finally:
            self.resume()

    def resume(self) -> None:
        """Resume the server after it hung."""
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait()

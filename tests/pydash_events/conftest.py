"""A store of each driver, empty, and connections to it."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

import pydash_database
from pydash_events import Event, base, get_connection, impl_zodb
from pydash_events.moving import move
from tests.support.database_servers import mariadb, postgresql
from tests.support.waiting import wait_for

DRIVERS = ["memory", "zodb", "sqlite", "postgresql", "mysql", "mongodb"]
"""Each has a fixture `…_url`, which returns the URL of a store."""

ZONE = "America/New_York"
"""Of the servers' sessions: the store's times are in UTC all the same."""

Connect = Callable[..., base.Connection]


@pytest.fixture
def memory_url() -> str:
    return "memory://tests"


@pytest.fixture
def zodb_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The database of this process; each batch is moved from the inbox into the log at once."""
    record_events = impl_zodb.Connection.record_events

    def record_and_move(connection: impl_zodb.Connection, events: Iterable[Event]) -> list[int]:
        codes = record_events(connection, events)
        move()
        return codes

    monkeypatch.setattr(impl_zodb.Connection, "record_events", record_and_move)
    pydash_database.configure("memory://")
    yield "zodb://"
    pydash_database.close()


@pytest.fixture(scope="session")
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('events')}/events.db"


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    with postgresql(ZONE) as server:
        # Texts are sorted as people do, where the store does not say how.
        locale = "LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
        yield server.create_database(f"TEMPLATE template0 ENCODING 'UTF8' {locale}")


@pytest.fixture(scope="session")
def mysql_url() -> Iterator[str]:
    with mariadb(ZONE) as server:
        yield server.create_database(drivername="mysql")


@pytest.fixture(scope="session")
def mongodb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that speaks MongoDB's protocol, for MongoDB itself is in no package registry."""
    folder = tmp_path_factory.mktemp("mongodb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "nx_27017.nx_27017", "--db", "events", "--port", str(port)]
    files = ["--log-file", str(folder / "log"), "--pid-file", str(folder / "pid")]
    quiet = subprocess.DEVNULL
    with subprocess.Popen([*command, *files], cwd=folder, stdout=quiet, stderr=quiet) as process:
        try:
            wait_for(lambda: process.poll() is not None or accepts(port))
            assert process.poll() is None, "The server did not start."
            yield f"mongodb://127.0.0.1:{port}/events"
        finally:
            process.kill()


def accepts(port: int) -> bool:
    with socket.socket() as connection:
        return not connection.connect_ex(("127.0.0.1", port))


# Besides PostgreSQL, which stands for the servers in every run. No MongoDB can be installed here: a
# server that speaks its protocol, which takes long.
SLOW = ["mysql", "mongodb"]


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in DRIVERS
    ]
)
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a store of each driver."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
def connect(url: str) -> Iterator[Connect]:
    """Open a connection to an empty store, with options; it is closed at the end."""
    opened = []

    def open_connection(**conf: Any) -> base.Connection:
        connection = get_connection(url, conf)
        opened.append(connection)
        return connection

    store = open_connection()
    store.upgrade()
    store.clear()
    yield open_connection
    for connection in opened:
        connection.close()


@pytest.fixture
def connection(connect: Connect) -> base.Connection:
    """A connection to an empty store."""
    return connect()

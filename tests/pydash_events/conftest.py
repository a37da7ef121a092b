"""A store of each driver, empty, and connections to it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

import pydash_database
from pydash_events import Event, base, get_connection, impl_zodb
from pydash_events.moving import move
from tests.support.database_servers import mariadb, postgresql

DRIVERS = ["memory", "zodb", "sqlite", "postgresql", "mysql"]
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
        yield server.create_database()


@pytest.fixture(scope="session")
def mysql_url() -> Iterator[str]:
    with mariadb(ZONE) as server:
        yield server.create_database(drivername="mysql")


@pytest.fixture(params=DRIVERS)
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

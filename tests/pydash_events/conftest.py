"""A store of each driver, empty, and connections to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pydash_events import base, get_connection

DRIVERS = ["memory"]
"""Each has a fixture `…_url`, which returns the URL of a store."""

Connect = Callable[..., base.Connection]


@pytest.fixture
def memory_url() -> str:
    return "memory://tests"


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

"""RelStorage, which stores objects in PostgreSQL, with time limits.

The drivers wait forever for a server that hangs. psycopg2 lets its user do the waiting instead:
`_wait` closes a connection whose response takes too long, which fails the call. Imported only if
the database is in PostgreSQL, because RelStorage is an optional dependency and slow to load.
"""

import logging
import select
import time
from contextlib import closing
from typing import Any

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ, make_dsn, parse_dsn, set_wait_callback
from psycopg2.extras import wait_select
from relstorage.adapters.interfaces import UnableToAcquireCommitLockError
from relstorage.adapters.postgresql import PostgreSQLAdapter
from relstorage.adapters.postgresql.drivers.psycopg2 import Psycopg2Driver
from relstorage.options import Options
from relstorage.storage import RelStorage
from relstorage.storage.interfaces import StorageDisconnectedDuringCommit

from pydash_database import timeouts

# RelStorage calls the loss of a connection during a commit transient, but it may have been stored.
DISCONNECTED = (psycopg2.Error, StorageDisconnectedDuringCommit, UnableToAcquireCommitLockError)

# A column of the cube has up to a megabyte. The memory is used only as objects are loaded.
_CACHED_OBJECT_BYTES = 1 << 20
_CACHE_MEGABYTES = 128
# RelStorage itself uses the numbers from -2 on.
_CREATION_LOCK = -2018
_LOCK_PAUSE_SECONDS = 0.02
_CLEANING_SECONDS = 0.1

_fail_fast_until = float("-inf")
# It logs with a traceback what it raises as well, for each request while the server is away.
logging.getLogger("relstorage").setLevel(logging.CRITICAL)


def open_storage(uri: str) -> Any:
    """Open a storage in PostgreSQL, whose tables are created if there are none.

    :param uri: a URI of libpq, `postgresql://…`.
    :raises psycopg2.Error: the server does not respond.
    """
    set_wait_callback(_wait)
    # RelStorage appends the database name as `key=value`, so the DSN cannot be a URI.
    dsn = make_dsn(**parse_dsn(uri))
    # Without history, because nothing here reads old revisions, and PostgreSQL handles backups.
    options = Options(
        keep_history=False,
        cache_local_object_max=_CACHED_OBJECT_BYTES,
        cache_local_mb=_CACHE_MEGABYTES,
    )
    adapter = _Adapter(dsn=dsn, options=options)
    # Processes that start together on an empty database would all create the tables. A lock is
    # tried for again and again, because waiting for it would look like a server that hangs.
    with (
        closing(adapter.driver.connect_with_isolation(dsn)) as connection,
        connection.cursor() as cursor,
    ):
        deadline = time.monotonic() + timeouts.BACKGROUND_TIMEOUT
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_CREATION_LOCK])
            if cursor.fetchone()[0]:
                return RelStorage(adapter, options=options)
            if time.monotonic() > deadline:
                raise psycopg2.OperationalError("Another process is creating the tables.")
            time.sleep(_LOCK_PAUSE_SECONDS)


class _Driver(Psycopg2Driver):
    """psycopg2 with `_wait`, which COPY does not support.

    RelStorage stores with INSERT instead. A fetch of some hundred requests takes as long with both.
    """

    __name__ = "psycopg2 with time limits"
    _WANT_WAIT_CALLBACK = True
    supports_copy = False

    def connect_with_isolation(self, dsn: str, **options: Any) -> Any:
        if time.monotonic() < _fail_fast_until:
            raise psycopg2.OperationalError("The server did not respond a moment ago.")
        return super().connect_with_isolation(dsn, **options)


class _Adapter(PostgreSQLAdapter):
    def _select_driver(self, options: Any = None) -> _Driver:
        return _Driver()


def _wait(connection: Any) -> None:
    """Wait until a connection has done what it was asked to do; called by psycopg2.

    :raises psycopg2.OperationalError: the response did not arrive in time. psycopg2 then closes the
        connection, so that the server aborts a transaction that it was not asked to commit.
    """
    global _fail_fast_until
    seconds = timeouts.current_timeout()
    # Those of the event store have the type of psycopg2 itself, and limits of their own.
    if seconds is None or type(connection) is psycopg2.extensions.connection:
        wait_select(connection)
        return
    if time.monotonic() < _fail_fast_until:
        # To clean up, RelStorage uses the connection for loading after that for storing has failed.
        seconds = min(seconds, _CLEANING_SECONDS)
    deadline = time.monotonic() + seconds
    while (state := connection.poll()) != POLL_OK:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1_000):
            _fail_fast_until = time.monotonic() + timeouts.PAUSE_SECONDS
            raise psycopg2.OperationalError("The server did not respond in time.")

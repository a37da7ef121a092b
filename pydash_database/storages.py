"""Opens the storage that a URI names."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from ZEO.asyncio.client import ClientThread
from ZEO.ClientStorage import ClientStorage
from ZEO.Exceptions import ClientDisconnected
from ZODB.FileStorage import FileStorage
from ZODB.MappingStorage import MappingStorage

try:
    from psycopg2 import Error as PostgresqlError
    from psycopg2.extensions import make_dsn, parse_dsn
    from relstorage.adapters.postgresql import PostgreSQLAdapter
    from relstorage.options import Options
    from relstorage.storage import RelStorage
except ImportError:
    RelStorage = None

# What the engines raise when the database is away.
DISCONNECTED = (
    (ClientDisconnected,) if RelStorage is None else (ClientDisconnected, PostgresqlError)
)

# An answer of the database server is awaited for so long, so that a web answer can come within two
# seconds.
ANSWER_SECONDS = 1.5
# So long where nobody sits and waits: much is stored, perhaps on a slow disk, and others who store
# much may come first. Still a server that is gone does not hold the task for ever.
PATIENT_SECONDS = 30.0
# Once a server did not answer, nobody waits for it for so long, unless it is connected again.
PAUSE_SECONDS = 1.0
# ZEO tries to connect again after this time, and up to a second more.
_RECONNECT_SECONDS = 0.1
# ZEO's own limit, for a connection alone; ours includes it.
_NEVER_SECONDS = 1e6
_DEFAULT_ZEO_PORT = 9991
# ZEO's cache is a file without a name: it costs disk and page cache, not the process's memory.
_ZEO_CACHE_BYTES = 128 * 1024**2

_patience: ContextVar[float | None] = ContextVar("patience", default=ANSWER_SECONDS)


@contextmanager
def patience(seconds: float | None) -> Iterator[None]:
    """Wait for each answer of a ZEO server for so long within; `None` is for ever."""
    token = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(token)


class ZeoClient(ClientThread):
    """Speaks with a ZEO server, and hangs up on one that does not answer in time.

    ZEO itself would wait for ever. Hanging up lets every waiting call fail at once, makes the
    server forget a commit that it was not told to finish, and makes ZEO connect anew. ZEO then
    asks what was committed meanwhile, which may be our own commit whose answer was lost.
    """

    _hopeless_until = float("-inf")

    def call(self, method: str, *args: Any, **_options: Any) -> Any:
        """Ask the server, and wait for the answer.

        :raises ClientDisconnected: there was no answer in time.
        """
        return self._answer(partial(super().call, method, *args, timeout=_NEVER_SECONDS))

    def load_before(self, oid: bytes, tid: bytes) -> Any:
        """Load the state that an object had before a transaction; see `call`."""
        return self._answer(
            lambda wait: self.io_call(self.load_before_co(oid, tid, _NEVER_SECONDS), wait)
        )

    def tpc_finish(self, tid: Any, updates: Any, f: Callable[[bytes], None]) -> Any:
        """Commit what was voted for; see `call`, and without an answer it may be committed."""
        return self._answer(partial(super().tpc_finish, tid, updates, f))

    def _answer(self, ask: Callable[..., Any]) -> Any:
        if not self.is_connected() and time.monotonic() < self._hopeless_until:
            raise ClientDisconnected("the server did not answer a moment ago")
        answer = ask(wait=False)
        try:
            return answer.result(_patience.get())
        except TimeoutError:
            self.loop.call_soon_threadsafe(self._hang_up, answer)
        # Either it came just now, or this fails like all that waits.
        return answer.result()

    def _hang_up(self, unanswered: Any) -> None:
        """Break the connection, or the attempt to connect; runs in the network thread."""
        if unanswered.done():
            return
        client = self.client
        self._hopeless_until = time.monotonic() + PAUSE_SECONDS
        # ZEO says so only after the calls have failed, whose callers would wait for another answer.
        client.operational = False
        if client.protocol is None:
            client.disconnected(None)
        else:
            client.protocol.sm_protocol.transport.abort()


def open_storage(uri: str) -> Any:
    """Open a storage.

    :param uri: `zeo://HOST:PORT` or `zeo:///PATH/OF/SOCKET` for a ZEO server, `postgresql://…` for
        RelStorage on PostgreSQL, `file:///PATH` for a file of this process alone, `memory://` for
        what shall not last.
    :raises ValueError: nothing can open such a URI.
    :raises DISCONNECTED: the server does not answer.
    """
    scheme = urlsplit(uri).scheme
    if scheme not in _OPENERS:
        known = ", ".join(f"{known}://" for known in _OPENERS)
        raise ValueError(f"{scheme}:// is no kind of database; use one of {known}")
    return _OPENERS[scheme](uri)


def last_transaction_id(storage: Any) -> bytes:
    """Answer the id of the newest transaction that a storage knows of."""
    # A ZEO server tells its clients of every commit; PostgreSQL has to be asked.
    if hasattr(storage, "poll_invalidations"):
        storage.sync()
        storage.poll_invalidations()
    tid: bytes = storage.lastTransaction()
    return tid


def _open_zeo(uri: str) -> Any:
    parsed = urlsplit(uri)
    address: str | tuple[str, int] = unquote(parsed.path)
    if parsed.hostname:
        address = parsed.hostname, parsed.port or _DEFAULT_ZEO_PORT
    return ClientStorage(
        address,
        wait_timeout=ANSWER_SECONDS,
        cache_size=_ZEO_CACHE_BYTES,
        # Ask at the begin of every transaction, which then sees what any process committed before.
        server_sync=True,
        _client_factory=partial(ZeoClient, disconnect_poll=_RECONNECT_SECONDS),
    )


def _open_postgresql(uri: str) -> Any:
    if RelStorage is None:
        raise ValueError(
            "A postgresql:// database needs RelStorage: pip install 'pydash-io[postgresql]'"
        )
    # Without history: nothing here looks back, and backups are PostgreSQL's.
    options = Options(keep_history=False)
    # RelStorage appends to the name of the database as `key=value`, so it cannot be a URI.
    adapter = PostgreSQLAdapter(dsn=make_dsn(**parse_dsn(uri)), options=options)
    return RelStorage(adapter, options=options)


def _open_file(uri: str) -> Any:
    return FileStorage(unquote(urlsplit(uri).path), pack_keep_old=False)


def _open_memory(uri: str) -> Any:
    return MappingStorage(uri)


_OPENERS: dict[str, Callable[[str], Any]] = {
    "zeo": _open_zeo,
    "postgresql": _open_postgresql,
    "file": _open_file,
    "memory": _open_memory,
}

"""Opens storages by URI."""

import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from ssl import Purpose
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit

from ZEO.asyncio.client import ClientThread
from ZEO.ClientStorage import ClientStorage
from ZEO.Exceptions import ClientDisconnected
from ZODB.MappingStorage import MappingStorage
from ZODB.utils import z64

from pydash_database import timeouts
from pydash_database.files import open_file
from pydash_database.zeo_uri import ZeoUri

# ZEO reconnects after this time, and up to a second more.
_RECONNECT_SECONDS = 0.1
# So many objects are requested at once.
_PREFETCHED = 100
# ZEO's own timeout covers only the connection; ours includes it.
_NO_TIMEOUT = 1e6
# ZEO's cache is an unlinked file, which occupies disk and page cache but no process memory.
_ZEO_CACHE_BYTES = 128 * 1024**2


class ZeoClient(ClientThread):
    """A client of a ZEO server that closes the connection when a response takes too long.

    ZEO itself would wait forever. When the connection is closed, every waiting call fails
    immediately, and the server aborts a commit that it was not asked to finish. ZEO then reconnects
    and requests the missed transactions, which may include our own commit whose response was lost.

    If the server returns with another database, such as an older backup, the cached state of this
    client may not exist there. ZEO would refuse to connect while the server's last transaction is
    older than the cache, and mix both databases afterwards.

    :ivar is_obsolete: whether the server has another database, so that the storage must be
        reopened.
    """

    is_obsolete = False
    _fail_fast_until = float("-inf")

    def setup_delegation(self, loop: Any) -> None:
        """Set up the network thread, in which the client is created."""
        super().setup_delegation(loop)
        self.client.verify = partial(self._verify, self.client.verify)

    def call(self, method: str, *args: Any, **_options: Any) -> Any:
        """Send a request to the server and wait for the response.

        :raises ClientDisconnected: the response did not arrive in time.
        """
        return self._wait(partial(super().call, method, *args, timeout=_NO_TIMEOUT))

    def load_before(self, oid: bytes, tid: bytes) -> Any:
        """Load the state of an object before a transaction; see `call`."""
        return self._wait(
            lambda wait: self.io_call(self.load_before_co(oid, tid, _NO_TIMEOUT), wait)
        )

    def prefetch(self, oids: Iterable[bytes], tid: bytes) -> None:
        """Load the states that objects had before a transaction into the cache, if possible.

        What is missing is loaded when it is needed. ZEO would request all objects at once, and let
        every other response wait for them.
        """
        remaining = iter(oids)
        with suppress(ClientDisconnected):
            while batch := tuple(islice(remaining, _PREFETCHED)):
                self._wait(
                    lambda wait, oids=batch: self.io_call(self.client.prefetch_co(oids, tid), wait)
                )

    def tpc_finish(self, tid: Any, updates: Any, f: Callable[[bytes], None]) -> Any:
        """Finish a commit; see `call`. If the response is lost, it may have been committed."""
        return self._wait(partial(super().tpc_finish, tid, updates, f))

    def _wait(self, send: Callable[..., Any]) -> Any:
        if self.is_obsolete or (
            not self.is_connected() and time.monotonic() < self._fail_fast_until
        ):
            raise ClientDisconnected("The server did not respond a moment ago.")
        response = send(wait=False)
        try:
            return response.result(timeouts.current_timeout())
        except TimeoutError:
            self.loop.call_soon_threadsafe(self._disconnect, response)
        # It has arrived in the meantime, or fails together with all other waiting calls.
        return response.result()

    def _disconnect(self, response: Any) -> None:
        """Close the connection, or abandon the attempt to connect; runs in the network thread."""
        if response.done():
            return
        client = self.client
        self._fail_fast_until = time.monotonic() + timeouts.PAUSE_SECONDS
        # ZEO does this only after the calls have failed, when their callers would wait again.
        client.operational = False
        if client.protocol is None:
            client.disconnected(None)
        else:
            client.protocol.sm_protocol.transport.abort()

    async def _verify(self, verify: Callable[[bytes], Awaitable[None]], server_tid: bytes) -> None:
        """Verify the cache after connecting; runs in the network thread."""
        client = self.client
        last = client.cache.getLastTid()
        if last != z64:
            call = client.protocol.server_call
            iterator = await call("iterator_start", last, last)
            if await call("iterator_next", iterator) is None:
                self.is_obsolete = True
                client.manage_connected()  # makes all waiting calls fail
                client.protocol.close()
                return
            await call("iterator_gc", [iterator])
        await verify(server_tid)


class ZeoStorage(ClientStorage):
    """A client storage that discards its reserved object IDs when the connection is lost.

    A client reserves a hundred IDs at a time. A server that was killed forgets the IDs that it has
    issued, unless objects were stored under them, and issues them again to another client. ZEO 6
    keeps the reserved IDs. Two processes would then assign the same ID to different objects, and
    references would point to objects that were never stored.
    """

    def __init__(self, *given: Any, **options: Any) -> None:
        self._disconnections = 0
        self._oids: list[bytes] = []
        self._reserving = Lock()
        super().__init__(*given, **options)

    def notify_disconnected(self) -> None:
        """Discard the reserved IDs; called in the network thread, which must not wait."""
        self._disconnections += 1
        self._oids = []
        super().notify_disconnected()

    def new_oid(self) -> bytes:
        """Return a new object ID, reserved since the connection was made."""
        with self._reserving:
            while True:
                disconnections = self._disconnections
                oid: bytes = super().new_oid()
                if disconnections == self._disconnections:
                    return oid
                # The IDs may have been reserved before the connection was lost.
                self._oids = []


def disconnected() -> tuple[type[Exception], ...]:
    """Return the exceptions of the engines when the database is unavailable."""
    postgresql = sys.modules.get("pydash_database.postgresql")
    return (ClientDisconnected, *(postgresql.DISCONNECTED if postgresql else ()))


def is_obsolete(storage: Any) -> bool:
    """Return whether a storage must be reopened, because its server has another database."""
    return isinstance(storage, ClientStorage) and storage._server.is_obsolete


def open_storage(uri: str) -> Any:
    """Open a storage.

    :param uri: `zeo://…` for a ZEO server (see `ZeoUri.parse`), `postgresql://…` for RelStorage on
        PostgreSQL, `file:///PATH` for a file used only by this process, or `memory://` for
        temporary data.
    :raises ValueError: the scheme of the URI is unknown.
    :raises ImportError: its engine is not installed.
    :raises DamagedDatabase: the file of the database is damaged.
    :raises OSError: a file of the URI cannot be read.
    :raises Exception: one of `disconnected()`, if the server does not respond.
    """
    parsed = urlsplit(uri)
    match parsed.scheme:
        case "zeo":
            zeo = ZeoUri.parse(uri)
            return ZeoStorage(
                zeo.address,
                wait_timeout=timeouts.RESPONSE_TIMEOUT,
                cache_size=_ZEO_CACHE_BYTES,
                # At the start of every transaction, receive what other processes have committed.
                server_sync=True,
                ssl=zeo.tls_context(Purpose.SERVER_AUTH),
                ssl_server_hostname=parsed.hostname,
                _client_factory=partial(ZeoClient, disconnect_poll=_RECONNECT_SECONDS),
            )
        case "postgresql":
            # Not at the top, because few installations have it.
            from pydash_database import postgresql

            return postgresql.open_storage(uri)
        case "file":
            return open_file(Path(unquote(parsed.path)))
        case "memory":
            return MappingStorage(uri)
        case unknown:
            raise ValueError(
                f"Unknown kind of database: {unknown}://. "
                "Use zeo://, postgresql://, file:// or memory://."
            )


def size(storage: Any) -> int:
    """Return the size of a database on disk, in bytes."""
    # A ZEO client's own `getSize` is the size at the time of connecting.
    is_remote = isinstance(storage, ClientStorage)
    return int(storage._call("get_info")["size"] if is_remote else storage.getSize())


def last_transaction_id(storage: Any) -> bytes:
    """Return the ID of the newest transaction that a storage knows."""
    # A ZEO server notifies its clients of every commit; PostgreSQL must be polled.
    if hasattr(storage, "poll_invalidations"):
        storage.sync()
        storage.poll_invalidations()
    tid: bytes = storage.lastTransaction()
    return tid

"""Opens the storage that a URI names."""

from collections.abc import Callable
from concurrent.futures import TimeoutError as AnswerTimeoutError
from typing import Any
from urllib.parse import unquote, urlsplit

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

# Every wait for the database server ends by then, so that a web answer can come within two seconds.
ANSWER_SECONDS = 1.5
_DEFAULT_ZEO_PORT = 9991
# ZEO's cache is a file without a name: it costs disk and page cache, not the process's memory.
_ZEO_CACHE_BYTES = 128 * 1024**2


class ZeoStorage(ClientStorage):
    """A client of a ZEO server that asks it at the begin of every transaction, with a time limit.

    The question makes sure that a transaction sees whatever any process committed before it began,
    and that a server which hangs is noticed like one which is gone.
    """

    def sync(self) -> None:
        """Wait until every change committed so far is known here.

        :raises ClientDisconnected: there was no answer in time.
        """
        answer = self._call("ping", wait=False)
        try:
            # The call itself gives up after ANSWER_SECONDS if there is no connection.
            answer.result(ANSWER_SECONDS + 0.3)
        except AnswerTimeoutError:
            raise ClientDisconnected("the server does not answer") from None


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
    return ZeoStorage(address, wait_timeout=ANSWER_SECONDS, cache_size=_ZEO_CACHE_BYTES)


def _open_postgresql(uri: str) -> Any:
    if RelStorage is None:
        raise ValueError(
            "A postgresql:// database needs RelStorage: pip install 'pydash[postgresql]'"
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

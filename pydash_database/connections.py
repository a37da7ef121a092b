"""The database of this process, and a connection to it for each thread.

Every thread and every forked process opens its own connection on first use. A thread's connection
returns to the pool when the thread ends or no longer needs it.
"""

import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any, TypeVar

from transaction import TransactionManager
from ZODB.DB import DB
from ZODB.POSException import ConflictError

from pydash_database import schema, storages, timeouts, transactions
from pydash_database.errors import BackupFailed, DatabaseUnavailable, IncompatibleDatabase
from pydash_database.readability import check_readable
from pydash_database.stored_classes import class_factory
from pydash_logger.logger import Logger

Result = TypeVar("Result")

logger = Logger(__name__)

# ZODB logs a warning when more connections than this are open.
_EXPECTED_CONNECTIONS = 256
# The maximum number of objects that a connection keeps in memory.
_CACHED_OBJECTS = 20_000
# The maximum size of the objects of all connections together, as they are stored. In memory they
# are two to three times as large.
_CACHED_BYTES = 64 * 1024**2
# The objects of a connection that nobody has used for so long are dropped.
_IDLE_SECONDS = 300


class Session:
    """A thread's connection and transactions, released when no references are left."""

    def __init__(self, database: DB) -> None:
        self.database = database
        self.manager = TransactionManager()
        self.connection = database.open(self.manager)
        self.in_transaction = False
        # The other connections drop what is too much now when they begin their next transaction.
        database.setCacheSizeBytes(_CACHED_BYTES // max(2, len(database.pool.all)))
        weakref.finalize(self, _release, self.connection, self.manager).atexit = False


def _release(connection: Any, manager: Any) -> None:
    # PostgreSQL is polled at the end of a transaction, too.
    with suppress(*storages.disconnected()):
        manager.abort()
    if connection.opened:
        with suppress(*storages.disconnected()):
            connection.close()


class Database:
    """A database identified by a URI and opened on first use.

    :param uri: see `pydash_database.storages.open_storage`.
    :param migrations: see `pydash_database.schema`; they run when the database is opened.
    :param renamed_classes: see `pydash_database.stored_classes`.
    :param before_migration: called before a database that is not new is migrated. It may raise
        `BackupFailed`.
    """

    def __init__(
        self,
        uri: str,
        migrations: Sequence[schema.Migration] = (),
        renamed_classes: Mapping[str, str] = MappingProxyType({}),
        before_migration: Callable[[], None] = lambda: None,
    ) -> None:
        self.uri = uri
        self.migrations = migrations
        self.renamed_classes = renamed_classes
        self.before_migration = before_migration
        self._opening = threading.Lock()
        self._fail_fast_until = float("-inf")
        self._database: DB | None = None
        self._of_thread = threading.local()

    def session(self) -> Session:
        """Return the session of the calling thread.

        :raises DatabaseUnavailable: the database does not respond.
        """
        database = self.open()
        session: Session | None = getattr(self._of_thread, "session", None)
        if session is None or session.database is not database:
            try:
                session = self._of_thread.session = Session(database)
            except storages.disconnected() as error:
                raise DatabaseUnavailable from error
        return session

    def release(self) -> None:
        """Return the connection of the calling thread, if it has one, to the pool."""
        self._of_thread.session = None

    def open(self) -> DB:
        """Open the database, unless it is open.

        It is reopened after its server was restarted with another database, such as a backup. For
        a moment after a failed attempt, the attempts of all threads fail immediately instead of
        each waiting for its own.

        :raises DatabaseUnavailable: the database does not respond.
        :raises IncompatibleDatabase: this PyDash cannot read the database.
        """
        with self._opening:
            if self._database is not None and storages.is_obsolete(self._database.storage):
                logger.warning("The database was replaced by another one; reopening it")
                # Only the storage, because other threads may be using the connections.
                self._database.storage.close()
                self._database = None
            if self._database is None:
                if time.monotonic() < self._fail_fast_until:
                    raise DatabaseUnavailable
                try:
                    self._database = self._open()
                except DatabaseUnavailable:
                    self._fail_fast_until = time.monotonic() + timeouts.PAUSE_SECONDS
                    raise
            return self._database

    def close(self) -> None:
        """Close the database and all its connections."""
        with self._opening:
            self._of_thread = threading.local()
            if self._database is not None:
                self._database.close()
                self._database = None

    def _open(self) -> DB:
        while True:
            try:
                storage = storages.open_storage(self.uri)
            except storages.disconnected() as error:
                raise DatabaseUnavailable from error
            try:
                database = DB(
                    storage,
                    pool_size=_EXPECTED_CONNECTIONS,
                    pool_timeout=_IDLE_SECONDS,
                    cache_size=_CACHED_OBJECTS,
                    class_factory=class_factory(self.renamed_classes),
                )
                break
            except ConflictError:
                # Another process has created the root object of an empty database.
                storage.close()
            except storages.disconnected() as error:
                storage.close()
                raise DatabaseUnavailable from error
        try:
            session = Session(database)

            def check() -> None:
                check_readable(session.connection)
                if schema.VERSION in session.connection.root():
                    try:
                        self.before_migration()
                    except BackupFailed as error:
                        raise IncompatibleDatabase(str(error)) from error

            with timeouts.response_timeout(timeouts.BACKGROUND_TIMEOUT):
                migrated = transactions.run(
                    session.manager,
                    lambda: schema.upgrade(session.connection.root(), self.migrations, check),
                )
        except BaseException:
            database.close()
            raise
        if migrated:
            logger.info("Migrated the database", migrations=migrated, schema=len(self.migrations))
        return database


_current: Database | None = None
# A child process must not even finalize what its parent opened, because closing a connection writes
# to the parent's sockets.
_inherited: list[Database] = []


def configure(
    uri: str,
    migrations: Sequence[schema.Migration] = (),
    renamed_classes: Mapping[str, str] = MappingProxyType({}),
    before_migration: Callable[[], None] = lambda: None,
) -> None:
    """Set the database of this process, which is opened on first use.

    :param uri: `zeo://HOST:PORT`, `zeo:///PATH/OF/SOCKET`, `file://PATH`, `memory://` or
        `postgresql://…`.
    :param migrations: all migrations ever written; see `pydash_database.schema`.
    :param renamed_classes: the current name of each class that was ever moved or renamed, by each
        of its former names. Both have the form `package.module.Class`.
    :param before_migration: called before a database that is not new is migrated. It may raise
        `BackupFailed`.
    """
    global _current
    close()
    _current = Database(uri, migrations, renamed_classes, before_migration)


def close() -> None:
    """Close the database of this process, which is reopened on next use."""
    if _current is not None:
        _current.close()


def release() -> None:
    """Let another thread use the calling thread's connection, with the objects it has in memory.

    A thread of many calls this when it has finished a piece of work, and uses none of its objects
    afterwards. Otherwise, each would keep the same objects in memory.
    """
    if _current is not None:
        _current.release()


def database_connection() -> Any:
    """Return the calling thread's connection (`ZODB.Connection.Connection`).

    :raises DatabaseUnavailable: the database does not respond.
    """
    return _configured().session().connection


def database_root() -> Any:
    """Return the root object, in which every repository stores its collection.

    Outside `transact`, it has the state of the thread's last transaction.

    :raises DatabaseUnavailable: the database does not respond.
    """
    return database_connection().root()


def transact(
    work: Callable[[], Result],
    attempts: int = transactions.ATTEMPTS,
    *,
    timeout: float = timeouts.RESPONSE_TIMEOUT,
) -> Result:
    """Call `work()` in a transaction, commit, and return its result.

    :param work: reads and changes persistent objects. After a conflict with another transaction, it
        is called again from the start, so it must have no side effects. If it raises an exception,
        nothing is stored. A nested `transact` becomes part of the outer transaction.
    :param attempts: the maximum number of attempts.
    :param timeout: seconds to wait for each response of the server. The default suits requests;
        background work that stores much data uses `BACKGROUND_TIMEOUT`.
    :raises DatabaseUnavailable: the database does not respond, or all attempts had conflicts. If
        the response to the commit was lost, either all of the work is stored or none of it.
    """
    session = _configured().session()
    if session.in_transaction:
        return work()
    session.in_transaction = True
    try:
        with timeouts.response_timeout(timeout):
            return transactions.run(session.manager, work, attempts)
    finally:
        session.in_transaction = False


def last_transaction_id() -> bytes:
    """Return the ID of the newest transaction known here, regardless of the process.

    Comparing it with an earlier ID is a cheap way to detect changes. No request is sent, because a
    ZEO server notifies its clients of every commit.

    :raises DatabaseUnavailable: the database does not respond.
    """
    try:
        return storages.last_transaction_id(_configured().open().storage)
    except storages.disconnected() as error:
        raise DatabaseUnavailable from error


def pack(days: float = 1.0) -> None:
    """Remove deleted objects and overwritten revisions from the disk.

    :param days: revisions that were current this many days ago are kept.
    :raises DatabaseUnavailable: the database does not respond.
    """
    # Checks with the usual timeout that the server responds. Packing itself may take hours.
    transact(database_connection)
    try:
        with timeouts.response_timeout(None):
            _configured().open().pack(days=days)
    except storages.disconnected() as error:
        raise DatabaseUnavailable from error


def size() -> int:
    """Return the size of the database on disk, in bytes.

    :raises DatabaseUnavailable: the database does not respond.
    """
    try:
        return storages.size(_configured().open().storage)
    except storages.disconnected() as error:
        raise DatabaseUnavailable from error


def _configured() -> Database:
    if _current is None:
        raise RuntimeError("No database is configured: call pydash_database.configure(uri) first.")
    return _current


def _reset_after_fork() -> None:
    global _current
    if _current is not None:
        _inherited.append(_current)
        _current = Database(
            _current.uri,
            _current.migrations,
            _current.renamed_classes,
            _current.before_migration,
        )


os.register_at_fork(after_in_child=_reset_after_fork)

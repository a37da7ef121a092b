"""The open database of this process, and a connection to it for each thread.

A process that forks, and every thread, gets a connection of its own at its first use; what a
thread had is given back when the thread ends.
"""

import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from transaction import TransactionManager
from ZODB.DB import DB

from pydash_database import schema, storages, transactions
from pydash_database.errors import DatabaseUnavailable
from pydash_database.stored_classes import class_factory
from pydash_logger.logger import Logger

Result = TypeVar("Result")

logger = Logger(__name__)

# More threads than this may be connected, ZODB only warns.
_EXPECTED_CONNECTIONS = 256
# A connection keeps the objects it read until it holds this many, or this much.
_CACHED_OBJECTS = 20_000
_CACHED_BYTES = 32 * 1024**2


class Session:
    """One thread's connection with its transactions; given back when nobody holds it any more."""

    def __init__(self, database: DB) -> None:
        self.manager = TransactionManager()
        self.connection = database.open(self.manager)
        self.in_transaction = False
        weakref.finalize(self, _give_back, self.connection, self.manager).atexit = False


def _give_back(connection: Any, manager: Any) -> None:
    manager.abort()
    if connection.opened:
        connection.close()


class Database:
    """A database named by a URI, opened when it is first needed.

    :param uri: see `pydash_database.storages.open_storage`.
    :param migrations: see `pydash_database.schema`; run when the database is opened.
    :param renamed_classes: see `pydash_database.stored_classes`.
    """

    def __init__(
        self,
        uri: str,
        migrations: Sequence[schema.Migration] = (),
        renamed_classes: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.uri = uri
        self.migrations = migrations
        self.renamed_classes = renamed_classes
        self._opening = threading.Lock()
        self._hopeless_until = float("-inf")
        self._database: DB | None = None
        self._of_thread = threading.local()

    def session(self) -> Session:
        """Answer the connection of the calling thread.

        :raises DatabaseUnavailable: the database does not answer.
        """
        session: Session | None = getattr(self._of_thread, "session", None)
        if session is None:
            session = self._of_thread.session = Session(self.open())
        return session

    def open(self) -> DB:
        """Open the database unless it is open.

        After an attempt failed, all threads share its failure for a moment instead of each waiting
        for another one.
        """
        with self._opening:
            if self._database is None:
                if time.monotonic() < self._hopeless_until:
                    raise DatabaseUnavailable
                try:
                    self._database = self._open()
                except DatabaseUnavailable:
                    self._hopeless_until = time.monotonic() + storages.PAUSE_SECONDS
                    raise
            return self._database

    def close(self) -> None:
        """Close the database with all its connections."""
        with self._opening:
            self._of_thread = threading.local()
            if self._database is not None:
                self._database.close()
                self._database = None

    def _open(self) -> DB:
        try:
            storage = storages.open_storage(self.uri)
        except storages.DISCONNECTED as error:
            raise DatabaseUnavailable from error
        database = DB(
            storage,
            pool_size=_EXPECTED_CONNECTIONS,
            cache_size=_CACHED_OBJECTS,
            cache_size_bytes=_CACHED_BYTES,
            class_factory=class_factory(self.renamed_classes),
        )
        try:
            self._upgrade(database)
        except BaseException:
            database.close()
            raise
        return database

    def _upgrade(self, database: DB) -> None:
        session = Session(database)
        with storages.patience(storages.PATIENT_SECONDS):
            migrated = transactions.run(
                session.manager, lambda: schema.upgrade(session.connection.root(), self.migrations)
            )
        if migrated:
            logger.info("Migrated the database", migrations=migrated, schema=len(self.migrations))


_current: Database | None = None
# What a parent process opened is never touched by its child, not even to be finalised: closing
# would speak on the parent's sockets.
_inherited: list[Database] = []


def configure(
    uri: str,
    migrations: Sequence[schema.Migration] = (),
    renamed_classes: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Name the database of this process; it is opened when it is first needed.

    :param uri: `zeo://HOST:PORT`, `zeo:///PATH/OF/SOCKET`, `file://PATH`, `memory://` or
        `postgresql://…`.
    :param migrations: all that were ever written, see `pydash_database.schema`.
    :param renamed_classes: the present name of each class that was ever moved or renamed, by each
        of its former names; both as `package.module.Class`.
    """
    global _current
    close()
    _current = Database(uri, migrations, renamed_classes)


def close() -> None:
    """Close the database of this process; it is opened again when it is next needed."""
    if _current is not None:
        _current.close()


def database_connection() -> Any:
    """Answer the calling thread's connection (`ZODB.Connection.Connection`).

    :raises DatabaseUnavailable: the database does not answer.
    """
    return _configured().session().connection


def database_root() -> Any:
    """Answer the root object, in which every repository keeps its collection.

    What is read outside `transact` is what the thread's last transaction saw.

    :raises DatabaseUnavailable: the database does not answer.
    """
    return database_connection().root()


def transact(
    work: Callable[[], Result],
    attempts: int = transactions.ATTEMPTS,
    *,
    patience: float = storages.ANSWER_SECONDS,
) -> Result:
    """Call `work()` in a transaction, commit, and answer its result.

    :param work: reads and changes persistent objects; called again from the start after a conflict
        with another transaction, so it has no other effects. If it raises, nothing is stored.
        A `transact` inside of it becomes part of the outer transaction.
    :param attempts: how often it is tried.
    :param patience: for how many seconds to wait for each answer of a ZEO server. By default as
        long as people wait; `PATIENT_SECONDS` is for work in the background that stores much.
    :raises DatabaseUnavailable: the database does not answer, or all attempts met conflicts. If it
        ceased to answer in the middle of the commit, all of the work is stored or nothing.
    """
    session = _configured().session()
    if session.in_transaction:
        return work()
    session.in_transaction = True
    try:
        with storages.patience(patience):
            return transactions.run(session.manager, work, attempts)
    finally:
        session.in_transaction = False


def last_transaction_id() -> bytes:
    """Answer the id of the newest transaction known here, whichever process committed it.

    It costs no question to a ZEO server, which tells every client of every commit: compare it with
    an earlier one to see cheaply whether anything changed.

    :raises DatabaseUnavailable: the database does not answer.
    """
    try:
        return storages.last_transaction_id(_configured().open().storage)
    except storages.DISCONNECTED as error:
        raise DatabaseUnavailable from error


def pack(days: float = 1.0) -> None:
    """Give the room of what was deleted or overwritten back to the disk.

    :param days: what was current so many days ago is kept.
    :raises DatabaseUnavailable: the database does not answer.
    """
    # This asks the server, and waits as long as ever; the packing itself may take hours.
    transact(database_connection)
    try:
        with storages.patience(None):
            _configured().open().pack(days=days)
    except storages.DISCONNECTED as error:
        raise DatabaseUnavailable from error


def _configured() -> Database:
    if _current is None:
        raise RuntimeError("No database: call pydash_database.configure(uri) first.")
    return _current


def _start_anew_after_fork() -> None:
    global _current
    if _current is not None:
        _inherited.append(_current)
        _current = Database(_current.uri, _current.migrations, _current.renamed_classes)


os.register_at_fork(after_in_child=_start_anew_after_fork)

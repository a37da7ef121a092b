"""Copies of the database that are made while it is in use, and how they replace it.

ZODB's `repozo` copies a file: completely, or only what was appended since an earlier copy.
PostgreSQL has `pg_dump`. Each copy is the state after one transaction.
"""

import io
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

from transaction import TransactionManager
from zc.lockfile import LockError, LockFile
from ZODB.Connection import TransactionMetaData
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
from ZODB.FileStorage.format import CorruptedError
from ZODB.POSException import POSError
from ZODB.utils import p64, u64, z64

import pydash_files
from pydash_database.errors import BackupFailed
from pydash_database.files import open_file
from pydash_database.server import FILE_NAME
from pydash_database.storages import open_storage
from pydash_database.stored_classes import class_factory

# The index of a file that is in use is always behind, of which ZODB warns.
logging.getLogger("ZODB.FileStorage").addFilter(lambda it: "Ignoring index" not in it.getMessage())

Result = TypeVar("Result")
Read = Callable[[Any], Result]

_DUMP = "database.dump"
# Packing replaces the file, so a copy that was begun before is of no use.
_ATTEMPTS = 5
_REPOZO = (sys.executable, "-m", "ZODB.scripts.repozo")
# Bytes at the end of a file, in which the ID of its last transaction is.
_COMPARED = 64 * 1024
# A row of the table of objects: identifier, transaction, size and state.
_ROW = re.compile(rb"(\d+)\t\d+\t\d+\t\\\\x([0-9a-f]*)\n")


class Engine(Protocol):
    """How the database of one kind is copied and replaced."""

    name: str
    has_increments: bool

    def copy(self, folder: Path, previous: Path | None, read: Read[Result]) -> Result:
        """Copy the database, which may be in use.

        :param folder: an empty folder, which will have all that the copy needs.
        :param previous: the folder of an earlier copy, if only what was added since then is copied.
        :param read: reads the root object of what was copied.
        :returns: the result of `read`.
        :raises BackupFailed: it could not be copied.
        """

    def read(self, read: Read[Result]) -> Result:
        """Return what `read` returns for the present root object of the database.

        :raises DamagedDatabase: a file is damaged.
        """

    def is_copied(self, folder: Path) -> bool:
        """Return whether a copy is known to be the present state of the database."""

    def exists(self) -> bool:
        """Return whether there is a database."""

    def replacing(self, folder: Path, check: Read[None]) -> Any:
        """Prepare that a copy replaces the database, which nobody can use during the block.

        :param folder: the folder of the copy.
        :param check: called with the root object of the copy; raises if it must not be used.
        :returns: a context manager, whose value replaces the database when it is called.
        :raises BackupFailed: the database is in use, or the copy is damaged.
        """


def engine(uri: str, data_dir: Path, renamed: Mapping[str, str]) -> Engine:
    """Return how to copy and replace a database.

    :param uri: as in `pydash_database.configure`.
    :param data_dir: where `pydash database` has its file.
    :param renamed: the classes that were moved; see `pydash_database.stored_classes`.
    :raises BackupFailed: a database in memory is not kept.
    """
    parsed = urlsplit(uri)
    match parsed.scheme:
        case "postgresql":
            return PostgresqlEngine(uri, renamed)
        case "zeo":
            return FileEngine(data_dir / FILE_NAME, renamed)
        case "file":
            return FileEngine(Path(unquote(parsed.path)), renamed)
        case _:
            raise BackupFailed("A database in memory has no backups.")


def read_copy(folder: Path, renamed: Mapping[str, str], read: Read[Result]) -> Result:
    """Return what `read` returns for the root object of a copy of any engine.

    :param folder: the folder of the copy; a temporary file as large as the database is put next to
        it.
    :raises BackupFailed: the copy is damaged.
    """
    with tempfile.TemporaryDirectory(prefix=".read-", dir=folder.parent) as draft:
        path = Path(draft, FILE_NAME)
        if (folder / _DUMP).exists():
            storage = FileStorage(str(path), create=True)
            command = ("pg_restore", "--data-only", "--table=object_state", "--file=-", _DUMP)
            with _started(*command, cwd=folder) as rows:
                _store(storage, rows)
        else:
            _recover(folder, path)
            storage = FileStorage(str(path), read_only=True)
        return _read(storage, renamed, read)


class FileEngine:
    """The file of a ZEO server on this machine, or of a single process.

    :param path: of the file.
    """

    name, has_increments = "file", True

    def __init__(self, path: Path, renamed: Mapping[str, str]) -> None:
        self.path, self._renamed = path, renamed

    def copy(self, folder: Path, previous: Path | None, read: Read[Result]) -> Result:
        """Copy the file, with the parts of an earlier copy unless the file was packed since then.

        The parts are linked, so that each folder is complete and still takes little space.
        """
        for _ in range(_ATTEMPTS):
            try:
                # Open, so that its number is not used again.
                source = self.path.open("rb")
            except OSError as error:
                raise BackupFailed(
                    f"The database file {self.path} cannot be read: {error.strerror}. Run this on"
                    " the machine of `pydash database`, as the same user."
                ) from None
            with source:
                try:
                    self._copy_parts(folder, previous)
                    if self._is_same(source):
                        tid = _last_transaction(source, _end(folder))
                        storage = FileStorage(str(self.path), read_only=True)
                        result = _read(storage, self._renamed, read, tid)
                except (BackupFailed, OSError):
                    if self._is_same(source):
                        raise
                else:
                    if self._is_same(source):
                        return result
            for part in folder.iterdir():
                part.unlink()
        raise BackupFailed(f"{self.path} was packed again and again while it was copied.")

    def _copy_parts(self, folder: Path, previous: Path | None) -> None:
        for part in _parts(previous) if previous else ():
            _link(part, folder / part.name)
        if previous:
            for log in previous.glob("*.dat"):
                shutil.copy(log, folder)  # repozo appends to it
        mode = "--quick" if previous else "--full"
        _run(*_REPOZO, "--backup", mode, "--repository=.", f"--file={self.path}", cwd=folder)
        # Begins again with a full copy if the file was packed.
        first = max(path.stem for path in folder.glob("*.fs"))
        for part in folder.iterdir():
            if part.stem < first:
                part.unlink()

    def _is_same(self, opened: io.BufferedReader) -> bool:
        """Return whether a file that was opened still has its name."""
        try:
            return os.path.samestat(os.fstat(opened.fileno()), self.path.stat())
        except FileNotFoundError:
            return False

    def read(self, read: Read[Result]) -> Result:
        """Return what `read` returns for the present root object; the file may be in use.

        :raises DamagedDatabase: the file is damaged.
        """
        return _read(open_file(self.path, read_only=True), self._renamed, read)

    def is_copied(self, folder: Path) -> bool:
        """Return whether the file ends as the copy does, with the same transaction."""
        *_, last = (part for part in _parts(folder) if part.suffix != ".index")
        with last.open("rb") as copy, self.path.open("rb") as file:
            length = min(last.stat().st_size, _COMPARED)
            ends = [os.pread(copy.fileno(), length, last.stat().st_size - length)]
            ends.append(os.pread(file.fileno(), length, _end(folder) - length))
        return self.path.stat().st_size == _end(folder) and ends[0] == ends[1]

    def exists(self) -> bool:
        """Return whether the file exists."""
        return self.path.exists()

    @contextmanager
    def replacing(self, folder: Path, check: Read[None]) -> Iterator[Callable[[], None]]:
        """Put the parts together, and hold the lock of the file."""
        try:
            lock = LockFile(f"{self.path}.lock")
        except LockError:
            raise BackupFailed(f"{self.path} is in use. Stop PyDash first.") from None
        draft = Path(f"{self.path}.new")
        names = {draft: self.path, Path(f"{draft}.index"): Path(f"{self.path}.index")}
        with closing(lock):
            try:
                _recover(folder, draft)
                _read(FileStorage(str(draft), read_only=True), self._renamed, check)

                def replace() -> None:
                    # The index of another file would be one that is damaged.
                    Path(f"{self.path}.index").unlink(missing_ok=True)
                    for new, name in names.items():
                        pydash_files.sync(new)
                        new.replace(name)
                    pydash_files.sync(self.path.parent)

                yield replace
            finally:
                for new in names:
                    new.unlink(missing_ok=True)


class PostgresqlEngine:
    """A database of RelStorage in PostgreSQL.

    :param uri: as of libpq.
    """

    name, has_increments = "postgresql", False

    def __init__(self, uri: str, renamed: Mapping[str, str]) -> None:
        from psycopg2.extensions import make_dsn, parse_dsn

        parameters = parse_dsn(uri)
        # Not in an argument, because every user of the machine can read those.
        password = parameters.pop("password", None)
        self._environment = {"PGPASSWORD": password} if password else {}
        self._uri, self._target = uri, f"--dbname={make_dsn(**parameters)}"
        self._renamed = renamed

    def copy(self, folder: Path, previous: Path | None, read: Read[Result]) -> Result:
        """Dump the database in one transaction."""
        options = ("--format=custom", "--no-owner", "--no-privileges", f"--file={_DUMP}")
        _run("pg_dump", *options, self._target, cwd=folder, **self._environment)
        return read_copy(folder, self._renamed, read)

    def read(self, read: Read[Result]) -> Result:
        """Return what `read` returns for the present root object."""
        return _read(open_storage(self._uri), self._renamed, read)

    def is_copied(self, folder: Path) -> bool:
        """Return False, because a dump does not tell."""
        return False

    def exists(self) -> bool:
        """Return whether the database has objects."""
        with self._cursor() as cursor:
            cursor.execute("select to_regclass('object_state')")
            if cursor.fetchone() == (None,):
                return False
            cursor.execute("select exists (select from object_state)")
            return bool(cursor.fetchone()[0])

    @contextmanager
    def replacing(self, folder: Path, check: Read[None]) -> Iterator[Callable[[], None]]:
        """Check that nobody is connected."""
        with self._cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
            if cursor.fetchone()[0]:
                raise BackupFailed("The PostgreSQL database is in use. Stop PyDash first.")
        read_copy(folder, self._renamed, check)
        # All in one transaction.
        options = ("--clean", "--if-exists", "--single-transaction", "--exit-on-error")
        more = ("--no-owner", "--no-privileges", _DUMP)

        def replace() -> None:
            command = ("pg_restore", *options, self._target, *more)
            _run(*command, cwd=folder, **self._environment)

        yield replace

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        import psycopg2

        try:
            with closing(psycopg2.connect(self._uri)) as connection:
                yield connection.cursor()
        except psycopg2.Error as error:
            raise BackupFailed(f"PostgreSQL failed: {error}".strip()) from None


def _read(
    storage: Any, renamed: Mapping[str, str], read: Read[Result], at: bytes | None = None
) -> Result:
    """Read the state of a storage, by default the last one, and close it."""
    try:
        with closing(DB(storage, class_factory=class_factory(renamed))) as database:
            manager = TransactionManager()
            connection = database.open(manager, at=at)
            try:
                return read(connection.root())
            finally:
                manager.abort()
                connection.close()
    except (POSError, CorruptedError, UnpicklingError) as error:
        raise BackupFailed(f"The database cannot be read: {error.__cause__ or error}") from error
    finally:
        storage.close()


def _store(storage: FileStorage, rows: Iterator[bytes]) -> None:
    """Store the objects of a dumped table in an empty storage."""
    transaction = TransactionMetaData()
    storage.tpc_begin(transaction)
    for row in filter(None, map(_ROW.fullmatch, rows)):
        oid, state = p64(int(row[1])), bytes.fromhex(row[2].decode())
        storage.store(oid, z64, state, "", transaction)
    storage.tpc_vote(transaction)
    storage.tpc_finish(transaction)


def _last_transaction(file: io.BufferedReader, end: int) -> bytes:
    """Return the ID of the transaction that ends at a position of a database file."""
    length = u64(os.pread(file.fileno(), 8, end - 8))
    return os.pread(file.fileno(), 8, end - 8 - length)


def _parts(folder: Path) -> list[Path]:
    """Return the parts of a copy in their order, and the index of the last one."""
    parts = sorted((*folder.glob("*.fs"), *folder.glob("*.deltafs")), key=lambda path: path.stem)
    return [*parts, *(index for index in [parts[-1].with_suffix(".index")] if index.exists())]


def _end(folder: Path) -> int:
    """Return the position in the database file up to which it was copied."""
    return sum(part.stat().st_size for part in _parts(folder) if part.suffix != ".index")


def _link(source: Path, target: Path) -> None:
    """Create a second name of a file, or a copy where the disk has no links."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copy(source, target)


def _recover(folder: Path, path: Path) -> None:
    options = ("--recover", "--with-verify", "--repository=.", f"--output={path}")
    _run(*_REPOZO, *options, cwd=folder)


def _run(*command: str, cwd: Path, **environment: str) -> None:
    with _started(*command, cwd=cwd, **environment) as output:
        for _ in output:
            pass


@contextmanager
def _started(*command: str, cwd: Path, **environment: str) -> Iterator[Iterator[bytes]]:
    """Run a program; yield the lines that it prints.

    :raises BackupFailed: it is missing or fails.
    """
    program = "repozo" if command[0] == sys.executable else command[0]
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(  # noqa: S603 (no shell)
                command,
                cwd=cwd,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                umask=0o077,
            )
        except FileNotFoundError:
            raise BackupFailed(
                f"{program} is not installed. It is part of the client programs of PostgreSQL."
            ) from None
        with process:
            assert process.stdout is not None  # noqa: S101 (for the type checker)
            yield process.stdout
        errors.seek(0)
        lines = errors.read().decode(errors="replace").strip().splitlines()
    if process.returncode:
        raise BackupFailed(f"{program} failed: {lines[-1] if lines else process.returncode}")

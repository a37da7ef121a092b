"""Creates backups."""

import fcntl
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy.engine import make_url

import pydash_files
from pydash_app.backup import keys
from pydash_app.backup.manifest import Content, FileEntry, Manifest, Reason, find
from pydash_app.configuration import Configuration
from pydash_app.migrations import RENAMED_CLASSES
from pydash_database import BackupFailed
from pydash_database.backup import Engine, engine
from pydash_logger import Logger

EVENTS = "events.sqlite"
# How a folder is named while it is written.
INCOMPLETE = ".incomplete-"

logger = Logger(__name__)


def create(
    configuration: Configuration,
    directory: Path | None = None,
    *,
    incremental: bool = False,
    reason: Reason = "command",
) -> Path:
    """Create a backup while PyDash is in use, and return its folder.

    The database comes first: an event that is moved to another store in between is in both, and is
    recognized by its ID after a restore.

    :param directory: where; by default the configured directory.
    :param incremental: whether to copy only what was added since the latest backup there, if there
        is one. Its other parts are linked, so that every backup is complete.
    :raises BackupFailed: there is no new backup. The message explains why.
    """
    directory = directory or configuration.backup_dir
    database = engine(configuration.database_uri, configuration.data_dir, RENAMED_CLASSES)
    if incremental and not database.has_increments:
        raise BackupFailed(
            "PostgreSQL has no incremental dumps. Make a full backup, or archive its WAL."
        )
    # Nobody watches what is written at night.
    has_keys = reason == "command" or configuration.backup_passphrase is not None
    has_keys = has_keys and (configuration.data_dir / keys.FILES[0]).exists()
    try:
        with _new_folder(directory) as folder:
            previous = None
            if incremental:
                # Not one of a clock that was ahead: repozo would not recognize it as earlier.
                earlier = (path for path in reversed(find(directory)) if path.name < _name_now())
                previous = next((it for it in earlier if _is_whole(it, database)), None)
            content = database.copy(folder, previous, Content.of)
            events = _copy_events(configuration.events_uri, folder)
            if has_keys:
                keys.save(configuration.data_dir, folder, configuration.backup_passphrase)
            is_plain = configuration.backup_passphrase is None
            Manifest(
                **dict(content),
                version=version("pydash-io"),
                created=datetime.now(UTC),
                reason=reason,
                # A file that was packed since then shares nothing.
                incremental=previous is not None
                and any((previous / path.name).exists() for path in folder.glob("*.fs")),
                engine=database.name,
                events=events,
                keys="separate" if not has_keys else "plain" if is_plain else "encrypted",
                key_id=keys.key_id(configuration.secret_key),
                files=_entries(folder, previous),
            ).write(folder)
            for path in (*folder.iterdir(), folder):
                pydash_files.sync(path)
            target = folder.rename(directory / _name_now())
            pydash_files.sync(directory)
            return target
    except OSError as error:
        raise BackupFailed(
            f"The backup could not be written into {directory}: {error.strerror}."
        ) from error


def back_up_before_migration(configuration: Configuration) -> None:
    """Create a backup of a database that is about to be migrated.

    Not if the latest backup is of the same state, as that of `pydash database`, or if the file is
    on another machine, whose `pydash database` has made one.

    :raises BackupFailed: there is no backup, so the migration must not begin.
    """
    database = engine(configuration.database_uri, configuration.data_dir, RENAMED_CLASSES)
    if not database.exists():
        return
    latest = find(configuration.backup_dir)[-1:]
    if latest and _is_whole(latest[0], database) and database.is_copied(latest[0]):
        return
    try:
        folder = create(configuration, reason="migration")
    except BackupFailed as error:
        raise BackupFailed(
            f"The database must be migrated, but cannot be backed up before: {error} Set"
            " PYDASH_BACKUP_DIR to a directory with enough space."
        ) from error
    logger.info("Backed up the database before its migration", folder=str(folder))


def _entries(folder: Path, previous: Path | None) -> dict[str, FileEntry]:
    """Return the entries of all files; only those that are not linked are read."""
    known = Manifest.read(previous).files if previous else {}
    found = {}
    for path in sorted(folder.iterdir()):
        is_linked = previous and path.name in known and (previous / path.name).samefile(path)
        found[path.name] = known[path.name] if is_linked else FileEntry.of(path)
    return found


def _is_whole(folder: Path, database: Engine) -> bool:
    """Return whether a backup is one of a database of this kind, with all files in their sizes."""
    try:
        manifest = Manifest.read(folder)
        sizes = [(folder / name).stat().st_size for name in manifest.files]
    except (BackupFailed, OSError):
        return False
    expected = [entry.size for entry in manifest.files.values()]
    return manifest.engine == database.name and sizes == expected


@contextmanager
def _new_folder(directory: Path) -> Iterator[Path]:
    """Create a folder that is deleted unless it is renamed, while nobody else writes backups."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    pydash_files.create(directory / ".lock", "")
    with (directory / ".lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in directory.glob(f"{INCOMPLETE}*"):
            shutil.rmtree(left)
        # The names must differ, and so must those of repozo's files, which are seconds as well.
        while (directory / _name_now()).exists():
            time.sleep(0.05)
        folder = Path(tempfile.mkdtemp(prefix=INCOMPLETE, dir=directory))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _name_now() -> str:
    return time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime())


def events_file(uri: str) -> Path | None:
    """Return the file of an event store, if it is one in SQLite."""
    database = make_url(uri).database if uri.startswith("sqlite") else None
    return Path(database) if database and database != ":memory:" else None


def _copy_events(uri: str, folder: Path) -> str:
    """Copy the events, if they are in a file; return where they are."""
    if uri == "zodb://":
        return "database"
    path = events_file(uri)
    if path is None or not path.exists():
        return "separate"
    target = folder / EVENTS
    pydash_files.create(target, b"")
    with (
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
    return "file"

"""Restores backups."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pydash_files
from pydash_app.backup import keys
from pydash_app.backup.creating import EVENTS, events_file
from pydash_app.backup.manifest import Manifest
from pydash_app.backup.verifying import check_files, checker
from pydash_app.configuration import RESTORING, Configuration
from pydash_app.migrations import MIGRATIONS, RENAMED_CLASSES
from pydash_database import BackupFailed
from pydash_database.backup import engine


def restore(configuration: Configuration, folder: Path, *, force: bool = False) -> Manifest:
    """Replace all data by that of a backup, and return its manifest.

    Everything is prepared before anything is replaced. While it is replaced, which takes a moment,
    a marker prevents every start: whoever kills this leaves either the old data, or a directory
    with which PyDash does not start until a backup is restored.

    :param configuration: made for restoring; see `Configuration.from_environment`.
    :param force: whether to replace a database or a secret key that exists.
    :raises BackupFailed: the data was not replaced. The message explains why.
    """
    manifest = check_files(folder)
    data_dir, marker = configuration.data_dir, configuration.data_dir / RESTORING
    database = engine(configuration.database_uri, data_dir, RENAMED_CLASSES)
    if manifest.schema_version > len(MIGRATIONS):
        raise BackupFailed(
            f"The backup {folder} has schema {manifest.schema_version}, but this PyDash knows only"
            f" {len(MIGRATIONS)}. Use PyDash {manifest.version}, which made it, or a newer one."
        )
    if manifest.engine != database.name:
        raise BackupFailed(
            f"The backup {folder} has a {manifest.engine} database, but PYDASH_DATABASE_URI names a"
            f" {database.name} database."
        )
    events = events_file(configuration.events_uri) if manifest.events == "file" else None
    if manifest.events == "file" and events is None:
        raise BackupFailed(f"The backup {folder} has events for PYDASH_EVENTS_URI=sqlite:///FILE.")
    found = keys.load(folder, configuration.backup_passphrase)
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with database.replacing(folder, checker(manifest)) as replace:
            # Nobody can create one any more.
            is_used = database.exists() or any(
                path.exists() and path.read_text(encoding="utf-8") != found[path.name]
                for path in [data_dir / keys.FILES[0]]
                if path.name in found
            )
            if is_used and not (force or marker.exists()):
                raise BackupFailed(
                    f"{data_dir} has a database or another secret key. Use --force to replace it."
                )
            _replace_file(marker, str(folder.absolute()))
            try:
                replace()
            except BackupFailed:
                marker.unlink()  # nothing was changed
                raise
            for name, text in found.items():
                _replace_file(data_dir / name, text)
            if events:
                _replace_events(folder / EVENTS, events)
            marker.unlink()
            pydash_files.sync(data_dir)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(f"The backup {folder} could not be restored: {error}") from error
    return manifest


def _replace_file(path: Path, text: str) -> None:
    """Write a file completely or not at all."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    pydash_files.create(draft, text)
    draft.replace(path)
    pydash_files.sync(path.parent)


def _replace_events(source: Path, target: Path) -> None:
    """Replace the events in one transaction, so that processes that use the file see them."""
    pydash_files.create(target, b"")
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as new,
        closing(sqlite3.connect(target)) as old,
    ):
        new.backup(old)

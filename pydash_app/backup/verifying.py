"""Verifies that a backup can be restored."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from pydash_app.backup.creating import EVENTS
from pydash_app.backup.manifest import Content, FileEntry, Manifest
from pydash_app.migrations import RENAMED_CLASSES
from pydash_database import BackupFailed
from pydash_database.backup import read_copy


def verify(folder: Path) -> Manifest:
    """Read a backup completely, open its database, and count what it contains.

    :returns: its manifest.
    :raises BackupFailed: it is damaged. The message names it.
    """
    manifest = check_files(folder)
    try:
        read_copy(folder, RENAMED_CLASSES, checker(manifest))
    except BackupFailed as error:
        raise BackupFailed(f"The backup {folder} is damaged: {error}") from error
    return manifest


def check_files(folder: Path) -> Manifest:
    """Compare the files of a backup with its manifest, and return that.

    :raises BackupFailed: a file is missing or damaged.
    """
    manifest = Manifest.read(folder)
    for name, entry in manifest.files.items():
        try:
            problem = "" if FileEntry.of(folder / name) == entry else "differs from the manifest"
            if not problem and name == EVENTS:
                with closing(sqlite3.connect(f"file:{folder / name}?mode=ro", uri=True)) as events:
                    [(problem,)] = events.execute("pragma quick_check(1)")
                    problem = problem.removeprefix("ok")
        except (OSError, sqlite3.Error) as error:
            problem = f"cannot be read: {error}"
        if problem:
            raise BackupFailed(f"The backup {folder} is damaged: {name} {problem}.")
    return manifest


def checker(manifest: Manifest) -> Any:
    """Return what checks the root object of a database: whether it is as a manifest says."""

    def check(root: Any) -> None:
        found = Content.of(root)
        if found.schema_version != manifest.schema_version or found.counts != manifest.counts:
            raise BackupFailed(
                f"The database has {found.counts}, but the manifest says {manifest.counts}."
            )

    return check

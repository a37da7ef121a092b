"""The daily backups of the fetcher: when one is day, and which are kept."""

import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from pydash_app.backup.creating import INCOMPLETE, create
from pydash_app.backup.manifest import Manifest, find
from pydash_app.configuration import Configuration
from pydash_app.event.recording import record
from pydash_app.event.vocabulary import INSTALLATION, EventType
from pydash_database import BackupFailed, database_root, transact
from pydash_logger import Logger

KEPT = (("%Y-%m-%d", 7), ("%G-W%V", 4), ("%Y-%m", 12))
"""How many periods of each length have a backup that is kept: the last one of each."""
# A copy that is damaged on the disk damages all backups that share it.
MAX_SHARED = timedelta(days=7)
_ROOT_NAME = "last_nightly_backup"

logger = Logger(__name__)


def back_up_if_due(configuration: Configuration, now: datetime) -> None:
    """Create the backup of a day once its time has come, and delete those that have expired.

    Whether it succeeded is recorded as an event, together with the day, so a fetcher that is killed
    tries again. After a failure, the next attempt is on the next day. The first one is due at once.

    :param now: the time (UTC).
    """
    at = configuration.backup_at
    if at is None:
        return
    # Compared for equality: a clock that was ahead once must not prevent the backups until then.
    day = (now - timedelta(hours=at.hour, minutes=at.minute)).date()
    if transact(lambda: database_root().get(_ROOT_NAME)) == day:
        return
    begin = time.monotonic()
    try:
        known = _nightly(configuration.backup_dir)
        is_recent = any(
            each.engine == "file" and not each.incremental and now - each.created < MAX_SHARED
            for each in known.values()
        )
        folder = create(configuration, incremental=is_recent, reason="nightly")
        manifest = known[folder] = Manifest.read(folder)
        for expired in known.keys() - kept(known):
            _delete(expired)
    except (BackupFailed, OSError) as error:
        reason = str(error)
        logger.warning("The backup failed", reason=reason)
        outcome = partial(record, EventType.BACKUP_FAILED, INSTALLATION, reason=reason)
    else:
        outcome = partial(
            record,
            EventType.BACKUP_CREATED,
            INSTALLATION,
            folder=folder.name,
            kind="incremental" if manifest.incremental else "full",
            bytes=sum(entry.size for entry in manifest.files.values()),
            seconds=round(time.monotonic() - begin, 3),
        )

    def finish() -> None:
        database_root()[_ROOT_NAME] = day
        outcome()

    transact(finish)


def kept(backups: Mapping[Path, Manifest]) -> set[Path]:
    """Return which of some backups are kept: the last ones of days, weeks and months."""
    newest_first = sorted(backups, key=lambda folder: backups[folder].created, reverse=True)
    found: set[Path] = set()
    for form, number in KEPT:
        periods: dict[str, Path] = {}
        for folder in newest_first:
            periods.setdefault(backups[folder].created.strftime(form), folder)
        found.update(list(periods.values())[:number])
    return found


def _nightly(directory: Path) -> dict[Path, Manifest]:
    """Return the daily backups that can be read; others are never deleted."""
    found = {}
    for folder in find(directory):
        with suppress(BackupFailed):
            manifest = Manifest.read(folder)
            if manifest.reason == "nightly":
                found[folder] = manifest
    return found


def _delete(folder: Path) -> None:
    """Delete a backup, which is none any more as soon as this begins."""
    left = folder.with_name(INCOMPLETE + folder.name)
    folder.rename(left)
    shutil.rmtree(left)

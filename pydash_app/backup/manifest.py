"""The manifest of a backup: what is in it, and how to tell that it is complete."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

import pydash_files
from pydash_database import BackupFailed, schema

NAME = "manifest.json"

Reason = Literal["command", "nightly", "migration"]
# Not hidden, and in no other folder.
FileName = Annotated[str, StringConstraints(pattern=r"^\w[\w.-]*$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Counts(_Model):
    """What the database of a backup contains."""

    users: int
    dashboards: int
    requests: int
    events: int

    def __str__(self) -> str:
        return ", ".join(f"{number:,} {name}" for name, number in self)


class Content(_Model):
    """What is read from the database of a backup.

    :ivar schema_version: the number of migrations that have run on it.
    """

    schema_version: int
    counts: Counts

    @classmethod
    def of(cls, root: Any) -> "Content":
        """Read the root object of a database of any schema."""
        dashboards = root.get("dashboards", {}).values()
        log, inbox = root.get("event_log"), root.get("event_inbox")
        stored = sum(entry.rows for entry in log.entries()) if log else 0
        waiting = sum(len(rows) for _, rows in inbox.batches()) if inbox else 0
        return cls(
            schema_version=root.get(schema.VERSION, 0),
            counts=Counts(
                users=len(root.get("users", ())),
                dashboards=len(dashboards),
                requests=sum(each.aggregator_group.cube.rows for each in dashboards),
                events=stored + waiting,
            ),
        )


class FileEntry(_Model):
    """A file of a backup."""

    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> "FileEntry":
        """Read a file completely."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(size=path.stat().st_size, sha256=digest)


class Manifest(Content):
    """The manifest of a backup.

    :ivar version: of PyDash.
    :ivar created: when it was complete (UTC).
    :ivar reason: what made it.
    :ivar incremental: whether parts of earlier backups were used.
    :ivar engine: the kind of the database.
    :ivar events: where they are: in the database, in a file of the backup, or in another server,
        which has backups of its own.
    :ivar keys: whether the secret key and the tokens are in the backup; `separate` ones must be
        kept somewhere else.
    :ivar key_id: identifies the secret key without revealing it.
    """

    format: Literal[1] = 1
    version: str
    created: datetime
    reason: Reason
    incremental: bool
    engine: str
    events: Literal["database", "file", "separate"]
    keys: Literal["plain", "encrypted", "separate"]
    key_id: str
    files: dict[FileName, FileEntry]

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read the manifest of a backup.

        :raises BackupFailed: the folder is not a backup, or its manifest is damaged.
        """
        try:
            return cls.model_validate_json((folder / NAME).read_bytes())
        except OSError as error:
            raise BackupFailed(f"{folder} is not a backup: {NAME}: {error.strerror}.") from None
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise BackupFailed(
                f"The backup {folder} is damaged: {NAME}: {where} {first['msg']}."
            ) from None

    def write(self, folder: Path) -> None:
        """Write the manifest of a new backup."""
        pydash_files.create(folder / NAME, self.model_dump_json(indent=2) + "\n")


def find(directory: Path) -> list[Path]:
    """Return the backups in a directory, oldest first; or only itself, if it is one."""
    if (directory / NAME).exists():
        return [directory]
    return sorted(path.parent for path in directory.glob(f"[!.]*/{NAME}"))

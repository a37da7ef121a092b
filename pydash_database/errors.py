"""The exceptions of the database."""

# ruff: noqa: N818 (the names describe what went wrong)

from pathlib import Path


class DatabaseUnavailable(Exception):
    """The database does not respond or is too busy. A later attempt may succeed."""

    def __init__(self, message: str = "The database does not respond.") -> None:
        super().__init__(message)


class DiskFull(DatabaseUnavailable):
    """No space is left on the database's disk."""

    def __init__(self) -> None:
        super().__init__("The disk of the database is full.")


class BackupFailed(Exception):
    """The database could not be copied or replaced. The message explains why and what to do."""


class IncompatibleDatabase(Exception):
    """This PyDash cannot read the database. The message explains why and what to do."""


class DamagedDatabase(IncompatibleDatabase):
    """The file of the database is damaged.

    :param path: the file.
    :param problem: what is wrong with it.
    """

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            f"The database {path} {problem}. Restore a backup: pydash backup restore --force"
            f" FOLDER. To start over with an empty database, delete {path} and {path.name}.index."
        )


class DamagedIndex(IncompatibleDatabase):
    """The index of the database file is damaged.

    :param path: the index.
    :param problem: what is wrong with it.
    """

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            f"{path} {problem}. Stop PyDash, and delete this file. It is created again at the next"
            " start."
        )


class SchemaTooNew(IncompatibleDatabase):
    """The database was written by a newer PyDash than this one."""


class UnknownClass(IncompatibleDatabase):
    """The database contains objects of a class that this PyDash does not have."""

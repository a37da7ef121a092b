"""What can go wrong with the database."""

# ruff: noqa: N818 (the names say what went wrong)


class DatabaseUnavailable(Exception):
    """The database does not answer, or is too busy to; trying again later may help."""

    def __init__(self, message: str = "The database does not answer.") -> None:
        super().__init__(message)


class IncompatibleDatabase(Exception):
    """This PyDash cannot read the database; the message says why and what to do."""


class SchemaTooNew(IncompatibleDatabase):
    """The database was written by a newer PyDash than this one."""


class UnknownClass(IncompatibleDatabase):
    """The database holds objects of a class that this PyDash does not have."""

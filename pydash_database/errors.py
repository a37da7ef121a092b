"""What can go wrong with the database."""

# ruff: noqa: N818 (the names say what went wrong)


class DatabaseUnavailable(Exception):
    """The database does not answer, or is too busy to; trying again later may help."""


class SchemaTooNew(Exception):
    """The database was written by a newer PyDash than this one."""

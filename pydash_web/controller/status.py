"""Says whether PyDash works, to whoever watches over it."""

from pydash_database import DatabaseUnavailable, database_root, transact
from pydash_web.models.operations import Status


def status() -> Status:
    """Look into the database."""
    try:
        transact(database_root)
    except DatabaseUnavailable:
        return Status(status="database failed")
    return Status(status="alive")

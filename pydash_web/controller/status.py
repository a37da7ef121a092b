"""Reports whether PyDash works, for monitoring."""

from pydash_database import DatabaseUnavailable, database_root, transact
from pydash_web.models.operations import Status


def get_status() -> Status:
    """Report whether PyDash is alive and can read its database."""
    try:
        transact(database_root)
    except DatabaseUnavailable:
        return Status(status="database failed")
    return Status(status="alive")

"""Finds the exceptions of each dashboard, which `pydash_app.diagnosis` stores."""

from typing import cast
from uuid import UUID

from BTrees.OOBTree import OOBTree

from pydash_app.exceptions.entity import ExceptionLog
from pydash_database import database_root
from pydash_database.schema import Root

_LOGS = "exceptions"


def create(root: Root) -> None:
    """Create the collection in an empty database."""
    root[_LOGS] = OOBTree()


def find(dashboard_id: UUID) -> ExceptionLog | None:
    """Return the exceptions of a dashboard; None if none were ever fetched."""
    return cast("ExceptionLog | None", database_root()[_LOGS].get(dashboard_id))

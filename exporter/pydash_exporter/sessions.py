"""Opens sessions of the monitoring database.

They are opened without FMD's own `session_scope`, which swallows every exception and would turn a
failure into an empty response.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from sqlalchemy.exc import DBAPIError

Read = TypeVar("Read", bound="Callable[..., Any]")


def open_session() -> Any:
    """Open a session of FMD's database, which the caller closes."""
    # Imported here, because FMD reads its settings when its database module is imported.
    from flask_monitoringdashboard.database import DBSession

    return DBSession()


def repeated_if_stale(read: Read) -> Read:
    """Repeat a read once if the database had closed its pooled connection in the meantime.

    MariaDB, for instance, closes connections that are idle for longer than `wait_timeout`. When
    SQLAlchemy notices, it replaces all connections of the pool.
    """

    @wraps(read)
    def read_twice(*arguments: Any) -> Any:
        try:
            return read(*arguments)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return read(*arguments)

    return cast(Read, read_twice)

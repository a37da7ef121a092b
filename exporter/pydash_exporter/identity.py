"""The identity of a monitoring database, which is a random ID in the exporter's own table.

Replicas of an app with separate databases look like a single app whose IDs jump. PyDash detects
them by this ID. It also detects that a database was replaced.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any
from uuid import uuid4

from flask_monitoringdashboard import config
from sqlalchemy import Column, Integer, MetaData, String, Table
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

KEY = 1
"""The key of the only row, so that one of two processes that insert it fails."""


def read_database_id(session: Any) -> str | None:
    """Return the ID of the database, and create it if missing; None if that is not permitted.

    :raises sqlalchemy.exc.DBAPIError: if the connection was lost.
    """
    stored = _stored_id(session)
    if stored is None:
        with suppress(SQLAlchemyError):
            _table().create(bind=session.get_bind(), checkfirst=True)
        try:
            session.execute(_table().insert().values(key=KEY, database_id=uuid4().hex))
            session.commit()
        except SQLAlchemyError:
            # Another process was faster, or the database user has no write permission.
            session.rollback()
        stored = _stored_id(session)
    return stored


def _stored_id(session: Any) -> str | None:
    table = _table()
    try:
        found: str | None = session.query(table.c.database_id).filter(table.c.key == KEY).scalar()
    except DBAPIError as error:
        session.rollback()
        if error.connection_invalidated:
            raise
        return None
    return found


@cache
def _table() -> Any:
    return Table(
        config.table_prefix + "PydashExporter",
        MetaData(),
        Column("key", Integer, primary_key=True, autoincrement=False),
        Column("database_id", String(32), nullable=False),
    )

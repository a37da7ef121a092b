"""Reads the measurements from the database of Flask-MonitoringDashboard, page by page.

Sessions are opened without FMD's own `session_scope`, which swallows every exception and would
turn a failure into an empty response. They only read, but for the id of the database.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, NamedTuple, TypeVar, cast

from flask_monitoringdashboard import config
from sqlalchemy import func
from sqlalchemy.exc import DBAPIError

from pydash_exporter.identity import read_database_id

MAX_LIMIT = 50_000
"""Maximum number of calls in a page: bounds the memory that an export takes."""

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - FMD stores naive UTC
MICROSECOND = timedelta(microseconds=1)


class Selection(NamedTuple):
    """The calls of a page.

    :param after_id: only calls with a larger id.
    :param limit: maximum number of calls; those with the smallest ids are returned.
    :param time_from: only calls after this time (naive UTC), or None.
    :param time_to: only calls up to and including this time (naive UTC), or None.
    """

    after_id: int = 0
    limit: int = MAX_LIMIT
    time_from: datetime | None = None
    time_to: datetime | None = None


class Call(NamedTuple):
    """A request that the app has served, as FMD stored it."""

    id: int
    endpoint_id: int
    duration: float
    time_requested: datetime
    version_requested: str | None
    group_by: str | None
    ip: str | None
    status_code: int | None


class Page(NamedTuple):
    """A page of calls, and what is needed to request the next.

    :param calls: in the order of their ids.
    :param names: names of the endpoints by id.
    :param has_more: whether there are calls after these.
    :param last_id: largest id in the database, 0 if it is empty.
    :param database_id: id of the database, None if it cannot be stored there.
    """

    calls: list[Call]
    names: dict[int, str]
    has_more: bool
    last_id: int
    database_id: str | None


Read = TypeVar("Read", bound="Callable[..., Any]")


def _repeated_if_stale(read: Read) -> Read:
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


def open_session() -> Any:
    """Open a session of FMD's database; the caller closes it."""
    # Imported here: FMD reads its settings when its database module is imported.
    from flask_monitoringdashboard.database import DBSession

    return DBSession()


@_repeated_if_stale
def read_page(selection: Selection) -> Page:
    """Read a page of calls.

    :raises sqlalchemy.exc.SQLAlchemyError: if the database fails.
    """
    from flask_monitoringdashboard.database import Endpoint, Request

    # FMD 2.1 stores no status code.
    columns = [getattr(Request, name) for name in Call._fields if hasattr(Request, name)]
    with closing(open_session()) as session:
        query = session.query(*columns).filter(Request.id > selection.after_id)
        if selection.time_from is not None:
            query = query.filter(Request.time_requested > selection.time_from)
        if selection.time_to is not None:
            query = query.filter(Request.time_requested <= selection.time_to)
        rows = query.order_by(Request.id).limit(selection.limit + 1).all()
        last_id = session.query(func.max(Request.id)).scalar() or 0
        # After the calls, so that the endpoint of every call is among them.
        names = dict(session.query(Endpoint.id, Endpoint.name).all())
        database_id = read_database_id(session)
    calls = [Call(*row, *(None,) * (len(Call._fields) - len(row))) for row in rows]
    has_more = len(calls) > selection.limit
    return Page(calls[: selection.limit], names, has_more, last_id, database_id)


@_repeated_if_stale
def read_endpoints() -> list[dict[str, Any]]:
    """Read all endpoints, monitored or not, oldest first."""
    from flask_monitoringdashboard.database import Endpoint

    with closing(open_session()) as session:
        endpoints = session.query(Endpoint).order_by(Endpoint.id).all()
    return [
        {
            "id": endpoint.id,
            "name": endpoint.name,
            "last_requested": str(_last_requested(endpoint)),
            "monitor_level": endpoint.monitor_level,
            "time_added": str(endpoint.time_added),
            "version_added": endpoint.version_added,
        }
        for endpoint in endpoints
    ]


def _last_requested(endpoint: Any) -> datetime | None:
    """Return when an endpoint was last used: FMD 3.1 and newer keep that in memory until exit."""
    stored: datetime | None = endpoint.last_requested
    try:
        from flask_monitoringdashboard.core.cache import memory_cache
    except ImportError:
        return stored
    cached = memory_cache.get(endpoint.name)
    if cached is None or cached.last_requested is None:
        return stored
    latest: datetime = cached.last_requested.replace(tzinfo=None)
    return max(stored, latest) if stored else latest


@_repeated_if_stale
def read_details() -> dict[str, Any]:
    """Read what describes the database and the app as a whole."""
    from flask_monitoringdashboard.database import Request

    with closing(open_session()) as session:
        first, last_id, total = session.query(
            func.min(Request.time_requested), func.max(Request.id), func.count(Request.id)
        ).one()
        first_of_version = (
            session.query(func.min(Request.time_requested))
            .filter(Request.version_requested == config.version)
            .scalar()
        )
        database_id = read_database_id(session)
    return {
        "config-version": config.version,
        "first-request": _seconds(first),
        "first-request-version": _seconds(first_of_version),
        "total-requests": total,
        "last-id": last_id or 0,
        "database-id": database_id,
        "timezone": str(config.timezone),
    }


def microseconds(moment: datetime | None) -> int | None:
    """Return the µs from 1970 to a naive UTC time."""
    return None if moment is None else (moment - EPOCH) // MICROSECOND


def _seconds(moment: datetime | None) -> int:
    # As in FMD 2.0: -1 for none.
    return -1 if moment is None else (moment - EPOCH) // timedelta(seconds=1)

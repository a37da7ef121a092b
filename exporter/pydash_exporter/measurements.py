"""Reads the measurements from the database of Flask-MonitoringDashboard, page by page.

Only the ID of the database is written.
"""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask_monitoringdashboard import config
from sqlalchemy import func

from pydash_exporter.groups import group_of
from pydash_exporter.identity import read_database_id
from pydash_exporter.sessions import open_session, repeated_if_stale
from pydash_exporter.times import comparable, in_utc, is_local

MAX_LIMIT = 50_000
"""Maximum number of calls in a page, which limits the memory of an export."""

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - FMD stores naive UTC
MICROSECOND = timedelta(microseconds=1)


class Selection(NamedTuple):
    """The calls of a page.

    :param after_id: only calls with a larger ID.
    :param limit: maximum number of calls. Those with the smallest IDs are returned.
    :param time_from: only calls after this time (naive UTC), or None.
    :param time_to: only calls up to and including this time (naive UTC), or None.
    """

    after_id: int = 0
    limit: int = MAX_LIMIT
    time_from: datetime | None = None
    time_to: datetime | None = None


class Call(NamedTuple):
    """A request that the app has served, as stored by FMD, but with its time in UTC."""

    id: int
    endpoint_id: int
    duration: float
    time_requested: datetime
    version_requested: str | None
    group_by: str | None
    ip: str | None
    status_code: int | None


class Page(NamedTuple):
    """A page of calls, and the information needed to request the next one.

    :param calls: the calls in the order of their IDs.
    :param names: names of the endpoints by ID.
    :param has_more: whether there are calls after these.
    :param last_id: largest ID in the database, 0 if it is empty.
    :param database_id: ID of the database, None if it cannot be stored there.
    """

    calls: list[Call]
    names: dict[int, str]
    has_more: bool
    last_id: int
    database_id: str | None


@repeated_if_stale
def read_page(selection: Selection) -> Page:
    """Read a page of calls.

    :raises sqlalchemy.exc.SQLAlchemyError: if the database fails.
    """
    from flask_monitoringdashboard.database import Endpoint, Request

    time = Request.time_requested
    # FMD 2.1 stores no status code.
    columns = [getattr(Request, name) for name in Call._fields if hasattr(Request, name)]
    columns[Call._fields.index("time_requested")] = in_utc(time)
    with closing(open_session()) as session:
        query = session.query(*columns).filter(Request.id > selection.after_id)
        if selection.time_from is not None:
            query = query.filter(time > comparable(time, selection.time_from))
        if selection.time_to is not None:
            query = query.filter(time <= comparable(time, selection.time_to))
        rows = query.order_by(Request.id).limit(selection.limit + 1).all()
        last_id = session.query(func.max(Request.id)).scalar() or 0
        # After the calls, so that the endpoint of every call is among them.
        names = dict(session.query(Endpoint.id, Endpoint.name).all())
        database_id = read_database_id(session)
    calls = [Call(*row, *(None,) * (len(Call._fields) - len(row))) for row in rows]
    calls = [call._replace(group_by=group_of(call.group_by)) for call in calls]
    has_more = len(calls) > selection.limit
    return Page(calls[: selection.limit], names, has_more, last_id, database_id)


@repeated_if_stale
def read_endpoints() -> list[dict[str, Any]]:
    """Read all endpoints, monitored or not, oldest first."""
    from flask_monitoringdashboard.database import Endpoint

    is_stored_local = is_local(Endpoint.last_requested)
    with closing(open_session()) as session:
        columns = (Endpoint, in_utc(Endpoint.time_added), in_utc(Endpoint.last_requested))
        endpoints = session.query(*columns).order_by(Endpoint.id).all()
    return [
        {
            "id": endpoint.id,
            "name": endpoint.name,
            "last_requested": str(_last_requested(endpoint.name, last_requested, is_stored_local)),
            "monitor_level": endpoint.monitor_level,
            "time_added": str(time_added),
            "version_added": endpoint.version_added,
        }
        for endpoint, time_added, last_requested in endpoints
    ]


def _last_requested(name: str, stored: datetime | None, is_stored_local: bool) -> datetime | None:
    """Return when an endpoint was last used, which FMD 3.1 and newer keep in memory until exit.

    :param stored: the time in the database, in UTC.
    :param is_stored_local: whether it had to be converted.
    """
    try:
        from flask_monitoringdashboard.core.cache import memory_cache
    except ImportError:
        return stored
    cached = memory_cache.get(name)
    if cached is None or cached.last_requested is None:
        return stored
    latest: datetime = cached.last_requested
    if latest.tzinfo is None and is_stored_local:
        # FMD has read it from the database when it started, but does not convert it.
        return stored
    latest = latest.replace(tzinfo=None)
    return max(stored, latest) if stored else latest


@repeated_if_stale
def read_details() -> dict[str, Any]:
    """Read the details of the database and the app."""
    from flask_monitoringdashboard.database import Request

    time = Request.time_requested
    with closing(open_session()) as session:
        first, last_id, total = session.query(
            in_utc(time, func.min), func.max(Request.id), func.count(Request.id)
        ).one()
        first_of_version = (
            session.query(in_utc(time, func.min))
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
    """Return a naive UTC time as µs since 1970."""
    return None if moment is None else (moment - EPOCH) // MICROSECOND


def _seconds(moment: datetime | None) -> int:
    # As in FMD 2.0: -1 for none.
    return -1 if moment is None else (moment - EPOCH) // timedelta(seconds=1)

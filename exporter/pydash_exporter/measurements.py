"""Reads the measurements out of the database of Flask-MonitoringDashboard, a page at a time.

The sessions are opened without FMD's own `session_scope`, which swallows every exception and
would turn a failure into an empty answer. Nothing is written, so closing is all they need.
"""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask_monitoringdashboard import config
from sqlalchemy import func

MAX_LIMIT = 50_000
"""The most calls in one page: what bounds the memory that an export takes."""

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - FMD stores naive UTC
MICROSECOND = timedelta(microseconds=1)


class Selection(NamedTuple):
    """Which calls a page is to hold.

    :param after_id: only calls with a larger id.
    :param limit: at most so many, the smallest ids first.
    :param time_from: only calls after this moment (naive UTC), or None.
    :param time_to: only calls up to and including this moment (naive UTC), or None.
    """

    after_id: int = 0
    limit: int = MAX_LIMIT
    time_from: datetime | None = None
    time_to: datetime | None = None


class Call(NamedTuple):
    """One request that the app served, as FMD stored it."""

    id: int
    endpoint_id: int
    duration: float
    time_requested: datetime
    version_requested: str | None
    group_by: str | None
    ip: str | None
    status_code: int | None


class Page(NamedTuple):
    """Some calls, and what one has to know to ask for the next.

    :param calls: in the order of their ids.
    :param names: the names of the endpoints by their ids.
    :param has_more: whether there are calls after these.
    :param last_id: the largest id in the whole database, 0 if it is empty.
    """

    calls: list[Call]
    names: dict[int, str]
    has_more: bool
    last_id: int


def open_session() -> Any:
    """Open a session with FMD's database, to be closed by the caller."""
    # Imported late: FMD reads its settings when its database module is imported.
    from flask_monitoringdashboard.database import DBSession

    return DBSession()


def read_page(selection: Selection) -> Page:
    """Read one page of calls.

    :raises sqlalchemy.exc.SQLAlchemyError: if the database does not answer.
    """
    from flask_monitoringdashboard.database import Endpoint, Request

    with closing(open_session()) as session:
        query = session.query(*_columns(Request)).filter(Request.id > selection.after_id)
        if selection.time_from is not None:
            query = query.filter(Request.time_requested > selection.time_from)
        if selection.time_to is not None:
            query = query.filter(Request.time_requested <= selection.time_to)
        rows = query.order_by(Request.id).limit(selection.limit + 1).all()
        last_id = session.query(func.max(Request.id)).scalar() or 0
        # After the calls, so that no call can have an endpoint that is not among them.
        names = dict(session.query(Endpoint.id, Endpoint.name).all())
    calls = [Call(*row, *(None,) * (len(Call._fields) - len(row))) for row in rows]
    return Page(calls[: selection.limit], names, len(calls) > selection.limit, last_id)


def _columns(request: Any) -> list[Any]:
    # FMD 2.1 keeps no status code.
    return [getattr(request, name) for name in Call._fields if hasattr(request, name)]


def read_endpoints() -> list[dict[str, Any]]:
    """Read the endpoints that FMD knows, whether it monitors them or not, oldest first."""
    from flask_monitoringdashboard.database import Endpoint

    with closing(open_session()) as session:
        endpoints = session.query(Endpoint).order_by(Endpoint.id).all()
    return [
        {
            "id": endpoint.id,
            "name": endpoint.name,
            "last_requested": _text(_last_requested(endpoint)),
            "monitor_level": endpoint.monitor_level,
            "time_added": _text(endpoint.time_added),
            "version_added": endpoint.version_added,
        }
        for endpoint in endpoints
    ]


def _last_requested(endpoint: Any) -> datetime | None:
    """Tell when an endpoint was last used: FMD 3.1 and newer keep that in memory until they end."""
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


def read_details() -> dict[str, Any]:
    """Read what there is to know about the database and the app as a whole."""
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
    return {
        "config-version": config.version,
        "first-request": _seconds(first),
        "first-request-version": _seconds(first_of_version),
        "total-requests": total,
        "last-id": last_id or 0,
        "timezone": str(config.timezone),
    }


def microseconds(moment: datetime | None) -> int | None:
    """Count the µs since 1970 of a naive UTC moment."""
    return None if moment is None else (moment - EPOCH) // MICROSECOND


def _seconds(moment: datetime | None) -> int:
    # As FMD 2.0 did: -1 when there is none.
    return -1 if moment is None else (moment - EPOCH) // timedelta(seconds=1)


def _text(moment: datetime | None) -> str:
    return str(moment)

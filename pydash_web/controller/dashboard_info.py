"""Builds the response models of dashboards and endpoints."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from persistent import Persistent

from pydash_app import maintenance
from pydash_app.dashboard import load
from pydash_app.dashboard.downtime import Failure
from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.summary import DayFigures, start_of_day
from pydash_cube.cache import Cache
from pydash_cube.naming import pattern_of
from pydash_cube.version import version_of
from pydash_cube.vocabulary import MAX_DISTINCT, CallField
from pydash_web.http.rendered import Rendered
from pydash_web.models.dashboard import (
    DashboardInfo,
    DashboardOverview,
    DashboardSummary,
    EndpointInfo,
    ImportProgress,
    Notice,
    PingFailure,
    ReachedLimit,
)

# The maximum number of endpoints listed with a dashboard, which may have 10,000.
LISTED_ENDPOINTS = 100
UPTIME_WINDOW = timedelta(days=90)

# The JSON of each listed dashboard, by all that it depends on.
kept: Cache[bytes] = Cache(16 * 1024**2, lambda text: len(text) + 1_000)


def dashboards_json(
    dashboards: list[Dashboard], *, with_endpoints: bool, day: datetime | None = None
) -> bytes:
    """Return dashboards by name as JSON: a list of `DashboardInfo`, or of `DashboardOverview`.

    They are loaded together, and those that have not changed are not built again.

    :param day: when today began; by default, today is the day (UTC) of the last fetch.
    """

    def parts(dashboard: Dashboard) -> Iterator[Persistent]:
        yield from (dashboard.fetching, dashboard.summary, dashboard.downtime)
        if with_endpoints:
            yield dashboard.endpoints

    def parts_of_parts(dashboard: Dashboard) -> Iterator[Persistent]:
        yield from dashboard.downtime.trees
        if with_endpoints:
            yield from islice(dashboard.endpoints.values(), LISTED_ENDPOINTS + 1)

    def json(dashboard: Dashboard) -> bytes:
        windows = maintenance.of_dashboard(dashboard)
        version = version_of(dashboard, *windows, *parts(dashboard), *parts_of_parts(dashboard))
        is_timeless = dashboard.downtime.is_empty and not windows
        minute = None if is_timeless else _this_minute()
        model_of = dashboard_info if with_endpoints else dashboard_overview

        def build() -> bytes:
            return Rendered.of(model_of(dashboard, day)).body

        return build() if version is None else kept.get((version, minute, day), build)

    load(dashboards, parts, parts_of_parts)
    by_name = sorted(dashboards, key=lambda each: each.name.casefold())
    return b"[%s]" % b",".join(map(json, by_name))


def dashboard_overview(dashboard: Dashboard, day: datetime | None = None) -> DashboardOverview:
    """Build the response model of a dashboard without its endpoints."""
    return DashboardOverview(**dashboard_fields(dashboard, day))


def dashboard_info(dashboard: Dashboard, day: datetime | None = None) -> DashboardInfo:
    """Build the response model of a dashboard."""
    listed, following = endpoints_from(dashboard, None, LISTED_ENDPOINTS)
    endpoints = [endpoint_info(dashboard, each) for each in listed]
    fields = dashboard_fields(dashboard, day)
    return DashboardInfo(**fields, endpoints=endpoints, next_endpoint=following)


def endpoints_from(
    dashboard: Dashboard, start: str | None, limit: int
) -> tuple[list[Endpoint], str | None]:
    """Return a page of endpoints, sorted by name, and the first name of the next page, if any.

    :param start: the name to start with; None for the first page.
    :param limit: the maximum number.
    """
    found = list(islice(dashboard.endpoints.values(start), limit + 1))
    following = found.pop().name if len(found) > limit else None
    return found, following


def endpoint_info(dashboard: Dashboard, endpoint: Endpoint) -> EndpointInfo:
    """Build the response model of an endpoint."""
    return EndpointInfo(
        name=endpoint.name,
        enabled=endpoint.is_monitored,
        hidden=endpoint.name in dashboard.hidden_endpoints,
        pinned=endpoint.name in dashboard.pinned_endpoints,
        merged_into=pattern_of(endpoint.name, dashboard.endpoint_patterns),
    )


def dashboard_fields(dashboard: Dashboard, day: datetime | None = None) -> dict[str, Any]:
    """Return the fields of `DashboardInfo`, except for the endpoints.

    :param day: when today began; by default, today is the day (UTC) of the last fetch.
    """
    fetching, summary, log = dashboard.fetching, dashboard.summary, dashboard.downtime
    now = _this_minute()
    start = now - UPTIME_WINDOW
    windows = maintenance.of_dashboard(dashboard)
    excluded = maintenance.excluded(windows, start, now)
    progress = None
    if not fetching.state.has_history:
        progress = ImportProgress(
            fraction=fetching.progress.fraction,
            calls=fetching.progress.calls,
            seconds_left=fetching.progress.seconds_left,
        )
    if day is None and summary.updated is not None:
        day = start_of_day(summary.updated, "UTC")
    today = summary.of_day(day, dashboard) if day else DayFigures()
    return {
        "id": dashboard.id,
        "name": dashboard.name,
        "url": dashboard.url,
        "header_names": dashboard.header_names,
        "monitor_downtime": dashboard.monitor_downtime,
        "ping_interval": dashboard.ping_interval,
        "tags": list(dashboard.tags),
        "favorite": dashboard.is_favorite,
        "failure": ping_failure(log.last_failure) if log.is_failing or log.down_since else None,
        "certificate_expires": log.certificate_expires,
        "muted_until": dashboard.muted_until,
        "muted_until_resolved": dashboard.is_muted_until_resolved,
        "availability": dashboard.availability,
        "retention": dashboard.retention.calls_days,
        "state": fetching.state.name,
        "error": fetching.error,
        "http_status": fetching.http_status,
        "last_fetch_time": fetching.last_fetch_time,
        "fmd_version": fetching.remote and fetching.remote.fmd_version,
        "default_token": bool(fetching.remote and fetching.remote.default_token),
        "set_aside": fetching.progress.set_aside,
        "notices": [Notice(time=each.time, text=each.text) for each in fetching.notices],
        "limits_reached": [
            ReachedLimit(field=field, limit=MAX_DISTINCT[CallField(field)], name=name)
            for field, name in fetching.overflow_names.items()
        ],
        "progress": progress,
        "downtime_percentage": log.percentage(start, now, now, excluded),
        "in_maintenance": any(window.period_at(datetime.now(UTC)) for window in windows),
        "summary": DashboardSummary(
            visits_today=today.visits,
            p50=today.p50,
            p95=today.p95,
            error_rate=today.error_rate,
            sparkline=summary.sparkline,
        ),
    }


def ping_failure(failure: Failure | None) -> PingFailure | None:
    """Build the response model of why a ping failed."""
    return PingFailure(kind=failure.kind, reason=failure.reason) if failure else None


def _this_minute() -> datetime:
    """Return the minute as of which uptime is shown: a whole one, so that JSON can be kept."""
    return datetime.now(UTC).replace(second=0, microsecond=0)

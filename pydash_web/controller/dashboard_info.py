"""Builds the response models of dashboards and endpoints."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.entity import Dashboard
from pydash_cube.vocabulary import MAX_DISTINCT, CallField
from pydash_web.models.dashboard import (
    DashboardInfo,
    DashboardSummary,
    EndpointInfo,
    ImportProgress,
    Notice,
    ReachedLimit,
)

# The maximum number of endpoints listed with a dashboard, which may have 10,000.
LISTED_ENDPOINTS = 100
UPTIME_WINDOW = timedelta(days=90)


def dashboard_info(dashboard: Dashboard) -> DashboardInfo:
    """Build the response model of a dashboard without reading its cube."""
    listed, following = endpoints_from(dashboard, None, LISTED_ENDPOINTS)
    endpoints = [endpoint_info(dashboard, each) for each in listed]
    fields = dashboard_fields(dashboard)
    return DashboardInfo(**fields, endpoints=endpoints, next_endpoint=following)


def endpoints_from(
    dashboard: Dashboard, start: str | None, limit: int
) -> tuple[list[Endpoint], str | None]:
    """Return a page of endpoints, sorted by name, and the first name of the next page, if any.

    :param start: the name to start with; None for the first page.
    :param limit: the maximum number.
    """
    names = list(islice(dashboard.endpoints.keys(start), limit + 1))
    following = names.pop() if len(names) > limit else None
    return [dashboard.endpoints[name] for name in names], following


def endpoint_info(dashboard: Dashboard, endpoint: Endpoint) -> EndpointInfo:
    """Build the response model of an endpoint."""
    return EndpointInfo(
        name=endpoint.name,
        enabled=endpoint.is_monitored,
        hidden=endpoint.name in dashboard.hidden_endpoints,
    )


def dashboard_fields(dashboard: Dashboard) -> dict[str, Any]:
    """Return the fields of `DashboardInfo`, except for the endpoints."""
    fetching, summary, now = dashboard.fetching, dashboard.summary, datetime.now(UTC)
    progress = None
    if not fetching.state.has_history:
        progress = ImportProgress(
            fraction=fetching.progress.fraction,
            calls=fetching.progress.calls,
            seconds_left=fetching.progress.seconds_left,
        )
    return {
        "id": dashboard.id,
        "name": dashboard.name,
        "url": dashboard.url,
        "header_names": dashboard.header_names,
        "monitor_downtime": dashboard.monitor_downtime,
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
        "downtime_percentage": dashboard.downtime.percentage(now - UPTIME_WINDOW, now),
        "summary": DashboardSummary(
            visits_today=summary.visits_today,
            p50=summary.p50,
            p95=summary.p95,
            error_rate=summary.error_rate,
            sparkline=summary.sparkline,
        ),
    }

"""Builds the response models of dashboards and endpoints."""

from datetime import UTC, datetime, timedelta
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

UPTIME_WINDOW = timedelta(days=90)


def dashboard_info(dashboard: Dashboard) -> DashboardInfo:
    """Build the response model of a dashboard, without reading its cube."""
    endpoints = [endpoint_info(dashboard, each) for each in dashboard.endpoints.values()]
    return DashboardInfo(**dashboard_fields(dashboard), endpoints=endpoints)


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

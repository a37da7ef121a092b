"""Builds the response models of dashboards and endpoints."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.entity import Dashboard
from pydash_web.models.dashboard import (
    DashboardInfo,
    DashboardSummary,
    EndpointInfo,
    ImportProgress,
    Notice,
)

UPTIME_SHOWN = timedelta(days=90)


def dashboard_info(dashboard: Dashboard) -> DashboardInfo:
    """Say how a dashboard is doing, without reading its cube."""
    endpoints = [endpoint_info(dashboard, each) for each in dashboard.endpoints.values()]
    return DashboardInfo(**dashboard_fields(dashboard), endpoints=endpoints)


def endpoint_info(dashboard: Dashboard, endpoint: Endpoint) -> EndpointInfo:
    """Make the answer's model of an endpoint."""
    return EndpointInfo(
        name=endpoint.name,
        enabled=endpoint.is_monitored,
        hidden=endpoint.name in dashboard.hidden_endpoints,
    )


def dashboard_fields(dashboard: Dashboard) -> dict[str, Any]:
    """Collect the fields of `DashboardInfo` but for the endpoints."""
    fetching = dashboard.fetching
    now = datetime.now(UTC)
    return {
        "id": dashboard.id,
        "name": dashboard.name,
        "url": dashboard.url,
        "monitor_downtime": dashboard.monitor_downtime,
        "retention": dashboard.retention.calls_days,
        "state": fetching.state.name,
        "error": fetching.error,
        "http_status": fetching.http_status,
        "last_fetch_time": fetching.last_fetch_time,
        "fmd_version": fetching.remote and fetching.remote.fmd_version,
        "default_token": bool(fetching.remote and fetching.remote.default_token),
        "notices": [Notice(time=each.time, text=each.text) for each in fetching.notices],
        "progress": _progress(dashboard),
        "downtime_percentage": dashboard.downtime.percentage(now - UPTIME_SHOWN, now),
        "summary": _summary(dashboard),
    }


def _progress(dashboard: Dashboard) -> ImportProgress | None:
    progress = dashboard.fetching.progress
    if dashboard.fetching.state.has_history:
        return None
    return ImportProgress(
        fraction=progress.fraction, calls=progress.calls, seconds_left=progress.seconds_left
    )


def _summary(dashboard: Dashboard) -> DashboardSummary:
    summary = dashboard.summary
    return DashboardSummary(
        visits_today=summary.visits_today,
        p50=summary.p50,
        p95=summary.p95,
        error_rate=summary.error_rate,
        sparkline=summary.sparkline,
    )

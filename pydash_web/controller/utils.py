"""What several controllers need."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from pydash_app.dashboard import find_verified_dashboard
from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.measured import Measured
from pydash_app.errors import InvalidInput, NotFound
from pydash_web import session
from pydash_web.models.dashboard import (
    DashboardInfo,
    DashboardSummary,
    EndpointInfo,
    ImportProgress,
    Notice,
)
from pydash_web.models.statistic import BoxPlot

BOX_PLOT = tuple(field.alias or name for name, field in BoxPlot.model_fields.items())
UPTIME_SHOWN = timedelta(days=90)


def find_dashboard(dashboard_id: str) -> Dashboard:
    """Find a dashboard of the user who asks.

    :raises InvalidInput: the id is not a UUID.
    :raises NotFound: there is no such dashboard.
    :raises Forbidden: it is somebody else's.
    """
    return find_verified_dashboard(dashboard_id, session.current_user().id)


def find_endpoint(dashboard: Dashboard, name: str) -> Endpoint:
    """Find an endpoint of a dashboard.

    :raises NotFound: it has none of this name.
    """
    endpoint: Endpoint | None = dashboard.endpoints.get(name)
    if endpoint is None:
        raise NotFound("This dashboard has no such endpoint.")
    return endpoint


def execution_times(
    aggregator_group_container: Measured,
    filters: Mapping[str, str] | None = None,
    **choice: Any,
) -> dict[tuple[str, ...], BoxPlot]:
    """Compute how execution times are distributed.

    :param aggregator_group_container: a dashboard or an endpoint.
    :param filters: which calls count.
    :param choice: `start`, `end` and `by`, as for `Dashboard.query`.
    :return: a box plot for each group, which is `()` without `by`.
    """
    with naming_parameters():
        result = aggregator_group_container.query(BOX_PLOT, filters=filters, **choice)
    return {
        group: BoxPlot.model_validate({name: result.values[name][number][0] for name in BOX_PLOT})
        for number, group in enumerate(result.groups)
    }


@contextmanager
def naming_parameters() -> Iterator[None]:
    """Turn the cube's refusal of a question into an answer that names the parameter."""
    try:
        yield
    except ValueError as error:
        parameter, _, reason = str(error).partition(": ")
        raise InvalidInput(str(error), {parameter: [reason]}) from error


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

"""Looks at intervals whether the monitored apps are up, for the dashboards that ask for it."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from flask_monitoring_dashboard_client import RemoteError
from periodic_tasks import TaskScheduler, default_task_scheduler
from pydash_app.dashboard import repository
from pydash_app.dashboard.services import remote
from pydash_app.dashboard.services.fetching import HasId
from pydash_database import transact

INTERVAL = timedelta(minutes=5)
TIME_LIMIT = timedelta(minutes=1)
FIRST_SERVER_ERROR = 500


def ping_dashboard(dashboard_id: UUID | str) -> None:
    """Send one ping to a dashboard's app and note how it went.

    The app is up if it answers anything but a server error. Nothing happens if the dashboard is
    gone or its downtime is not monitored.
    """
    url = transact(partial(_url, dashboard_id))
    if url is None:
        return
    now = datetime.now(UTC)
    latency = _measure(url)
    transact(partial(_record, dashboard_id, now, latency))


def stop_monitoring(dashboard_id: UUID | str) -> None:
    """Note that nobody pings a dashboard any more, so that this time counts as neither."""
    transact(partial(_pause, dashboard_id))


def task_name(dashboard_id: UUID) -> tuple[str, UUID]:
    """Return the name that the task which pings this dashboard has in a scheduler."""
    return "ping", dashboard_id


def schedule_periodic_pinging(
    dashboard: HasId,
    interval: timedelta = INTERVAL,
    scheduler: TaskScheduler = default_task_scheduler,
    *,
    run_at_start: bool = False,
) -> None:
    """Have a dashboard pinged periodically, the several ones spread over the interval.

    :param run_at_start: whether to ping at once, too.
    """
    scheduler.add_periodic_task(
        task_name(dashboard.id),
        interval,
        partial(ping_dashboard, dashboard.id),
        run_at_start,
        jitter=interval,
        time_limit=TIME_LIMIT,
    )


def _measure(url: str) -> float | None:
    """Return the milliseconds until a good answer; None if there was none."""
    try:
        status, latency = remote.measure(url)
    except RemoteError:
        return None
    return latency if status < FIRST_SERVER_ERROR else None


def _url(dashboard_id: UUID | str) -> str | None:
    try:
        dashboard = repository.find(dashboard_id)
    except KeyError:
        return None
    return dashboard.url if dashboard.monitor_downtime else None


def _record(dashboard_id: UUID | str, now: datetime, latency: float | None) -> None:
    if _url(dashboard_id) is not None:
        repository.find(dashboard_id).downtime.record(now, latency)


def _pause(dashboard_id: UUID | str) -> None:
    try:
        repository.find(dashboard_id).downtime.pause()
    except KeyError:
        return  # deleted: nothing left to note

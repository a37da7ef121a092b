"""Pings the monitored apps of the dashboards whose downtime is monitored."""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from flask_monitoring_dashboard_client import RemoteError
from periodic_tasks import TaskScheduler, default_task_scheduler
from pydash_app.dashboard import repository
from pydash_app.dashboard.downtime import PING_INTERVAL
from pydash_app.dashboard.entity import FIRST_SERVER_ERROR, Dashboard
from pydash_app.dashboard.services import remote
from pydash_app.dashboard.services.fetching import HasId
from pydash_app.event import EventType, of_dashboard, record
from pydash_database import transact

TIME_LIMIT = timedelta(minutes=1)


def ping_dashboard(dashboard_id: UUID | str, interval: timedelta = PING_INTERVAL) -> None:
    """Ping a dashboard's app once and record the result.

    The app is up if its response is not a server error. Nothing happens if the dashboard
    was deleted or its downtime is not monitored.

    :param interval: the time until the next ping is due.
    :raises UnreadableSecret: its extra request headers cannot be decrypted.
    """

    def read() -> tuple[str, Mapping[str, str]] | None:
        dashboard = _find_monitored(dashboard_id)
        return None if dashboard is None else (dashboard.url, dashboard.headers)

    target = transact(read)
    if target is None:
        return
    now = datetime.now(UTC)
    try:
        status, latency = remote.measure(*target)
        is_up = status < FIRST_SERVER_ERROR
    except RemoteError:
        is_up = False

    def store() -> None:
        dashboard = _find_monitored(dashboard_id)
        if dashboard is not None:
            with _recorded_outages(dashboard):
                dashboard.downtime.record(now, latency if is_up else None, interval=interval)

    transact(store)


def stop_monitoring(dashboard_id: UUID | str) -> None:
    """Record that a dashboard is no longer pinged, so that its uptime is unknown from now on."""

    def pause() -> None:
        with contextlib.suppress(KeyError):  # deleted, so there is nothing to record
            dashboard = repository.find(dashboard_id)
            with _recorded_outages(dashboard):
                dashboard.downtime.pause()

    transact(pause)


def task_name(dashboard_id: UUID) -> tuple[str, UUID]:
    """Return the name of the task that pings a dashboard."""
    return "ping", dashboard_id


def schedule_periodic_pinging(
    dashboard: HasId,
    interval: timedelta = PING_INTERVAL,
    scheduler: TaskScheduler = default_task_scheduler,
    *,
    run_at_start: bool = False,
) -> None:
    """Schedule periodic pings of a dashboard, spread over the interval.

    :param run_at_start: whether to also ping immediately.
    """
    scheduler.add_periodic_task(
        task_name(dashboard.id),
        interval,
        partial(ping_dashboard, dashboard.id, interval),
        run_at_start,
        jitter=interval,
        time_limit=TIME_LIMIT,
    )


@contextlib.contextmanager
def _recorded_outages(dashboard: Dashboard) -> Iterator[None]:
    """Record the outages that begin and end in this context as events."""
    log, subject = dashboard.downtime, of_dashboard(dashboard)
    before = log.down_since
    yield
    if log.down_since == before:
        return
    end = before and log.end_of_outage(before)
    if before and end:
        duration = (end - before) / timedelta(milliseconds=1)
        ended = EventType.APP_OUTAGE_ENDED
        record(ended, subject, happened=end, since=before, duration_ms=duration)
    if log.down_since is not None:
        record(EventType.APP_OUTAGE_BEGAN, subject, happened=log.down_since)


def _find_monitored(dashboard_id: UUID | str) -> Dashboard | None:
    try:
        dashboard = repository.find(dashboard_id)
    except KeyError:
        return None
    return dashboard if dashboard.monitor_downtime else None

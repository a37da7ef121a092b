"""Pings the monitored apps of the dashboards whose downtime is monitored."""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from flask_monitoring_dashboard_client import RemoteError
from periodic_tasks import TaskScheduler, default_task_scheduler
from pydash_app.dashboard import news, repository
from pydash_app.dashboard.downtime import PING_INTERVAL, DowntimeLog, Failure
from pydash_app.dashboard.entity import FIRST_SERVER_ERROR, Dashboard
from pydash_app.dashboard.services import remote
from pydash_app.dashboard.services.fetching import HasId
from pydash_app.event import EventType, of_dashboard, record
from pydash_database import transact
from pydash_http import FailureKind

TIME_LIMIT = timedelta(minutes=1)
PING_RETRY = timedelta(seconds=15)
# A ping can take this long, so that the next one cannot be expected earlier.
MIN_DUE = timedelta(seconds=10)


def ping_dashboard(
    dashboard_id: UUID | str,
    interval: timedelta = PING_INTERVAL,
    retry: timedelta = PING_RETRY,
) -> timedelta | None:
    """Ping a dashboard's app once and record the result.

    The app is up if its response is not a server error. Nothing happens if the dashboard
    was deleted or its downtime is not monitored.

    :param interval: the time between two pings of an app that is up.
    :param retry: the time until the next ping after a failed one.
    :returns: when to ping again; None after the interval.
    :raises UnreadableSecret: its extra request headers cannot be decrypted.
    """

    def read() -> tuple[str, Mapping[str, str]] | None:
        dashboard = _find_monitored(dashboard_id)
        return None if dashboard is None else (dashboard.url, dashboard.headers)

    target = transact(read)
    if target is None:
        return None
    now = datetime.now(UTC)
    pong = failure = None
    try:
        pong = remote.measure(*target)
        if pong.status >= FIRST_SERVER_ERROR:
            reason = f"The app responded with HTTP status {pong.status}."
            failure = Failure(FailureKind.STATUS, reason)
    except RemoteError as error:
        failure = Failure(error.kind, str(error))

    def store() -> timedelta | None:
        dashboard = _find_monitored(dashboard_id)
        if dashboard is None:
            return None
        log = dashboard.downtime
        with _recorded_outages(dashboard):
            log.record(
                now,
                pong.latency if pong and not failure else None,
                failure=failure,
                interval=max(interval, retry, MIN_DUE),
            )
        if pong and log.certificate_expires != pong.certificate_expires:
            log.certificate_expires = pong.certificate_expires
            news.add(dashboard.id, dashboard.user_id)
        if log.down_since is not None:
            return min(interval, retry)
        return retry if log.is_failing else None

    return transact(store)


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
    retry: timedelta = PING_RETRY,
    run_at_start: bool = False,
) -> None:
    """Schedule periodic pings of a dashboard, spread over the interval.

    :param retry: the time until the next ping after a failed one.
    :param run_at_start: whether to also ping immediately.
    """
    scheduler.add_periodic_task(
        task_name(dashboard.id),
        interval,
        partial(ping_dashboard, dashboard.id, interval, retry),
        run_at_start,
        jitter=interval,
        time_limit=TIME_LIMIT,
    )


@contextlib.contextmanager
def _recorded_outages(dashboard: Dashboard) -> Iterator[None]:
    """Record the outages that begin and end in this context as events, and failures as news."""
    log, subject = dashboard.downtime, of_dashboard(dashboard)
    before, failing_since = log.down_since, log.failing_since
    yield
    if (log.down_since, log.failing_since) != (before, failing_since):
        news.add(dashboard.id, dashboard.user_id)
    if log.down_since == before:
        return
    end = before and log.end_of_outage(before)
    if before and end:
        duration = (end - before) / timedelta(milliseconds=1)
        traits = {"since": before, "duration_ms": duration, **_cause(log, before)}
        record(EventType.APP_OUTAGE_ENDED, subject, happened=end, **traits)
    if log.down_since is not None:
        traits = _cause(log, log.down_since)
        record(EventType.APP_OUTAGE_BEGAN, subject, happened=log.down_since, **traits)


def _cause(log: DowntimeLog, start: datetime) -> dict[str, Any]:
    """Return why the app was down at a time, as traits of an event."""
    cause = log.cause_at(start)
    return {} if cause is None else {"cause": cause.kind.value, "reason": cause.reason}


def _find_monitored(dashboard_id: UUID | str) -> Dashboard | None:
    try:
        dashboard = repository.find(dashboard_id)
    except KeyError:
        return None
    return dashboard if dashboard.monitor_downtime else None

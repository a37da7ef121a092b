"""Fetches the calls of the monitored apps and what explains them, each exactly once.

A page depends only on the remote side and the cursor. Its calls and the next cursor are stored in
one transaction, and only if the stored cursor is still the one that the page was fetched with.
Whatever process dies, and however often a page is fetched, no call is lost or counted twice. This
also holds if the database commits a page but its response is lost: the next run starts at the
cursor that is stored by then.

The task of a dashboard is always `fetch_and_update_new_dashboard_info`. It fetches the endpoints,
then the history page by page, then new calls. Each run is short, so that a long history does not
delay other dashboards. When no calls are left, new versions are compared with those before them as
far as this is due. Exceptions, slow requests, profiles and graphs follow, with a cursor of their
own each.
"""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from flask_monitoring_dashboard_client import (
    CallPage,
    ExporterMissing,
    KindPage,
    NotADashboard,
    RemoteDashboard,
    RemoteError,
    RemoteFailure,
)
from periodic_tasks import TaskScheduler, default_task_scheduler
from pydash_app import diagnosis, exceptions, verdict
from pydash_app.dashboard import news, repository
from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.fetching_status import RemoteInfo
from pydash_app.dashboard.services import quota, remote
from pydash_app.dashboard.services.quota import QuotaExceeded
from pydash_app.event import EventType, of_dashboard, record
from pydash_app.secrets import UnreadableSecret
from pydash_app.user import repository as users
from pydash_cube.call_batch import CallBatch
from pydash_cube.vocabulary import CallField
from pydash_database import BACKGROUND_TIMEOUT, DatabaseUnavailable, transact
from pydash_logger.logger import Logger

PAGE_CALLS = 25_000
RUN_SECONDS = 10.0
# New endpoints of a page that have an event each.
MAX_ENDPOINT_EVENTS = 20
# What the event of a verdict gives as reasons.
MAX_REASONS = 5
PROMPT_READ_SECONDS = 15.0
TIME_LIMIT = timedelta(minutes=3)
DEFAULT_INTERVAL = timedelta(seconds=3600)
INTERNAL_ERROR = "PyDash could not process the data. See its log for details. It will retry."

logger = Logger(__name__)


class HasId(Protocol):
    """A dashboard, or another object with the ID of a dashboard."""

    @property
    def id(self) -> UUID:
        """The dashboard's ID."""


class _Superseded(Exception):  # noqa: N818 (not an error, but nothing left to do)
    """The dashboard was deleted, moved, or fetched by another process in the meantime."""


@dataclass(frozen=True, slots=True)
class _Source:
    """The data that a fetch needs; not persistent, so it can be used without a transaction."""

    id: UUID
    url: str
    token: str
    headers: Mapping[str, str]
    cursor: dict[str, Any] | None
    remote: RemoteInfo | None
    needs_endpoints: bool
    read_timeout: float

    def connect(self) -> RemoteDashboard:
        """Return the remote side without sending a request."""
        url, dialect = self.url, None
        if self.remote is not None and not self.needs_endpoints:
            url, dialect = self.remote.url, self.remote.dialect
        return remote.connect(url, self.token, self.headers, dialect, self.read_timeout)

    def load(self) -> Dashboard:
        """Return the dashboard; runs in the caller's transaction.

        :raises _Superseded: it was deleted or moved.
        """
        dashboard = _find(self.id)
        stored = (dashboard.url, dashboard.token, dashboard.headers)
        if stored != (self.url, self.token, self.headers):
            raise _Superseded("the dashboard was changed")
        return dashboard


Work = Callable[[_Source, RemoteDashboard], bool]


def fetch_and_update_new_dashboard_info(dashboard_id: UUID | str) -> timedelta | None:
    """Fetch the missing data of a dashboard: endpoints, history and the latest calls.

    :returns: zero if there is more to fetch, so that the scheduler runs it at once; else None.
    :raises RemoteError: the fetch failed; the reason is stored in the dashboard.
    """

    def fetch(source: _Source, remote_side: RemoteDashboard) -> bool:
        if source.needs_endpoints:
            _update_endpoints(source, remote_side)
        return (
            _fetch_pages(source, remote_side, RUN_SECONDS)
            or _judge_versions(source, RUN_SECONDS)
            or _fetch_kinds(source, remote_side, RUN_SECONDS)
        )

    return timedelta() if _attempt(dashboard_id, fetch) else None


def fetch_and_update_historic_dashboard_info(dashboard_id: UUID | str) -> None:
    """Fetch the endpoints and all calls up to now, without a time limit.

    :raises RemoteError: the fetch failed; what was fetched before is stored.
    """
    while fetch_and_update_new_dashboard_info(dashboard_id) is not None:
        pass


def fetch_and_add_endpoints(dashboard: HasId) -> None:
    """Update the dashboard's endpoints, but not its calls.

    :raises RemoteError: the fetch failed; the reason is stored in the dashboard.
    """
    _attempt(dashboard.id, _update_endpoints)


def fetch_and_add_historic_endpoint_calls(dashboard: HasId) -> None:
    """Fetch all unfetched calls up to now, and add them to the dashboard.

    :raises RemoteError: the fetch failed; what was fetched before is stored.
    """
    _attempt(dashboard.id, partial(_fetch_pages, seconds=math.inf))


def fetch_and_add_endpoint_calls(dashboard: HasId) -> None:
    """Fetch the calls since the last fetch, and add them to the dashboard.

    :raises RemoteError: the fetch failed; what was fetched before is stored.
    """
    fetch_and_add_historic_endpoint_calls(dashboard)


def request_fetch(dashboard_id: UUID) -> None:
    """Request that the fetcher fetches a dashboard now, without waiting for its interval."""
    transact(lambda: repository.request_fetch(dashboard_id))


def task_name(dashboard_id: UUID) -> tuple[str, UUID]:
    """Return the name of the task that fetches a dashboard."""
    return "fetch", dashboard_id


def schedule_periodic_dashboard_fetching(
    dashboard: HasId,
    interval: timedelta = DEFAULT_INTERVAL,
    scheduler: TaskScheduler = default_task_scheduler,
    *,
    run_at_start: bool = False,
    jitter: timedelta = timedelta(),
) -> None:
    """Schedule periodic fetching of a dashboard, which continues at its stored cursor.

    :param run_at_start: whether to also fetch immediately.
    :param jitter: the maximum random time by which fetches are brought forward, to spread them.
    """
    scheduler.add_periodic_task(
        task_name(dashboard.id),
        interval,
        partial(fetch_and_update_new_dashboard_info, dashboard.id),
        run_at_start,
        jitter=jitter,
        time_limit=TIME_LIMIT,
    )


def schedule_historic_dashboard_fetching(
    dashboard: HasId, scheduler: TaskScheduler = default_task_scheduler
) -> None:
    """Fetch a dashboard's history immediately, and then new calls periodically."""
    schedule_periodic_dashboard_fetching(dashboard, scheduler=scheduler, run_at_start=True)


def schedule_all_periodic_dashboards_tasks(
    interval: timedelta = DEFAULT_INTERVAL, scheduler: TaskScheduler = default_task_scheduler
) -> None:
    """Fetch all stored dashboards immediately, then periodically, spread over the interval."""
    for dashboard in transact(lambda: list(repository.all())):
        schedule_periodic_dashboard_fetching(
            dashboard, interval, scheduler, run_at_start=True, jitter=interval
        )


def _attempt(dashboard_id: UUID | str, work: Work) -> bool:
    """Work with the remote side of a dashboard; store the reason if this fails."""
    load: Callable[[], Dashboard] = partial(_find, dashboard_id)
    try:
        source = transact(partial(_source, dashboard_id))
        load = source.load
        with source.connect() as remote_side:
            return work(source, remote_side)
    except DatabaseUnavailable:
        raise
    except _Superseded as reason:
        logger.debug("Nothing left to fetch", dashboard=dashboard_id, reason=reason)
        return False
    except QuotaExceeded as reason:
        # Not an error of this task, which is retried after the usual interval.
        _store_failure(load, reason.message)
        return False
    except (UnreadableSecret, RemoteError) as error:
        status = error.status if isinstance(error, RemoteFailure) else None
        if _store_failure(load, str(error), status):
            raise
        return False
    except Exception:
        logger.error("Failed to process fetched data", dashboard=dashboard_id)  # noqa: TRY400
        if _store_failure(load, INTERNAL_ERROR):
            raise
        return False


def _update_endpoints(source: _Source, remote_side: RemoteDashboard) -> bool:
    details = remote_side.probe()
    rules = remote_side.monitor_rules()
    info = RemoteInfo(
        of_url=source.url,
        url=details.url,
        dialect=details.dialect,
        fmd_version=details.fmd_version,
        default_token=details.default_token,
    )

    def store() -> None:
        dashboard = source.load()
        _record_endpoints(dashboard, [rule.name for rule in rules])
        dashboard.add_endpoints(
            Endpoint(
                rule.name,
                rule.enabled,
                version_added=rule.version_added,
                time_added=rule.time_added,
                last_accessed=rule.last_accessed,
            )
            for rule in rules
        )
        status, failure = dashboard.fetching, dashboard.fetching.failure
        now = datetime.now(UTC)
        status.found_endpoints(now, info, details.kinds, details.exporter_version)
        news.add(dashboard.id, dashboard.user_id)
        if failure and not status.failure:
            record(EventType.APP_FETCH_RECOVERED, of_dashboard(dashboard))

    transact(store)
    return False


def _fetch_pages(source: _Source, remote_side: RemoteDashboard, seconds: float) -> bool:
    """Fetch pages for some seconds, but at least one. Return whether there is more to do."""
    started = time.monotonic()
    while True:
        page_started = time.monotonic()
        page = remote_side.fetch_page(source.cursor, PAGE_CALLS)
        store = partial(_store_page, source, page, _batch(page), page_started)
        needs_folding = transact(store, timeout=BACKGROUND_TIMEOUT)
        source = replace(source, cursor=page.cursor)
        if time.monotonic() - started >= seconds:
            return page.has_more or needs_folding
        if not page.has_more:
            return needs_folding and _fold(source, started + seconds)


def _judge_versions(source: _Source, seconds: float) -> bool:
    """Make the checks of versions that are due, for some seconds. Return whether more are.

    Each is a separate transaction, which also stores what follows from it.
    """
    deadline, is_left = time.monotonic() + seconds, True
    while is_left and time.monotonic() < deadline:
        is_left = transact(partial(_judge_version, source), timeout=BACKGROUND_TIMEOUT)
    return is_left


def _judge_version(source: _Source) -> bool:
    """Make the check that is due first. Return whether there was one."""
    dashboard = source.load()
    status, cube = dashboard.fetching, dashboard.aggregator_group.cube
    if status.last_fetch_time is None or not status.state.has_history:
        return False
    log = dashboard.version_log
    if log is None:
        log = dashboard.version_log = verdict.VersionLog()
    judged = verdict.judge_next(log, cube, status.last_fetch_time - verdict.CALLS_SETTLE)
    if judged is None or judged.last is None:
        return False
    check = judged.last
    if check.verdict is not verdict.Verdict.TOO_LITTLE_DATA:
        record(
            EventType.APP_VERSION_VERDICT,
            of_dashboard(dashboard),
            happened=judged.first + check.after,
            version=judged.name,
            against=check.against,
            verdict=check.verdict.value,
            after=int(check.after.total_seconds()),
            since=judged.first,
            severity="warning" if check.verdict is verdict.Verdict.WORSE else "info",
            reason="; ".join(check.reasons[:MAX_REASONS]) or None,
        )
    news.add(dashboard.id, dashboard.user_id)
    return True


def _fetch_kinds(source: _Source, remote_side: RemoteDashboard, seconds: float) -> bool:
    """Fetch what explains the calls, as far as the app exports it. Return whether more is left.

    At least one page of each kind is fetched, and more until some seconds have passed.
    """
    deadline = time.monotonic() + seconds
    exported = transact(lambda: source.load().fetching.kinds)
    is_left = [
        _fetch_kind(source, remote_side, kind, deadline)
        for kind in diagnosis.LOGS
        if kind in exported
    ]
    return any(is_left)


def _fetch_kind(source: _Source, remote_side: RemoteDashboard, kind: str, deadline: float) -> bool:
    """Fetch pages of a kind until a deadline, but at least one. Return whether more are left."""

    def cursor() -> dict[str, Any] | None:
        log = diagnosis.find(diagnosis.LOGS[kind], source.id)
        return log.cursor if log else None

    while True:
        before = transact(cursor)
        try:
            page = remote_side.fetch_kind(kind, before)
        except (NotADashboard, ExporterMissing):
            # The app no longer exports it. Its details say so the next time that they are read.
            return False
        transact(partial(_store_kind, source, kind, before, page), timeout=BACKGROUND_TIMEOUT)
        if not page.has_more or time.monotonic() >= deadline:
            return page.has_more


def _store_kind(source: _Source, kind: str, before: dict[str, Any] | None, page: KindPage) -> None:
    """Add a page of a kind and its cursor, unless another process has done so.

    :param before: the cursor that it was fetched with.
    :raises QuotaExceeded: the quota is used up.
    """
    dashboard = source.load()
    quota.check(dashboard)
    log = diagnosis.get_or_create(diagnosis.LOGS[kind], source.id)
    if log.cursor != before:
        raise _Superseded("another process has stored this page")
    if page.cursor != before:
        if isinstance(log, exceptions.ExceptionLog):
            changed = log.add(page.rows, partial(_is_since, dashboard))
            for each in changed:
                exceptions.record_change(dashboard, each)
            if changed:
                news.add(dashboard.id, dashboard.user_id)
            if not page.has_more and not log.has_history:
                log.has_history = True
        else:
            log.add(page.rows)
        log.set_aside += page.set_aside
        log.cursor = page.cursor
        repository.record_stored(dashboard)


def _is_since(dashboard: Dashboard, version: str, other: str) -> bool:
    """Return whether a version of the app is another one, or was first seen after that."""
    versions = dashboard.aggregator_group.cube.dictionaries[CallField.VERSION]
    # In the order in which they were first seen. Exceptions of a version may come before its calls.
    code, other_code = versions.code(version), versions.code(other)
    is_later = other_code is not None and (code is None or code > other_code)
    return version == other or is_later


def _fold(source: _Source, deadline: float) -> bool:
    """Store the partitions of past months until a deadline. Return whether more are left.

    Each step is a separate transaction, so a run that is terminated loses at most one step.
    """
    is_left = True
    while is_left and time.monotonic() < deadline:
        is_left = transact(
            lambda: source.load().aggregator_group.cube.fold(), timeout=BACKGROUND_TIMEOUT
        )
    return is_left


def _source(dashboard_id: UUID | str) -> _Source:
    """Read the data that a fetch needs.

    The read timeout is short where a prompt response is expected: if many apps stop responding at
    once, they must not delay the others. Failing apps may take longer, because the scheduler
    limits how many of them run at once. So may those whose history is being imported.

    :raises QuotaExceeded: the quota is used up.
    """
    dashboard = _find(dashboard_id)
    quota.check(dashboard)
    status = dashboard.fetching
    known = status.remote if status.remote and status.remote.of_url == dashboard.url else None
    is_importing = status.cursor is not None and not status.state.has_history
    is_slow = status.state.is_failure or is_importing
    return _Source(
        id=dashboard.id,
        url=dashboard.url,
        token=dashboard.token,
        headers=dashboard.headers,
        cursor=status.cursor,
        remote=known,
        needs_endpoints=known is None or status.needs_endpoints(datetime.now(UTC)),
        read_timeout=remote.READ_SECONDS if is_slow else PROMPT_READ_SECONDS,
    )


def _store_page(source: _Source, page: CallPage, batch: CallBatch, started: float) -> bool:
    """Add a page of calls and store the next cursor, unless another process has done so.

    :returns: whether a month has ended, so that its partitions can be stored.
    :raises QuotaExceeded: the quota is used up.
    """
    dashboard = source.load()
    status = dashboard.fetching
    if status.cursor != source.cursor:
        raise _Superseded("another process has stored this page")
    quota.check(dashboard)
    now = datetime.now(UTC)
    _record_news(dashboard, batch, page)
    dashboard.add_endpoint_calls(batch)
    owner = users.find(dashboard.user_id)
    dashboard.update_summary(now, owner.overview_timezones if owner else ())
    repository.record_stored(dashboard)
    news.add(dashboard.id, dashboard.user_id)
    progress = status.progress.plus(
        calls=len(batch),
        set_aside=page.set_aside,
        remaining=page.remaining,
        seconds=time.monotonic() - started,
    )
    status.fetched_page(
        now,
        cursor=page.cursor,
        has_more=page.has_more,
        progress=progress,
        notice=page.notice,
        overflow_names=dashboard.aggregator_group.cube.overflow_names(),
    )
    return dashboard.aggregator_group.cube.needs_folding


def _record_news(dashboard: Dashboard, batch: CallBatch, page: CallPage) -> None:
    """Record what a page of calls brings for the first time, as events."""
    subject = of_dashboard(dashboard)
    if page.is_reset:
        record(EventType.APP_RESET, subject)
    if dashboard.fetching.failure:
        record(EventType.APP_FETCH_RECOVERED, subject)
    versions = dashboard.aggregator_group.cube.dictionaries[CallField.VERSION]
    new_versions = {each for each in set(batch.version) if each and versions.code(each) is None}
    if new_versions and not versions.has_overflow:
        first_calls: dict[str, datetime] = {}
        for version, called in zip(batch.version, batch.time.tolist(), strict=True):
            if version in new_versions:
                first_calls[version] = min(called, first_calls.get(version, called))
        for version, called in first_calls.items():
            first = called.replace(tzinfo=UTC)
            record(EventType.APP_VERSION, subject, happened=first, version=version)
    _record_endpoints(dashboard, batch.endpoint)


def _record_endpoints(dashboard: Dashboard, names: Iterable[str]) -> None:
    """Record the endpoints that are new, unless they were there before the dashboard was added."""
    known = dashboard.aggregator_group.cube.dictionaries[CallField.ENDPOINT]
    # Beyond the limit of endpoints, a new one is not stored, and would be new in every page.
    if dashboard.fetching.state.has_history and not known.has_overflow:
        new = [name for name in dict.fromkeys(names) if name not in dashboard.endpoints]
        for name in new[:MAX_ENDPOINT_EVENTS]:
            record(EventType.ENDPOINT_ADDED, of_dashboard(dashboard), endpoint=name)


def _store_failure(
    load: Callable[[], Dashboard], message: str, http_status: int | None = None
) -> bool:
    """Store the reason for a failure. Return False if it no longer concerns the dashboard."""

    def store() -> None:
        dashboard = load()
        if dashboard.fetching.failure is None:
            failed = EventType.APP_FETCH_FAILED
            record(failed, of_dashboard(dashboard), reason=message, status=http_status)
        dashboard.fetching.failed(datetime.now(UTC), message, http_status)
        news.add(dashboard.id, dashboard.user_id)

    try:
        transact(store)
    except _Superseded:
        return False
    return True


def _find(dashboard_id: UUID | str) -> Dashboard:
    try:
        return repository.find(dashboard_id)
    except KeyError:
        raise _Superseded("the dashboard was deleted") from None


def _batch(page: CallPage) -> CallBatch:
    columns = page.columns
    return CallBatch.from_columns(
        endpoint=columns.endpoint,
        execution_time=columns.execution_time,
        time=columns.time,
        version=columns.version,
        group_by=columns.group_by,
        ip=columns.ip,
        status_code=columns.status_code,
    )

"""Brings the calls of the monitored apps home, each exactly once.

What a page holds is a function of the remote side and of the cursor alone. The page's calls and
the cursor behind it are stored in one transaction, and only if the stored cursor is still the one
that the page began at. So whatever dies in between, and however often a page is fetched, no call
is lost and none is counted twice. That holds as well if the database was told to commit a page,
and its answer was lost: the next turn begins at the cursor that is stored then.

A dashboard's task is always the same, `fetch_and_update_new_dashboard_info`: it fetches the
endpoints, then the history page by page, then what is new. A turn of it is short, so that a long
history keeps nobody waiting.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from flask_monitoring_dashboard_client import (
    CallPage,
    MonitorRule,
    RemoteDashboard,
    RemoteDetails,
    RemoteError,
    RemoteFailure,
)
from periodic_tasks import TaskScheduler, default_task_scheduler
from pydash_app.dashboard import repository
from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.fetching_status import FetchingStatus, RemoteInfo
from pydash_app.dashboard.services import remote
from pydash_app.secrets import UnreadableSecret
from pydash_cube.call_batch import CallBatch
from pydash_database import BACKGROUND_TIMEOUT, DatabaseUnavailable, transact
from pydash_logger.logger import Logger

PAGE_CALLS = 25_000
TURN_SECONDS = 10.0
PROMPT_READ_SECONDS = 15.0
TIME_LIMIT = timedelta(minutes=3)
DEFAULT_INTERVAL = timedelta(seconds=3600)
INTERNAL_ERROR = "PyDash itself failed to process the data; its log says why. It will try again."

logger = Logger(__name__)


class HasId(Protocol):
    """A dashboard, or whatever else knows the id of one."""

    @property
    def id(self) -> UUID:
        """The dashboard's id."""


class _Superseded(Exception):  # noqa: N818 - not an error: there is nothing left to do
    """The dashboard was deleted, moved or fetched by somebody else meanwhile."""


@dataclass(frozen=True, slots=True)
class _Source:
    """What a fetch needs to know of a dashboard; no persistent object, so no transaction."""

    id: UUID
    url: str
    token: str
    cursor: dict[str, Any] | None
    remote: RemoteInfo | None
    needs_endpoints: bool
    read_timeout: float


Work = Callable[[_Source, RemoteDashboard], bool]


def fetch_and_update_new_dashboard_info(dashboard_id: UUID | str) -> timedelta | None:
    """Fetch what there is to fetch of a dashboard: endpoints, history, the latest calls.

    :returns: zero if there is more to fetch right now, for the scheduler; else None.
    :raises RemoteError: the fetch failed; that and why is stored in the dashboard.
    """
    has_more = _attempt(dashboard_id, _take_turn)
    return timedelta() if has_more else None


def fetch_and_update_historic_dashboard_info(dashboard_id: UUID | str) -> None:
    """Fetch the endpoints and all calls up to now, however long it takes.

    :raises RemoteError: the fetch failed; what came in before is kept.
    """
    while fetch_and_update_new_dashboard_info(dashboard_id) is not None:
        pass


def fetch_and_add_endpoints(dashboard: HasId) -> None:
    """Bring the dashboard's endpoints up to date; its calls are left alone.

    :raises RemoteError: the fetch failed; that and why is stored in the dashboard.
    """
    _attempt(dashboard.id, _update_endpoints)


def fetch_and_add_historic_endpoint_calls(dashboard: HasId) -> None:
    """Fetch all calls up to now that have not been fetched, and add them to the dashboard.

    :raises RemoteError: the fetch failed; what came in before is kept.
    """
    _attempt(dashboard.id, partial(_fetch_pages, seconds=math.inf))


def fetch_and_add_endpoint_calls(dashboard: HasId) -> None:
    """Fetch the calls since the last fetch and add them to the dashboard.

    :raises RemoteError: the fetch failed; what came in before is kept.
    """
    fetch_and_add_historic_endpoint_calls(dashboard)


def request_fetch(dashboard_id: UUID) -> None:
    """Ask the fetcher to fetch a dashboard now, not only when its interval has passed."""
    transact(lambda: repository.request_fetch(dashboard_id))


def task_name(dashboard_id: UUID) -> tuple[str, UUID]:
    """Return the name that the task which fetches this dashboard has in a scheduler."""
    return "fetch", dashboard_id


def schedule_periodic_dashboard_fetching(
    dashboard: HasId,
    interval: timedelta = DEFAULT_INTERVAL,
    scheduler: TaskScheduler = default_task_scheduler,
    *,
    run_at_start: bool = False,
    jitter: timedelta = timedelta(),
) -> None:
    """Have a dashboard fetched periodically, from wherever its fetching has come to.

    :param run_at_start: whether to fetch at once, too.
    :param jitter: the fetches come earlier by a random time of up to this long, to spread them.
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
    """Have a dashboard's history fetched at once, and then what is new periodically."""
    schedule_periodic_dashboard_fetching(dashboard, scheduler=scheduler, run_at_start=True)


def schedule_all_periodic_dashboards_tasks(
    interval: timedelta = DEFAULT_INTERVAL, scheduler: TaskScheduler = default_task_scheduler
) -> None:
    """Have all stored dashboards fetched at once, then periodically, spread over the interval."""
    for dashboard in transact(lambda: list(repository.all())):
        schedule_periodic_dashboard_fetching(
            dashboard, interval, scheduler, run_at_start=True, jitter=interval
        )


def _attempt(dashboard_id: UUID | str, work: Work) -> bool:
    """Do a piece of work with the remote side; if that fails, store why."""
    try:
        source = transact(partial(_source, dashboard_id))
        return _note_failure_of(work, source)
    except _Superseded as reason:
        logger.debug("Nothing left to fetch", dashboard=dashboard_id, reason=reason)
        return False
    except UnreadableSecret as error:
        transact(partial(_store_failure, dashboard_id, str(error)))
        raise


def _note_failure_of(work: Work, source: _Source) -> bool:
    try:
        with _connect(source) as remote_side:
            return work(source, remote_side)
    except (_Superseded, DatabaseUnavailable):
        raise
    except RemoteError as error:
        http_status = error.status if isinstance(error, RemoteFailure) else None
        transact(partial(_store_failure_of, source, str(error), http_status))
        raise
    except Exception:
        logger.error("Failed to process fetched data", dashboard=source.id)  # noqa: TRY400
        transact(partial(_store_failure_of, source, INTERNAL_ERROR))
        raise


def _take_turn(source: _Source, remote_side: RemoteDashboard) -> bool:
    """Fetch for a short while; True if there is more."""
    if source.needs_endpoints:
        _update_endpoints(source, remote_side)
    return _fetch_pages(source, remote_side, TURN_SECONDS)


def _update_endpoints(source: _Source, remote_side: RemoteDashboard) -> bool:
    details = remote_side.probe()
    rules = remote_side.monitor_rules()
    transact(partial(_store_endpoints, source, details, rules))
    return False


def _fetch_pages(source: _Source, remote_side: RemoteDashboard, seconds: float) -> bool:
    """Fetch page after page for so many seconds, but at least one; True if there is more."""
    started = time.monotonic()
    while True:
        page_started = time.monotonic()
        page = remote_side.fetch_page(source.cursor, PAGE_CALLS)
        store = partial(_store_page, source, page, _batch(page), page_started)
        source = transact(store, timeout=BACKGROUND_TIMEOUT)
        if not page.has_more or time.monotonic() - started >= seconds:
            return page.has_more


def _source(dashboard_id: UUID | str) -> _Source:
    dashboard = _find(dashboard_id)
    status = dashboard.fetching
    known = status.remote if status.remote and status.remote.of_url == dashboard.url else None
    return _Source(
        id=dashboard.id,
        url=dashboard.url,
        token=dashboard.token,
        cursor=status.cursor,
        remote=known,
        needs_endpoints=known is None or status.needs_endpoints(datetime.now(UTC)),
        read_timeout=_read_timeout(status),
    )


def _read_timeout(status: FetchingStatus) -> float:
    """Return how many seconds to wait for the remote side.

    Few where it is expected to answer at once: should many apps begin to hang together, they must
    not hold up the others. Those that have failed may take long: the scheduler keeps them apart.
    So may those whose history comes in.
    """
    is_importing = status.cursor is not None and not status.state.has_history
    is_slow = status.state.is_failure or is_importing
    return remote.READ_SECONDS if is_slow else PROMPT_READ_SECONDS


def _connect(source: _Source) -> RemoteDashboard:
    if source.remote is None or source.needs_endpoints:
        return remote.connect(source.url, source.token, None, source.read_timeout)
    known = source.remote
    return remote.connect(known.url, source.token, known.dialect, source.read_timeout)


def _store_endpoints(source: _Source, details: RemoteDetails, rules: list[MonitorRule]) -> None:
    dashboard = _find_unmoved(source)
    dashboard.add_endpoints(_endpoint(rule) for rule in rules)
    info = RemoteInfo(
        of_url=source.url,
        url=details.url,
        dialect=details.dialect,
        fmd_version=details.fmd_version,
        default_token=details.default_token,
    )
    dashboard.fetching.found_endpoints(datetime.now(UTC), info)


def _endpoint(rule: MonitorRule) -> Endpoint:
    return Endpoint(
        rule.name,
        rule.enabled,
        version_added=rule.version_added,
        time_added=rule.time_added,
        last_accessed=rule.last_accessed,
    )


def _store_page(source: _Source, page: CallPage, batch: CallBatch, started: float) -> _Source:
    """Add a page of calls and note the cursor behind it; return what to go on from."""
    dashboard = _find_unmoved(source)
    status = dashboard.fetching
    if status.cursor != source.cursor:
        raise _Superseded("another process has stored this page")
    now = datetime.now(UTC)
    dashboard.add_endpoint_calls(batch)
    dashboard.update_summary(now)
    progress = status.progress.plus(
        calls=len(batch),
        set_aside=page.set_aside,
        remaining=page.remaining,
        seconds=time.monotonic() - started,
    )
    status.fetched_page(
        now, cursor=page.cursor, has_more=page.has_more, progress=progress, notice=page.notice
    )
    return replace(source, cursor=page.cursor)


def _store_failure_of(source: _Source, message: str, http_status: int | None = None) -> None:
    _store_failure(_find_unmoved(source).id, message, http_status)


def _store_failure(dashboard_id: UUID | str, message: str, http_status: int | None = None) -> None:
    _find(dashboard_id).fetching.failed(datetime.now(UTC), message, http_status)


def _find_unmoved(source: _Source) -> Dashboard:
    dashboard = _find(source.id)
    if (dashboard.url, dashboard.token) != (source.url, source.token):
        raise _Superseded("the dashboard was changed")
    return dashboard


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
        group_by=[group or None for group in columns.group_by],
        ip=columns.ip,
        status_code=columns.status_code,
    )

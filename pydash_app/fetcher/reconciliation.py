"""Keeps the tasks of the scheduler consistent with the stored dashboards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from periodic_tasks import TaskScheduler
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import fetching, pinging
from pydash_cube.version import Version
from pydash_database import last_transaction_id, transact


@dataclass(frozen=True, slots=True)
class _Desired:
    """The tasks that the stored dashboards require.

    :ivar change: the last change of the dashboards from which this was read.
    :ivar fetched: all dashboards.
    :ivar requested: those whose fetch was requested.
    :ivar untried: new ones that have never been fetched.
    :ivar pinged: how often those are pinged whose downtime is monitored; see
        `Dashboard.pinged_every`.
    :ivar unpinged: those of them that are newly monitored and have never been pinged.
    """

    change: Version | None
    fetched: frozenset[UUID]
    requested: frozenset[UUID]
    untried: frozenset[UUID]
    pinged: Mapping[UUID, int]
    unpinged: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class _Dashboard:
    """A dashboard, reduced to its ID."""

    id: UUID


class Reconciler:
    """Adds, removes and expedites tasks as dashboards are added, deleted and urgently fetched.

    Dashboards that have never been fetched or pinged are handled immediately. All others are spread
    over the interval. The stored dashboards alone determine the tasks, so a new fetcher needs no
    other information. Changes are found by comparing IDs; only new dashboards are read.

    Requests are deleted after the tasks were expedited: a fetcher that is killed leaves them to the
    next one.

    :param scheduler: the scheduler of these tasks.
    :param interval: the time between two fetches of a dashboard.
    :param ping_interval: the time between two pings of an app, unless its dashboard has another.
    :param ping_retry: the time from a failed ping to the next one.
    :param beat: called often while there is much to do.
    """

    def __init__(
        self,
        scheduler: TaskScheduler,
        interval: timedelta,
        ping_interval: timedelta,
        ping_retry: timedelta = pinging.PING_RETRY,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self._scheduler = scheduler
        self._interval = interval
        self._ping_interval = ping_interval
        self._ping_retry = ping_retry
        self._beat = beat
        self._transaction_id: bytes | None = None
        self._change: Version | None = None
        self._fetched: frozenset[UUID] = frozenset()
        self._pinged: Mapping[UUID, int] = {}

    def reconcile(self) -> None:
        """Update the tasks if the dashboards changed; cheap if not."""
        transaction_id = last_transaction_id()
        if transaction_id == self._transaction_id:
            return
        desired = transact(partial(_read, self._change, self._fetched, self._pinged, self._beat))
        if desired is not None:
            self._update_fetching(desired)
            self._update_pinging(desired)
            if desired.requested:
                transact(partial(repository.delete_fetch_requests, desired.change))
            self._change = desired.change
        self._transaction_id = transaction_id

    def _update_fetching(self, desired: _Desired) -> None:
        urgent = desired.untried | desired.requested
        for dashboard_id in (desired.fetched - self._fetched) | urgent:
            self._beat()
            fetching.schedule_periodic_dashboard_fetching(
                _Dashboard(dashboard_id),
                self._interval,
                self._scheduler,
                run_at_start=dashboard_id in urgent,
                jitter=self._interval,
            )
        for dashboard_id in self._fetched - desired.fetched:
            self._scheduler.remove_task(fetching.task_name(dashboard_id))
        self._fetched = desired.fetched

    def _update_pinging(self, desired: _Desired) -> None:
        # Pairs, so that an interval that has changed is another one.
        for dashboard_id, seconds in desired.pinged.items() - self._pinged.items():
            pinging.schedule_periodic_pinging(
                _Dashboard(dashboard_id),
                timedelta(seconds=seconds) if seconds else self._ping_interval,
                self._scheduler,
                retry=self._ping_retry,
                run_at_start=dashboard_id in desired.unpinged,
            )
        for dashboard_id in self._pinged.keys() - desired.pinged.keys():
            self._scheduler.remove_task(pinging.task_name(dashboard_id))
            self._scheduler.add_background_task(
                ("stop monitoring", dashboard_id), partial(pinging.stop_monitoring, dashboard_id)
            )
        self._pinged = desired.pinged


def _read(
    known_change: Version | None,
    fetched: frozenset[UUID],
    pinged: Mapping[UUID, int],
    beat: Callable[[], None],
) -> _Desired | None:
    """Return the tasks that the dashboards require; None if nothing changed.

    :param known_change: the last change at the time of the last call.
    :param fetched: the dashboards that are fetched already.
    :param pinged: those that are pinged already.
    :param beat: called for each dashboard that is read.
    """

    def find(id_: UUID) -> Dashboard:
        beat()
        return repository.find(id_)

    change = repository.last_change()
    if change == known_change:
        return None
    ids, intervals = repository.ids(), repository.ping_intervals()
    new = [find(id_) for id_ in ids - fetched]
    newly_monitored = [find(id_) for id_ in intervals.keys() - pinged.keys()]
    repository.load(new, lambda dashboard: [dashboard.fetching])
    repository.load(newly_monitored, lambda dashboard: [dashboard.downtime])
    return _Desired(
        change=change,
        fetched=ids,
        requested=ids.intersection(repository.fetch_requests()),
        untried=frozenset(each.id for each in new if each.fetching.last_attempt_time is None),
        pinged=intervals,
        unpinged=frozenset(each.id for each in newly_monitored if each.downtime.last_ping is None),
    )

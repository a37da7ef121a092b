"""Keeps the tasks of the scheduler consistent with the stored dashboards."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from periodic_tasks import TaskScheduler
from pydash_app.dashboard import repository
from pydash_app.dashboard.services import fetching, pinging
from pydash_database import last_transaction_id, transact


@dataclass(frozen=True, slots=True)
class _Desired:
    """The tasks that the stored dashboards require.

    :ivar change_count: the state of the dashboards from which this was read.
    :ivar fetched: all dashboards.
    :ivar urgent: those that have never been fetched, or whose fetch was requested.
    :ivar pinged: those whose downtime is monitored.
    :ivar monitored: those of them that have been pinged before.
    """

    change_count: int
    fetched: frozenset[UUID]
    urgent: frozenset[UUID]
    pinged: frozenset[UUID]
    monitored: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class _Dashboard:
    """A dashboard, reduced to its ID."""

    id: UUID


class Reconciler:
    """Adds, removes and expedites tasks as dashboards are added, deleted and urgently fetched.

    Dashboards that have never been fetched or pinged are handled immediately. All others are spread
    over the interval. The stored dashboards alone determine the tasks, so a new fetcher needs no
    other information.

    :param scheduler: the scheduler of these tasks.
    :param interval: the time between two fetches of a dashboard.
    :param ping_interval: the time between two pings of an app.
    """

    def __init__(
        self, scheduler: TaskScheduler, interval: timedelta, ping_interval: timedelta
    ) -> None:
        self._scheduler = scheduler
        self._interval = interval
        self._ping_interval = ping_interval
        self._transaction_id: bytes | None = None
        self._change_count: int | None = None
        self._fetched: frozenset[UUID] = frozenset()
        self._pinged: frozenset[UUID] = frozenset()

    def reconcile(self) -> None:
        """Update the tasks if the dashboards changed; cheap if not."""
        transaction_id = last_transaction_id()
        if transaction_id == self._transaction_id:
            return
        desired = transact(partial(_read_desired, self._change_count, self._fetched))
        if desired is not None:
            self._update_fetching(desired)
            self._update_pinging(desired)
            self._change_count = desired.change_count
        self._transaction_id = transaction_id

    def _update_fetching(self, desired: _Desired) -> None:
        for dashboard_id in (desired.fetched - self._fetched) | desired.urgent:
            fetching.schedule_periodic_dashboard_fetching(
                _Dashboard(dashboard_id),
                self._interval,
                self._scheduler,
                run_at_start=dashboard_id in desired.urgent,
                jitter=self._interval,
            )
        for dashboard_id in self._fetched - desired.fetched:
            self._scheduler.remove_task(fetching.task_name(dashboard_id))
        self._fetched = desired.fetched

    def _update_pinging(self, desired: _Desired) -> None:
        for dashboard_id in desired.pinged - self._pinged:
            pinging.schedule_periodic_pinging(
                _Dashboard(dashboard_id),
                self._ping_interval,
                self._scheduler,
                run_at_start=dashboard_id not in desired.monitored,
            )
        for dashboard_id in self._pinged - desired.pinged:
            self._scheduler.remove_task(pinging.task_name(dashboard_id))
            self._scheduler.add_background_task(
                ("stop monitoring", dashboard_id), partial(pinging.stop_monitoring, dashboard_id)
            )
        self._pinged = desired.pinged


def _read_desired(known_change_count: int | None, known: frozenset[UUID]) -> _Desired | None:
    """Return the tasks that the dashboards require; None if nothing changed.

    :param known_change_count: the change count at the time of the last call.
    :param known: dashboards that have a task, and are therefore urgent only on request.
    """
    change_count = repository.change_count()
    if change_count == known_change_count:
        return None
    dashboards = {board.id: board for board in repository.all()}
    new = dashboards.keys() - known
    untried = [id_ for id_ in new if dashboards[id_].fetching.last_attempt_time is None]
    requested = dashboards.keys() & repository.take_fetch_requests()
    pinged = {id_: board for id_, board in dashboards.items() if board.monitor_downtime}
    return _Desired(
        change_count=change_count,
        fetched=frozenset(dashboards),
        urgent=frozenset([*untried, *requested]),
        pinged=frozenset(pinged),
        monitored=frozenset(id_ for id_, board in pinged.items() if board.downtime.last_ping),
    )

"""Keeps the scheduler's tasks in step with the stored dashboards."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from periodic_tasks import TaskScheduler
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import fetching, pinging
from pydash_database import last_transaction_id, transact


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be done for the dashboards, as they are stored.

    :ivar change_count: the state of the dashboards that this belongs to.
    :ivar fetched: all dashboards.
    :ivar urgent: those that nobody has tried to fetch yet, or that somebody wants fetched now.
    :ivar pinged: those whose downtime is monitored.
    :ivar watched: those among them that have been pinged before.
    """

    change_count: int
    fetched: frozenset[UUID]
    urgent: frozenset[UUID]
    pinged: frozenset[UUID]
    watched: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class _Task:
    """A dashboard, to those who only need its id."""

    id: UUID


class Reconciler:
    """Adds, removes and hastens tasks as dashboards come, go and are to be fetched now.

    What was never fetched or pinged before is so at once; all the rest is spread over its interval.
    The dashboards alone say which tasks there are, so a new fetcher needs to know nothing else.

    :param scheduler: whose tasks these are.
    :param interval: between two fetches of a dashboard.
    """

    def __init__(self, scheduler: TaskScheduler, interval: timedelta) -> None:
        self._scheduler = scheduler
        self._interval = interval
        self._transaction_id: bytes | None = None
        self._change_count: int | None = None
        self._fetched: frozenset[UUID] = frozenset()
        self._pinged: frozenset[UUID] = frozenset()

    def reconcile(self) -> None:
        """Look whether anything changed, and act on it. Cheap when nothing did."""
        transaction_id = last_transaction_id()
        if transaction_id == self._transaction_id:
            return
        wanted = transact(partial(_read_wanted, self._change_count, self._fetched))
        if wanted is not None:
            self._apply(wanted)
            self._change_count = wanted.change_count
        self._transaction_id = transaction_id

    def _apply(self, wanted: _Wanted) -> None:
        for dashboard_id in (wanted.fetched - self._fetched) | wanted.urgent:
            self._fetch(dashboard_id, at_once=dashboard_id in wanted.urgent)
        for dashboard_id in self._fetched - wanted.fetched:
            self._scheduler.remove_task(fetching.task_name(dashboard_id))
        for dashboard_id in wanted.pinged - self._pinged:
            self._ping(dashboard_id, at_once=dashboard_id not in wanted.watched)
        for dashboard_id in self._pinged - wanted.pinged:
            self._stop_pinging(dashboard_id)
        self._fetched, self._pinged = wanted.fetched, wanted.pinged

    def _fetch(self, dashboard_id: UUID, *, at_once: bool) -> None:
        fetching.schedule_periodic_dashboard_fetching(
            _Task(dashboard_id),
            self._interval,
            self._scheduler,
            run_at_start=at_once,
            jitter=self._interval,
        )

    def _ping(self, dashboard_id: UUID, *, at_once: bool) -> None:
        pinging.schedule_periodic_pinging(
            _Task(dashboard_id), scheduler=self._scheduler, run_at_start=at_once
        )

    def _stop_pinging(self, dashboard_id: UUID) -> None:
        self._scheduler.remove_task(pinging.task_name(dashboard_id))
        self._scheduler.add_background_task(
            ("stop watching", dashboard_id), partial(pinging.stop_watching, dashboard_id)
        )


def _read_wanted(known_change_count: int | None, known: frozenset[UUID]) -> _Wanted | None:
    """Read what is to be done; None if nothing changed since the known count.

    :param known: dashboards that have a task already, and so are urgent only if requested.
    """
    change_count = repository.change_count()
    if change_count == known_change_count:
        return None
    dashboards = {board.id: board for board in repository.all()}
    untried = (id_ for id_ in dashboards.keys() - known if _is_untried(dashboards[id_]))
    requested = dashboards.keys() & repository.take_fetch_requests()
    pinged = {id_: board for id_, board in dashboards.items() if board.monitor_downtime}
    return _Wanted(
        change_count=change_count,
        fetched=frozenset(dashboards),
        urgent=frozenset([*untried, *requested]),
        pinged=frozenset(pinged),
        watched=frozenset(id_ for id_, board in pinged.items() if board.downtime.last_ping),
    )


def _is_untried(dashboard: Dashboard) -> bool:
    return dashboard.fetching.last_attempt_time is None

"""The tasks follow the stored dashboards, whatever dies, and at the cost of what has changed."""

import uuid
from collections.abc import Callable, Hashable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ZODB.Connection import Connection

import pydash_app
from periodic_tasks import TaskScheduler
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.fetching_status import FetchingStatus
from pydash_app.fetcher import reconciliation
from pydash_app.fetcher.reconciliation import Reconciler
from pydash_database import DatabaseUnavailable, database_connection, transact

OWNER = uuid.uuid4()
NOW = datetime(2026, 3, 1, tzinfo=UTC)
INTERVAL = timedelta(minutes=1)


class Schedule(TaskScheduler):
    """A scheduler that is not started; notes its tasks, and which were to run at once."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: set[Any] = set()
        self.intervals: dict[Any, timedelta] = {}
        self.expedited: list[Any] = []

    def add_periodic_task(
        self, name: Hashable, interval: timedelta, task: Any, run_at_start: bool = False, **how: Any
    ) -> None:
        super().add_periodic_task(name, interval, task, run_at_start, **how)
        self.tasks.add(name)
        self.intervals[name] = interval
        if run_at_start:
            self.expedited.append(name)

    def remove_task(self, name: Hashable) -> None:
        super().remove_task(name)
        self.tasks.remove(name)


class Fetcher:
    """A fetcher, as far as it keeps its schedule."""

    def __init__(self) -> None:
        self.schedule = Schedule()
        self.reconcile = Reconciler(self.schedule, INTERVAL, INTERVAL).reconcile


def add(*, monitored: bool = False, tried: bool = False) -> UUID:
    def add() -> UUID:
        dashboard = Dashboard("http://example.com", "token", OWNER)
        dashboard.monitor_downtime = monitored
        if tried:
            dashboard.fetching.failed(NOW, "The app did not respond.")
            dashboard.downtime.record(NOW, 20.0)
        repository.add(dashboard)
        return dashboard.id

    return transact(add)


def change(dashboard_id: UUID, what: Callable[[Dashboard], object]) -> None:
    def change() -> None:
        dashboard = repository.find(dashboard_id)
        what(dashboard)
        repository.update(dashboard)

    transact(change)


def switch_monitoring(dashboard_id: UUID) -> None:
    change(dashboard_id, lambda it: setattr(it, "monitor_downtime", not it.monitor_downtime))


def delete(dashboard_id: UUID) -> None:
    transact(lambda: repository.delete(repository.find(dashboard_id)))


def request(dashboard_id: UUID) -> None:
    transact(lambda: repository.request_fetch(dashboard_id))


def fail_at(point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next reconciliation fail, before or after it committed its reading or deletion."""
    when, _, number = point.partition(" ")
    run, runs = transact, []

    def failing_transact(work: Callable[[], Any]) -> Any:
        runs.append(work)
        if len(runs) != int(number):
            return run(work)
        if when == "after":
            run(work)
        raise DatabaseUnavailable

    monkeypatch.setattr(reconciliation, "transact", failing_transact)


def set_interval(dashboard_id: UUID, seconds: int | None) -> None:
    change(dashboard_id, lambda it: setattr(it, "ping_interval", seconds))


CHANGES = {"switch": switch_monitoring, "delete": delete, "request": request}
POINTS = ["before 1", "after 1", "before 2", "after 2"]
EVENTS = st.one_of(
    st.tuples(st.just("add"), st.booleans(), st.booleans()),
    st.tuples(st.sampled_from(sorted(CHANGES)), st.integers(0, 5)),
    st.tuples(st.just("reconcile")),
    st.tuples(st.sampled_from(["reconcile", "die"]), st.sampled_from(POINTS)),
)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(EVENTS, max_size=25))
def test_it_ends_with_the_tasks_of_a_new_fetcher(
    configuration: Configuration, events: list[tuple[Any, ...]]
) -> None:
    """Also if the fetcher or the database dies at any moment. No request is lost by that."""
    pydash_app.configure(configuration)
    fetcher = Fetcher()
    dashboards: list[UUID] = []
    requested: set[UUID] = set()

    def reconcile(point: str | None = None) -> None:
        fetcher.schedule.expedited.clear()
        with pytest.MonkeyPatch.context() as patch, suppress(DatabaseUnavailable):
            if point:
                fail_at(point, patch)
            fetcher.reconcile()
        requested.difference_update(each for _, each in fetcher.schedule.expedited)

    for event, *given_ in events:
        match event:
            case "add":
                dashboards.append(add(monitored=given_[0], tried=given_[1]))
            case "reconcile":
                reconcile(*given_)
            case "die":
                before = set(requested)
                reconcile(*given_)
                fetcher = Fetcher()
                # The requests were deleted when their tasks were due: these may run or not.
                requested |= before.intersection(transact(repository.fetch_requests))
            case _ if dashboards:
                dashboard_id = dashboards[given_[0] % len(dashboards)]
                CHANGES[event](dashboard_id)
                if event == "delete":
                    dashboards.remove(dashboard_id)
                    requested.discard(dashboard_id)
                if event == "request":
                    requested.add(dashboard_id)
    reconcile()
    assert requested == set()
    assert transact(repository.fetch_requests) == []
    of_new = Fetcher()
    of_new.reconcile()
    assert fetcher.schedule.tasks == of_new.schedule.tasks
    boards = transact(lambda: [(each.id, each.monitor_downtime) for each in repository.all()])
    assert of_new.schedule.tasks == {
        *(("fetch", id_) for id_, _ in boards),
        *(("ping", id_) for id_, is_monitored in boards if is_monitored),
    }


def test_it_runs_at_once_what_was_never_tried(database: None) -> None:
    untried, tried = add(monitored=True), add(monitored=True, tried=True)
    fetcher = Fetcher()
    fetcher.reconcile()
    assert set(fetcher.schedule.expedited) == {("fetch", untried), ("ping", untried)}
    fetcher.schedule.expedited.clear()
    for dashboard_id in (untried, tried):
        switch_monitoring(dashboard_id)
    request(tried)
    fetcher.reconcile()
    assert fetcher.schedule.expedited == [("fetch", tried)]
    assert fetcher.schedule.tasks == {("fetch", untried), ("fetch", tried)}


def test_a_new_interval_between_pings_replaces_the_task(database: None) -> None:
    changed, other = add(monitored=True, tried=True), add(monitored=True, tried=True)
    fetcher = Fetcher()
    fetcher.reconcile()
    assert fetcher.schedule.intervals["ping", changed] == INTERVAL
    for seconds in (90, 30, None):
        fetcher.schedule.intervals.clear()
        set_interval(changed, seconds)
        fetcher.reconcile()
        expected = timedelta(seconds=seconds) if seconds else INTERVAL
        assert fetcher.schedule.intervals == {("ping", changed): expected}
    assert ("ping", other) in fetcher.schedule.tasks
    set_interval(changed, 90)
    of_new = Fetcher()
    of_new.reconcile()
    assert of_new.schedule.intervals["ping", changed] == timedelta(seconds=90)


def test_it_reads_only_new_dashboards(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [add(monitored=True, tried=True) for _ in range(40)]
    fetcher = Fetcher()
    fetcher.reconcile()
    loaded: list[Any] = []
    setstate = Connection.setstate

    def noted(connection: Connection, obj: Any) -> None:
        loaded.append(obj)
        setstate(connection, obj)

    monkeypatch.setattr(Connection, "setstate", noted)

    def read() -> set[UUID]:
        """Return the dashboards that a reconciliation reads with empty caches."""
        transact(lambda: database_connection().cacheMinimize())
        loaded.clear()
        fetcher.reconcile()
        boards = [each for each in loaded if isinstance(each, Dashboard)]
        statuses = [each for each in loaded if isinstance(each, FetchingStatus)]
        assert len(statuses) <= len(boards)
        return {each.id for each in boards}

    new = add()
    assert read() == {new}
    request(ids[0])
    delete(ids[1])
    assert read() == set()
    switch_monitoring(ids[2])
    assert read() == set()
    switch_monitoring(ids[2])
    assert read() == {ids[2]}
    assert ("ping", ids[2]) in fetcher.schedule.tasks

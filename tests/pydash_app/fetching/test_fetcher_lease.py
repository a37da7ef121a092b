from collections.abc import Iterator
from threading import Event

import pytest

import pydash_database
from periodic_tasks import SchedulerFigures
from pydash_app.fetcher.lease import (
    EXPIRY_SECONDS,
    HEARTBEAT_SECONDS,
    POLL_SECONDS,
    LeaseKeeper,
    LeaseLostError,
    last_heartbeat,
)
from pydash_database import DatabaseUnavailable, transact

pytestmark = pytest.mark.usefixtures("database")


class Clock:
    """A clock that is advanced by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def unavailable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the database unavailable."""

    def fail(_: object) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr("pydash_app.fetcher.lease.transact", fail)
    yield
    monkeypatch.undo()


def test_the_first_fetcher_acquires_the_lease(clock: Clock) -> None:
    assert LeaseKeeper("first", clock).try_to_acquire()


def test_a_second_fetcher_waits_while_the_first_sends_heartbeats(clock: Clock) -> None:
    first, second = LeaseKeeper("first", clock), LeaseKeeper("second", clock)
    assert first.try_to_acquire()
    for _ in range(20):
        assert not second.try_to_acquire()
        clock.advance(HEARTBEAT_SECONDS)
        assert first.is_due()
        first.send_heartbeat(SchedulerFigures())


def test_it_replaces_a_killed_fetcher_within_fifteen_seconds(clock: Clock) -> None:
    LeaseKeeper("killed", clock).try_to_acquire()
    second = LeaseKeeper("second", clock)
    seconds = 0.0
    while not second.try_to_acquire():
        clock.advance(POLL_SECONDS)
        seconds += POLL_SECONDS
    assert EXPIRY_SECONDS <= seconds < 15


def test_it_replaces_a_stopped_fetcher_at_once(clock: Clock) -> None:
    first, second = LeaseKeeper("first", clock), LeaseKeeper("second", clock)
    first.try_to_acquire()
    assert not second.try_to_acquire()
    first.release()
    assert second.try_to_acquire()


def test_a_suspended_fetcher_notices_that_it_was_replaced(clock: Clock) -> None:
    first, second = LeaseKeeper("first", clock), LeaseKeeper("second", clock)
    first.try_to_acquire()
    second.try_to_acquire()
    clock.advance(EXPIRY_SECONDS)
    assert second.try_to_acquire()
    with pytest.raises(LeaseLostError):
        first.send_heartbeat(SchedulerFigures())
    first.release()
    second.send_heartbeat(SchedulerFigures())


@pytest.mark.usefixtures("unavailable")
def test_it_continues_while_the_database_is_briefly_unavailable(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = LeaseKeeper("first", clock)
    clock.advance(EXPIRY_SECONDS - 1)
    keeper.send_heartbeat(SchedulerFigures())
    clock.advance(1)
    with pytest.raises(LeaseLostError):
        keeper.send_heartbeat(SchedulerFigures())


@pytest.mark.usefixtures("unavailable")
def test_it_waits_for_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Event()
    keeper = LeaseKeeper("first")
    monkeypatch.setattr(stop, "wait", lambda _: stop.set())
    assert not keeper.wait(stop)
    keeper.release()


def test_the_lease_does_not_expire_while_the_database_is_unavailable(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = LeaseKeeper("first", clock), LeaseKeeper("second", clock)
    first.try_to_acquire()
    assert not second.try_to_acquire()
    clock.advance(100)
    second._seen = None  # as `wait` does when the database was unavailable
    assert not second.try_to_acquire()


def test_a_heartbeat_contains_the_figures(clock: Clock) -> None:
    keeper = LeaseKeeper("first", clock)
    keeper.try_to_acquire()
    keeper.send_heartbeat(SchedulerFigures(runs=5))
    heartbeat = transact(last_heartbeat)
    assert (heartbeat.holder, heartbeat.figures.runs, heartbeat.number) == ("first", 5, 2)
    assert heartbeat.time is not None


def test_there_is_no_heartbeat_before_the_first_fetcher() -> None:
    assert transact(last_heartbeat).holder is None
    assert pydash_database.database_root().get("fetcher_lease") is None

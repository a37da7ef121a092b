from collections.abc import Iterator
from threading import Event

import pytest

import pydash_database
from periodic_tasks import SchedulerFigures
from pydash_app.fetcher.lease import (
    BEAT_SECONDS,
    EXPIRY_SECONDS,
    LOOK_SECONDS,
    LeaseKeeper,
    LeaseLostError,
    last_beat,
)
from pydash_database import DatabaseUnavailable, transact

pytestmark = pytest.mark.usefixtures("database")


class Clock:
    """A clock that stands still until it is told."""

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
    """The database is away."""

    def fail(_: object) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr("pydash_app.fetcher.lease.transact", fail)
    yield
    monkeypatch.undo()


def test_the_first_fetcher_gets_the_lease(clock: Clock) -> None:
    assert LeaseKeeper("first", clock).try_to_take()


def test_a_second_one_waits_while_the_first_gives_signs_of_life(clock: Clock) -> None:
    first, second = LeaseKeeper("first", clock), LeaseKeeper("second", clock)
    assert first.try_to_take()
    for _ in range(20):
        assert not second.try_to_take()
        clock.advance(BEAT_SECONDS)
        assert first.is_due()
        first.beat(SchedulerFigures())


def test_it_takes_over_within_fifteen_seconds_from_one_that_was_killed(clock: Clock) -> None:
    LeaseKeeper("killed", clock).try_to_take()
    second = LeaseKeeper("second", clock)
    seconds = 0.0
    while not second.try_to_take():
        clock.advance(LOOK_SECONDS)
        seconds += LOOK_SECONDS
    assert EXPIRY_SECONDS <= seconds < 15


def test_it_takes_over_at_once_from_one_that_has_left(clock: Clock) -> None:
    first, second = LeaseKeeper("first", clock), LeaseKeeper("second", clock)
    first.try_to_take()
    assert not second.try_to_take()
    first.release()
    assert second.try_to_take()


def test_one_that_was_suspended_notices_that_it_was_replaced(clock: Clock) -> None:
    first, second = LeaseKeeper("first", clock), LeaseKeeper("second", clock)
    first.try_to_take()
    second.try_to_take()
    clock.advance(EXPIRY_SECONDS)
    assert second.try_to_take()
    with pytest.raises(LeaseLostError):
        first.beat(SchedulerFigures())
    first.release()
    second.beat(SchedulerFigures())


@pytest.mark.usefixtures("unavailable")
def test_it_goes_on_while_the_database_is_away_for_a_moment(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = LeaseKeeper("first", clock)
    clock.advance(EXPIRY_SECONDS - 1)
    keeper.beat(SchedulerFigures())
    clock.advance(1)
    with pytest.raises(LeaseLostError):
        keeper.beat(SchedulerFigures())


@pytest.mark.usefixtures("unavailable")
def test_it_waits_for_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Event()
    keeper = LeaseKeeper("first")
    monkeypatch.setattr(stop, "wait", lambda _: stop.set())
    assert not keeper.wait(stop)
    keeper.release()


def test_the_time_that_the_database_was_away_is_not_held_against_the_holder(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = LeaseKeeper("first", clock), LeaseKeeper("second", clock)
    first.try_to_take()
    assert not second.try_to_take()
    clock.advance(100)
    second._seen = None  # what `wait` does when the database was away
    assert not second.try_to_take()


def test_a_beat_tells_the_figures(clock: Clock) -> None:
    keeper = LeaseKeeper("first", clock)
    keeper.try_to_take()
    keeper.beat(SchedulerFigures(runs=5))
    beat = transact(last_beat)
    assert (beat.holder, beat.figures.runs, beat.number) == ("first", 5, 2)
    assert beat.time is not None


def test_there_is_no_beat_before_the_first_fetcher() -> None:
    assert transact(last_beat).holder is None
    assert pydash_database.database_root().get("fetcher_lease") is None

"""A reading of the clock is confirmed by hours of readings before it."""

from datetime import UTC, datetime, timedelta

import pytest

from pydash_app import clock
from pydash_app.fetcher.lease import LeaseKeeper
from pydash_database import database_root, transact

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("database")


def record(first: datetime, last: datetime) -> None:
    """Record a reading every four seconds, as the fetcher does."""
    seconds = round((last - first).total_seconds())
    for second in range(0, seconds + 1, 4):
        clock.record(first + timedelta(seconds=second))


def is_confirmed(now: datetime) -> bool:
    return transact(lambda: clock.is_confirmed(now))


def test_no_reading_is_confirmed_without_those_before_it() -> None:
    assert not is_confirmed(NOON)
    transact(lambda: clock.record(NOON))
    assert not is_confirmed(NOON)


def test_a_reading_is_confirmed_after_six_steady_hours() -> None:
    transact(lambda: record(NOON, NOON + 359 * MINUTE))
    assert not is_confirmed(NOON + 359 * MINUTE)
    transact(lambda: record(NOON + 359 * MINUTE, NOON + 360 * MINUTE))
    assert is_confirmed(NOON + 360 * MINUTE)
    assert is_confirmed(NOON + 361 * MINUTE), "the next reading is not recorded yet"


@pytest.mark.parametrize("wrong", [timedelta(days=500), timedelta(days=-500), timedelta(hours=-1)])
def test_a_wrong_reading_is_not_confirmed(wrong: timedelta) -> None:
    transact(lambda: record(NOON, NOON + 400 * MINUTE))
    assert not is_confirmed(NOON + 400 * MINUTE + wrong)


@pytest.mark.parametrize("jump", [timedelta(minutes=16), timedelta(seconds=-1)])
def test_after_a_jump_or_a_pause_the_hours_start_over(jump: timedelta) -> None:
    again = NOON + 400 * MINUTE + jump
    transact(lambda: record(NOON, NOON + 400 * MINUTE))
    transact(lambda: record(again, again + 359 * MINUTE))
    assert not is_confirmed(again + 359 * MINUTE)
    transact(lambda: record(again + 359 * MINUTE, again + 360 * MINUTE))
    assert is_confirmed(again + 360 * MINUTE)


def test_a_reading_is_written_at_most_once_a_minute() -> None:
    transact(lambda: record(NOON, NOON + MINUTE))
    before = transact(lambda: database_root()["clock"]._p_serial)
    transact(lambda: clock.record(NOON + 1.9 * MINUTE))
    assert transact(lambda: database_root()["clock"]._p_serial) == before
    transact(lambda: clock.record(NOON + 2 * MINUTE))
    assert transact(lambda: database_root()["clock"]._p_serial) != before


def test_the_heartbeats_of_the_fetcher_are_recorded() -> None:
    keeper = LeaseKeeper("fetcher")
    assert keeper.try_to_acquire()
    before = datetime.now(UTC)
    first, last = transact(lambda: database_root()["clock"]["steady"])
    assert timedelta() <= before - last < MINUTE
    assert first == last

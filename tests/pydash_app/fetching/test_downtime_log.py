from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydash_app.dashboard.downtime import DowntimeLog

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 1, 2, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
FIVE = timedelta(minutes=5)


def log_of(pings: str, start: datetime = NOON) -> DowntimeLog:
    """Make a log of one ping every five minutes: `+` answered, `-` not."""
    log = DowntimeLog()
    for number, ping in enumerate(pings):
        log.record(start + number * FIVE, 20.0 if ping == "+" else None)
    return log


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_one_failed_ping_is_no_outage() -> None:
    log = log_of("+-+-+")
    assert log.intervals(NOON, after(60), now=after(25)) == []
    assert log.percentage(NOON, after(60), now=after(25)) == 0


def test_an_outage_lasts_from_the_first_failed_ping_to_the_next_answer() -> None:
    assert log_of("+---++").intervals(NOON, after(60), now=after(25)) == [(after(5), after(20))]


def test_the_number_of_failures_until_down_can_be_chosen() -> None:
    log = DowntimeLog()
    for number in range(3):
        log.record(NOON + number * FIVE, None, failures_until_down=4)
    assert log.down_since is None
    log.record(NOON + 3 * FIVE, None, failures_until_down=4)
    assert log.down_since == NOON


def test_an_open_outage_counts_up_to_now() -> None:
    log = log_of("+--")
    assert log.intervals(NOON, after(600), now=after(65)) == [(after(5), after(65))]
    assert log.percentage(after(5), after(600), now=after(65)) == 100


def test_an_open_outage_does_not_count_beyond_the_range() -> None:
    assert log_of("+--").intervals(NOON, after(30), now=after(600)) == [(after(5), after(30))]


def test_now_is_the_clock_by_default() -> None:
    log = DowntimeLog()
    start = datetime.now(UTC) - timedelta(hours=1)
    log.record(start, None)
    log.record(start + FIVE, None)
    [(_, end)] = log.intervals(LONG_AGO, datetime.now(UTC) + timedelta(hours=1))
    assert timedelta(0) <= datetime.now(UTC) - end < timedelta(minutes=1)


def test_an_outage_across_midnight_is_divided_between_the_days() -> None:
    log = log_of("+---+", start=MIDNIGHT - 2 * FIVE)
    days = log.per_day(MIDNIGHT - timedelta(days=1), MIDNIGHT + timedelta(days=1), now=after(1440))
    assert [day.day for day in days] == [date(2026, 1, 1), date(2026, 1, 2)]
    assert [day.downtime for day in days] == [FIVE, 2 * FIVE]
    assert days[0].percentage == pytest.approx(50)
    assert days[1].percentage == pytest.approx(100)


def test_a_long_time_with_many_outages_is_summed_up_in_one_pass() -> None:
    """Each outage is looked at once, not once for every day; else this would take an hour."""
    log = log_of("--+" * 20_000)
    end = NOON + 60_000 * FIVE
    days = log.per_day(NOON - timedelta(days=100_000), end, now=end)
    assert sum((day.downtime for day in days), timedelta()) == 40_000 * FIVE


def test_a_day_that_nobody_watched_has_no_percentage() -> None:
    [day, _] = log_of("++").per_day(NOON - timedelta(days=1), NOON, now=after(5))
    assert day.percentage is None
    assert day.downtime == timedelta(0)


def test_time_without_pings_counts_as_neither_up_nor_down() -> None:
    log = log_of("+--+")  # down for 10 of 15 minutes
    log.record(after(24 * 60), 20.0)
    log.record(after(24 * 60 + 15), 20.0)
    assert log.percentage(LONG_AGO, after(48 * 60), now=after(48 * 60)) == pytest.approx(100 / 3)


def test_an_outage_lasts_through_a_gap_in_the_pings() -> None:
    log = log_of("+--")
    log.record(after(120), None)
    log.record(after(125), 20.0)
    assert log.intervals(NOON, after(600), now=after(600)) == [(after(5), after(125))]


def test_pausing_ends_an_open_outage_with_the_last_ping() -> None:
    log = log_of("+---")
    log.pause()
    log.pause()
    assert log.intervals(NOON, after(600), now=after(600)) == [(after(5), after(15))]
    assert log.percentage(NOON, after(600), now=after(600)) == pytest.approx(100 * 10 / 15)


def test_it_keeps_the_latency_of_answered_pings() -> None:
    log = log_of("+-+", start=MIDNIGHT - FIVE)
    assert log.latency(MIDNIGHT - FIVE, MIDNIGHT + 2 * FIVE) == [
        (MIDNIGHT - FIVE, 20.0),
        (MIDNIGHT + FIVE, 20.0),
    ]
    assert log.latency(MIDNIGHT - FIVE, MIDNIGHT + FIVE) == [(MIDNIGHT - FIVE, 20.0)]


def test_naive_times_are_utc() -> None:
    log = DowntimeLog()
    log.record(NOON.replace(tzinfo=None), 20.0)
    assert log.last_ping == NOON
    assert len(log.latency(LONG_AGO.replace(tzinfo=None), after(60))) == 1


def test_it_forgets_what_is_old() -> None:
    log = log_of("+--+")
    later = NOON + timedelta(days=401)
    log.record(later, 20.0)
    assert log.intervals(LONG_AGO, later, now=later) == []
    assert len(log.latency(LONG_AGO, later + FIVE)) == 1


def test_an_empty_log_knows_nothing() -> None:
    log = DowntimeLog()
    log.pause()
    assert log.last_ping is None
    assert log.intervals(LONG_AGO, NOON) == []
    assert log.percentage(LONG_AGO, NOON) is None
    assert log.latency(LONG_AGO, NOON) == []


@given(pings=st.text("+-", max_size=400), first_minute=st.integers(0, 1440))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_the_days_together_are_the_whole(pings: str, first_minute: int) -> None:
    start = NOON + timedelta(minutes=first_minute)
    log = log_of(pings, start)
    now = start + len(pings) * FIVE
    end = now + timedelta(days=1)
    whole = sum((b - a for a, b in log.intervals(LONG_AGO, end, now)), timedelta())
    by_day = sum((day.downtime for day in log.per_day(NOON, end, now)), timedelta())
    assert by_day == whole
    runs = [run for run in pings.split("+") if len(run) >= 2]
    assert whole == sum((len(run) * FIVE for run in runs), timedelta())

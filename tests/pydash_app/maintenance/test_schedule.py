"""Periods are those that a person with a clock on the wall would write down."""

import calendar
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydash_app.maintenance.schedule import Monthly, Recurring, Weekly

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
# Around changes of the clocks: by an hour, half an hour, two hours, and a day that never was.
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/St_Johns", date(1990, 10, 28)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Antarctica/Troll", date(2026, 3, 29)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Kathmandu", date(2026, 2, 28)),
    ("UTC", date(2024, 2, 29)),
]


@cache
def walls(zone: str, middle: date) -> tuple[list[datetime], list[datetime]]:
    """Return every minute (UTC) for five days around one, and what the clock on the wall shows."""
    start = datetime.combine(middle, time(), UTC) - 2 * DAY
    minutes = [start + number * MINUTE for number in range(5 * 24 * 60)]
    return minutes, [each.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for each in minutes]


def beginning(zone: str, middle: date, moment: datetime) -> datetime | None:
    """Return when the wall shows a time at first; if it never does, when it would have."""
    minutes, shown = walls(zone, middle)
    if moment in shown:
        return minutes[shown.index(moment)]
    later = next((number for number, each in enumerate(shown) if each > moment), 0)
    return minutes[later - 1] + (moment - shown[later - 1]) if later else None


def check(schedule: Recurring, zone: str, middle: date, days: set[date]) -> None:
    """Compare a schedule with the periods that begin on some days."""
    minutes, _ = walls(zone, middle)
    start, end = minutes[24 * 60], minutes[-24 * 60]
    begins = [beginning(zone, middle, datetime.combine(day, schedule.at)) for day in days]
    expected = {
        (first, first + schedule.duration)
        for first in begins
        if first and first < end and first + schedule.duration > start
    }
    assert set(schedule.occurrences(start, end)) == expected


CHANGE = st.sampled_from(CHANGES)
AT = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 29, 30, 45, 59]))
# Not longer than the days around the compared ones.
DURATION = st.integers(1, 24 * 60).map(lambda minutes: minutes * MINUTE)


@given(change=CHANGE, at=AT, duration=DURATION, weekdays=st.frozensets(st.integers(0, 6)))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_weekly_periods_are_those_of_a_clock_on_the_wall(
    change: tuple[str, date], at: time, duration: timedelta, weekdays: frozenset[int]
) -> None:
    zone, middle = change
    days = {middle + number * DAY for number in range(-3, 4)}
    days = {day for day in days if day.weekday() in weekdays}
    check(Weekly(at, duration, zone, weekdays), zone, middle, days)


@given(change=CHANGE, at=AT, duration=DURATION, day=st.integers(1, 31))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_monthly_periods_are_those_of_a_clock_on_the_wall(
    change: tuple[str, date], at: time, duration: timedelta, day: int
) -> None:
    zone, middle = change
    months = {(each.year, each.month) for each in (middle - 5 * DAY, middle, middle + 5 * DAY)}
    days = {date(*month, min(day, calendar.monthrange(*month)[1])) for month in months}
    days = {each for each in days if abs(each - middle) <= 3 * DAY}
    check(Monthly(at, duration, zone, day), zone, middle, days)


@pytest.mark.parametrize(
    ("day", "hour"), [(date(2026, 3, 28), 1), (date(2026, 3, 29), 1), (date(2026, 3, 30), 0)]
)
def test_a_time_that_the_clocks_skip_is_as_much_later(day: date, hour: int) -> None:
    daily = Weekly(time(2, 30), timedelta(hours=1), "Europe/Berlin", frozenset(range(7)))
    start = datetime.combine(day, time(), UTC)
    assert [first for first, _ in daily.occurrences(start, start + DAY)] == [
        start + timedelta(hours=hour, minutes=30)
    ]


def test_all_periods_of_years_are_found_in_any_range() -> None:
    """Those that began before the range as well."""
    schedule = Monthly(time(23), timedelta(days=7), "America/New_York", 31)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    found = list(schedule.occurrences(start, start + 1461 * DAY))
    assert len(found) == 48, "the first began in December, in New York"
    firsts = [first for first, _ in found]
    for number in range(4, 1461 * 4):
        moment = start + number * DAY / 4
        last = found[bisect_left(firsts, moment + MINUTE) - 1]
        expected = [last] if last[1] > moment else []
        assert list(schedule.occurrences(moment, moment + MINUTE)) == expected

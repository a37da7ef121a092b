import pickle
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydash_app.dashboard.downtime import KEEP_LATENCIES, KEEP_OUTAGES, DowntimeLog, Failure
from pydash_http import FailureKind

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 1, 2, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
FIVE = timedelta(minutes=5)


class QuickLog(DowntimeLog):
    """A log to which two failures are an outage, and one success is its end."""

    def record(self, now: datetime, latency: float | None, **how: Any) -> None:
        super().record(now, latency, **{"failures_until_down": 2, "successes_until_up": 1, **how})


def log_of(pings: str, start: datetime = NOON, log: DowntimeLog | None = None) -> DowntimeLog:
    """Record one ping every five minutes: `+` succeeded, `-` failed."""
    log = QuickLog() if log is None else log
    for number, ping in enumerate(pings):
        log.record(start + number * FIVE, 20.0 if ping == "+" else None)
    return log


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_a_single_failed_ping_is_not_an_outage() -> None:
    log = log_of("+-+-+")
    assert log.intervals(NOON, after(60), now=after(25)) == []
    assert log.percentage(NOON, after(60), now=after(25)) == 0


def test_an_outage_lasts_from_the_first_failed_ping_to_the_next_success() -> None:
    assert log_of("+---++").intervals(NOON, after(60), now=after(25)) == [(after(5), after(20))]


def test_the_number_of_failures_until_down_can_be_chosen() -> None:
    log = QuickLog()
    for number in range(3):
        log.record(NOON + number * FIVE, None, failures_until_down=4)
    assert log.down_since is None
    log.record(NOON + 3 * FIVE, None, failures_until_down=4)
    assert log.down_since == NOON


@pytest.mark.parametrize(
    ("pings", "outages"),
    [
        ("+--+--++", []),
        ("+---++", [(5, 20)]),
        ("+---+-++-", [(5, 30)]),
        ("+---+", [(5, 25)]),
        ("+----", [(5, 25)]),
    ],
)
def test_three_failures_are_an_outage_until_two_successes(
    pings: str, outages: list[tuple[float, float]]
) -> None:
    log = log_of(pings, log=DowntimeLog())
    now = NOON + len(pings) * FIVE
    found = log.intervals(NOON, now, now)
    assert found == [(after(start), after(end)) for start, end in outages]


@pytest.mark.parametrize(("pings", "end"), [("+---", 15), ("+---+", 20)])
def test_an_outage_that_is_no_longer_watched_ends_with_what_is_known(pings: str, end: int) -> None:
    log = log_of(pings, log=DowntimeLog())
    log.pause()
    assert log.intervals(NOON, after(600), after(600)) == [(after(5), after(end))]


REFUSED = Failure(FailureKind.REFUSED, "Connection refused by shop.example:443.")
TIMEOUT = Failure(FailureKind.TIMEOUT, "The server took too long to respond.")


def test_each_outage_keeps_its_cause() -> None:
    log = log_of("+")
    for minute, failure in [(5, TIMEOUT), (10, REFUSED), (15, TIMEOUT), (20, None), (25, None)]:
        if minute != 20:
            log.record(after(minute), None, failure=failure)
        else:
            log.record(after(minute), 20.0)
    assert log.last_failure is None
    log.record(after(30), None, failure=TIMEOUT)
    causes = [(each.start, each.cause) for each in log.outages(NOON, after(60), after(35))]
    assert causes == [(after(5), REFUSED), (after(25), TIMEOUT)]
    maintenance = [(after(8), after(12)), (after(24), after(31))]
    found = log.outages(NOON, after(60), after(35), maintenance)
    assert [(each.start, each.end, each.cause) for each in found] == [
        (after(5), after(8), REFUSED),
        (after(12), after(20), REFUSED),
        (after(31), after(35), TIMEOUT),
    ]
    assert log.cause_at(after(22)) is None


def test_the_causes_are_pruned_with_their_outages() -> None:
    log = log_of("+")
    for minute in (5, 10):
        log.record(after(minute), None, failure=REFUSED)
    later = NOON + timedelta(days=401)
    for number in range(6 * 12 + 1):
        log.record(later + number * FIVE, 20.0)
    assert not vars(log)["_causes"]


def test_an_open_outage_counts_up_to_now() -> None:
    log = log_of("+--")
    assert log.intervals(NOON, after(600), now=after(25)) == [(after(5), after(25))]
    assert log.percentage(after(5), after(600), now=after(25)) == 100


@pytest.mark.parametrize("now", [25 + 1 / 60, 10_000, 5, -60])
def test_without_further_pings_an_open_outage_counts_up_to_the_last_one(now: float) -> None:
    log = log_of("+--")
    assert log.intervals(NOON, after(60_000), now=after(now)) == [(after(5), after(10))]
    assert log.percentage(NOON, after(60_000), now=after(now)) == 50


def test_an_open_outage_does_not_count_beyond_the_range() -> None:
    assert log_of("+--").intervals(NOON, after(15), now=after(20)) == [(after(5), after(15))]


def test_now_is_the_clock_by_default() -> None:
    log = QuickLog()
    start = datetime.now(UTC) - 2 * FIVE
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


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Asia/Kathmandu", date(2026, 10, 25), 24),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        # From one minute past midnight, the clocks were set back to the day before.
        ("America/St_Johns", date(1990, 10, 27), 24),
    ],
)
def test_days_are_those_of_a_time_zone(zone: str, day: date, hours: float) -> None:
    clocks = ZoneInfo(zone)
    start = datetime.combine(day, time(1), clocks).astimezone(UTC) - timedelta(days=1)
    log = QuickLog()
    log._outages[start] = end = start + timedelta(days=3)
    days = log.per_day(start, end, end, clocks)
    downtimes = {each.day: each.downtime for each in days}
    assert downtimes[day] == timedelta(hours=hours)
    assert sum(downtimes.values(), timedelta()) == timedelta(days=3)


def test_a_long_time_with_many_outages_is_summed_up_in_one_pass() -> None:
    """Each outage is looked at once, not once for every day; else this would take an hour."""
    log = log_of("--+" * 20_000)
    end = NOON + 60_000 * FIVE
    days = log.per_day(NOON - timedelta(days=100_000), end, now=end)
    assert sum((day.downtime for day in days), timedelta()) == 40_000 * FIVE


def test_an_unmonitored_day_has_no_percentage() -> None:
    [day, _] = log_of("++").per_day(NOON - timedelta(days=1), NOON, now=after(5))
    assert day.percentage is None
    assert day.downtime == timedelta(0)


def test_time_without_pings_counts_as_neither_up_nor_down() -> None:
    log = log_of("+--+")  # down for 10 of 15 minutes
    log.record(after(24 * 60), 20.0)
    log.record(after(24 * 60 + 15), 20.0)
    assert log.percentage(LONG_AGO, after(48 * 60), now=after(48 * 60)) == pytest.approx(100 / 3)


def test_a_gap_in_the_pings_interrupts_an_outage() -> None:
    log = log_of("+--")
    for minute, latency in ((120, None), (125, None), (130, 20.0)):
        log.record(after(minute), latency)
    outages = [(after(5), after(10)), (after(120), after(130))]
    assert log.intervals(NOON, after(600), now=after(600)) == outages
    assert log.percentage(NOON, after(600), now=after(600)) == pytest.approx(100 * 15 / 20)


def test_three_days_without_pings_are_not_an_outage() -> None:
    log = log_of("+--")
    log.record(after(10 + 3 * 24 * 60), 20.0)
    now = after(10 + 3 * 24 * 60)
    assert log.intervals(NOON, now, now) == [(after(5), after(10))]
    assert log.percentage(NOON, now, now) == 50


def test_the_interval_in_force_decides_how_long_a_ping_counts() -> None:
    log = QuickLog()
    log.record(NOON, 20.0, interval=timedelta(hours=1))
    log.record(after(180), 20.0, interval=timedelta(minutes=1))
    log.record(after(184), 20.0, interval=timedelta(minutes=1))
    days = log.per_day(NOON, after(240), now=after(240))
    assert log.percentage(NOON, after(180), now=after(240)) == 0
    assert log.percentage(after(180), after(240), now=after(240)) is None
    assert [day.percentage for day in days] == [0]


def test_monitoring_resumes_when_the_clock_was_set_back() -> None:
    log = log_of("++--")
    for minute, latency in ((-45, None), (-40, None), (-35, 20.0), (-30, 20.0)):
        log.record(after(minute), latency)
    now = after(-30)
    assert log.last_ping == now
    assert log.intervals(LONG_AGO, after(60), now) == [
        (after(-45), after(-35)),
        (after(10), after(15)),
    ]
    assert log.percentage(LONG_AGO, after(60), now) == pytest.approx(100 * 15 / 30)
    assert [moment for moment, _ in log.latency(LONG_AGO, after(60))] == [
        after(minute) for minute in (-35, -30, 0, 5)
    ]


def test_time_that_was_monitored_twice_counts_once() -> None:
    log = log_of("+--+++")  # down from 5 to 15 minutes after noon
    for number, ping in enumerate("++--+++"):  # then again, down from 10 to 20
        log.record(NOON + number * FIVE, 20.0 if ping == "+" else None)
    now = after(30)
    assert log.intervals(NOON, now, now) == [(after(5), after(20))]
    assert log.percentage(NOON, now, now) == pytest.approx(50)
    [day] = log.per_day(NOON, now, now)
    assert day.downtime == 3 * FIVE
    assert day.percentage == pytest.approx(50)


@pytest.mark.parametrize("minutes_wrong", [1, 60, 5 * 60])
def test_nothing_is_pruned_while_the_clock_is_ahead(minutes_wrong: int) -> None:
    """Not by one reading, and not by those of some hours, until the clock is right again."""
    log = log_of("--" + "+" * 106)
    ahead = timedelta(days=500)
    for minute in range(0, minutes_wrong, 5):
        log.record(after(540 + minute) + ahead, 20.0)
    log.record(after(545 + minutes_wrong), 20.0)
    now = after(600 + minutes_wrong)
    assert log.intervals(NOON, now, now) == [(NOON, after(10))]
    assert len(log.latency(NOON, now)) == 107


@pytest.mark.parametrize("reading", ["back", "ahead"])
def test_one_wrong_reading_only_interrupts_an_outage(reading: str) -> None:
    log = log_of("+" + "-" * 6)
    wrong = timedelta(days=500)
    log.record(after(35) + (wrong if reading == "ahead" else -wrong), None)
    for minute in (40, 45):
        log.record(after(minute), None)
    log.record(after(50), 20.0)
    outages = [(after(5), after(30)), (after(40), after(50))]
    assert log.intervals(LONG_AGO, after(60) + 2 * wrong, after(60)) == outages


def test_pausing_ends_an_open_outage_with_the_last_ping() -> None:
    log = log_of("+---")
    log.pause()
    log.pause()
    assert log.intervals(NOON, after(600), now=after(600)) == [(after(5), after(15))]
    assert log.percentage(NOON, after(600), now=after(600)) == pytest.approx(100 * 10 / 15)


def test_it_keeps_the_latency_of_successful_pings() -> None:
    log = log_of("+-+", start=MIDNIGHT - FIVE)
    assert log.latency(MIDNIGHT - FIVE, MIDNIGHT + 2 * FIVE) == [
        (MIDNIGHT - FIVE, 20.0),
        (MIDNIGHT + FIVE, 20.0),
    ]
    assert log.latency(MIDNIGHT - FIVE, MIDNIGHT + FIVE) == [(MIDNIGHT - FIVE, 20.0)]


def test_naive_times_are_utc() -> None:
    log = QuickLog()
    log.record(NOON.replace(tzinfo=None), 20.0)
    assert log.last_ping == NOON
    assert len(log.latency(LONG_AGO.replace(tzinfo=None), after(60))) == 1


def test_it_prunes_old_data_once_the_clock_has_been_steady() -> None:
    log = log_of("+--+")
    later = NOON + timedelta(days=401)
    for number in range(6 * 12):
        log.record(later + number * FIVE, 20.0)
    assert len(log.intervals(LONG_AGO, later, now=later)) == 1
    log.record(later + timedelta(hours=6), 20.0)
    assert log.intervals(LONG_AGO, later, now=later) == []
    assert log.percentage(LONG_AGO, later, now=later) is None
    assert len(log.latency(LONG_AGO, later + timedelta(days=1))) == 6 * 12 + 1


def test_it_keeps_outages_and_latencies_that_are_younger_than_their_retention() -> None:
    outages, latencies = log_of("+--+"), log_of("+--+")
    for log, retention in ((outages, KEEP_OUTAGES), (latencies, KEEP_LATENCIES)):
        for number in range(6 * 12 + 1):
            log.record(NOON + retention - timedelta(hours=6) + number * FIVE, 20.0)
    assert outages.intervals(LONG_AGO, after(60)) == [(after(5), after(15))]
    assert len(latencies.latency(LONG_AGO, after(60))) == 2


def test_a_ping_rewrites_the_pings_of_one_hour_only() -> None:
    log = QuickLog()
    for number in range(24 * 60):
        log.record(NOON + timedelta(minutes=number), 20.0, interval=timedelta(minutes=1))
    assert len(log.latency(NOON, after(24 * 60))) == 24 * 60
    stored = vars(log)["_latencies"].values()
    assert max(len(pings.packed) for pings in stored) == 60 * 8


def test_a_monitored_period_is_kept_while_part_of_it_is_recent() -> None:
    log = QuickLog()
    hour = timedelta(hours=1)
    for number in range(500 * 24):
        log.record(NOON + number * hour, None if number > 499 * 24 else 20.0, interval=hour)
    log.pause()
    end = NOON + timedelta(days=501)
    for number in range(7):
        log.record(end + number * hour, 20.0, interval=hour)
    assert log.percentage(end - timedelta(days=10), end, end) == pytest.approx(
        100 * 22 / (9 * 24 - 1)
    )


class FormerLog(DowntimeLog):
    """Records as earlier versions did, which trusted the clock and had no interval."""

    def record(self, now: datetime, latency: float | None, **_: object) -> None:
        if self._watch and self.down_since is None and now - self._watch[1] > 3 * FIVE:
            self.pause()
        self._watch = (self._watch[0] if self._watch else now, now)
        if latency is None:
            self._record_failure(now, 2)
        elif self.down_since is not None:
            self._outages[self.down_since] = now
            self._failing_since = self.down_since = None


def test_a_log_stored_while_the_clock_was_set_back_gives_valid_results() -> None:
    former = FormerLog()
    for number, ping in enumerate("++--"):
        former.record(NOON + number * FIVE, 20.0 if ping == "+" else None)
    for number, ping in enumerate("-+++"):
        former.record(after(-45) + number * FIVE, 20.0 if ping == "+" else None)
    assert [end < start for start, end in former._outages.items()] == [True]
    log = DowntimeLog.__new__(DowntimeLog)
    log.__setstate__(pickle.loads(pickle.dumps(former.__getstate__())))
    assert log.intervals(LONG_AGO, after(60), after(-30)) == []
    assert log.percentage(LONG_AGO, after(60), after(-30)) is None
    for minute in (-25, -20, -15):
        log.record(after(minute), None)
    assert log.intervals(LONG_AGO, after(60), after(-15)) == [(after(-25), after(-15))]
    assert log.percentage(LONG_AGO, after(60), after(-15)) == 100


def test_an_empty_log_has_no_values() -> None:
    log = QuickLog()
    log.pause()
    assert log.last_ping is None
    assert log.intervals(LONG_AGO, NOON) == []
    assert log.percentage(LONG_AGO, NOON) is None
    assert log.latency(LONG_AGO, NOON) == []


@given(pings=st.text("+-", max_size=400), first_minute=st.integers(0, 1440))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_the_days_add_up_to_the_total(pings: str, first_minute: int) -> None:
    start = NOON + timedelta(minutes=first_minute)
    log = log_of(pings, start)
    now = start + len(pings) * FIVE
    end = now + timedelta(days=1)
    whole = sum((b - a for a, b in log.intervals(LONG_AGO, end, now)), timedelta())
    by_day = sum((day.downtime for day in log.per_day(NOON, end, now)), timedelta())
    assert by_day == whole
    runs = [run for run in pings.split("+") if len(run) >= 2]
    assert whole == sum((len(run) * FIVE for run in runs), timedelta())


@st.composite
def pings(draw: st.DrawFn) -> list[tuple[int, bool, int]]:
    """Pings: the minute of the clock, whether the app responded, the interval in force."""
    clock, interval, made = 0, 5, []
    for _ in range(draw(st.integers(0, 40))):
        interval = draw(st.sampled_from([interval, interval, interval, 1, 5, 20]))
        made.append((clock, draw(st.booleans()), interval))
        regular, overdue = st.just(interval), st.integers(0, 4 * interval)
        jump = st.integers(-200, 200) | st.sampled_from([-720_000, 720_000])
        clock += draw(st.one_of(regular, regular, regular, overdue, jump))
    return made


def classified(
    made: list[tuple[int, bool, int]], now: int, limits: tuple[int, int]
) -> tuple[set[int], set[int]]:
    """Return the minutes that were watched, and those in which the app was down, one by one.

    :param limits: the failures that make an outage, and the successes that end it.
    """
    watched: set[int] = set()
    down: set[int] = set()
    is_down = False
    undecided: list[range] = []  # since the first ping that contradicts `is_down`
    ends = [*(minute for minute, _, _ in made[1:]), now]
    for (minute, is_up, interval), end in zip(made, ends, strict=False):
        is_watched = minute <= end <= minute + 3 * interval
        span = range(minute, end) if is_watched else range(0)
        watched.update(span)
        if is_up == is_down:
            undecided.append(span)
        else:
            down.update(*(undecided if is_down else []))
            undecided = []
        if len(undecided) >= limits[is_down]:
            is_down = not is_down
            down.update(*(undecided if is_down else []))
            undecided = []
        elif is_down and not is_up:
            down.update(span)
        if not is_watched:
            is_down, undecided = False, []
    down.update(*(undecided if is_down else []))
    return watched, down


@given(
    made=pings(),
    idle=st.integers(-30, 80),
    start=st.integers(-300, 300),
    length=st.integers(0, 3000),
    limits=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    excluded=st.lists(
        st.tuples(st.integers(-300, 300), st.integers(-5, 200)).map(lambda it: (it[0], sum(it))),
        max_size=4,
    ),
)
@settings(max_examples=30, deadline=None, derandomize=True)
def test_the_log_agrees_with_classifying_every_minute(
    made: list[tuple[int, bool, int]],
    idle: int,
    start: int,
    length: int,
    limits: tuple[int, int],
    excluded: list[tuple[int, int]],
) -> None:
    log = DowntimeLog()
    for minute, is_up, interval in made:
        log.record(
            after(minute),
            20.0 if is_up else None,
            interval=timedelta(minutes=interval),
            failures_until_down=limits[0],
            successes_until_up=limits[1],
        )
    now = made[-1][0] + idle if made else idle
    gaps = [(after(first), after(last)) for first, last in excluded]
    ignored = {minute for first, last in excluded for minute in range(first, last)}
    of_all = [minutes - ignored for minutes in classified(made, now, limits)]
    for first, last in ((start, start + length), (-30_000_000, 30_000_000)):
        watched, down = (
            {minute for minute in minutes if first <= minute < last} for minutes in of_all
        )
        outages = log.intervals(after(first), after(last), after(now), gaps)
        assert all(began < ended for began, ended in outages)
        assert all(one[1] <= other[0] for one, other in pairwise(outages))
        assert {
            minute
            for began, ended in outages
            for minute in range(
                round((began - NOON) / timedelta(minutes=1)),
                round((ended - NOON) / timedelta(minutes=1)),
            )
        } == down
        assert log.percentage(after(first), after(last), after(now), gaps) == (
            pytest.approx(100 * len(down) / len(watched)) if watched else None
        )
    for day in log.per_day(after(start), after(start + length), after(now), excluded=gaps):
        midnight = datetime(day.day.year, day.day.month, day.day.day, tzinfo=UTC)
        minutes = range(
            max(start, round((midnight - NOON) / timedelta(minutes=1))),
            min(start + length, round((midnight - NOON) / timedelta(minutes=1)) + 1440),
        )
        watched, down = (each.intersection(minutes) for each in of_all)
        assert day.downtime == timedelta(minutes=len(down))
        assert day.percentage == (
            pytest.approx(100 * len(down) / len(watched)) if watched else None
        )
    responses = sorted(after(minute) for minute, is_up, _ in made if is_up)
    assert [moment for moment, _ in log.latency(LONG_AGO, after(30_000_000))] == responses

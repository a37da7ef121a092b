"""The usage report against a count over the log, and its extraction, interrupted anywhere."""

import doctest
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import pydash_app
import pydash_database
from pydash_app import clock, event
from pydash_app.configuration import Configuration
from pydash_app.errors import InvalidInput
from pydash_app.event import EventType, usage
from pydash_app.event.usage import Aggregate, UsageOfPeriod
from pydash_app.fetcher import housekeeping
from pydash_database import database_root, transact
from pydash_events import EventFilter, moving
from tests.support.clocks import ClockAhead

DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)
START = datetime(2026, 3, 20, tzinfo=UTC)
DAYS = 20  # with the beginning of summer time in Berlin, and the end of a quarter
NOW = START + DAYS * DAY + timedelta(hours=12)
END = START + (DAYS + 1) * DAY
ZONES = [ZoneInfo("UTC"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")]


@dataclass(unsafe_hash=True)
class Account:
    id: uuid.UUID
    name: str


class SignIn(NamedTuple):
    time: datetime
    user: Account


USERS = [Account(uuid.UUID(int=number + 1), f"user {number}") for number in range(4)]
SIGN_INS = st.lists(
    st.builds(
        SignIn,
        st.integers(0, 96 * DAYS * 3 - 1).map(lambda number: START + number * QUARTER / 3),
        st.sampled_from(USERS),
    ),
    max_size=60,
)


def sign_in(*signed_in: SignIn) -> None:
    def write() -> None:
        for each in signed_in:
            event.record(EventType.USER_LOGIN, event.of_user(each.user), happened=each.time)

    transact(write)


def extract(
    now: datetime = NOW,
    start: date | None = None,
    end: date | None = None,
    *,
    reset: bool = False,
    stop_after: int | None = None,
) -> list[date]:
    days = usage.days_to_extract(now, start, end, reset=reset)[:stop_after]
    for day in days:
        usage.extract_day(day, now, restart=reset and day == days[0])
    return days


def state() -> tuple[date | None, dict[tuple[int, str], int]]:
    stored = database_root()["usage"]
    return stored["checkpoint"], dict(stored["logins"])


def report(
    aggregate: Aggregate = Aggregate.DAY,
    zone: tzinfo = UTC,
    start: datetime = START,
    end: datetime = END,
) -> list[UsageOfPeriod]:
    return transact(lambda: usage.report(start, end, aggregate, zone))


def counts(end: datetime = END) -> list[int]:
    return [each.user for each in report(end=end)]


def name_of(day: date, aggregate: Aggregate) -> str:
    year, week, _ = day.isocalendar()
    return {
        Aggregate.DAY: f"{day}",
        Aggregate.WEEK: f"{year}-W{week:02}",
        Aggregate.MONTH: f"{day:%Y-%m}",
        Aggregate.QUARTER: f"{day.year}-Q{(day.month + 2) // 3}",
        Aggregate.YEAR: f"{day.year}",
    }[aggregate]


def brute_force(
    signed_in: Sequence[SignIn], aggregate: Aggregate, zone: tzinfo, start: datetime, end: datetime
) -> list[UsageOfPeriod]:
    """Count users period by period, in the order in which the calendar names them."""
    last_days: dict[str, date] = {}
    day = start.astimezone(zone).date()
    until = (end - timedelta(microseconds=1)).astimezone(zone).date()
    while day <= until or name_of(day, aggregate) in last_days:
        last_days[name_of(day, aggregate)] = day
        day += DAY
    users = defaultdict(set)
    for each in signed_in:
        if start <= each.time < end:
            users[name_of(each.time.astimezone(zone).date(), aggregate)].add(each.user)
    return [
        UsageOfPeriod(name, datetime.combine(last, time.min, zone), len(users[name]))
        for name, last in last_days.items()
    ]


@pytest.fixture(autouse=True)
def fresh_database(database: None) -> None:
    pass


def empty() -> None:
    usage.create(database_root())
    event.store().clear()


@pytest.mark.parametrize("zone", ZONES, ids=str)
@given(signed_in=SIGN_INS, first=st.integers(0, 400), length=st.integers(1, 1500))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(signed_in=[], first=0, length=96)
def test_a_report_equals_a_count_over_the_log(
    zone: tzinfo, signed_in: list[SignIn], first: int, length: int
) -> None:
    transact(empty)
    sign_in(*signed_in)
    start = START + first * QUARTER
    end = start + length * QUARTER
    for extracted in (0, DAYS // 2, None):
        # From the log, from both, and from what was extracted alone.
        extract(stop_after=extracted)
        if extracted is None:
            transact(lambda: event.store().clear())
        for aggregate in Aggregate:
            expected = brute_force(signed_in, aggregate, zone, start, end)
            assert report(aggregate, zone, start, end) == expected


@given(signed_in=SIGN_INS.filter(bool), crashes=st.sets(st.integers(1, DAYS), max_size=4))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_resumed_extraction_equals_one_run(signed_in: list[SignIn], crashes: set[int]) -> None:
    transact(empty)
    sign_in(*signed_in)
    extract()
    at_once = transact(state)
    transact(lambda: usage.create(database_root()))
    for after in crashes:
        extract(stop_after=after)
    extract()
    assert transact(state) == at_once


def test_the_checkpoint_is_the_day_that_was_just_stored() -> None:
    sign_in(*(SignIn(START + number * DAY, USERS[0]) for number in range(5)))
    extract(stop_after=1)
    assert transact(usage.checkpoint) == START.date()
    extract(stop_after=1)
    assert transact(usage.checkpoint) == (START + DAY).date()


def test_a_day_and_the_checkpoint_are_stored_together(monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(SignIn(START, USERS[0]))

    def crash(*_: object, **__: object) -> None:
        raise SystemExit

    monkeypatch.setattr(usage, "record", crash)
    with pytest.raises(SystemExit):
        extract()
    assert transact(state) == (None, {})


def test_extracting_again_changes_nothing() -> None:
    sign_in(SignIn(START, USERS[0]), SignIn(START + DAY, USERS[1]))
    extract()
    before = transact(state)
    assert extract() == []
    extract(start=START.date())
    assert transact(state) == before
    extract(reset=True)
    assert transact(state) == before


def test_a_day_that_is_extracted_again_is_replaced() -> None:
    sign_in(SignIn(START, USERS[0]), SignIn(START, USERS[1]))
    extract()
    transact(lambda: event.store().clear())
    sign_in(SignIn(START, USERS[2]))
    assert counts(end=START + DAY) == [2]
    extract(start=START.date(), end=START.date())
    assert counts(end=START + DAY) == [1]
    transact(lambda: event.store().clear())
    extract(start=START.date(), end=START.date())
    assert counts(end=START + DAY) == [0]


def test_expired_days_are_not_emptied() -> None:
    sign_in(SignIn(START, USERS[0]))
    extract()
    transact(lambda: event.store().clear())
    extract(START + 401 * DAY, start=START.date(), end=START.date())
    assert counts(end=START + DAY) == [1]


def test_an_interrupted_reset_is_resumed() -> None:
    sign_in(*(SignIn(START + number * DAY, USERS[0]) for number in range(5)))
    extract()
    before = transact(state)
    extract(reset=True, stop_after=2)
    assert transact(usage.checkpoint) == (START + DAY).date()
    assert counts()[:6] == [1, 1, 1, 1, 1, 0]
    extract()
    assert transact(state) == before


def test_no_day_is_left_out() -> None:
    sign_in(SignIn(START, USERS[0]), SignIn(START + 3 * DAY, USERS[0]))
    assert extract(start=(START + 3 * DAY).date())[0] == START.date()


def test_an_extraction_begins_with_the_first_sign_in_at_the_earliest() -> None:
    assert extract(start=date(1970, 1, 1)) == []
    sign_in(SignIn(START + DAY, USERS[0]))
    assert extract(start=date(1970, 1, 1))[0] == (START + DAY).date()
    transact(lambda: event.store().clear())
    assert extract(start=date(1970, 1, 1))[0] == (START + DAY).date()


def test_today_counts_but_is_not_complete() -> None:
    sign_in(SignIn(START, USERS[0]), SignIn(NOW - timedelta(hours=1), USERS[1]))
    extract()
    assert transact(usage.checkpoint) == (NOW - DAY).date()
    assert counts(end=NOW)[-1] == 1
    sign_in(SignIn(NOW, USERS[2]))
    assert counts()[-1] == 2
    extract(NOW + DAY)
    assert counts()[-1] == 2


def test_a_day_is_complete_some_minutes_after_its_end() -> None:
    sign_in(SignIn(START, USERS[0]))
    midnight = START + DAY
    assert usage.days_to_extract(midnight) == []
    assert usage.days_to_extract(midnight + usage.COMPLETE_AFTER) == [START.date()]


def test_without_sign_ins_there_is_nothing_to_extract() -> None:
    assert extract() == []
    assert set(counts()) == {0}


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (None, END.date(), "The end, .* in the future"),
        (END.date(), None, "The start, .* in the future"),
        (START.date(), (START - DAY).date(), "before the start"),
    ],
)
def test_an_impossible_range_is_refused(start: date | None, end: date | None, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        usage.days_to_extract(NOW, start, end)


def test_too_many_periods_are_refused() -> None:
    with pytest.raises(InvalidInput, match="10,000 periods"):
        report(start=datetime(1970, 1, 1, tzinfo=UTC))


def test_users_whose_account_was_deleted_still_count() -> None:
    """The log is read by what it has, not by a list of accounts: none of these has one."""
    sign_in(SignIn(START, USERS[0]))
    transact(moving.move)
    sign_in(SignIn(START, USERS[1]))
    extract()
    assert counts(end=START + DAY) == [2]


def test_each_extracted_day_is_an_event_for_administrators() -> None:
    sign_in(SignIn(START, USERS[0]), SignIn(START, USERS[1]))
    extract(stop_after=2)
    found = event.store("installation").get_events(EventFilter(event_type="usage.extracted"))
    traits = [{trait.name: trait.value for trait in each.traits} for each in found]
    assert sorted((each["since"], each["count"]) for each in traits) == [
        (START, 2),
        (START + DAY, 0),
    ]


class TestSettings:
    @pytest.fixture
    def configured(self, tmp_path: Path) -> Iterator[None]:
        variables = {
            "PYDASH_DATABASE_URI": "memory://",
            "PYDASH_EVENTS_URI": f"sqlite:///{tmp_path}/events.db",
            "PYDASH_USAGE_START": "2026-03-22",
            "PYDASH_USAGE_EXCLUDE": "root, USER 1",
            "PYDASH_USAGE_AT": "12:30",
        }
        pydash_database.close()
        pydash_app.configure(
            Configuration.from_environment({"PYDASH_DATA_DIR": str(tmp_path / "data"), **variables})
        )
        event.store().upgrade()
        yield
        pydash_database.close()

    def test_the_start_and_excluded_users(self, configured: None) -> None:
        late = START + 3 * DAY
        sign_in(SignIn(START, USERS[0]), *(SignIn(late, each) for each in USERS))
        assert counts()[:4] == [0, 0, 0, 3]
        assert extract()[0] == date(2026, 3, 22)
        assert counts()[:4] == [0, 0, 0, 3]

    def test_what_has_not_reached_the_store_counts(self, configured: None) -> None:
        late = START + 3 * DAY
        sign_in(SignIn(late, USERS[0]))
        housekeeping.move_events()
        sign_in(SignIn(late, USERS[2]))
        extract()
        assert counts()[3] == 2

    @pytest.mark.usefixtures("steady_readings")
    def test_it_is_extracted_at_the_configured_time(
        self, configured: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sign_in(SignIn(START + 3 * DAY, USERS[0]))
        for now, expected in (
            (datetime(2026, 3, 25, 12, 29, tzinfo=UTC), date(2026, 3, 23)),
            (datetime(2026, 3, 25, 12, 30, tzinfo=UTC), date(2026, 3, 24)),
            # What was missed is caught up at once.
            (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), date(2026, 3, 27)),
        ):
            monkeypatch.setattr(housekeeping, "datetime", clock_at(now))
            housekeeping.extract_usage()
            assert transact(usage.checkpoint) == expected

    @pytest.fixture
    def steady_readings(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(clock, "is_confirmed", lambda now: True)


def clock_at(now: datetime) -> type[datetime]:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return now

    return Clock


@pytest.mark.usefixtures("steady_clock")
def test_a_clock_that_is_ahead_completes_no_day(monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(SignIn(datetime.now(UTC) - 3 * DAY, USERS[0]))
    monkeypatch.setattr(housekeeping, "datetime", ClockAhead)
    housekeeping.extract_usage()
    assert transact(usage.checkpoint) is None
    monkeypatch.undo()
    housekeeping.extract_usage()
    assert transact(usage.checkpoint) is not None


def test_doctests() -> None:
    assert doctest.testmod(usage).failed == 0

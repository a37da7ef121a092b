"""When versions are compared, with which requests, and what is kept of it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from pydash_app.verdict import CHECKS, Check, Verdict, VersionLog, judge_next
from pydash_app.verdict.log import MAX_ENDPOINTS, MAX_VERSIONS
from pydash_app.verdict.statistics import EndpointVerdict
from pydash_cube.call_batch import CallBatch
from pydash_cube.cube import Cube

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
HALF_HOUR, TWO_HOURS, _ = CHECKS
FAST, SLOW = 50.0, 90.0


def add(
    cube: Cube,
    version: str,
    start: datetime,
    time: float,
    *,
    minutes: int = 30,
    endpoints: Iterable[str] = ("home",),
) -> None:
    """Add four requests of each endpoint in each minute, a tenth of which take twice as long."""
    rows = [
        (name, time * (1 if number % 10 else 2), start + number * timedelta(seconds=15))
        for name in endpoints
        for number in range(4 * minutes)
    ]
    cube.add(
        CallBatch.from_columns(
            endpoint=[name for name, _, _ in rows],
            execution_time=[time for _, time, _ in rows],
            time=[moment.replace(tzinfo=None) for _, _, moment in rows],
            version=[version] * len(rows),
            group_by=[""] * len(rows),
            ip=["::1"] * len(rows),
            status_code=[200] * len(rows),
        )
    )


def judge_all(cube: Cube, until: datetime) -> VersionLog:
    log = VersionLog()
    while judge_next(log, cube, until):
        pass
    return log


def first_check(cube: Cube, version: str) -> Check:
    """Return the first check of a version."""
    return judge_all(cube, MONDAY + 2 * DAY).versions[version].checks[0]


def test_it_is_compared_with_the_same_hours_of_last_week() -> None:
    cube = Cube()
    add(cube, "1", MONDAY - WEEK, FAST)
    # In other hours, it was slower.
    add(cube, "1", MONDAY - WEEK + HOUR, SLOW)
    add(cube, "1", MONDAY - DAY, SLOW)
    add(cube, "1", MONDAY - HOUR, SLOW)
    add(cube, "2", MONDAY, SLOW)
    check = first_check(cube, "2")
    assert (check.verdict, check.against, check.since) == (Verdict.WORSE, "1", MONDAY - WEEK)
    [home] = check.endpoints
    assert (home.visits, home.against_visits) == (120, 120)
    assert (home.p95, home.against_p95) == (2 * SLOW, 2 * FAST)
    assert check.reasons == ["home: p95 from 100 ms to 180 ms (+80%)"]


def test_it_is_compared_with_the_day_before_if_there_was_another_version_last_week() -> None:
    cube = Cube()
    add(cube, "0", MONDAY - WEEK, SLOW)
    add(cube, "1", MONDAY - DAY, FAST)
    add(cube, "1", MONDAY - HOUR, SLOW)
    add(cube, "2", MONDAY, SLOW)
    assert first_check(cube, "2").since == MONDAY - DAY
    assert first_check(cube, "2").verdict is Verdict.WORSE


def test_it_is_compared_with_the_time_before_if_that_is_all_there_is() -> None:
    cube = Cube()
    add(cube, "1", MONDAY - HALF_HOUR, SLOW)
    add(cube, "2", MONDAY, FAST)
    check = first_check(cube, "2")
    assert (check.since, check.verdict) == (MONDAY - HALF_HOUR, Verdict.BETTER)


def test_it_is_compared_with_the_version_that_was_in_use() -> None:
    cube = Cube()
    add(cube, "1", MONDAY - 3 * HOUR, FAST)
    add(cube, "2", MONDAY - 2 * HOUR, SLOW)
    # Version 2 was rolled back.
    add(cube, "1", MONDAY - HALF_HOUR, FAST)
    add(cube, "3", MONDAY, FAST)
    check = first_check(cube, "3")
    assert (check.against, check.verdict) == ("1", Verdict.SAME)


def test_requests_of_other_versions_do_not_count() -> None:
    cube = Cube()
    add(cube, "1", MONDAY - HALF_HOUR, FAST)
    add(cube, "2", MONDAY, FAST)
    # Some of them still use the version before.
    add(cube, "1", MONDAY, SLOW)
    check = first_check(cube, "2")
    assert [each.p95 for each in check.endpoints] == [2 * FAST]
    assert check.verdict is Verdict.SAME


def test_too_few_requests_say_nothing() -> None:
    cube = Cube()
    add(cube, "1", MONDAY - HOUR, FAST)
    add(cube, "2", MONDAY, SLOW, minutes=20)
    assert first_check(cube, "2") == Check(HALF_HOUR, Verdict.TOO_LITTLE_DATA)
    cube = Cube()
    add(cube, "1", MONDAY - 30 * DAY, FAST)
    add(cube, "2", MONDAY, SLOW)
    assert first_check(cube, "2") == Check(HALF_HOUR, Verdict.TOO_LITTLE_DATA)
    cube = Cube()
    add(cube, "1", MONDAY - 3 * HOUR, FAST)
    add(cube, "2", MONDAY, SLOW)
    assert first_check(cube, "2") == Check(HALF_HOUR, Verdict.TOO_LITTLE_DATA, "1")


def test_the_first_version_and_requests_without_one_are_not_judged() -> None:
    cube = Cube()
    add(cube, "1", MONDAY - HOUR, FAST)
    assert judge_all(cube, MONDAY + DAY).versions == {}
    add(cube, "", MONDAY, SLOW)
    assert judge_all(cube, MONDAY + DAY).versions == {}


def test_each_check_is_made_once_when_it_is_due() -> None:
    cube, log = Cube(), VersionLog()
    add(cube, "1", MONDAY - DAY, FAST, minutes=24 * 60)
    add(cube, "2", MONDAY, SLOW, minutes=24 * 60)
    made = []
    for minute in range(0, 26 * 60, 5):
        if judged := judge_next(log, cube, MONDAY + timedelta(minutes=minute)):
            assert judged.last is not None
            assert log.latest is judged
            made.append((minute, judged.name, judged.last.after))
    assert made == [(after / timedelta(minutes=1), "2", after) for after in CHECKS]
    visits = [check.endpoints[0].visits for check in log.versions["2"].checks]
    assert visits == [120, 480, 24 * 240]
    assert log.next_due is None


def test_what_is_kept_is_limited() -> None:
    cube = Cube()
    endpoints = [str(number) for number in range(MAX_ENDPOINTS + 5)]
    add(cube, "0", MONDAY - HALF_HOUR, FAST, endpoints=endpoints)
    for number in range(1, MAX_VERSIONS + 10):
        add(cube, str(number), MONDAY + number * timedelta(minutes=1), FAST, minutes=1)
    log = judge_all(cube, MONDAY + 2 * DAY)
    assert list(log.versions) == [str(number) for number in range(10, MAX_VERSIONS + 10)]
    add(cube, "last", MONDAY + DAY, SLOW, endpoints=endpoints)
    while judge_next(log, cube, MONDAY + 2 * DAY):
        pass
    assert len(log.versions) == MAX_VERSIONS
    assert log.latest is log.versions["last"]


def test_of_many_endpoints_the_worst_are_kept() -> None:
    cube = Cube()
    endpoints = [f"{number:02}" for number in range(MAX_ENDPOINTS + 5)]
    add(cube, "1", MONDAY - HALF_HOUR, FAST, endpoints=endpoints)
    add(cube, "2", MONDAY, FAST, endpoints=endpoints[:-1])
    add(cube, "2", MONDAY, SLOW, endpoints=endpoints[-1:])
    check = first_check(cube, "2")
    assert len(check.endpoints) == MAX_ENDPOINTS
    assert check.endpoints[0].endpoint == endpoints[-1]
    assert check.counts == {Verdict.WORSE: 1, Verdict.SAME: MAX_ENDPOINTS + 4}


@pytest.mark.parametrize("offset", [timedelta(), timedelta(microseconds=-1)])
def test_a_check_is_due_to_the_moment(offset: timedelta) -> None:
    cube, log = Cube(), VersionLog()
    add(cube, "1", MONDAY - HOUR, FAST)
    add(cube, "2", MONDAY, FAST)
    judged = judge_next(log, cube, MONDAY + HALF_HOUR + offset)
    assert (judged is None) == bool(offset)


def test_reasons_have_three_digits_or_whole_numbers() -> None:
    times = {"p95": 2345.6, "against_p95": 1234.5, "p": 0.001}
    rates = {"error_rate": 0.12345, "against_error_rate": 0.001, "error_p": 0.001}
    found = EndpointVerdict(
        "report", 500, 400, **times, **rates, latency=Verdict.WORSE, errors=Verdict.WORSE
    )
    check = Check(HALF_HOUR, Verdict.WORSE, endpoints=(found,))
    assert check.reasons == [
        "report: p95 from 1,234 ms to 2,346 ms (+90%)",
        "report: errors from 0.1% to 12.3%",
    ]

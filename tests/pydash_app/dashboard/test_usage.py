"""The usage report of an app against a count over a list of its requests."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydash_app.dashboard import usage
from pydash_app.dashboard.measured import Measured
from pydash_app.dashboard.usage import AppUsage, AppUsageOfPeriod
from pydash_app.event.usage import Aggregate
from pydash_cube.call_batch import Call, CallBatch
from pydash_cube.cube import Cube
from pydash_cube.query import Query
from tests.pydash_app.event.test_usage import name_of

START = datetime(2017, 9, 20, tzinfo=UTC)
DAYS = 500
USERS = ("", "ann", "bob", "eve")
ADDRESSES = ("::1", "10.0.0.1", "10.0.0.2")

calls_strategy = st.lists(
    st.builds(
        Call,
        endpoint=st.just("a"),
        execution_time=st.just(1.0),
        time=st.integers(0, DAYS * 24).map(lambda hours: START + hours * timedelta(hours=1)),
        version=st.just("1"),
        group_by=st.sampled_from(USERS),
        ip=st.sampled_from(ADDRESSES),
        status_code=st.none(),
    ),
    max_size=40,
)


class App(Measured):
    """An app with these requests."""

    def __init__(self, calls: list[Call]) -> None:
        self._cube = Cube()
        self._cube.add(CallBatch.from_calls(calls))

    def scoped(self, query: Query) -> tuple[Cube, Query]:
        return self._cube, query


def report(
    calls: list[Call], aggregate: Aggregate, start: datetime, end: datetime, zone: str = "UTC"
) -> AppUsage:
    timeslice = usage.TIMESLICES[aggregate]
    query = Query(start, end, timeslice=timeslice, timezone=zone)
    return usage.report(App(calls), query, aggregate)


@pytest.mark.parametrize("aggregate", Aggregate)
@settings(max_examples=15, deadline=None)
@given(
    calls=calls_strategy,
    first=st.integers(-1000, DAYS * 24),
    hours=st.integers(1, DAYS * 24),
    zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu"]),
)
def test_it_equals_a_count_over_the_requests(
    aggregate: Aggregate, calls: list[Call], first: int, hours: int, zone: str
) -> None:
    start = START + timedelta(hours=first)
    end, clock = start + timedelta(hours=hours), ZoneInfo(zone)
    last_days: dict[str, date] = {}
    day, until = start.astimezone(clock).date(), (end - timedelta.resolution).astimezone(clock)
    while day <= until.date() or name_of(day, aggregate) in last_days:
        last_days[name_of(day, aggregate)] = day
        day += timedelta(days=1)
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
    for place, field in ((0, "group_by"), (3, "ip")):
        seen: set[str] = set()
        of_period: dict[str, set[str]] = defaultdict(set)
        for call in sorted(calls, key=lambda call: call.time):
            value = str(getattr(call, field))
            if call.time >= end or not value:
                continue
            name = name_of(call.time.astimezone(clock).date(), aggregate)
            if call.time >= start and value not in of_period[name]:
                of_period[name].add(value)
                counts[name][place] += 1
                counts[name][place + (2 if value in seen else 1)] += 1
            seen.add(value)
    expected = [
        AppUsageOfPeriod(name, datetime.combine(last, time(), clock), *counts[name])
        for name, last in last_days.items()
    ]
    assert report(calls, aggregate, start, end, zone).periods == expected


def test_an_empty_range_has_no_periods() -> None:
    calls = [Call("a", 1.0, START, "1", "ann", "::1", None)]
    for aggregate in Aggregate:
        assert report(calls, aggregate, START, START) == AppUsage([], [], None)

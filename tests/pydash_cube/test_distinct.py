"""Distinct values per period, and new ones among them: the cube against a plain list."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydash_cube.call_batch import Call, CallBatch
from pydash_cube.cube import Cube
from pydash_cube.distinct import Distinct, count_distinct
from pydash_cube.span import Span
from pydash_cube.time_units import to_microseconds
from pydash_cube.vocabulary import MAX_DISTINCT, CallField
from tests.pydash_cube.support import make_query, select
from tests.pydash_cube.test_cube_against_lists import chosen, fill, filters_strategy, label

START = datetime(2018, 2, 20, tzinfo=UTC)
DAYS = 75  # with the beginning of summer time
ZONES = ["UTC", "Europe/Berlin", "Pacific/Auckland"]

pytestmark = pytest.mark.usefixtures("small_tables", "kept_cells")

calls_strategy = st.lists(
    st.builds(
        Call,
        endpoint=st.sampled_from(["a", "b"]),
        execution_time=st.just(1.0),
        time=st.integers(0, DAYS * 96).map(lambda number: START + number * timedelta(minutes=15)),
        version=st.sampled_from(["1", "2"]),
        group_by=st.sampled_from(["", "1", "x", "ann", "bob"]),
        ip=st.sampled_from(["::1", "127.0.0.1", "10.0.0.1"]),
        status_code=st.sampled_from([None, 200]),
    ),
    max_size=120,
)


def counted(
    cube: Cube,
    field: str,
    start: datetime,
    end: datetime,
    *,
    unit: str = "day",
    zone: str = "UTC",
    merged: int = 1,
    filters: dict[str, str] | None = None,
) -> tuple[list[str], Distinct]:
    """Return the first label of each period, and the counts.

    :param merged: the number of slices of each period.
    """
    options: dict[str, Any] = {"timeslice": unit, "timezone": zone, "filters": filters}
    slices = select(cube, start=start, end=end, **options).slices
    assert slices is not None
    periods = np.arange(len(slices)) // merged
    query = make_query(start=start, end=end, **options)
    return slices.labels[::merged], count_distinct(cube, query, CallField(field), periods)


@settings(max_examples=60, deadline=None)
@given(
    calls=calls_strategy,
    sizes=st.lists(st.integers(1, 30), min_size=1, max_size=4),
    filters=filters_strategy,
    first=st.integers(-10, DAYS * 24),
    hours=st.integers(0, DAYS * 24),
    unit=st.sampled_from(["day", "week", "month", "year"]),
    zone=st.sampled_from(ZONES),
    merged=st.integers(1, 3),
    field=st.sampled_from(["group_by", "ip"]),
)
def test_it_equals_a_count_over_a_list(
    calls: list[Call],
    sizes: list[int],
    filters: dict[str, str],
    first: int,
    hours: int,
    unit: str,
    zone: str,
    merged: int,
    field: str,
) -> None:
    start = START + timedelta(hours=first)
    end = start + timedelta(hours=hours)
    names, found = counted(
        fill(calls, sizes), field, start, end, unit=unit, zone=zone, merged=merged, filters=filters
    )
    slices = select(Cube(), start=start, end=end, timeslice=unit, timezone=zone).slices
    assert slices is not None
    period_of = {name: number // merged for number, name in enumerate(slices.labels)}
    values: dict[int, set[str]] = defaultdict(set)
    new: dict[int, set[str]] = defaultdict(set)
    seen = {str(getattr(call, field)) for call in chosen(calls, None, start, filters)}
    for call in sorted(chosen(calls, start, end, filters), key=lambda call: call.time):
        value = str(getattr(call, field))
        number = period_of[label(call.time.astimezone(ZoneInfo(zone)), unit)]
        if value:
            values[number].add(value)
            new[number] |= {value} - seen
            seen.add(value)
    assert found.values == [len(values[number]) for number in range(len(names))]
    assert found.new == [len(new[number]) for number in range(len(names))]


def cube_of(*calls: tuple[int, str]) -> Cube:
    """Return a cube with a call per hour since START and user."""
    cube = Cube()
    cube.add(
        CallBatch.from_calls(
            Call("a", 1.0, START + timedelta(hours=hour), "1", user, "::1", None)
            for hour, user in calls
        )
    )
    return cube


def test_what_came_before_is_remembered_after_retention() -> None:
    cube = cube_of(*((hour, "ann") for hour in range(48)), (60, "bob"), (61, "ann"))
    before = to_microseconds(START + timedelta(days=2))
    cube.drop(before, Span.drop_fine_cells)
    start = START + timedelta(days=2)
    _, found = counted(cube, "group_by", start, start + timedelta(days=1))
    assert (found.values, found.new, found.resolution) == ([2], [1], None)


def test_a_range_that_begins_within_a_dropped_day_says_so() -> None:
    cube = cube_of(*((hour, "ann") for hour in range(48)), (60, "bob"))
    # A small month is dropped once it is over.
    cube.drop(to_microseconds(START + timedelta(days=40)), Span.drop_fine_cells)
    start = START + timedelta(days=1, hours=12)
    _, found = counted(cube, "group_by", start, start + timedelta(hours=6))
    assert found.resolution == "utc_day"


def test_a_value_is_new_with_its_first_matching_call() -> None:
    cube = Cube()
    for hour, version in ((0, "1"), (30, "2")):
        time = START + timedelta(hours=hour)
        cube.add(CallBatch.from_calls([Call("a", 1.0, time, version, "ann", "::1", None)]))
    days = START + timedelta(days=1), START + timedelta(days=2)
    assert counted(cube, "group_by", *days)[1].new == [0]
    assert counted(cube, "group_by", *days, filters={"version": "2"})[1].new == [1]


def test_values_beyond_the_limit_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MAX_DISTINCT, CallField.GROUP_BY, 1)
    cube = cube_of((0, "ann"), (1, "bob"), (25, "ann"), (50, "eve"))
    _, found = counted(cube, "group_by", START, START + timedelta(days=3))
    assert found == Distinct([1, 1, 0], [1, 0, 0], is_lower_bound=True, resolution=None)
    _, found = counted(cube, "group_by", START + timedelta(days=1), START + timedelta(days=2))
    assert not found.is_lower_bound

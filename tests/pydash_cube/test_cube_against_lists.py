"""Random calls, batches and queries: the cube and a plain list give the same results."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pydash_cube.call_batch import Call, CallBatch
from pydash_cube.cube import Cube
from tests.pydash_cube.support import run_query, select

START = datetime(2018, 12, 30, tzinfo=UTC)
FIELDS = ("endpoint", "version", "ip", "group_by")
MEDIAN = "median_execution_time"
DEVIATION = "standard_deviation_execution_time"


pytestmark = pytest.mark.usefixtures("small_tables", "kept_cells")


def call_strategy() -> st.SearchStrategy[Call]:
    days = st.integers(0, 75)
    return st.builds(
        Call,
        endpoint=st.sampled_from(["a", "b", "c"]),
        execution_time=st.one_of(st.sampled_from([0.5, 1.0, 2.0]), st.floats(0, 1e4)),
        time=st.builds(
            lambda day, seconds: START + timedelta(days=day, seconds=seconds),
            st.one_of(st.sampled_from([0, 1, 2]), days),
            st.one_of(st.integers(0, 86_399), st.floats(0, 86_399)),
        ),
        version=st.sampled_from(["1", "2"]),
        group_by=st.sampled_from(["1", "x"]),
        ip=st.sampled_from(["::1", "127.0.0.1", "10.0.0.1"]),
        status_code=st.sampled_from([None, 200, 404, 500]),
    )


def fill(calls: Sequence[Call], sizes: Sequence[int]) -> Cube:
    """Add the calls in batches of these sizes, in turn, with some steps of folding between."""
    group = Cube()
    position = number = 0
    while position < len(calls):
        size = sizes[number % len(sizes)]
        group.add(CallBatch.from_calls(calls[position : position + size]))
        for _ in range(number % 3):
            group.fold()
        position, number = position + size, number + 1
    return group


filters_strategy = st.fixed_dictionaries(
    {},
    optional={
        "endpoint": st.sampled_from(["a", "b", "unknown"]),
        "version": st.sampled_from(["1", "2"]),
        "ip": st.sampled_from(["::1", "127.0.0.1"]),
        "group_by": st.sampled_from(["1", "x"]),
        "status_class": st.sampled_from(["2xx", "4xx", "5xx", "unknown"]),
    },
)
moment_strategy = st.one_of(
    st.none(),
    st.builds(lambda hours: START + timedelta(hours=hours), st.integers(-10, 2000)),
    st.builds(lambda minutes: START + timedelta(minutes=minutes), st.integers(0, 5000)),
    st.builds(lambda seconds: START + timedelta(seconds=seconds), st.floats(0, 3e5)),
)
calls_strategy = st.lists(call_strategy(), max_size=120)
sizes_strategy = st.lists(st.integers(1, 30), min_size=1, max_size=4)


def status_class(call: Call) -> str:
    return f"{call.status_code // 100}xx" if call.status_code else "unknown"


def value(call: Call, field: str) -> str:
    return status_class(call) if field == "status_class" else str(getattr(call, field))


def chosen(
    calls: Sequence[Call],
    start: datetime | None,
    end: datetime | None,
    filters: dict[str, str],
) -> list[Call]:
    return [
        call
        for call in calls
        if (start is None or call.time >= start)
        and (end is None or call.time < end)
        and all(value(call, field) == wanted for field, wanted in filters.items())
    ]


def percentile(values: Sequence[float], q: float) -> float | None:
    return float(np.quantile(values, q)) if values else None


def is_deviation(found: float | None, values: Sequence[float]) -> bool:
    """Return whether a value is NumPy's standard deviation, except for rounding."""
    if not values:
        return found is None
    return found == pytest.approx(np.std(values), rel=1e-9, abs=1e-9 * max(values))


def label(time: datetime, unit: str) -> str:
    formats = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}
    return time.strftime({**formats, "year": "%Y"}[unit])


@settings(max_examples=60, deadline=None)
@given(calls_strategy, sizes_strategy, filters_strategy, moment_strategy, moment_strategy)
def test_any_range_with_any_filter(
    calls: list[Call],
    sizes: list[int],
    filters: dict[str, str],
    start: datetime | None,
    end: datetime | None,
) -> None:
    if start is not None and end is not None and end < start:
        start, end = end, start
    expected = chosen(calls, start, end, filters)
    times = [call.execution_time for call in expected]
    names = [
        "total_visits",
        "total_execution_time",
        DEVIATION,
        "fastest_measured_execution_time",
        "slowest_measured_execution_time",
        "visits_per_ip",
        "unique_visitors",
        "versions",
        "error_rate",
        "first_call",
        "last_call",
    ]
    result = run_query(fill(calls, sizes), names, start=start, end=end, filters=filters)
    values = {name: result.values[name][0][0] for name in names}
    known = [call.status_code for call in expected if call.status_code]
    assert values["total_visits"] == len(expected)
    assert values["total_execution_time"] == pytest.approx(sum(times))
    assert is_deviation(values[DEVIATION], times)
    assert values["fastest_measured_execution_time"] == min(times, default=None)
    assert values["slowest_measured_execution_time"] == max(times, default=None)
    assert values["visits_per_ip"] == Counter(call.ip for call in expected)
    assert values["unique_visitors"] == len({call.ip for call in expected})
    assert values["versions"] == sorted({call.version for call in expected})
    assert values["error_rate"] == (
        sum(status >= 500 for status in known) / len(known) if known else None
    )
    assert values["first_call"] == min((call.time for call in expected), default=None)
    assert values["last_call"] == max((call.time for call in expected), default=None)


@settings(max_examples=60, deadline=None)
@given(
    calls_strategy,
    sizes_strategy,
    filters_strategy,
    st.sampled_from(["year", "month", "week", "day", "hour"]),
    st.lists(st.sampled_from([*FIELDS, "status_class"]), max_size=2, unique=True),
)
def test_any_slices_and_groups(
    calls: list[Call],
    sizes: list[int],
    filters: dict[str, str],
    unit: str,
    by: list[str],
) -> None:
    expected = chosen(calls, None, None, filters)
    cells: dict[tuple[tuple[str, ...], str], list[float]] = {}
    for call in expected:
        key = tuple(value(call, field) for field in by), label(call.time, unit)
        cells.setdefault(key, []).append(call.execution_time)
    group = fill(calls, sizes)
    names = ["total_visits", MEDIAN, DEVIATION]
    result = run_query(group, names, filters=filters, by=by, timeslice=unit)
    if by:
        assert set(result.groups) == {key[0] for key in cells}
    assert len(result.slices) == len(set(result.slices))
    for row, name in enumerate(result.groups):
        for column, text in enumerate(result.slices):
            times = cells.pop((name, text), [])
            assert result.values["total_visits"][row][column] == len(times)
            assert result.values[MEDIAN][row][column] == pytest.approx(percentile(times, 0.5))
            assert is_deviation(result.values[DEVIATION][row][column], times)
    assert not cells


@settings(max_examples=25, deadline=None)
@given(calls_strategy, sizes_strategy, moment_strategy, st.sampled_from(["hour", "day", "week"]))
def test_dynamic_slices_begin_at_the_start_of_the_range(
    calls: list[Call], sizes: list[int], start: datetime | None, unit: str
) -> None:
    start = start or START
    step = timedelta(**{f"{unit}s": 1})
    end = start + 5 * step
    result = run_query(
        fill(calls, sizes), ["total_visits"], start=start, end=end, timeslice=unit, is_static=False
    )
    counts = [len(chosen(calls, start + n * step, start + (n + 1) * step, {})) for n in range(5)]
    assert result.values["total_visits"] == [counts]
    assert result.slices == [f"{start + n * step:%Y-%m-%dT%H:%M}" for n in range(5)]


@settings(max_examples=60, deadline=None)
@given(calls_strategy, sizes_strategy, filters_strategy, moment_strategy)
def test_the_raw_calls_are_returned_unchanged(
    calls: list[Call],
    sizes: list[int],
    filters: dict[str, str],
    start: datetime | None,
) -> None:
    batches = select(fill(calls, sizes), start=start, filters=filters).calls()
    found = [call for batch in batches for call in batch.calls()]
    expected = chosen(calls, start, None, filters)
    assert [call.time for call in found] == sorted(call.time for call in expected)
    assert sorted(map(repr, found)) == sorted(map(repr, expected))


@settings(max_examples=40, deadline=None)
@given(calls_strategy, sizes_strategy, sizes_strategy, st.randoms(use_true_random=False))
def test_results_do_not_depend_on_order_and_batches(
    calls: list[Call], sizes: list[int], other: list[int], shuffler: random.Random
) -> None:
    shuffled = list(calls)
    shuffler.shuffle(shuffled)
    names = ["total_visits", "average_execution_time", "visits_per_ip", MEDIAN]
    first = run_query(fill(calls, sizes), names, timeslice="month", by=["version"])
    second = run_query(fill(shuffled, other), names, timeslice="month", by=["version"])
    assert (first.groups, first.slices) == (second.groups, second.slices)
    for name in names:
        for one, two in zip(first.values[name], second.values[name], strict=True):
            assert one == (two if name == "visits_per_ip" else pytest.approx(two))


# Moments around which the clocks of a zone change.
CHANGES = [
    (zone, datetime.fromisoformat(time).replace(tzinfo=UTC))
    for zone, time in [
        ("UTC", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-10-25T01:00"),
        ("America/St_Johns", "2026-03-08T05:30"),
        ("America/St_Johns", "2026-11-01T04:30"),
        ("America/St_Johns", "2010-11-07T02:31"),  # from 00:01 back to the day before
        ("Asia/Kathmandu", "2026-01-31T18:15"),
        ("Asia/Kolkata", "2026-12-31T18:30"),
        ("Australia/Lord_Howe", "2026-04-04T15:00"),  # by half an hour
        ("Australia/Lord_Howe", "2026-10-03T15:30"),
        ("Africa/Casablanca", "2026-02-15T02:00"),
        ("Africa/Casablanca", "2026-03-22T02:00"),
        ("America/Sao_Paulo", "2018-02-18T02:00"),  # from midnight back to the day before
        ("America/Sao_Paulo", "2018-11-04T03:00"),  # a day without midnight
        ("America/Havana", "2026-11-01T05:00"),  # a day with two midnights
        ("Pacific/Apia", "2011-12-30T10:00"),  # a day that did not exist
    ]
]


def local_label(time: datetime, unit: str, zone: str) -> str:
    local = time.astimezone(ZoneInfo(zone))
    if unit not in ("hour", "minute"):
        return label(local, unit)
    text = local.isoformat(timespec="hours" if unit == "hour" else "minutes")
    return text if zone != "UTC" else text[:-6]


@settings(max_examples=100, deadline=None)
@given(
    calls_strategy,
    sizes_strategy,
    filters_strategy,
    st.sampled_from(CHANGES),
    st.sampled_from(["year", "month", "week", "day", "hour", "minute"]),
    st.lists(st.sampled_from([*FIELDS, "status_class"]), max_size=1),
    st.tuples(st.integers(0, 4_000), st.integers(1, 4_000)),
    st.booleans(),
)
def test_slices_of_any_time_zone(
    calls: list[Call],
    sizes: list[int],
    filters: dict[str, str],
    change: tuple[str, datetime],
    unit: str,
    by: list[str],
    minutes: tuple[int, int],
    is_on_the_hour: bool,
) -> None:
    zone, middle = change
    # The calls begin a day and a half before the change; many lie within three days.
    shift = middle - timedelta(hours=36) - START
    calls = [replace(call, time=call.time + shift) for call in calls]
    start = middle - timedelta(minutes=minutes[0])
    if is_on_the_hour:
        start = start.replace(minute=0)
    end = start + timedelta(minutes=minutes[1])
    if unit not in ("hour", "minute"):
        end += timedelta(days=60)
    expected = chosen(calls, start, end, filters)
    cells: dict[tuple[tuple[str, ...], str], list[float]] = {}
    for call in expected:
        key = tuple(value(call, field) for field in by), local_label(call.time, unit, zone)
        cells.setdefault(key, []).append(call.execution_time)
    result = run_query(
        fill(calls, sizes),
        ["total_visits", MEDIAN],
        start=start,
        end=end,
        filters=filters,
        by=by,
        timeslice=unit,
        timezone=zone,
    )
    assert result.slices == local_labels(start, end, unit, zone)
    for row, name in enumerate(result.groups):
        for column, text in enumerate(result.slices):
            times = cells.pop((name, text), [])
            assert result.values["total_visits"][row][column] == len(times)
            assert result.values[MEDIAN][row][column] == pytest.approx(percentile(times, 0.5))
    assert not cells
    assert result.resolution is None


def local_labels(start: datetime, end: datetime, unit: str, zone: str) -> list[str]:
    """Return the labels that a clock shows from start to end."""
    step = timedelta(minutes=1 if unit == "minute" else 15)
    aligned = start - timedelta(minutes=start.minute % 15) + step
    times = [start, *(aligned + n * step for n in range((end - start) // step + 1))]
    if unit == "minute":
        times = [start + n * step for n in range((end - start) // step)]
    labels = [local_label(time, unit, zone) for time in times if time < end]
    if unit in ("hour", "minute"):
        return list(dict.fromkeys(labels))
    return sorted(set(labels))


PERCENTILES = {
    "fastest_quartile_execution_time": 25,
    MEDIAN: 50,
    "slowest_quartile_execution_time": 75,
    "ninetieth_percentile_execution_time": 90,
    "ninety-fifth_percentile_execution_time": 95,
    "ninety-ninth_percentile_execution_time": 99,
    "ninety-nine-point-ninth_percentile_execution_time": 99.9,
}


@settings(max_examples=10, deadline=None, phases=[Phase.generate])
@given(
    st.integers(0, 999),
    st.sampled_from([2, 4, 40]),
    st.lists(st.integers(10, 200), min_size=1, max_size=4),
    st.booleans(),
    st.sampled_from([[], ["endpoint"], ["version"]]),
    st.sampled_from([None, "hour", "day", "month"]),
    st.sampled_from(["UTC", "Asia/Kathmandu"]),
)
def test_percentiles_equal_numpy_in_any_order_of_merging(
    seed: int,
    days: int,
    sizes: list[int],
    is_shuffled: bool,
    by: list[str],
    unit: str | None,
    zone: str,
) -> None:
    generator = np.random.default_rng(seed)
    seconds = generator.integers(0, days * 86_400, 400)
    order = generator.permutation(400) if is_shuffled else np.argsort(seconds)
    times = generator.lognormal(3, 1, 400)
    calls = [
        Call(
            endpoint=str(generator.choice(["a", "b", "c"], p=[0.8, 0.15, 0.05])),
            execution_time=float(times[place]),
            time=START + timedelta(seconds=int(seconds[place])),
            version=str(place % 2),
            group_by="1",
            ip="::1",
            status_code=None,
        )
        for place in order
    ]
    cube = fill(calls, sizes)
    result = run_query(cube, [*PERCENTILES], by=by, timeslice=unit, timezone=zone)
    cells: dict[tuple[tuple[str, ...], str], list[float]] = {}
    for call in calls:
        slot = label(call.time.astimezone(ZoneInfo(zone)), unit) if unit else ""
        key = tuple(value(call, field) for field in by), slot
        cells.setdefault(key, []).append(call.execution_time)
    found = {
        (group, slot[:13]): [result.values[name][row][column] for name in PERCENTILES]
        for row, group in enumerate(result.groups)
        for column, slot in enumerate(result.slices or [""])
    }
    for cell, values in cells.items():
        assert found[cell] == [np.quantile(values, q / 100) for q in PERCENTILES.values()]

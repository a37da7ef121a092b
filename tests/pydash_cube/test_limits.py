"""Limits on distinct values, and the count of what is stored, against plain lists."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydash_cube import effort, statistics, stored_table, time_units
from pydash_cube.call_batch import Call, CallBatch
from pydash_cube.cube import CODED_FIELDS, Cube
from pydash_cube.dictionary import OVERFLOW
from pydash_cube.query import Query
from pydash_cube.selection import Selection
from pydash_cube.span import Span
from pydash_cube.vocabulary import MAX_DISTINCT, CallField, QueryError
from tests.pydash_cube.support import run_query

START = datetime(2018, 12, 30, tzinfo=UTC)
LIMIT = 2
COUNTS = ["total_visits", "total_execution_time", "visits_per_ip", "unique_visitors", "versions"]
# The name of the overflow, and those that it avoids, are values like any others.
TEXTS = ["a", "b", "(other)", "((other))", "c"]


@pytest.fixture(autouse=True, scope="module")
def small_limits(small_tables: None) -> Iterator[None]:
    """Shrink all limits, so that a few dozen calls use every part of the cube."""
    with pytest.MonkeyPatch.context() as patch:
        for field in MAX_DISTINCT:
            patch.setitem(MAX_DISTINCT, field, LIMIT)
        yield


def call_strategy() -> st.SearchStrategy[Call]:
    texts = st.sampled_from(TEXTS)
    return st.builds(
        Call,
        endpoint=texts,
        execution_time=st.sampled_from([0.5, 1.0, 2.0]),
        time=st.builds(
            lambda day, seconds: START + timedelta(days=day, seconds=seconds),
            st.one_of(st.sampled_from([0, 1, 2]), st.integers(0, 75)),
            st.integers(0, 86_399),
        ),
        version=texts,
        group_by=texts,
        ip=texts,
        status_code=st.sampled_from([200, 500]),
    )


calls_strategy = st.lists(call_strategy(), max_size=100)


def fill(calls: Sequence[Call], size: int) -> Cube:
    filled = Cube()
    for first in range(0, len(calls), size):
        filled.add(CallBatch.from_calls(calls[first : first + size]))
        filled.fold()
    return filled


def named(calls: Sequence[Call], field: str) -> list[str]:
    """Return the first texts of a field, which are the ones that are stored."""
    return list(dict.fromkeys(getattr(call, field) for call in calls))[:LIMIT]


def overflow_name(calls: Sequence[Call], field: str) -> str:
    name = "(other)"
    while name in named(calls, field):
        name = f"({name})"
    return name


def shown(calls: Sequence[Call], field: str) -> list[str]:
    """Return for each call the value of a field by which it is found."""
    known, other = named(calls, field), overflow_name(calls, field)
    return [text if (text := getattr(call, field)) in known else other for call in calls]


@settings(max_examples=80, deadline=None)
@given(calls_strategy, st.integers(1, 30))
def test_totals_are_exact_and_further_values_share_one_group(calls: list[Call], size: int) -> None:
    filled = fill(calls, size)
    for field in CODED_FIELDS:
        result = run_query(filled, ["total_visits"], by=[field])
        visits = {
            text: row[0]
            for (text,), row in zip(result.groups, result.values["total_visits"], strict=True)
        }
        assert visits == Counter(shown(calls, field))
        assert not result.lower_bounds
        assert len(filled.dictionaries[field]) <= LIMIT
        assert filled.dictionaries[field].has_overflow == (
            {getattr(call, field) for call in calls} > set(named(calls, field))
        )


@settings(max_examples=80, deadline=None)
@given(calls_strategy, st.integers(1, 30))
def test_distinct_counts_beyond_a_limit_are_lower_bounds(calls: list[Call], size: int) -> None:
    result = run_query(fill(calls, size), COUNTS)
    values = {name: result.values[name][0][0] for name in COUNTS}
    visitors, versions = ({getattr(call, name) for call in calls} for name in ("ip", "version"))
    assert values["total_visits"] == len(calls)
    assert values["total_execution_time"] == sum(call.execution_time for call in calls)
    assert values["visits_per_ip"] == Counter(shown(calls, "ip"))
    assert values["unique_visitors"] == min(len(visitors), LIMIT + 1)
    assert set(values["versions"]) == set(shown(calls, "version"))
    assert set(result.lower_bounds) == {
        *(["visits_per_ip", "unique_visitors"] if len(visitors) > LIMIT else []),
        *(["versions"] if len(versions) > LIMIT else []),
    }


@settings(max_examples=80, deadline=None)
@given(calls_strategy, st.integers(1, 30), st.sampled_from(CODED_FIELDS), st.sampled_from(TEXTS))
def test_filters_by_values_within_and_beyond_a_limit(
    calls: list[Call], size: int, field: CallField, text: str
) -> None:
    result = run_query(
        fill(calls, size), ["total_visits", "median_execution_time"], filters={field: text}
    )
    assert result.values["total_visits"] == [[shown(calls, field).count(text)]]
    is_unknown = text not in shown(calls, field)
    overflows = len({getattr(call, field) for call in calls}) > LIMIT
    assert result.lower_bounds == (["total_visits"] if is_unknown and overflows else [])


@settings(max_examples=80, deadline=None)
@given(
    calls_strategy,
    st.integers(1, 30),
    st.lists(
        st.tuples(st.integers(0, 80), st.sampled_from([Span.drop_calls, Span.drop_fine_cells])),
        max_size=3,
    ),
)
def test_stored_data_is_counted(
    calls: list[Call], size: int, drops: list[tuple[int, Callable[[Span], None]]]
) -> None:
    filled = fill(calls, size)
    for days, forget in drops:
        filled.drop(time_units.to_microseconds(START + timedelta(days=days)), forget)
    assert run_query(filled, ["total_visits"]).values == {"total_visits": [[len(calls)]]}
    raw = sum(len(batch) for batch in Selection(filled, Query()).calls())
    assert filled.usage.calls() == raw
    assert filled.usage.bytes() == sum(
        chunk.bytes for table in tables(filled) for chunk in table.chunks
    )
    for table in tables(filled):
        for one in table.chunks:
            assert one.bytes == sum(block.stored_bytes() for block in one.blocks)


def tables(filled: Cube) -> Iterator[stored_table.StoredTable]:
    yield filled._recent
    for part in filled._months.values():
        for each in (part._whole, *part._days.values()):
            yield from (each.calls, *each.tables.values())


def test_no_text_has_the_code_of_the_overflow() -> None:
    filled = fill([Call("(other)", 1.0, START, "1", "", "::1", 200)] * 3, 1)
    (endpoint,) = filled.dictionaries["endpoint"].encode(["(other)"], LIMIT)
    assert endpoint != OVERFLOW
    assert filled.dictionaries["endpoint"].overflow_name == "((other))"


@settings(max_examples=60, deadline=None)
@given(calls_strategy, st.integers(1, 30), st.integers(1, 6))
def test_long_lists_end_with_the_sum_of_the_rest(calls: list[Call], size: int, listed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statistics, "MAX_LISTED", listed)
        for field in MAX_DISTINCT:
            patch.setitem(MAX_DISTINCT, field, 100)
        result = run_query(fill(calls, size), ["visits_per_ip", "unique_visitors"])
    expected = Counter(call.ip for call in calls)
    name = "(other)"
    while name in expected:
        name = f"({name})"
    visits = result.values["visits_per_ip"][0][0]
    rest = visits.pop(name, 0)
    assert len(visits) == min(len(expected), listed)
    assert all(count == expected[text] for text, count in visits.items())
    assert sorted(visits.values()) == sorted(expected.values())[-listed:]
    assert rest == len(calls) - sum(visits.values())
    assert result.values["unique_visitors"] == [[len(expected)]]
    assert result.lower_bounds == (["visits_per_ip"] if len(expected) > listed else [])


def test_a_query_with_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [Call("a", float(n), START, "1", "", "::1", 200) for n in range(7)]
    filled = fill(calls, 7)
    monkeypatch.setattr(effort, "MAX_ENTRIES", 9)
    with pytest.raises(QueryError, match="more than 9 stored values"):
        run_query(filled, ["median_execution_time"])
    assert run_query(filled, ["total_visits"]).values == {"total_visits": [[7]]}
    monkeypatch.setattr(effort, "MAX_ENTRIES", 10)
    assert run_query(filled, ["median_execution_time"]).values == {"median_execution_time": [[3.0]]}


@settings(max_examples=60, deadline=None)
@given(calls_strategy, st.integers(1, 30), st.integers(1, 40), st.integers(1, 4))
def test_results_do_not_depend_on_portions_or_on_excluded_cells(
    calls: list[Call], size: int, portion: int, top: int
) -> None:
    filled = fill(calls, size)
    names = [*COUNTS, "median_execution_time", "error_rate", "last_call"]
    query = {"by": ["endpoint", "status_class"], "timeslice": "month"}
    whole = run_query(filled, names, **query)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(effort, "PORTION", portion)
        assert run_query(filled, names, **query) == whole
        largest = run_query(filled, names, **query, top=top)
    for number, group in enumerate(largest.groups):
        place = whole.groups.index(group)
        for name in names:
            assert largest.values[name][number] == whole.values[name][place]


def test_a_query_stops_at_its_time_limit() -> None:
    filled = fill([Call("a", 1.0, START, "1", "", "::1", 200)], 1)
    with effort.time_limit(0), effort.time_limit(60), pytest.raises(effort.QueryTimeout):
        run_query(filled, ["total_visits"])
    assert run_query(filled, ["total_visits"]).values == {"total_visits": [[1]]}

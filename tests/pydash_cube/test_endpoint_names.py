"""Endpoints that a query counts under one name, against apps that have this one name."""

import fnmatch
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import transaction
from hypothesis import given
from hypothesis import strategies as st
from ZODB.DB import DB
from ZODB.MappingStorage import MappingStorage

from pydash_cube import selection
from pydash_cube.call_batch import Call, CallBatch
from pydash_cube.cube import Cube
from pydash_cube.naming import matches
from pydash_cube.query import QueryResult
from pydash_cube.vocabulary import MAX_DISTINCT, CallField, EndpointNaming, StatisticName
from tests.pydash_cube.support import run_query, select

DAY = datetime(2018, 5, 20, tzinfo=UTC)
EVERYTHING = [name.value for name in StatisticName]
OWN, BLUEPRINT = EndpointNaming.OWN, EndpointNaming.BLUEPRINT
# The first pattern that matches counts: shop.get_x is no `*_x`.
PATTERNS = ("shop.get_*", "*_x")
MERGED = {"shop.get_1": "shop.get_*", "shop.get_x": "shop.get_*", "blog.x_x": "*_x", "top_x": "*_x"}
BLUEPRINTS = {
    "shop.get_1": "shop",
    "shop.get_x": "shop",
    "shop.cart": "shop",
    "blog.x_x": "",
    "top_x": "",
    "health": "",
}
QUERIES: list[dict[str, Any]] = [
    {},
    {"timeslice": "day"},
    {"start": DAY + timedelta(hours=7), "end": DAY + timedelta(days=2, minutes=5)},
    {"filters": {"version": "2"}},
    {"top": 2},
]


def calls_to(endpoints: Iterable[str], count: int = 400) -> list[Call]:
    names, chosen = sorted(endpoints), random.Random(7)
    return [
        Call(
            endpoint=chosen.choice(names),
            execution_time=chosen.randrange(1, 100),
            time=DAY + timedelta(days=3) * chosen.random(),
            version=chosen.choice("123"),
            group_by="",
            ip=f"10.0.0.{chosen.randrange(9)}",
            status_code=chosen.choice([200, 404, 500]),
        )
        for _ in range(count)
    ]


CALLS = calls_to([*BLUEPRINTS])


def cube_of(calls: Iterable[Call], names: Mapping[str, str] | None = None) -> Cube:
    """Return a cube of calls whose endpoints had other names from the start."""
    renamed = (names or {}).get
    cube = Cube()
    cube.add(
        CallBatch.from_calls(
            replace(call, endpoint=renamed(call.endpoint, call.endpoint)) for call in calls
        )
    )
    return cube


def found(cube: Cube, **options: Any) -> QueryResult:
    """Return all statistics; the order in which squares are added up shows in the last digit."""
    result = run_query(cube, EVERYTHING, **options)
    deviation = StatisticName.STANDARD_DEVIATION.value
    rows = [
        [None if value is None else round(value, 9) for value in row]
        for row in result.values[deviation]
    ]
    return replace(result, values={**result.values, deviation: rows})


@pytest.fixture
def stored() -> Iterator[Any]:
    """Store objects, and return them as another connection reads them."""
    database = DB(MappingStorage())
    connections = []

    def store(name: str, cube: Cube) -> Cube:
        with database.transaction() as connection:
            connection.root()[name] = cube
        connections.append(database.open(transaction.TransactionManager()))
        read: Cube = connections[-1].root()[name]
        return read

    yield store
    for connection in connections:
        connection.close()
    database.close()


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("by", [["endpoint"], ["version", "endpoint"]])
def test_each_statistic_is_that_of_one_endpoint(by: list[str], query: dict[str, Any]) -> None:
    merged = found(cube_of(CALLS), by=by, patterns=PATTERNS, **query)
    assert merged == found(cube_of(CALLS, MERGED), by=by, **query)
    options = {"patterns": PATTERNS, "endpoint_naming": BLUEPRINT}
    by_blueprint = found(cube_of(CALLS), by=by, **options, **query)
    assert by_blueprint == found(cube_of(CALLS, BLUEPRINTS), by=by, **query)


@pytest.mark.parametrize("name", ["shop.get_*", "*_x", "shop.cart", "health", "missing_*"])
def test_a_filter_selects_all_endpoints_of_a_name(name: str) -> None:
    only = {"filters": {"endpoint": name}}
    cube, renamed = cube_of(CALLS), cube_of(CALLS, MERGED)
    for options in ({}, {"by": ["endpoint"]}, {"by": ["ip"]}):
        merged = found(cube, patterns=PATTERNS, **options, **only)
        assert merged == found(renamed, **options, **only)
    assert select(cube, patterns=PATTERNS, **only).histogram(9) == select(
        renamed, **only
    ).histogram(9)


def test_a_merged_endpoint_can_be_taken_apart() -> None:
    options = {"by": ["endpoint"], "patterns": PATTERNS, "filters": {"endpoint": "shop.get_*"}}
    apart = run_query(cube_of(CALLS), ["total_visits"], endpoint_naming=OWN, **options)
    assert apart.groups == [("shop.get_1",), ("shop.get_x",)]
    # Exported calls have the names that the app gave them.
    exported = select(cube_of(CALLS), **options).calls()
    assert {name for batch in exported for name in batch.endpoint} == {"shop.get_1", "shop.get_x"}
    one = run_query(cube_of(CALLS), ["total_visits"], filters={"endpoint": "shop.get_1"})
    assert one.values["total_visits"][0] == apart.values["total_visits"][0]


def test_merged_days_are_kept_only_for_the_same_names(
    stored: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pydash_cube.cube.RECENT_SIZE", 1)
    monkeypatch.setattr(selection, "_WORTH_KEEPING", 1)
    monkeypatch.setattr(selection, "_WORTH", 0)
    over = [*CALLS, replace(CALLS[0], time=DAY + timedelta(days=40))]
    # The same columns, but of endpoints with other names.
    others = {name: f"{number}_x" for number, name in enumerate(sorted(BLUEPRINTS))}
    days: dict[str, Any] = {"by": ["endpoint"], "timeslice": "day"}
    for key, own, merged in (
        ("some", {}, MERGED),
        ("all", others, dict.fromkeys(BLUEPRINTS, "*_x")),
    ):
        cube, expected = stored(key, cube_of(over, own)), found(cube_of(over, merged), **days)
        assert found(cube, patterns=PATTERNS, **days) == expected
        assert found(cube, patterns=PATTERNS, **days) == expected
    # Endpoints that appear later join.
    later = calls_to(["a_x", "shop.get_0", "new"], 100)
    cube = cube_of(over)
    cube.add(CallBatch.from_calls(later))
    grown = {**MERGED, "a_x": "*_x", "shop.get_0": "shop.get_*"}
    expected = found(cube_of([*over, *later], grown), **days)
    assert found(stored("grown", cube), patterns=PATTERNS, **days) == expected


def test_names_beyond_the_limit_belong_to_no_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MAX_DISTINCT, CallField.ENDPOINT, 2)
    calls = [replace(CALLS[0], endpoint=name) for name in ("a.x_1", "health", "a.x_2", "x_3")]
    cube = cube_of(calls)
    names = ["total_visits"]
    all_of_them = run_query(cube, names, by=["endpoint"], patterns=("*x_*",))
    assert dict(zip(all_of_them.groups, all_of_them.values["total_visits"], strict=True)) == {
        ("*x_*",): [1],
        ("health",): [1],
        ("(other)",): [2],
    }
    only = run_query(cube, names, filters={"endpoint": "*x_*"}, patterns=("*x_*",))
    assert (only.values["total_visits"], only.lower_bounds) == ([[1]], names)
    # Without their names, they are outside of all blueprints.
    by_blueprint = run_query(cube, names, by=["endpoint"], endpoint_naming=BLUEPRINT)
    assert dict(zip(by_blueprint.groups, by_blueprint.values["total_visits"], strict=True)) == {
        ("a",): [1],
        ("",): [3],
    }


@given(st.text("ab*.", max_size=9), st.text("ab.*", max_size=12))
def test_a_pattern_matches_as_in_a_shell(pattern: str, name: str) -> None:
    as_regex = re.compile(fnmatch.translate(pattern.replace("[", "[[]")))
    assert matches(pattern, name) == bool(as_regex.match(name))


def test_no_pattern_takes_long() -> None:
    # With backtracking, this takes longer than anybody waits.
    assert not matches("*a" * 50 + "*b", "a" * 10_000)

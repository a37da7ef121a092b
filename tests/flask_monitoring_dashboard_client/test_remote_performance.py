"""Slow requests, profiles and graphs of an app that sends anything."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_monitoring_dashboard_client import InvalidResponse
from flask_monitoring_dashboard_client.exporter_dialect import RowPage
from flask_monitoring_dashboard_client.performance import MAX_DEPTH, MAX_DETAILS, MAX_URL
from tests.flask_monitoring_dashboard_client.test_remote_exceptions import (
    FRAME,
    PAGE,
    TIME,
    coded,
    json_values,
)

REQUEST = {
    name: PAGE["data"][name]
    for name in ("id", "time", "endpoint", "version", "user", "ip", "duration", "status_code")
}
LINE = {**FRAME, "indent": 1, "duration": 1.5}
DATA: dict[str, dict[str, Any]] = {
    "outliers": {
        **REQUEST,
        "url": ["http://shop/pay", "http://shop/cart"],
        "headers": [{"Host": "shop"}, {}],
        "environment": [{"REQUEST_METHOD": "GET"}, {}],
        "cpu": coded("[10.0, 30.5]", ""),
        "memory": coded("svmem(total=8, available=5, percent=41.5, used=3)", ""),
        "stack": coded([FRAME], []),
    },
    "profiles": {**REQUEST, "lines": [[LINE, {**LINE, "indent": 2}], []]},
    "graphs": {
        "id": [1, 2],
        "time": [TIME, TIME + 1],
        "graph_id": [1, 1],
        "title": coded("Baskets", "Baskets"),
        "value": [1.5, 2],
    },
}
Change = Callable[[dict[str, Any]], object]


def parsed(kind: str, change: Change = lambda _: None) -> list[Any]:
    data = copy.deepcopy(DATA[kind])
    change(data)
    return RowPage.parse(kind, {**PAGE, "data": data}).rows


def test_it_parses_what_explains_slowness() -> None:
    first, second = parsed("outliers")
    assert (first.endpoint, first.user, first.duration, first.status_code) == (
        "pay",
        "ada",
        1.5,
        500,
    )
    assert (first.url, first.headers) == ("http://shop/pay", {"Host": "shop"})
    assert (first.environment, first.stack[0].function) == ({"REQUEST_METHOD": "GET"}, "pay")
    assert (first.cpu, first.memory) == (20.25, 41.5)
    assert (second.cpu, second.memory, second.stack) == (None, None, ())
    profiled, empty = parsed("profiles")
    assert [(line.indent, line.duration) for line in profiled.lines] == [(1, 1.5), (2, 1.5)]
    assert (profiled.lines[0].frame.module, empty.lines) == ("shop", ())
    values = parsed("graphs")
    assert [(value.title, value.value) for value in values] == [("Baskets", 1.5), ("Baskets", 2.0)]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        *((kind, lambda data: data["time"].__setitem__(0, None)) for kind in DATA),
        ("outliers", lambda data: data["endpoint"]["values"].__setitem__(0, 7)),
        ("outliers", lambda data: data["url"].__setitem__(0, None)),
        ("outliers", lambda data: data["headers"].__setitem__(0, [])),
        ("outliers", lambda data: data["headers"].__setitem__(0, {"Host": 7})),
        ("outliers", lambda data: data["stack"]["values"].__setitem__(0, [7])),
        ("profiles", lambda data: data["lines"].__setitem__(0, "a line")),
        ("profiles", lambda data: data["lines"][0].__setitem__(0, {**LINE, "indent": -1})),
        ("profiles", lambda data: data["lines"][0].__setitem__(0, {**LINE, "indent": 1.5})),
        ("profiles", lambda data: data["lines"][0].__setitem__(0, {**LINE, "duration": -1})),
        ("profiles", lambda data: data["lines"][0].__setitem__(0, {**LINE, "duration": 1e300})),
        ("profiles", lambda data: data["lines"][0].__setitem__(0, {**LINE, "own": 1})),
        ("graphs", lambda data: data["value"].__setitem__(0, None)),
        ("graphs", lambda data: data["value"].__setitem__(0, 10**400)),
        ("graphs", lambda data: data["title"]["values"].__setitem__(0, "")),
    ],
)
def test_only_rows_with_invalid_values_are_set_aside(kind: str, change: Change) -> None:
    first, second = parsed(kind, change)
    assert first is None
    assert second is not None


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("outliers", lambda data: data.pop("headers")),
        ("outliers", lambda data: data["url"].pop()),
        ("outliers", lambda data: data["cpu"]["codes"].pop()),
        ("profiles", lambda data: data["lines"].pop()),
        ("graphs", lambda data: data["value"].pop()),
        ("graphs", lambda data: data["time"].pop()),
    ],
)
def test_other_pages_are_invalid_responses(kind: str, change: Change) -> None:
    with pytest.raises(InvalidResponse):
        parsed(kind, change)


@given(st.sampled_from([(kind, name) for kind in DATA for name in DATA[kind]]), json_values)
def test_no_field_causes_another_error(field: tuple[str, str], value: Any) -> None:
    kind, name = field
    for given_value in (
        value,
        coded(value, value),
        [value, value],
        [[value], [{**LINE, "x": value}]],
    ):
        try:
            parsed(kind, lambda data, new=given_value: data.__setitem__(name, new))  # type: ignore[misc]
        except InvalidResponse:
            continue


def test_sizes_are_limited() -> None:
    def enlarge(data: dict[str, Any]) -> None:
        data["url"][0] = "\x1b" + "u" * 10_000
        data["headers"][0] = {f"X-{n}": "x" * 10_000 for n in range(500)}

    first = parsed("outliers", enlarge)[0]
    assert len(first.url) == MAX_URL
    assert first.url.startswith("\ufffdu")
    assert 0 < sum(map(len, first.headers.values())) <= MAX_DETAILS
    deep = [{**LINE, "indent": n} for n in range(1_000)]
    profiled = parsed("profiles", lambda data: data["lines"].__setitem__(0, deep))[0]
    assert len(profiled.lines) == MAX_DEPTH + 1

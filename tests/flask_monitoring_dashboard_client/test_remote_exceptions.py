"""Exceptions of an app that sends anything."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_monitoring_dashboard_client import InvalidResponse, RemoteDashboard
from flask_monitoring_dashboard_client.exceptions import MAX_MESSAGE
from flask_monitoring_dashboard_client.exporter_dialect import RowPage
from flask_monitoring_dashboard_client.kinds import MAX_FRAMES, MAX_STACK
from tests.support.scripted_server import ScriptedServer

TIME = 1_790_000_000_000_000
FRAME = {
    "file": "shop.py",
    "module": "shop",
    "line": 7,
    "function": "pay",
    "own": True,
    "source": None,
}


def coded(*values: Any) -> dict[str, Any]:
    return {"values": list(values), "codes": list(range(len(values)))}


PAGE: dict[str, Any] = {
    "data": {
        "id": [1, 2],
        "time": [TIME, TIME + 1],
        "endpoint": coded("pay", "pay"),
        "version": coded("1.0", None),
        "user": coded("ada", None),
        "ip": coded("10.0.0.1", "10.0.0.1"),
        "duration": [1.5, None],
        "status_code": [500, None],
        "captured": [False, True],
        "type": coded("KeyError", "KeyError"),
        "message": coded("order 1\nof two", "order 2"),
        "group": coded("1-" + "a" * 32, "1-" + "a" * 32),
        "stack": coded([FRAME], []),
    },
    "has_more": False,
    "last_id": 2,
    "database_id": "d",
    "now": TIME,
}


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    page = copy.deepcopy(PAGE)
    change(page["data"])
    return page


def test_it_parses_a_page() -> None:
    first, second = RowPage.parse("exceptions", PAGE).rows
    assert first is not None
    assert second is not None
    assert (first.time.microsecond, first.endpoint, first.version) == (0, "pay", "1.0")
    assert (first.user, first.duration, first.status_code) == ("ada", 1.5, 500)
    assert (first.captured, second.captured) == (False, True)
    assert first.message == "order 1\nof two"
    assert (first.stack[0].module, first.stack[0].line, first.stack[0].own) == ("shop", 7, True)
    assert (second.version, second.user, second.duration, second.status_code) == ("", "", 0, 0)
    assert second.stack == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data["time"].__setitem__(0, None),
        lambda data: data["time"].__setitem__(0, 0),
        lambda data: data["time"].__setitem__(0, 2**62),
        lambda data: data["captured"].__setitem__(0, 1),
        lambda data: data["group"]["values"].__setitem__(0, "1-" + "a" * 31),
        lambda data: data["group"]["values"].__setitem__(0, "../etc"),
        lambda data: data["type"]["values"].__setitem__(0, 7),
        lambda data: data["message"]["values"].__setitem__(0, None),
        lambda data: data["stack"]["values"].__setitem__(0, "a stack"),
        lambda data: data["stack"]["values"].__setitem__(0, [FRAME, 7]),
        lambda data: data["stack"]["values"].__setitem__(0, [{**FRAME, "line": "7"}]),
        lambda data: data["stack"]["values"].__setitem__(0, [{**FRAME, "own": None}]),
        lambda data: data["stack"]["values"].__setitem__(0, [{**FRAME, "file": []}]),
    ],
)
def test_only_exceptions_with_invalid_values_are_set_aside(
    change: Callable[[dict[str, Any]], object],
) -> None:
    first, second = RowPage.parse("exceptions", changed(change)).rows
    assert first is None
    assert second is not None


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("stack"),
        lambda data: data["id"].pop(),
        lambda data: data["duration"].pop(),
        lambda data: data["id"].__setitem__(0, 2**70),
        lambda data: data["stack"]["codes"].__setitem__(0, 9),
        lambda data: data.__setitem__("type", None),
        lambda data: data.__setitem__("time", 7),
    ],
)
def test_other_pages_are_invalid_responses(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(InvalidResponse):
        RowPage.parse("exceptions", changed(change))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.sampled_from(sorted(PAGE["data"])), json_values)
def test_no_field_causes_another_error(field: str, value: Any) -> None:
    for page in (
        changed(lambda data: data.__setitem__(field, value)),
        changed(lambda data: data.__setitem__(field, coded(value, value))),
        changed(lambda data: data.__setitem__(field, [value, value])),
    ):
        try:
            RowPage.parse("exceptions", page)
        except InvalidResponse:
            continue


def test_sizes_are_limited() -> None:
    frames = [{**FRAME, "line": number, "function": "f" * 300} for number in range(2_000)]
    page = changed(lambda data: data["stack"]["values"].__setitem__(0, frames))
    page["data"]["message"]["values"][0] = "\x1b[31m" + "m" * 5_000
    first = RowPage.parse("exceptions", page).rows[0]
    assert first is not None
    assert 100 < len(first.stack) <= MAX_FRAMES
    assert sum(len(frame.function) for frame in first.stack) <= MAX_STACK
    # The innermost frames.
    assert first.stack[-1].line == 1_999
    assert len(first.message) == MAX_MESSAGE
    assert first.message.startswith("\ufffd[31mm")


@pytest.mark.parametrize("ids", [[2, 1], [1, 1], [-1, 1], [0, 1]])
def test_ids_out_of_order_are_an_invalid_response(server: ScriptedServer, ids: list[int]) -> None:
    body = json.dumps(changed(lambda data: data.__setitem__("id", ids))).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    server.respond(head.encode() + b"\r\nConnection: close\r\n\r\n" + body)
    with (
        RemoteDashboard(server.url, "token", allow="loopback", dialect="exporter") as remote,
        pytest.raises(InvalidResponse, match="out of order"),
    ):
        remote.fetch_kind("exceptions")


def test_a_page_without_progress_is_an_invalid_response(server: ScriptedServer) -> None:
    body = json.dumps({**PAGE, "data": {}, "has_more": True}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    server.respond(head.encode() + b"\r\nConnection: close\r\n\r\n" + body)
    with (
        RemoteDashboard(server.url, "token", allow="loopback", dialect="exporter") as remote,
        pytest.raises(InvalidResponse, match="out of order"),
    ):
        remote.fetch_kind("exceptions")

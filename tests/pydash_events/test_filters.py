"""Conditions that no driver ever sees, because they are malformed."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from pydash_events import EventFilter

MALFORMED: list[dict[str, Any]] = [
    {},
    {"key": "n"},
    {"integer": 1},
    {"key": 1, "integer": 1},
    {"key": "", "integer": 1},
    {"key": "x" * 256, "integer": 1},
    {"key": "n", "integer": 1, "op": "like"},
    {"key": "n", "integer": 1, "float": 1.0},
    {"key": "n", "none": None},
    {"key": "n", "number": 1},
    {"key": "n", "integer": "1"},
    {"key": "n", "integer": True},
    {"key": "n", "integer": 2**63},
    {"key": "n", "integer": None},
    {"key": "n", "float": float("nan")},
    {"key": "n", "float": 10**400},
    {"key": "n", "string": 1},
    {"key": "n", "string": "a\0"},
    {"key": "n", "string": "\ud800"},
    {"key": "n", "datetime": "2026-11-30"},
    {"key": "n", "datetime": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))},
    {"key": "n", "integer": [1]},
    {"key": "n", "integer": 1, "op": "in"},
    {"key": "n", "integer": [], "op": "in"},
    {"key": "n", "integer": [1, "2"], "op": "in"},
    {"key": "n", "integer": [1] * 1001, "op": "in"},
    {"key": "n", "integer": 1, "op": "contains"},
    {"key": "n", "integer": 1, "op": "exists"},
]


@pytest.mark.parametrize("condition", MALFORMED, ids=lambda each: str(each)[:60])
def test_a_malformed_condition_is_an_error(condition: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        EventFilter(traits_filter=[condition])


@pytest.mark.parametrize("name", ["event_type", "message_id"])
@pytest.mark.parametrize("value", ["", "\0", "\ud800", "x" * 256, 1])
def test_a_malformed_name_is_an_error(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        EventFilter(**{name: value})


def test_a_time_out_of_range_is_an_error() -> None:
    first = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    with pytest.raises(ValueError, match="years 1 to 9999"):
        EventFilter(start_timestamp=first)

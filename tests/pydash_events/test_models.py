"""The models, as documented."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pydash_events import Event, Trait
from pydash_events.models import serialize_dt

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_types_have_names() -> None:
    assert Trait.type_names == {0: "none", 1: "string", 2: "integer", 3: "float", 4: "datetime"}
    assert list(Trait.get_type_names()) == ["none", "string", "integer", "float", "datetime"]
    assert [Trait.get_name_by_type(each) for each in (0, 4, 7)] == ["none", "datetime", "none"]
    assert Trait("n", Trait.FLOAT_TYPE, 1.0).get_type_name() == "float"


def test_types_are_found_by_name() -> None:
    for dtype, name in Trait.type_names.items():
        assert Trait.get_type_by_name(name) == dtype
    assert Trait.get_type_by_name("text") == Trait.TEXT_TYPE
    assert Trait.get_type_by_name("int") == Trait.INT_TYPE
    assert Trait.get_type_by_name("blob") is None


@pytest.mark.parametrize(
    ("dtype", "given", "expected"),
    [
        (Trait.INT_TYPE, "12", 12),
        (Trait.INT_TYPE, str(2**40), 2**40),
        (Trait.FLOAT_TYPE, "1.5", 1.5),
        (Trait.FLOAT_TYPE, 1, 1.0),
        (Trait.TEXT_TYPE, "é" * 300, "é" * 300),
        (Trait.TEXT_TYPE, "é".encode(), "é"),
        (Trait.TEXT_TYPE, 1, "1"),
        (Trait.DATETIME_TYPE, "2026-11-30T13:00:00+01:00", NOON),
        (Trait.DATETIME_TYPE, "2026-11-30T12:00:00Z", NOON),
        (Trait.DATETIME_TYPE, "2026-11-30 12:00", NOON),
        (Trait.DATETIME_TYPE, NOON.replace(tzinfo=None), NOON),
        (Trait.NONE_TYPE, "x", None),
    ],
)
def test_a_value_is_converted(dtype: int, given: Any, expected: object) -> None:
    converted = Trait.convert_value(dtype, given)
    assert converted == expected
    assert type(converted) is type(expected)


@pytest.mark.parametrize(
    ("dtype", "given"),
    [
        (Trait.INT_TYPE, "1.5"),
        (Trait.INT_TYPE, ""),
        (Trait.FLOAT_TYPE, "one"),
        (Trait.DATETIME_TYPE, "yesterday"),
        (Trait.DATETIME_TYPE, "0001-01-01T00:00:00+01:00"),
        (Trait.TEXT_TYPE, b"\xff"),
    ],
)
def test_a_value_that_cannot_be_converted_is_an_error(dtype: int, given: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Trait.convert_value(dtype, given)


def test_models_are_serialized() -> None:
    event = Event("1", "app.deploy", NOON, [], {"a": 1})
    event.append_trait(Trait("at", Trait.DATETIME_TYPE, NOON))
    event.append_trait(Trait("n", Trait.INT_TYPE, 1))
    assert event.serialize() == {
        "message_id": "1",
        "event_type": "app.deploy",
        "generated": "2026-11-30T12:00:00+00:00",
        "sequence": None,
        "traits": [("at", 4, "2026-11-30T12:00:00+00:00"), ("n", 2, 1)],
        "raw": {"a": 1},
    }
    assert (serialize_dt(NOON), serialize_dt(1)) == ("2026-11-30T12:00:00+00:00", 1)

"""What every driver does: the figures are those of the documented event storage."""

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from pydash_events import (
    Event,
    EventFilter,
    InvalidMarker,
    Order,
    Position,
    Trait,
    base,
)
from tests.pydash_events.conftest import Connect

START = datetime(2013, 12, 31, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
TYPES = ["Foo", "Bar", "Zoo"]


def event(message_id: str, *traits: Trait, **differences: Any) -> Event:
    """Return an event of the type Foo at 5:00."""
    given = {"event_type": "Foo", "generated": START, "raw": None, **differences}
    return Event(message_id, traits=list(traits), **given)


def text(name: str, value: str) -> Trait:
    return Trait(name, Trait.TEXT_TYPE, value)


def number(name: str, value: int) -> Trait:
    return Trait(name, Trait.INT_TYPE, value)


def ids(events: Iterable[Event]) -> list[str]:
    return [each.message_id for each in events]


def six_events() -> list[Event]:
    """Return two events of each type, an hour apart."""
    return [
        Event(
            f"id_{event_type}_{index * 100}",
            event_type,
            START + index * HOUR,
            [
                text("trait_A", f"my_{event_type}_text"),
                number("trait_B", index * 100 + 1),
                Trait("trait_C", Trait.FLOAT_TYPE, index * 100 + 0.123456),
                Trait("trait_D", Trait.DATETIME_TYPE, START + index * HOUR),
            ],
            {"status": {"nested": "started"}},
        )
        for index, event_type in enumerate(TYPES * 2)
    ]


@pytest.fixture
def filled(connection: base.Connection) -> base.Connection:
    """A store with six events."""
    assert connection.record_events(six_events()) == [0] * 6
    return connection


# --- events and traits -----------------------------------------------------------------------


def test_it_returns_what_was_recorded(filled: base.Connection) -> None:
    found = list(filled.get_events(EventFilter()))
    expected = six_events()
    for each in expected:
        each.project = ""
    assert found == expected


def test_it_returns_the_types(filled: base.Connection) -> None:
    assert list(filled.get_event_types()) == ["Bar", "Foo", "Zoo"]
    assert filled.get_trait_types("Foo") == {
        "trait_A": Trait.TEXT_TYPE,
        "trait_B": Trait.INT_TYPE,
        "trait_C": Trait.FLOAT_TYPE,
        "trait_D": Trait.DATETIME_TYPE,
    }
    assert filled.get_trait_types("unknown") == {}


def test_it_returns_the_traits_of_a_type_by_name(filled: base.Connection) -> None:
    traits = list(filled.get_traits("Foo"))
    assert [each.name for each in traits] == sorted(
        ["trait_A", "trait_B", "trait_C", "trait_D"] * 2
    )
    values = {each.value for each in filled.get_traits("Foo", "trait_B")}
    assert values == {1, 301}
    assert list(filled.get_traits("Foo", "unknown")) == []
    assert list(filled.get_traits("unknown")) == []


VALUES = [
    number("trait", 0),
    number("trait", 2**31),
    number("trait", 2**63 - 1),
    number("trait", -(2**63)),
    Trait("trait", Trait.FLOAT_TYPE, 0.0),
    Trait("trait", Trait.FLOAT_TYPE, 0.1 + 0.2),
    Trait("trait", Trait.FLOAT_TYPE, 1.7976931348623157e308),
    Trait("trait", Trait.FLOAT_TYPE, 5e-324),
    text("trait", ""),
    text("trait", " a "),
    text("trait", "Ünïcödé 🎉\n'\"\\%_{,}"),
    text("trait", "NULL"),
    text("trait", "x" * 8192),
    text("trait", "🎉" * 2048),
    Trait("trait", Trait.DATETIME_TYPE, datetime(1, 1, 1, tzinfo=UTC)),
    Trait("trait", Trait.DATETIME_TYPE, datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    Trait("trait", Trait.NONE_TYPE, None),
]


@pytest.mark.parametrize("trait", VALUES, ids=lambda trait: repr(trait.value)[:20])
def test_a_value_survives_with_its_type(connection: base.Connection, trait: Trait) -> None:
    assert connection.record_events([event("1", trait)]) == [0]
    [found] = connection.get_events(EventFilter())
    assert found.traits == [trait]
    assert type(found.traits[0].value) is type(trait.value)
    assert list(connection.get_traits("Foo")) == [trait]
    if trait.value is not None:
        condition = {"key": "trait", trait.get_type_name(): trait.value}
        assert ids(connection.get_events(EventFilter(traits_filter=[condition]))) == ["1"]
        condition["op"] = "ne"
        assert ids(connection.get_events(EventFilter(traits_filter=[condition]))) == []


def test_traits_come_by_name(connection: base.Connection) -> None:
    given = [number("b", 1), text("c", ""), Trait("a", Trait.FLOAT_TYPE, 1.0), number("B", 2)]
    connection.record_events([event("1", *given)])
    [found] = connection.get_events(EventFilter())
    assert [trait.name for trait in found.traits] == ["B", "a", "b", "c"]


RAW: list[Any] = [
    None,
    [],
    {},
    0,
    "",
    False,
    {"b": 1, "a": [None, 1.5, "\0\ud800é"], "": {"x": 10**30}},
]


@pytest.mark.parametrize("raw", RAW, ids=str)
def test_raw_is_kept_unchanged(connection: base.Connection, raw: Any) -> None:
    connection.record_events([event("1", raw=raw)])
    [found] = connection.get_events(EventFilter())
    assert repr(found.raw) == repr(raw)


def test_a_stored_event_does_not_change_with_the_given_or_returned_one(
    connection: base.Connection,
) -> None:
    given = event("1", number("n", 1), raw={"list": [1]})
    connection.record_events([given])
    given.append_trait(number("m", 1))
    given.raw["list"].append(2)
    [found] = connection.get_events(EventFilter())
    found.traits[0].value = 2
    [again] = connection.get_events(EventFilter())
    assert (again.traits, again.raw) == ([number("n", 1)], {"list": [1]})


def test_traits_and_raw_may_be_none(connection: base.Connection) -> None:
    none: Any = None
    assert connection.record_events([Event("1", "Foo", START, none, None)]) == [0]
    [found] = connection.get_events(EventFilter())
    assert (found.traits, found.raw) == ([], None)


def test_a_time_without_a_zone_is_utc(connection: base.Connection) -> None:
    naive = START.replace(tzinfo=None)
    elsewhere = START.astimezone(timezone(timedelta(hours=9)))
    connection.record_events(
        [
            event("1", Trait("t", Trait.DATETIME_TYPE, naive), generated=naive),
            event("2", Trait("t", Trait.DATETIME_TYPE, elsewhere), generated=elsewhere),
        ]
    )
    same = EventFilter(naive, elsewhere, traits_filter=[{"key": "t", "datetime": naive}])
    found = list(connection.get_events(same))
    assert ids(found) == ["1", "2"]
    for each in found:
        assert each.generated == each.traits[0].value == START
        assert each.generated.utcoffset() == timedelta()


# --- filters -----------------------------------------------------------------------------------

FIGURES = {
    "string": ("trait_A", "my_Foo_text", {"lt": 2, "le": 4, "eq": 2, "ne": 4, "gt": 2, "ge": 4}),
    "integer": ("trait_B", 101, {"eq": 1, "lt": 1, "le": 2, "ne": 5, "gt": 4, "ge": 5}),
    "float": ("trait_C", 300.123456, {"eq": 1, "lt": 3, "le": 4, "ne": 5, "gt": 2, "ge": 3}),
    "datetime": (
        "trait_D",
        START + 2 * HOUR,
        {"eq": 1, "lt": 2, "le": 3, "ne": 5, "gt": 3, "ge": 4},
    ),
}
COUNTS = [
    (key, dtype, value, op, count)
    for dtype, (key, value, counts) in FIGURES.items()
    for op, count in counts.items()
]


@pytest.mark.parametrize(("key", "dtype", "value", "op", "count"), COUNTS)
def test_a_trait_is_compared(
    filled: base.Connection, key: str, dtype: str, value: object, op: str, count: int
) -> None:
    found = list(
        filled.get_events(EventFilter(traits_filter=[{"key": key, dtype: value, "op": op}]))
    )
    assert len(found) == count
    of_type = [
        each
        for name in TYPES
        for each in filled.get_events(
            EventFilter(event_type=name, traits_filter=[{"key": key, dtype: value, "op": op}])
        )
    ]
    assert sorted(ids(of_type)) == sorted(ids(found))


CONDITIONS = [
    ([{"key": "trait_A", "string": "my_Foo_text"}], 2),
    ([{"key": "trait_A", "string": "my_Foo_text"}, {"key": "trait_B", "integer": 301}], 1),
    (
        [
            {"key": "trait_B", "integer": 101, "op": "ge"},
            {"key": "trait_B", "integer": 301, "op": "lt"},
        ],
        2,
    ),
    # They contradict each other.
    ([{"key": "trait_B", "integer": 1}, {"key": "trait_B", "integer": 101}], 0),
    ([{"key": "trait_A", "string": "my_Foo_text"}, {"key": "trait_B", "integer": 101}], 0),
    ([{"key": "unknown", "integer": 1, "op": "ne"}], 0),
    # The trait has another type.
    ([{"key": "trait_B", "float": 101.0}], 0),
    ([{"key": "trait_B", "string": "101", "op": "ne"}], 0),
    ([{"key": "trait_B", "integer": [1, 501, 7], "op": "in"}], 2),
    ([{"key": "trait_A", "string": ["my_Foo_text", "x"], "op": "in"}], 2),
    ([{"key": "trait_C", "float": [0.123456, 100.123456], "op": "in"}], 2),
    ([{"key": "trait_D", "datetime": [START], "op": "in"}], 1),
    ([{"key": "trait_A", "string": "_Zoo_", "op": "contains"}], 2),
    ([{"key": "trait_A", "string": "zoo", "op": "contains"}], 0),
    ([{"key": "trait_A", "string": "%", "op": "contains"}], 0),
    ([{"key": "trait_A", "string": "", "op": "contains"}], 6),
    ([{"key": "trait_C", "op": "exists"}], 6),
    ([{"key": "unknown", "op": "exists"}], 0),
]


@pytest.mark.parametrize(("conditions", "count"), CONDITIONS)
def test_conditions_are_combined(
    filled: base.Connection, conditions: list[dict[str, Any]], count: int
) -> None:
    assert len(list(filled.get_events(EventFilter(traits_filter=conditions)))) == count
    dozen = [
        each
        for name in TYPES
        for each in filled.get_events(EventFilter(event_type=name, traits_filter=conditions))
    ]
    assert len(dozen) == count


def test_an_event_without_the_trait_never_matches(connection: base.Connection) -> None:
    connection.record_events(
        [
            event("1", number("n", 1)),
            event("2", number("m", 1)),
            event("3"),
            event("4", text("n", "1"), event_type="Bar"),
            event("5", Trait("n", Trait.NONE_TYPE, None), event_type="Zoo"),
        ]
    )
    for op, value in itertools.product(["eq", "ne", "lt", "le", "gt", "ge"], [0, 1, 2]):
        found = connection.get_events(
            EventFilter(traits_filter=[{"key": "n", "integer": value, "op": op}])
        )
        assert set(ids(found)) <= {"1"}, (op, value)
    found = connection.get_events(EventFilter(traits_filter=[{"key": "n", "op": "exists"}]))
    assert ids(found) == ["1", "4", "5"]


TEXTS = ["", " ", "A", "Z", "a", "a ", "a b", "aa", "ab", "é", "z", "🎉", "\uffff", "a" * 199,
         "a" * 200, "a" * 200 + "b", "a" * 201, "a" * 8192]  # fmt: skip


@pytest.mark.parametrize("op", ["eq", "ne", "lt", "le", "gt", "ge"])
def test_texts_are_compared_by_code_point(connection: base.Connection, op: str) -> None:
    connection.record_events([event(f"{i:02}", text("t", each)) for i, each in enumerate(TEXTS)])
    for value in TEXTS:
        condition = {"key": "t", "string": value, "op": op}
        found = [
            each.traits[0].value
            for each in connection.get_events(EventFilter(traits_filter=[condition]))
        ]
        expected = {
            "eq": [each for each in TEXTS if each == value],
            "ne": [each for each in TEXTS if each != value],
            "lt": [each for each in TEXTS if each < value],
            "le": [each for each in TEXTS if each <= value],
            "gt": [each for each in TEXTS if each > value],
            "ge": [each for each in TEXTS if each >= value],
        }[op]
        assert found == expected, value[:20]


def test_long_texts_are_found_by_any_part(connection: base.Connection) -> None:
    long = "".join(f"{i:04}-é" for i in range(1000))
    connection.record_events([event("1", text("t", long)), event("2", text("t", "short"))])
    for part in [long, long[:300], long[195:205], long[-20:], long[150:2000]]:
        for op in ["contains", "in", "eq"]:
            given = [part] if op == "in" else part
            condition = {"key": "t", "string": given, "op": op}
            found = ids(connection.get_events(EventFilter(traits_filter=[condition])))
            assert found == (["1"] if op == "contains" or part == long else []), (op, len(part))


def test_both_times_are_inclusive(filled: base.Connection) -> None:
    found = filled.get_events(EventFilter(START + HOUR, START + 3 * HOUR))
    assert ids(found) == ["id_Bar_100", "id_Zoo_200", "id_Foo_300"]
    assert ids(filled.get_events(EventFilter(start_timestamp=START + 5 * HOUR))) == ["id_Zoo_500"]
    assert ids(filled.get_events(EventFilter(end_timestamp=START))) == ["id_Foo_0"]
    moment = timedelta(microseconds=1)
    assert ids(filled.get_events(EventFilter(START + moment, START + HOUR - moment))) == []


def test_it_finds_several_types_in_one_order(filled: base.Connection) -> None:
    several = EventFilter(event_type=["Zoo", "Bar", "unknown"])
    found = ["id_Bar_100", "id_Zoo_200", "id_Bar_400", "id_Zoo_500"]
    assert ids(filled.get_events(several)) == found
    latest = filled.get_events(several, {"limit": 3, "sort": [("generated", "desc")]})
    assert ids(latest) == found[:0:-1]
    following = filled.get_events(several, {"limit": 2, "marker": "id_Zoo_200"})
    assert ids(following) == found[2:]
    condition = {"key": "trait_B", "op": "exists"}
    having = EventFilter(event_type=["Foo", "Zoo"], traits_filter=[condition])
    assert ids(filled.get_events(having, {"limit": 3})) == ["id_Foo_0", "id_Zoo_200", "id_Foo_300"]


def test_it_finds_by_type_and_by_id(filled: base.Connection) -> None:
    assert ids(filled.get_events(EventFilter(event_type="Bar"))) == ["id_Bar_100", "id_Bar_400"]
    assert ids(filled.get_events(EventFilter(event_type="bar"))) == []
    assert ids(filled.get_events(EventFilter(message_id="id_Zoo_200"))) == ["id_Zoo_200"]
    types = EventFilter(event_type=["Bar", "Zoo"], message_id="id_Foo_0")
    assert ids(filled.get_events(types)) == []
    assert ids(filled.get_events(EventFilter(message_id="id_Zoo_201"))) == []
    assert ids(filled.get_events(EventFilter(event_type="Bar", message_id="id_Zoo_200"))) == []
    only = {"key": "trait_B", "integer": 201}
    assert ids(filled.get_events(EventFilter(message_id="id_Zoo_200", traits_filter=[only]))) == [
        "id_Zoo_200"
    ]
    only["integer"] = 202
    assert not ids(filled.get_events(EventFilter(message_id="id_Zoo_200", traits_filter=[only])))
    assert not ids(filled.get_events(EventFilter(end_timestamp=START, message_id="id_Zoo_200")))


# --- recording ---------------------------------------------------------------------------------


def test_a_known_id_is_skipped(connection: base.Connection) -> None:
    first = event("1", number("n", 1))
    assert connection.record_events([first, event("1", number("n", 2)), event("2")]) == [0, 1, 0]
    assert connection.record_events([event("1", number("n", 3)), event("3")]) == [1, 0]
    found = list(connection.get_events(EventFilter()))
    assert ids(found) == ["1", "2", "3"]
    assert found[0].traits == first.traits


none: Any = None
BAD = {
    "no id": (event(none), 2),
    "empty id": (event(""), 2),
    "long id": (event("x" * 256), 2),
    "NUL in the id": (event("a\0"), 2),
    "surrogate in the id": (event("\ud800"), 2),
    "no type": (event("1", event_type=none), 2),
    "long type": (event("1", event_type="x" * 256), 2),
    "no time": (event("1", generated=none), 2),
    "text as time": (event("1", generated="2026-11-30"), 2),
    "time before the year 1": (
        event("1", generated=datetime(1, 1, 1, tzinfo=timezone(HOUR))),
        2,
    ),
    "raw is not JSON": (event("1", raw={"set": {1}}), 2),
    "raw has no JSON number": (event("1", raw=float("nan")), 2),
    "long project": (event("1", project="x" * 256), 2),
    "two traits of one name": (event("1", number("n", 1), number("n", 1)), 3),
    "long text": (event("1", text("t", "x" * 8193)), 3),
    "long text in UTF-8": (event("1", text("t", "é" * 4097)), 3),
    "NUL in a text": (event("1", text("t", "a\0b")), 3),
    "surrogate in a text": (event("1", text("t", "a\udc00b")), 3),
    "no name of a trait": (event("1", number("", 1)), 3),
    "long name of a trait": (event("1", number("x" * 256, 1)), 3),
    "unknown type of a trait": (event("1", Trait("n", 5, 1)), 3),
    "integer of 65 bits": (event("1", number("n", 2**63)), 3),
    "text as integer": (event("1", Trait("n", Trait.INT_TYPE, "1")), 3),
    "boolean as integer": (event("1", number("n", True)), 3),
    "infinite float": (event("1", Trait("n", Trait.FLOAT_TYPE, float("inf"))), 3),
    "huge float": (event("1", Trait("n", Trait.FLOAT_TYPE, 10**400)), 3),
    "text as datetime": (event("1", Trait("n", Trait.DATETIME_TYPE, "2026-11-30")), 3),
    "none with a value": (event("1", Trait("n", Trait.NONE_TYPE, 1)), 3),
}


@pytest.mark.parametrize(("bad", "code"), BAD.values(), ids=BAD)
def test_an_invalid_event_of_a_batch_does_not_prevent_others(
    connection: base.Connection, bad: Event, code: int
) -> None:
    assert connection.record_events([event("0"), bad, event("2")]) == [0, code, 0]
    assert ids(connection.get_events(EventFilter())) == ["0", "2"]
    assert connection.get_trait_types("Foo") == {}


def test_ids_types_and_names_have_255_characters(connection: base.Connection) -> None:
    name = "🎉" * 255
    assert connection.record_events([event(name, number(name, 1), event_type=name)]) == [0]
    [found] = connection.get_events(
        EventFilter(event_type=name, traits_filter=[{"key": name, "integer": 1}])
    )
    assert (found.message_id, found.event_type, found.traits) == (name, name, [number(name, 1)])
    assert ids(connection.get_events(EventFilter(message_id=name))) == [name]
    assert connection.record_events([event(name)]) == [1]


def test_names_differ_by_case_and_spaces(connection: base.Connection) -> None:
    names = ["a", "A", "a ", " a", "á"]
    connection.record_events([event(each, number(each, 1), event_type=each) for each in names])
    assert list(connection.get_event_types()) == sorted(names)
    for each in names:
        assert ids(connection.get_events(EventFilter(event_type=each))) == [each]
        assert ids(connection.get_events(EventFilter(message_id=each))) == [each]
        exists = [{"key": each, "op": "exists"}]
        assert ids(connection.get_events(EventFilter(traits_filter=exists))) == [each]


def test_a_trait_has_one_type_per_type_of_event(connection: base.Connection) -> None:
    codes = connection.record_events(
        [
            event("1", number("n", 1)),
            event("2", text("n", "1")),
            event("3", text("n", "1"), event_type="Bar"),
            event("4", text("m", ""), number("n", 2)),
        ]
    )
    assert codes == [0, 3, 0, 0]
    # The event that was refused has not determined the type of its other traits.
    assert connection.record_events([event("5", text("n", ""), number("x", 1))]) == [3]
    assert connection.record_events([event("6", text("x", ""))]) == [0]
    assert connection.get_trait_types("Foo") == {"m": 1, "n": 2, "x": 1}
    assert connection.get_trait_types("Bar") == {"n": 1}


def test_many_events_are_recorded_at_once(connection: base.Connection) -> None:
    events = [event(f"{i:05}", number("n", i), text("t", str(i % 7))) for i in range(3000)]
    assert connection.record_events(iter(events)) == [0] * 3000
    assert connection.record_events(events) == [1] * 3000
    assert ids(connection.get_events(EventFilter())) == ids(events)
    assert connection.record_events([]) == []


# --- sequence ----------------------------------------------------------------------------------


def test_the_sequence_follows_the_order_of_recording(connection: base.Connection) -> None:
    for index in range(6):
        late = START - index * HOUR
        connection.record_events([event(f"{index}{part}", generated=late) for part in "ab"])
    found = list(connection.get_events(EventFilter(), {"sort": [("sequence", "asc")]}))
    assert ids(found) == [f"{index}{part}" for index in range(6) for part in "ab"]
    numbers = [each.sequence or 0 for each in found]
    assert numbers == sorted(set(numbers))
    assert numbers[0] > 0
    for index, last in enumerate(numbers):
        after = EventFilter(after_sequence=last)
        page = connection.get_events(after, {"sort": [("sequence", "asc")], "limit": 3})
        assert ids(page) == ids(found)[index + 1 : index + 4]


def test_the_sequence_continues_after_all_events_are_deleted(connection: base.Connection) -> None:
    connection.record_events([event("1"), event("2")])
    last = max(each.sequence or 0 for each in connection.get_events(EventFilter()))
    connection.clear()
    connection.record_events([event("1")])
    connection.clear_expired_data(1)
    connection.record_events([event("1")])
    [found] = connection.get_events(EventFilter())
    assert (found.sequence or 0) > last + 1


def test_the_sequence_is_unique_over_all_projects(connect: Connect) -> None:
    for project in "ab" * 3:
        store = connect(project=project)
        store.record_events([event(str(len(list(store.get_events(EventFilter())))))])
    found = connect().get_events(
        EventFilter(admin_proj=["a", "b"]), {"sort": [("sequence", "asc")]}
    )
    numbers = [each.sequence for each in found]
    assert len(set(numbers)) == 6


# --- order and pages ---------------------------------------------------------------------------


def spread_events() -> list[Event]:
    """Return events, many at the same time, whose ids do not follow the time."""
    return [
        event(
            f"{i * 7 % 20:02}",
            number("n", i),
            number("even", i % 2),
            generated=START + i // 4 * HOUR,
            event_type=TYPES[i % 3],
        )
        for i in range(20)
    ]


SORTS = [
    None,
    [("generated", "asc")],
    [("generated", "desc")],
    [("generated", "desc"), ("message_id", "desc")],
    [("generated", "asc"), ("message_id", "desc")],
    [("message_id", "asc")],
    [("message_id", "desc")],
    [("sequence", "asc")],
    [("sequence", "desc")],
    [("generated", "desc"), ("sequence", "asc")],
]
FILTERS: list[dict[str, Any]] = [
    {},
    {"event_type": "Foo"},
    {"start_timestamp": START + 2 * HOUR, "end_timestamp": START + 3 * HOUR},
    {"traits_filter": [{"key": "even", "integer": 0}]},
    {"event_type": "Bar", "traits_filter": [{"key": "even", "integer": 1}]},
    {"event_type": "Bar", "traits_filter": [{"key": "n", "integer": 5, "op": "gt"}]},
    {"event_type": "Zoo", "traits_filter": [{"key": "even", "integer": 0, "op": "ne"}]},
]


@pytest.mark.parametrize("sort", SORTS, ids=str)
@pytest.mark.parametrize("limit", [3, 20])
def test_pages_return_each_event_once_and_in_order(
    connection: base.Connection, sort: list[tuple[str, str]] | None, limit: int
) -> None:
    connection.record_events(spread_events())
    for properties in FILTERS:
        wanted = EventFilter(**properties)
        options: base.Pagination = {} if sort is None else {"sort": sort}
        every = list(connection.get_events(EventFilter(), options))
        expected = ids(each for each in every if wanted.matches(each))
        assert ids(connection.get_events(wanted, options)) == expected
        # Sorting is stable: by the key of least importance first.
        for key, direction in reversed([*(sort or []), ("message_id", "asc")]):
            every.sort(key=lambda each: getattr(each, key), reverse=direction == "desc")
        if sort is None:
            every.sort(key=lambda each: each.generated)
        assert ids(each for each in every if wanted.matches(each)) == expected
        by_position, by_marker = [], []
        after: Position | None = None
        while True:
            page = connection.get_page(wanted, limit, Order(sort), after)
            assert len(page) <= limit
            by_position += ids(page)
            if page.position is None:
                break
            after = page.position
        assert by_position == expected
        while found := ids(connection.get_events(wanted, {**options, "limit": limit})):
            by_marker += found
            options["marker"] = found[-1]
        assert by_marker == expected


def test_a_limit_of_zero_returns_nothing(filled: base.Connection) -> None:
    assert list(filled.get_events(EventFilter(), {"limit": 0})) == []
    with pytest.raises(ValueError, match="limit"):
        filled.get_events(EventFilter(), {"limit": -1})


def test_an_unknown_marker_is_an_error(filled: base.Connection) -> None:
    for marker in ["unknown", "", "\0", "x" * 300]:
        with pytest.raises(InvalidMarker):
            filled.get_events(EventFilter(), {"marker": marker, "limit": 1})


def test_a_marker_may_name_an_event_that_does_not_match(filled: base.Connection) -> None:
    found = filled.get_events(EventFilter(event_type="Foo"), {"marker": "id_Bar_100"})
    assert ids(found) == ["id_Foo_300"]


BAD_SORTS: list[list[tuple[str, str]]] = [
    [("event_type", "asc")],
    [("generated", "up")],
    [("generated", "asc"), ("generated", "desc")],
]


@pytest.mark.parametrize("sort", BAD_SORTS, ids=str)
def test_an_unknown_order_is_an_error(filled: base.Connection, sort: list[tuple[str, str]]) -> None:
    with pytest.raises(ValueError, match=r"sort key|direction"):
        filled.get_events(EventFilter(), {"sort": sort})


def test_a_page_ends_when_enough_events_are_examined(connect: Connect) -> None:
    connection = connect(max_examined=50)
    connection.record_events([event(f"{i:04}", text("t", f"{i % 400:03}")) for i in range(500)])
    for condition, expected in [
        ({"string": "399", "op": "contains"}, ["0399"]),
        ({"string": "400", "op": "contains"}, []),
        ({"string": "", "op": "contains"}, [f"{i:04}" for i in range(500)]),
    ]:
        wanted = EventFilter(traits_filter=[{"key": "t", **condition}])
        found: list[str] = []
        after, pages = None, 0
        while pages == 0 or after is not None:
            page = connection.get_page(wanted, 100, Order(), after)
            found, after, pages = found + ids(page), page.position, pages + 1
            assert len(page) <= 50
        assert found == expected
        assert pages >= 10
        assert ids(connection.get_events(wanted)) == expected


# --- projects ----------------------------------------------------------------------------------


def test_projects_do_not_see_each_other(connect: Connect) -> None:
    one, other, neither = connect(project="1"), connect(project="2"), connect()
    assert one.record_events([event("same", number("n", 1))]) == [0]
    assert other.record_events([event("same", text("n", "x")), event("b")]) == [0, 0]
    assert neither.record_events(
        [event("a"), event("c", project="2"), event("b", project="2")]
    ) == [
        0,
        0,
        1,
    ]
    assert ids(one.get_events(EventFilter())) == ["same"]
    assert ids(other.get_events(EventFilter())) == ["b", "c", "same"]
    assert ids(neither.get_events(EventFilter())) == ["a"]
    assert one.get_trait_types("Foo") == {"n": Trait.INT_TYPE}
    assert other.get_trait_types("Foo") == {"n": Trait.TEXT_TYPE}
    assert neither.get_trait_types("Foo") == {}
    assert list(connect(project="3").get_event_types()) == []
    assert list(connect(project="3").get_events(EventFilter())) == []
    assert len(list(other.get_traits("Foo", "n"))) == 1
    with pytest.raises(InvalidMarker):
        one.get_events(EventFilter(), {"marker": "b"})


def test_it_returns_the_projects_that_have_events_of_a_type(connect: Connect) -> None:
    connection = connect()
    for project, event_type in (("b", "Foo"), ("a", "Foo"), ("c", "foo"), ("d", "Foo")):
        made = event(project, number("n", 1), event_type=event_type, project=project)
        connection.record_events([made])
    late = event("late", number("n", 1), generated=START + HOUR, project="a", event_type="Foo")
    connection.record_events([late])
    assert connection.get_projects("Foo") == ["a", "b", "d"]
    assert connection.get_projects("Bar") == []
    assert connection.get_projects() == ["a", "b", "c", "d"]
    connection.clear_expired_data(1, now=START + HOUR)
    assert connection.get_projects() == ["a"]
    assert connection.get_projects("Foo") == ["a"]


def test_a_filter_can_name_other_projects(connect: Connect) -> None:
    connection = connect()
    for index, project in enumerate("abc"):
        connection.record_events(
            [
                event(f"{i}", number("n", i), generated=START + i * HOUR, project=project)
                for i in range(9)
            ]
            + [event(f"only {project}", generated=START + index * HOUR, project=project)]
        )
    assert ids(connection.get_events(EventFilter(admin_proj="b")))[1] == "1"
    both = EventFilter(admin_proj=["a", "c", "a", "unknown"])
    found = list(connection.get_events(both))
    assert len(found) == 20
    assert {each.project for each in found} == {"a", "c"}
    keys = [(each.generated, each.message_id, each.sequence) for each in found]
    assert keys == sorted(keys)
    for wanted in [
        both,
        EventFilter(admin_proj=["a", "c"], traits_filter=[{"key": "n", "integer": 3, "op": "gt"}]),
    ]:
        pages: list[Event] = []
        after: Position | None = None
        while True:
            page = connection.get_page(wanted, 3, Order(), after)
            pages += page
            if page.position is None:
                break
            after = page.position
        assert pages == [each for each in found if wanted.matches(each)]
    # An id that two of them have identifies no event.
    with pytest.raises(InvalidMarker):
        connection.get_events(both, {"marker": "3"})
    [*_, last] = connection.get_events(both, {"marker": "only c"})
    assert last.message_id == "8"
    assert list(connection.get_events(EventFilter(admin_proj=[]))) == []


# --- expiry ------------------------------------------------------------------------------------


def test_events_expire(filled: base.Connection) -> None:
    # One is exactly as old as may be.
    assert filled.clear_expired_data(3600, now=START + 5 * HOUR) == 4
    assert ids(filled.get_events(EventFilter())) == ["id_Bar_400", "id_Zoo_500"]
    assert filled.clear_expired_data(3600, now=START + 5 * HOUR) == 0


def test_types_vanish_with_their_last_event(connection: base.Connection) -> None:
    connection.record_events(
        [
            event("1", number("n", 1), number("m", 1)),
            event("2", number("m", 1), generated=START + 2 * HOUR),
            event("3", number("n", 1), event_type="Bar"),
        ]
    )
    assert connection.clear_expired_data(3600, now=START + 2 * HOUR) == 2
    assert list(connection.get_event_types()) == ["Foo"]
    assert connection.get_trait_types("Foo") == {"m": Trait.INT_TYPE}
    assert connection.get_trait_types("Bar") == {}
    # Its id can be used again, and so can the name with another type.
    assert connection.record_events([event("3", text("n", ""), event_type="Bar")]) == [0]
    assert connection.record_events([event("4", text("m", ""))]) == [3]


@pytest.mark.parametrize("ttl", [0, -1])
def test_without_a_time_to_live_events_stay(filled: base.Connection, ttl: int) -> None:
    assert filled.clear_expired_data(ttl) == 0
    assert len(list(filled.get_events(EventFilter()))) == 6


def test_a_number_of_events_expires(filled: base.Connection) -> None:
    assert filled.clear_expired_data(1, max_count=0) == 0
    assert filled.clear_expired_data(1, max_count=2) == 2
    assert len(list(filled.get_events(EventFilter()))) == 4
    assert filled.clear_expired_data(1, max_count=9) == 4


def test_many_events_expire(connect: Connect) -> None:
    connection = connect()
    connection.record_events(
        [
            event(f"{i}", number("n", i), project=str(i % 5), generated=START + i * HOUR)
            for i in range(5000)
        ]
    )
    assert connection.clear_expired_data(3600, now=START + 4000 * HOUR) == 3999
    left = connection.get_events(EventFilter(admin_proj=[*"01234"]))
    assert ids(left) == [str(i) for i in range(3999, 5000)]


def test_the_events_of_one_project_are_deleted(connect: Connect) -> None:
    connection = connect()
    connection.record_events(
        [
            event(f"{i:04}", number("n", i), project=str(i % 5), generated=START + i * HOUR)
            for i in range(5000)
        ]
    )
    other, doomed = connection.bound_to("3"), connection.bound_to("2")
    assert doomed.clear_project(max_count=0) == 0
    assert doomed.clear_project(max_count=10) == 10
    assert len(list(doomed.get_events(EventFilter()))) == 990
    assert doomed.clear_project() == 990
    assert list(doomed.get_events(EventFilter())) == []
    assert list(doomed.get_event_types()) == []
    assert doomed.clear_project() == 0
    assert connection.bound_to("unknown").clear_project() == 0
    left = connection.get_events(EventFilter(admin_proj=[*"01234"]))
    assert ids(left) == [f"{i:04}" for i in range(5000) if i % 5 != 2]
    assert other.get_trait_types("Foo") == {"n": Trait.INT_TYPE}
    # Its ids and names can be used again.
    assert doomed.record_events([event("0002", text("n", ""))]) == [0]


def test_the_clock_is_now(connection: base.Connection) -> None:
    now = datetime.now(UTC)
    connection.record_events([event("1", generated=now - HOUR), event("2", generated=now + HOUR)])
    assert connection.clear_expired_data(60) == 1
    assert ids(connection.get_events(EventFilter())) == ["2"]


def test_all_events_can_be_deleted(connect: Connect) -> None:
    connection = connect()
    connection.record_events([event("1", number("n", 1)), event("1", project="other")])
    connection.clear()
    assert list(connection.get_events(EventFilter(admin_proj=["", "other"]))) == []
    assert list(connection.get_event_types()) == []
    assert connection.get_trait_types("Foo") == {}
    assert connection.record_events([event("1", text("n", ""))]) == [0]


# --- the store ---------------------------------------------------------------------------------


def test_upgrading_again_changes_nothing(filled: base.Connection) -> None:
    filled.upgrade()
    assert len(list(filled.get_events(EventFilter()))) == 6


def test_connections_share_the_store(connect: Connect) -> None:
    one, other = connect(), connect()
    one.record_events([event("1")])
    assert ids(other.get_events(EventFilter())) == ["1"]
    assert other.record_events([event("1")]) == [1]


def test_it_supports_queries(connection: base.Connection) -> None:
    assert connection.get_capabilities() == {"events": {"query": {"simple": True}}}
    assert set(connection.get_storage_capabilities()["storage"]) == {"production_ready"}

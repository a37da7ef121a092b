"""The `zodb` driver finds what the `memory` driver finds, wherever the events are stored."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pydash_database
from pydash_events import (
    Event,
    EventFilter,
    Order,
    Position,
    Trait,
    base,
    event_log,
    get_connection,
    page_search,
    run,
)
from pydash_events.moving import move

START = datetime(2026, 11, 30, tzinfo=UTC)
NAMES = ["", "a", "b"]
TYPES = ["t", "u", "v"]

times = st.one_of(
    st.integers(0, 30).map(lambda seconds: START + timedelta(seconds=seconds)),
    st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), START]),
)
texts = st.sampled_from(["", "x", "xy", "y", "ü", "🎉", "\uffff", "x" * 300])
integers = st.one_of(st.integers(-3, 3), st.sampled_from([2**63 - 1, -(2**63), 2**40]))
floats = st.sampled_from([0.0, -0.0, 0.5, -1.5, 1e308, 5e-324])
VALUES: dict[int, Any] = {0: st.none(), 1: texts, 2: integers, 3: floats, 4: times}
# Of each trait in each type of event, so that batches are compatible.
DTYPES = {"t": {"k": 1, "l": 2, "m": 3}, "u": {"k": 2, "n": 4, "o": 0}, "v": {"l": 2, "m": 3}}
message_ids = st.one_of(
    st.integers(0, 60).map(str),
    st.integers(0, 20).map(lambda number: f"00000000-0000-0000-0000-{number:012}"),
    st.sampled_from(["", "A" * 36, "🎉", "\U0010ffff", "\U0010ffff" * 255]),
)


@st.composite
def events(draw: st.DrawFn) -> Event:
    event_type = draw(st.sampled_from(TYPES))
    traits = [
        Trait(name, dtype, draw(VALUES[dtype]))
        for name, dtype in DTYPES[event_type].items()
        if draw(st.booleans())
    ]
    raw = draw(st.sampled_from([None, None, {"a": [1, "ü"]}, 0, ""]))
    project = draw(st.sampled_from(NAMES))
    return Event(draw(message_ids), event_type, draw(times), traits, raw, project)


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(["k", "l", "m", "n", "o", "unknown"]))
    op = draw(st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "exists"]))
    if op == "exists":
        return {"key": name, "op": op}
    dtype = 1 if op == "contains" else draw(st.sampled_from([1, 2, 3, 4]))
    values = st.lists(VALUES[dtype], min_size=1, max_size=3) if op == "in" else VALUES[dtype]
    return {"key": name, "op": op, Trait.get_name_by_type(dtype): draw(values)}


filters = st.builds(
    EventFilter,
    st.none() | times,
    st.none() | times,
    st.none() | st.sampled_from([*TYPES, "w", ["t", "u"], ["v", "w", "t"]]),
    st.none() | message_ids.filter(bool),
    st.lists(conditions(), max_size=2),
    st.none() | st.sampled_from([NAMES, ["a", "b"], "b"]),
)
sorts = st.none() | st.permutations(["generated", "message_id", "sequence"]).flatmap(
    lambda keys: st.tuples(
        st.integers(1, 3), st.tuples(*[st.sampled_from(["asc", "desc"])] * 3)
    ).map(lambda given: list(zip(keys, given[1], strict=True))[: given[0]])
)
steps = st.one_of(
    st.tuples(st.just("record"), st.lists(events(), max_size=40)),
    st.tuples(st.just("move"), st.none()),
    st.tuples(st.just("expire"), st.tuples(times, st.none() | st.integers(0, 9))),
)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Blocks and runs so small that a few events need several."""
    monkeypatch.setattr(run, "BLOCK_ROWS", 4)
    monkeypatch.setattr(page_search, "BLOCK_ROWS", 4)
    monkeypatch.setattr(event_log, "FULL_ROWS", 60)
    yield
    pydash_database.close()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(steps, min_size=1, max_size=6),
    st.lists(st.tuples(filters, sorts), min_size=1, max_size=5),
    st.integers(1, 20),
    st.sampled_from([5, 50_000]),
)
def test_both_find_the_same(
    small_blocks: None,
    history: list[tuple[str, Any]],
    queries: list[tuple[EventFilter, Any]],
    limit: int,
    max_examined: int,
) -> None:
    pydash_database.configure("memory://")
    stores = [
        get_connection(f"{each}://", {"max_examined": max_examined}) for each in ("memory", "zodb")
    ]
    for store in stores:
        store.clear()
    for step, given_ in history:
        if step == "record":
            codes = [store.record_events(given_) for store in stores]
            assert codes[0] == codes[1]
        elif step == "move":
            move()
        else:
            expire(stores, *given_)
    for event_filter, sort in queries:
        if sort and "sequence" in dict(sort):
            move()
        assert walk(stores[1], event_filter, sort, limit) == walk(
            stores[0], event_filter, sort, limit
        )
    for project in NAMES:
        described = [describe(f"{each}://", project) for each in ("memory", "zodb")]
        assert described[0] == described[1], (project, history)


def expire(stores: list[base.Connection], limit: datetime, max_count: int | None) -> None:
    """Expire the same events in both; which ones a limited number are, each may choose."""
    memory, zodb = stores
    now = limit + timedelta(seconds=1) if limit < datetime.max.replace(tzinfo=UTC) else limit
    count = zodb.clear_expired_data(1, max_count, now)
    if max_count is None:
        assert memory.clear_expired_data(1, None, now) == count
        return
    move()
    wanted = EventFilter(admin_proj=NAMES)
    left = {(each.project, each.message_id) for each in zodb.get_events(wanted)}
    gone = [
        each for each in memory.get_events(wanted) if (each.project, each.message_id) not in left
    ]
    assert len(gone) == count <= max_count
    assert all(each.generated < limit for each in gone)
    for each in gone:
        store = memory._store  # type: ignore[attr-defined]
        store.count(store.events.pop((each.project, each.message_id)), -1)


def walk(store: base.Connection, event_filter: EventFilter, sort: Any, limit: int) -> list[Any]:
    """Return the events of all pages."""
    found: list[Any] = []
    after: Position | None = None
    for _ in range(3000):
        page = store.get_page(event_filter, limit, Order(sort), after)
        assert len(page) <= limit
        found += [replace(each, sequence=None) for each in page]
        after = page.position
        if after is None:
            return found
    raise AssertionError("The pages do not end.")


def describe(url: str, project: str) -> Any:
    store = get_connection(url, {"project": project})
    types = list(store.get_event_types())
    return [
        (
            each,
            store.get_trait_types(each),
            sorted(map(repr, store.get_traits(each))),
        )
        for each in types
    ]

"""The log of the `zodb` driver: what a page reads, how runs are merged, how events expire."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

import pydash_database
from pydash_database import database_root, transact
from pydash_events import (
    Event,
    EventFilter,
    StorageBadVersion,
    Trait,
    base,
    event_log,
    frames,
    get_connection,
    impl_zodb,
    page_search,
    run,
    table_format,
)
from pydash_events.event_log import EventLog
from pydash_events.filters import Deletion
from pydash_events.moving import move

START = datetime(2026, 11, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
COUNT = 2000


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[base.Connection]:
    """A store with blocks of 16 events and full runs of 500."""
    monkeypatch.setattr(run, "BLOCK_ROWS", 16)
    monkeypatch.setattr(page_search, "BLOCK_ROWS", 16)
    monkeypatch.setattr(event_log, "FULL_ROWS", 500)
    pydash_database.configure("memory://")
    yield get_connection("zodb://")
    pydash_database.close()


@pytest.fixture
def filled(store: base.Connection) -> base.Connection:
    """A store with many events, a second apart, recorded in order."""
    for first in range(0, COUNT, 50):
        store.record_events(
            [
                Event(
                    f"{number:05}",
                    "even" if number % 2 == 0 else "odd",
                    START + number * SECOND,
                    [
                        Trait("name", Trait.TEXT_TYPE, f"name {number}"),
                        Trait("number", Trait.INT_TYPE, number),
                        Trait("speed", Trait.FLOAT_TYPE, number / 8),
                    ],
                    None,
                )
                for number in range(first, first + 50)
            ]
        )
        move()
    return store


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the blocks and chunks of ids that were read, as they are read."""
    sizes: list[int] = []
    decode = table_format.decode

    def count(frame: bytes) -> Any:
        table = decode(frame)
        sizes.append(len(table))
        return table

    monkeypatch.setattr(table_format, "decode", count)
    monkeypatch.setattr(frames, "cache", frames.FrameCache())
    return sizes


def all_events(store: base.Connection) -> list[Event]:
    return list(store.get_events(EventFilter()))


def classes() -> list[int]:
    log: EventLog = transact(event_log.event_log)
    return [entry.rows for entry in log.recent]


PAGES: dict[str, tuple[dict[str, Any], Any, int]] = {
    "first": ({}, None, 10),
    "last": ({}, [("generated", "desc"), ("message_id", "desc")], 10),
    "time": ({"start_timestamp": START + 900 * SECOND}, None, 10),
    "type": ({"event_type": "odd"}, None, 10),
    "text": ({"traits_filter": [{"key": "name", "string": "name 1234"}]}, None, 1),
    "texts": (
        {"traits_filter": [{"key": "name", "string": ["name 7", "x"], "op": "in"}]},
        None,
        1,
    ),
    "type and text": (
        {"event_type": "even", "traits_filter": [{"key": "name", "string": "name 1234"}]},
        None,
        1,
    ),
    "integer": ({"traits_filter": [{"key": "number", "integer": 77}]}, None, 1),
    "range": ({"traits_filter": [{"key": "speed", "float": 1.0, "op": "lt"}]}, None, 8),
    "nothing": ({"traits_filter": [{"key": "speed", "float": 1e6, "op": "gt"}]}, None, 0),
    "unknown trait": ({"traits_filter": [{"key": "x", "op": "exists"}]}, None, 0),
    "id": ({"message_id": "01234"}, None, 1),
    "sequence": ({"after_sequence": 1990}, [("sequence", "asc")], 10),
    "ids": ({}, [("message_id", "asc")], 10),
}


@pytest.mark.parametrize(("wanted", "sort", "count"), PAGES.values(), ids=PAGES)
def test_a_page_reads_few_blocks(
    filled: base.Connection, decoded: list[int], wanted: dict[str, Any], sort: Any, count: int
) -> None:
    options: Any = {"limit": 10} if sort is None else {"limit": 10, "sort": sort}
    found = filled.get_events(EventFilter(**wanted), options)
    assert len(list(found)) == count
    # Those of the small runs are always read; they are the latest.
    assert len(decoded) <= 16, decoded
    assert sum(decoded) < COUNT / 8


def test_types_and_traits_read_no_block_of_a_large_run(
    filled: base.Connection, decoded: list[int]
) -> None:
    assert list(filled.get_event_types()) == ["even", "odd"]
    assert filled.get_trait_types("odd") == {"name": 1, "number": 2, "speed": 3}
    assert decoded == []


def test_runs_are_merged(store: base.Connection) -> None:
    seen = []
    for number in range(600):
        store.record_events([Event(str(number), "t", START, [], None)])
        move()
        seen.append(classes())
    # Fewer than sixteen of each class, larger ones first.
    assert max(map(len, seen)) <= 45
    assert all(sizes == sorted(sizes, reverse=True) for sizes in seen)
    log: EventLog = transact(event_log.event_log)
    assert [entry.rows for entry in log.full.entries] == [512]
    sequences = [entry.sequence for entry in log.entries()]
    assert sequences[0] == (1, 512)
    assert all(before[1] + 1 == after[0] for before, after in pairwise(sequences))
    assert sequences[-1][1] == 600


def test_small_runs_are_merged_with_a_larger_one_that_follows(store: base.Connection) -> None:
    for size in (1, 2, 1, 100):
        store.record_events(
            [Event(f"{size}-{len(classes())}-{n}", "t", START, [], None) for n in range(size)]
        )
        move()
    assert classes() == [104]


def test_events_expire_in_transactions_of_their_own(
    filled: base.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(impl_zodb.Connection, "DELETED_AT_ONCE", 100)
    remove, calls = EventLog.remove, []

    def fail_later(log: EventLog, deletion: Deletion, max_count: int) -> int:
        calls.append(max_count)
        if len(calls) == 4:
            raise ZeroDivisionError
        return remove(log, deletion, max_count)

    monkeypatch.setattr(EventLog, "remove", fail_later)
    with pytest.raises(ZeroDivisionError):
        filled.clear_expired_data(1, now=START + 501 * SECOND)
    assert len(all_events(filled)) == COUNT - 300
    assert filled.clear_expired_data(1, now=START + 501 * SECOND) == 200
    assert calls == [100] * 7
    assert min(each.generated for each in all_events(filled)) == START + 500 * SECOND


def test_a_log_in_a_newer_format_is_refused(store: base.Connection) -> None:
    store.upgrade()

    def write_newer() -> None:
        database_root()["event_log"].format += 1

    transact(write_newer)
    for use in (
        store.upgrade,
        store.get_event_types,
        lambda: store.get_events(EventFilter(), {"limit": 1}),
    ):
        with pytest.raises(StorageBadVersion, match="format 2"):
            use()

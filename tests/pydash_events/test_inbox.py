"""The inbox on a real database server: no conflicts, and each event is moved exactly once."""

import random
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import pydash_database
from pydash_database import transact
from pydash_events import (
    Event,
    EventFilter,
    Page,
    StorageUnknownWriteError,
    Trait,
    get_connection,
    impl_memory,
    moving,
)
from pydash_events.inbox import BAGS, inbox
from pydash_events.moving import move, ship
from tests.support.waiting import wait_for

NOW = datetime(2026, 11, 30, tzinfo=UTC)

WRITE = """
import sys, pydash_database
from datetime import UTC, datetime
from pydash_events import Event, Trait, get_connection

pydash_database.configure(sys.argv[1])
store, calls = get_connection("zodb://"), 0
for number in range(int(sys.argv[3])):
    event = Event(
        f"{sys.argv[2]}-{number:04}", "user.login", datetime.now(UTC),
        [Trait("user", Trait.TEXT_TYPE, sys.argv[2])], None,
    )
    def work():
        global calls
        calls += 1
        assert store.record_events([event]) == [0]
    pydash_database.transact(work)
print(calls)
"""

MOVE = """
import sys, pydash_database
from pydash_events import get_connection
from pydash_events.moving import move, ship

pydash_database.configure(sys.argv[1])
target = get_connection(sys.argv[2])
while True:
    if move() if sys.argv[2] == "zodb://" else ship(target):
        print("moved", flush=True)
"""


@pytest.fixture
def server(own_zeo_server: Any) -> Iterator[str]:
    """The URI of a real ZEO server with an empty event store, which this process uses, too."""
    pydash_database.configure(own_zeo_server.uri)
    get_connection("zodb://").upgrade()
    yield own_zeo_server.uri
    pydash_database.close()


@pytest.fixture
def in_memory() -> Iterator[None]:
    pydash_database.configure("memory://")
    yield
    pydash_database.close()


def all_events() -> list[Event]:
    return list(get_connection("zodb://").get_events(EventFilter()))


def events(*message_ids: str, name: str = "n") -> list[Event]:
    traits = [Trait(name, Trait.INT_TYPE, 1)]
    return [Event(each, "t", NOW, traits, None) for each in message_ids]


def test_no_transaction_of_four_processes_is_retried(server: str) -> None:
    count = 100
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, server, str(writer), str(count)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for writer in range(4)
    ]
    while any(writer.poll() is None for writer in writers):
        move()
    calls = [writer.communicate()[0].strip() for writer in writers]
    move()
    assert calls == [str(count)] * 4
    expected = {f"{writer}-{number:04}" for writer in range(4) for number in range(count)}
    found = all_events()
    assert sorted(each.message_id for each in found) == sorted(expected)
    assert {each.sequence for each in found} == set(range(1, len(expected) + 1))


@pytest.mark.slow
@pytest.mark.parametrize("target", ["zodb://", "sqlite:///{folder}/events.db"])
def test_killing_the_mover_loses_and_repeats_no_event(
    server: str, target: str, tmp_path: Path
) -> None:
    target = target.format(folder=tmp_path)
    log = get_connection(target)
    log.upgrade()
    store, recorded = get_connection("zodb://"), 0
    for round_ in range(6):
        mover = subprocess.Popen(
            [sys.executable, "-c", MOVE, server, target], stdout=subprocess.PIPE, text=True
        )
        assert mover.stdout is not None
        store.record_events(events(f"{recorded:05}"))
        recorded += 1
        assert mover.stdout.readline() == "moved\n"
        deadline = time.monotonic() + random.Random(round_).uniform(0.1, 0.6)
        while time.monotonic() < deadline:
            batch = [f"{number:05}" for number in range(recorded, recorded + 40)]
            assert store.record_events(events(*batch)) == [0] * 40
            recorded += 40
        mover.kill()
        mover.communicate()
        # One that is in both was shipped, but not removed from the inbox.
        found = {each.message_id for each in [*all_events(), *log.get_events(EventFilter())]}
        assert sorted(found) == [f"{number:05}" for number in range(recorded)]
    if target == "zodb://":
        move()
    else:
        ship(log)
        assert all_events() == []
    events_in_log = list(log.get_events(EventFilter()))
    assert [each.message_id for each in events_in_log] == [f"{n:05}" for n in range(recorded)]
    assert len({each.sequence for each in events_in_log} - {None}) == recorded
    log.close()


def test_two_movers_at_once_move_each_event_once(server: str) -> None:
    mover = subprocess.Popen(
        [sys.executable, "-c", MOVE, server, "zodb://"], stdout=subprocess.PIPE, text=True
    )
    store = get_connection("zodb://")
    for number in range(50):
        store.record_events(events(f"{number:05}"))
        move()
    mover.kill()
    mover.communicate()
    move()
    found = all_events()
    assert [each.message_id for each in found] == [f"{number:05}" for number in range(50)]
    assert len({each.sequence for each in found} - {None}) == 50


def test_an_event_is_stored_with_its_transaction_or_not_at_all(in_memory: None) -> None:
    store = get_connection("zodb://")

    def fail() -> None:
        store.record_events(events("1"))
        assert [each.message_id for each in store.get_events(EventFilter())] == ["1"]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        transact(fail)
    assert all_events() == []
    transact(lambda: store.record_events(events("1")))
    assert [each.message_id for each in all_events()] == ["1"]


def test_events_in_the_inbox_are_found_without_a_sequence(in_memory: None) -> None:
    store = get_connection("zodb://")
    store.record_events(events("1"))
    move()
    store.record_events(events("2"))
    by_sequence: Any = {"sort": [("sequence", "asc")], "limit": 9}
    assert [(each.message_id, each.sequence) for each in all_events()] == [("1", 1), ("2", None)]
    assert [each.message_id for each in store.get_events(EventFilter(), by_sequence)] == ["1"]
    assert list(store.get_events(EventFilter(after_sequence=1))) == []
    assert list(store.get_events(EventFilter(message_id="2", after_sequence=0))) == []
    assert store.get_trait_types("t") == {"n": Trait.INT_TYPE}
    assert store.record_events(events("2", "3")) == [Event.DUPLICATE, 0]
    move()
    assert [
        (each.message_id, each.sequence) for each in store.get_events(EventFilter(), by_sequence)
    ] == [
        ("1", 1),
        ("2", 2),
        ("3", 3),
    ]


def test_an_id_that_two_transactions_recorded_is_found_once(in_memory: None) -> None:
    store = get_connection("zodb://")
    store.record_events(events("1"))
    [(_, batch)] = transact(lambda: inbox().batches())

    def record_unchecked() -> None:
        inbox().add(batch)

    transact(record_unchecked)
    assert [each.message_id for each in all_events()] == ["1"]
    assert move() == 2
    assert [(each.message_id, each.sequence) for each in all_events()] == [("1", 1)]
    transact(record_unchecked)
    assert [(each.message_id, each.sequence) for each in all_events()] == [("1", 1)]
    assert move() == 1
    assert [(each.message_id, each.sequence) for each in all_events()] == [("1", 1)]


@pytest.mark.parametrize("by", ["after", "marker"])
@pytest.mark.parametrize("second", ["message_id", "sequence"])
@pytest.mark.parametrize("moved_at_once", [0, 1, 1_000])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_a_page_continues_after_an_event_in_the_inbox(
    in_memory: None,
    by: str,
    second: str,
    direction: str,
    moved_at_once: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(moving, "MOVED_AT_ONCE", moved_at_once)
    store = get_connection("zodb://")
    # All of the same microsecond.
    ids = ["d", "a", "c", "b"]
    for each in ids:
        store.record_events(events(each))
    found: list[str] = []
    options: Any = {"limit": 1, "sort": [("generated", direction), (second, direction)]}
    while page := store.get_events(EventFilter(), options):
        assert isinstance(page, Page)
        found += [each.message_id for each in page]
        assert len(found) <= 4
        if by == "after" and page.position is None:
            break
        options[by] = page.position if by == "after" else found[-1]
        transact(moving._move_some)
    in_order = ids if second == "sequence" else sorted(ids)
    assert found == in_order[:: 1 if direction == "asc" else -1]


@pytest.mark.parametrize("second", ["message_id", "sequence"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_a_short_page_continues_after_events_were_moved(
    in_memory: None, second: str, direction: str
) -> None:
    store = get_connection("zodb://", {"max_examined": 1})
    for each in ["d", "a", "c", "b"]:
        store.record_events(events(each))
    moving.move()
    for each in ["h", "e", "g", "f"]:
        store.record_events(events(each))
    wanted = EventFilter(traits_filter=[{"key": "n", "integer": 1}])
    options: Any = {"limit": 9, "sort": [("generated", direction), (second, direction)]}
    found: list[str] = []
    while True:
        page = store.get_events(wanted, options)
        assert isinstance(page, Page)
        found += [each.message_id for each in page]
        if page.position is None:
            break
        options["after"] = page.position
        moving.move()
    assert sorted(found) == [*"abcdefgh"]


def test_events_are_spread_over_the_bags(in_memory: None) -> None:
    store = get_connection("zodb://")
    for number in range(200):
        store.record_events(events(str(number)))
    assert len([bag for bag in transact(inbox).bags if bag.entries]) > BAGS / 2
    assert move() == 200
    assert not [bag for bag in transact(inbox).bags if bag.entries]


class LosingConnection(impl_memory.Connection):
    """A store whose process is killed after it has committed, the first time."""

    is_lost = False

    def record_events(self, events: Iterable[Event]) -> list[int]:
        codes = super().record_events(events)
        if not self.is_lost:
            self.is_lost = True
            raise StorageUnknownWriteError("The response was lost.")
        return codes


def test_events_are_shipped_to_another_store_exactly_once(in_memory: None) -> None:
    store = get_connection("zodb://")
    store.record_events(events("1", "2"))
    store.record_events([Event("1", "t", NOW, [], {"raw": True}, "other")])
    target = LosingConnection("memory://shipped")
    with pytest.raises(StorageUnknownWriteError):
        ship(target)
    assert [each.message_id for each in all_events()] == ["1", "2"]
    assert ship(target) == 0
    assert all_events() == []
    store.record_events(events("3"))
    assert ship(target) == 1
    assert ship(target) == 0
    wanted = EventFilter(admin_proj=["", "other"])
    shipped = [(each.project, each.message_id, each.raw) for each in target.get_events(wanted)]
    assert shipped == [
        ("", "1", None),
        ("other", "1", {"raw": True}),
        ("", "2", None),
        ("", "3", None),
    ]


def test_a_killed_server_loses_no_recorded_event(own_zeo_server: Any, server: str) -> None:
    store = get_connection("zodb://")
    store.record_events(events("1"))
    own_zeo_server.kill()
    with pytest.raises(StorageUnknownWriteError):
        store.record_events(events("2"))
    own_zeo_server.start()
    wait_for(lambda: is_available())
    move()
    assert [(each.message_id, each.sequence) for each in all_events()] == [("1", 1)]


def is_available() -> bool:
    try:
        all_events()
    except pydash_database.DatabaseUnavailable:
        return False
    return True

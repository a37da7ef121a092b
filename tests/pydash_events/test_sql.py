"""What only the SQL drivers have: several writing processes, a schema, several ways to search."""

import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from pydash_events import (
    Event,
    EventFilter,
    Order,
    StorageBadVersion,
    StorageUnknownWriteError,
    Trait,
    base,
    get_connection,
    sql_search,
)
from pydash_events.impl_sqlalchemy import Connection
from pydash_events.sql_tables import store

START = datetime(2026, 11, 30, tzinfo=UTC)
SERVERS = ["sqlite", "postgresql", pytest.param("mysql", marks=pytest.mark.slow)]
BATCHES = 30

# Writes batches of events with old times, and is slow to commit them.
WRITER = """
import random, sys, time
from datetime import UTC, datetime, timedelta
from sqlalchemy import Engine
from sqlalchemy.event import listens_for
from pydash_events import Event, Trait, get_connection

url, name, batches = sys.argv[1], sys.argv[2], int(sys.argv[3])

@listens_for(Engine, "commit")
def delay(connection):
    time.sleep(random.uniform(0, 0.02))

connection = get_connection(url)
for batch in range(batches):
    events = []
    for index in range(random.randint(1, 3)):
        trait = Trait(f"{name} {batch}", Trait.INT_TYPE, batch)
        generated = datetime.now(UTC) - timedelta(days=random.randint(0, 400))
        events.append(Event(f"{name} {batch} {index}", "Foo", generated, [trait], None))
    assert connection.record_events(events) == [0] * len(events)
    print(len(events))
    # SQLite is not fair to those who wait.
    time.sleep(random.uniform(0, 0.03))
"""

UPGRADE = """
import sys
from pydash_events import get_connection

connection = get_connection(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
connection.upgrade()
"""


@pytest.fixture(params=SERVERS)
def sql_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a store without any tables."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    _drop_tables(url)
    yield url
    connection = get_connection(url)
    connection.upgrade()
    connection.close()


def _drop_tables(url: str) -> None:
    engine = sqlalchemy.create_engine(Connection.dress_url(url))
    store.metadata.drop_all(engine)
    engine.dispose()


def event(index: int, *traits: Trait, **differences: Any) -> Event:
    generated = START + timedelta(minutes=index // 3)
    given = {"event_type": "Foo", "generated": generated, "raw": None, **differences}
    return Event(f"{index * 7 % 1000:03}", traits=list(traits), **given)


def test_a_reader_of_the_sequence_misses_nothing(sql_url: str) -> None:
    reader = get_connection(sql_url, {"project": ""})
    reader.upgrade()
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, sql_url, name, str(BATCHES)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    seen: list[Event] = []
    last, is_over = 0, False
    while not is_over:
        is_over = all(writer.poll() is not None for writer in writers)
        while page := list(
            reader.get_events(
                EventFilter(after_sequence=last), {"limit": 7, "sort": [("sequence", "asc")]}
            )
        ):
            seen += page
            last = page[-1].sequence or 0
    outputs = [writer.communicate()[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    ids = [each.message_id for each in seen]
    written = sum(int(line) for output in outputs for line in output.splitlines())
    assert len(ids) == len(set(ids)) == written
    # They did write at once.
    owners = [each.split()[0] for each in ids]
    assert sum(one != other for one, other in pairwise(owners)) > 1
    assert len(reader.get_trait_types("Foo")) == 2 * BATCHES
    reader.close()


def test_processes_can_upgrade_at_once(sql_url: str) -> None:
    command = [sys.executable, "-c", UPGRADE, sql_url]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe) for _ in range(4)]
    for process in processes:
        assert process.stdout
        process.stdout.readline()
    for process in processes:
        assert process.stdin
        process.stdin.close()
    for process in processes:
        # It closes the pipes as well.
        with process:
            pass
    assert [process.returncode for process in processes] == [0] * 4
    connection = get_connection(sql_url)
    assert connection.record_events([event(1)]) == [0]
    connection.close()


def test_without_tables_the_error_names_the_remedy(sql_url: str) -> None:
    connection = get_connection(sql_url)
    for use in (
        connection.get_event_types,
        connection.clear,
        lambda: connection.record_events([event(1)]),
    ):
        with pytest.raises(StorageBadVersion, match=r"upgrade\(\)"):
            use()
    connection.upgrade()
    assert connection.record_events([event(1)]) == [0]
    connection.close()


def test_it_refuses_tables_of_a_later_version(sql_url: str) -> None:
    connection = get_connection(sql_url)
    connection.upgrade()
    engine = sqlalchemy.create_engine(Connection.dress_url(sql_url))
    with engine.begin() as other:
        other.execute(sqlalchemy.update(store).values(version=99))
    connection.close()
    connection = get_connection(sql_url)
    for use in (connection.upgrade, connection.get_event_types):
        with pytest.raises(StorageBadVersion, match="99"):
            use()
    connection.close()
    store.metadata.drop_all(engine)
    engine.dispose()


def test_a_failed_write_is_an_error_and_can_be_repeated(sql_url: str) -> None:
    connection = get_connection(sql_url)
    connection.upgrade()
    engine = sqlalchemy.create_engine(Connection.dress_url(sql_url))
    with engine.begin() as other:
        other.execute(sqlalchemy.text("ALTER TABLE pydash_trait_int RENAME TO hidden"))
    with pytest.raises(StorageUnknownWriteError):
        connection.record_events([event(1), event(2, Trait("n", Trait.INT_TYPE, 1))])
    with engine.begin() as other:
        other.execute(sqlalchemy.text("ALTER TABLE hidden RENAME TO pydash_trait_int"))
    engine.dispose()
    assert list(connection.get_event_types()) == []
    second = get_connection(sql_url)
    assert second.record_events([event(3, Trait("m", Trait.INT_TYPE, 1), event_type="Bar")]) == [0]
    second.close()
    assert connection.record_events([event(1), event(2, Trait("n", Trait.INT_TYPE, 1))]) == [0, 0]
    assert connection.get_trait_types("Foo") == {"n": Trait.INT_TYPE}
    connection.close()


def test_it_notices_types_that_others_added_or_deleted(sql_url: str) -> None:
    one, other = get_connection(sql_url), get_connection(sql_url)
    one.upgrade()
    number, text = Trait("n", Trait.INT_TYPE, 1), Trait("n", Trait.TEXT_TYPE, "")
    assert one.record_events([event(1, number)]) == [0]
    assert other.record_events([event(2, text), event(3, number)]) == [3, 0]
    assert one.clear_expired_data(1, now=START + timedelta(days=1)) == 2
    assert other.record_events([event(4, text)]) == [0]
    assert one.record_events([event(5, number), event(6, text)]) == [3, 0]
    assert other.get_trait_types("Foo") == {"n": Trait.TEXT_TYPE}
    other.clear()
    assert one.record_events([event(7, number)]) == [0]
    one.close()
    other.close()


@pytest.mark.parametrize("seed", range(1))  # more take long
def test_all_ways_to_search_find_the_same(
    sql_url: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"RARE": 8, "LOOKED_UP": 4, "FIRST_EXAMINED": 10}.items():
        monkeypatch.setattr(sql_search, name, value)
    chance = random.Random(seed)
    events = [
        event(
            index,
            Trait("n", Trait.INT_TYPE, chance.randint(0, 20)),
            *([Trait("t", Trait.TEXT_TYPE, chance.choice("abc"))] if chance.random() < 0.8 else []),
            event_type=chance.choice(["Foo", "Bar"]),
            project=chance.choice(["", "other"]),
        )
        for index in range(100)
    ]
    connection = get_connection(sql_url, {"max_examined": chance.choice([25, 1000])})
    reference = get_connection(f"memory://{sql_url}/{seed}")
    for each in (connection, reference):
        each.upgrade()
        each.record_events(events)
    for _ in range(60):
        wanted, order, limit = _random_query(chance)
        assert _pages(connection, wanted, order, limit) == _pages(
            reference, wanted, order, limit
        ), (
            vars(wanted),
            order.keys,
            limit,
        )
    connection.close()


def _random_query(chance: random.Random) -> tuple[EventFilter, Order, int]:
    number: dict[str, Any] = {
        "key": "n",
        "op": chance.choice(["eq", "ne", "lt", "ge"]),
        "integer": chance.randint(0, 20),
    }
    text: dict[str, Any] = {
        "key": "t",
        "op": chance.choice(["eq", "gt", "contains"]),
        "string": chance.choice("abcd"),
    }
    start = START + timedelta(minutes=chance.randint(0, 20))
    wanted = EventFilter(
        start if chance.random() < 0.5 else None,
        start + timedelta(minutes=15) if chance.random() < 0.5 else None,
        chance.choice([None, "Foo", "Bar"]),
        traits_filter=chance.choice(
            [[number], [text], [number, text], [{"key": "t", "op": "exists"}]]
        ),
        admin_proj=chance.choice(["", "other", ["", "other"]]),
        after_sequence=chance.choice([None, 0, 50]),
    )
    keys = [
        ("generated", chance.choice(["asc", "desc"])),
        ("message_id", chance.choice(["asc", "desc"])),
    ]
    sorts = [None, keys, keys[::-1], [("sequence", chance.choice(["asc", "desc"]))]]
    return wanted, Order(chance.choice(sorts)), chance.choice([1, 3, 10, 100])


def _pages(
    connection: base.Connection, wanted: EventFilter, order: Order, limit: int
) -> list[Event]:
    found: list[Event] = []
    after = None
    while True:
        page = connection.get_page(wanted, limit, order, after)
        assert len(page) <= limit
        found += page
        if page.position is None:
            return found
        after = page.position


def test_urls_name_a_driver() -> None:
    for given, expected in {
        "mysql://user:p%40ss@host/events": "mysql+pymysql://user:p%40ss@host/events",
        "postgresql://host/events": "postgresql+psycopg2://host/events",
        "postgresql+pg8000://host/events": "postgresql+pg8000://host/events",
        "sqlite:///events.db": "sqlite:///events.db",
    }.items():
        assert Connection.dress_url(given) == expected


def test_sqlite_stores_one_file(tmp_path: Path) -> None:
    connection = get_connection(f"sqlite:///{tmp_path}/events.db")
    connection.upgrade()
    connection.record_events([event(1)])
    connection.close()
    assert [path.name for path in tmp_path.iterdir()] == ["events.db"]

"""What the driver for MongoDB does without transactions."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo.errors import BulkWriteError

from pydash_database import DatabaseUnavailable
from pydash_events import (
    Event,
    EventFilter,
    StorageBadVersion,
    StorageUnknownWriteError,
    get_connection,
    impl_mongodb,
    pymongo_base,
)
from pydash_events.pymongo_base import STORE

WRITER = """
import sys
from datetime import UTC, datetime
from pydash_events import Event, get_connection

connection = get_connection(sys.argv[1])
for index in range(20):
    ids = [f"{sys.argv[2]} {index} {part}" for part in "ab"]
    pair = [Event(each, "Foo", datetime.now(UTC), [], None) for each in ids]
    assert connection.record_events(pair) == [0, 0]
connection.close()
"""


def event(message_id: str) -> Event:
    return Event(message_id, "Foo", datetime.now(UTC), [], None)


@pytest.fixture
def mongodb(mongodb_url: str) -> Iterator[Any]:
    """An empty store."""
    connection = get_connection(mongodb_url)
    connection.upgrade()
    connection.clear()
    yield connection
    connection.close()


def sequences(connection: Any) -> dict[str, int]:
    return {each.message_id: each.sequence for each in connection.get_events(EventFilter())}


def test_a_reader_of_the_sequence_misses_nothing(
    mongodb: impl_mongodb.Connection, mongodb_url: str
) -> None:
    command = [sys.executable, "-c", WRITER, mongodb_url]
    writers = [subprocess.Popen([*command, name]) for name in ("one", "two")]
    seen: list[str] = []
    last, is_over = 0, False
    while not is_over:
        is_over = all(writer.poll() is not None for writer in writers)
        late = EventFilter(after_sequence=last)
        for each in mongodb.get_events(late, {"sort": [("sequence", "asc")]}):
            seen.append(each.message_id)
            last = each.sequence or 0
    assert [writer.returncode for writer in writers] == [0, 0]
    assert len(set(seen)) == len(seen) == 80


def test_it_continues_after_a_writer_was_killed(
    mongodb: impl_mongodb.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    mongodb.record_events([event("1"), event("2")])
    # It had inserted both, but neither counted them nor released the lock.
    held = {"sequence": 0, "owner": "killed", "until": time.time() + 3600}
    mongodb.store.update_one(STORE, {"$set": held})
    monkeypatch.setattr(pymongo_base, "LOCK_SECONDS", 0)
    with pytest.raises(StorageUnknownWriteError) as caught:
        mongodb.record_events([event("3")])
    assert isinstance(caught.value.__cause__, DatabaseUnavailable)
    mongodb.store.update_one(STORE, {"$set": {"until": time.time() - 1}})
    assert mongodb.record_events([event("2"), event("3")]) == [1, 0]
    found = sequences(mongodb)
    assert found["1"] < found["2"] < found["3"]


def test_a_writer_that_lost_its_lock_inserts_nothing(mongodb: impl_mongodb.Connection) -> None:
    with mongodb.locked() as sequence:
        # Another process takes it after it has expired.
        mongodb.store.update_one(STORE, {"$set": {"until": 0}})
        assert mongodb.record_events([event("1")]) == [0]
        with pytest.raises(BulkWriteError):
            mongodb._record([0], {0: event("late")}, sequence)
    assert set(sequences(mongodb)) == {"1"}


def test_without_indexes_the_error_names_the_remedy(mongodb: impl_mongodb.Connection) -> None:
    mongodb.store.delete_one(STORE)
    with pytest.raises(StorageBadVersion, match=r"upgrade\(\)"):
        mongodb.record_events([event("1")])
    with pytest.raises(StorageBadVersion, match=r"upgrade\(\)"):
        mongodb.clear()


def test_a_server_that_does_not_respond_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impl_mongodb, "TIMEOUT_MS", 50)
    connection = get_connection("mongodb://127.0.0.1:9/events")
    for use in (connection.upgrade, connection.get_event_types, connection.clear):
        with pytest.raises(DatabaseUnavailable):
            use()
    with pytest.raises(DatabaseUnavailable):
        connection.get_events(EventFilter(), {"limit": 1})
    with pytest.raises(StorageUnknownWriteError):
        connection.record_events([event("1")])
    connection.close()

"""Database operations: the 100,000th user, an empty transaction, detecting an outage."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from BTrees.OOBTree import OOBTree
from multi_indexed_collection import MultiIndexedCollection

import pydash_database
from pydash_app.migrations import MIGRATIONS
from pydash_app.user import passwords, repository
from pydash_app.user.entity import User
from pydash_database import (
    DatabaseUnavailable,
    MultiIndexedPersistentCollection,
    server,
    transact,
)

USERS = 100_000
BATCH = 20_000
ROUNDS = 50
# The base class scans all keys to add one, so it is compared with fewer objects.
PEER_OBJECTS = 10_000
UNAVAILABLE_LIMIT_MS = 2_000
PASSWORD = "correct horse battery staple"
SERVE = "import sys, pathlib, pydash_database.server as s; s.serve(pathlib.Path(sys.argv[1]))"

Row = dict[str, Any]


def run() -> list[Row]:
    """Run the benchmark on a real ZEO server; takes about two minutes."""
    with _zeo() as zeo:
        rows = [_empty_transaction(), *_users(), _collection(), _password_check()]
        zeo.kill()
        zeo.wait()
        return [*rows, _unavailable()]


def _empty_transaction() -> Row:
    return _row("database: empty transaction", _median_ms(_empty))


def _users() -> list[Row]:
    password_hash = passwords.hash_password(PASSWORD)
    # Hashing 100,000 passwords would take an hour.
    with mock.patch.object(passwords, "hash_password", return_value=password_hash):
        for start in range(0, USERS, BATCH):
            transact(partial(_add_users, start, BATCH))
        numbers = iter(range(USERS, USERS + ROUNDS))
        adding = _median_ms(lambda: transact(partial(_add_users, next(numbers), 1)))
    finding = _median_ms(lambda: transact(lambda: repository.find_by_name(f"User {USERS // 2}")))
    return [
        _row(f"users: add the {USERS:,}th, committed to disk", adding),
        _row(f"users: find one of {USERS:,} by name", finding),
    ]


def _add_users(start: int, count: int) -> None:
    for number in range(start, start + count):
        repository.add(User(f"User {number}", PASSWORD, f"user{number}@example.com"))


def _collection() -> Row:
    ours = _time_of_adding(MultiIndexedPersistentCollection({"id"}))
    peer = _time_of_adding(MultiIndexedCollection({"id"}, dict_type=OOBTree))
    return _row(
        f"collection: add to {PEER_OBJECTS:,} objects (base class: linear scan)", ours, peer=peer
    )


def _time_of_adding(collection: Any) -> float:
    for number in range(PEER_OBJECTS):
        collection.add(_Numbered(number))
    numbers = iter(range(PEER_OBJECTS, PEER_OBJECTS + ROUNDS))
    return _median_ms(lambda: collection.add(_Numbered(next(numbers))))


class _Numbered:
    def __init__(self, number: int) -> None:
        # Smaller than all before, because the base class scans from the smallest key.
        self.id = -number

    def __lt__(self, other: "_Numbered") -> bool:
        return self.id < other.id


def _password_check() -> Row:
    password_hash = passwords.hash_password(PASSWORD)
    return _row(
        "password: verify one (Argon2id, 19 MiB), most of a sign-in",
        _median_ms(lambda: passwords.verify_password(password_hash, PASSWORD)),
    )


def _unavailable() -> Row:
    def expect_failure() -> None:
        try:
            _empty()
        except DatabaseUnavailable:
            return
        raise AssertionError("The database should be unavailable.")

    milliseconds = _median_ms(expect_failure, rounds=3)
    return _row("database: detect that it is unavailable", milliseconds, peer=UNAVAILABLE_LIMIT_MS)


def _empty() -> None:
    transact(lambda: None)


def _median_ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def _row(name: str, milliseconds: float, peer: float | None = None) -> Row:
    ratio = None if peer is None else peer / milliseconds
    return {"name": name, "value": milliseconds, "unit": "ms", "peer": peer, "ratio": ratio}


@contextmanager
def _zeo() -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryDirectory(prefix="pydash") as directory:
        process = subprocess.Popen([sys.executable, "-c", SERVE, directory])
        try:
            while not server.is_accepting(Path(directory)):
                time.sleep(0.02)
            pydash_database.configure(f"zeo://{directory}/{server.SOCKET_NAME}", MIGRATIONS)
            yield process
        finally:
            pydash_database.close()
            process.kill()
            process.wait()

"""What the database costs: the 100,000th user, one transaction, noticing that it is away."""

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
TRIES = 50
# The base class scans all keys at each add, so it is compared at fewer objects.
PEER_OBJECTS = 10_000
UNAVAILABLE_LIMIT_MS = 2_000
PASSWORD = "correct horse battery staple"
SERVE = "import sys, pathlib, pydash_database.server as s; s.serve(pathlib.Path(sys.argv[1]))"

Row = dict[str, Any]


def run() -> list[Row]:
    """Measure, on a real ZEO server; about two minutes."""
    with _zeo() as zeo:
        rows = [_empty_transaction(), *_users(), _collection(), _password_check()]
        zeo.kill()
        zeo.wait()
        return [*rows, _unavailable()]


def _empty_transaction() -> Row:
    return _row("database: a transaction that only asks", _median_ms(_ask))


def _users() -> list[Row]:
    password_hash = passwords.hash_password(PASSWORD)
    # One hash for all, for a hundred thousand would take an hour.
    with mock.patch.object(passwords, "hash_password", return_value=password_hash):
        for start in range(0, USERS, BATCH):
            transact(partial(_add_users, start, BATCH))
        numbers = iter(range(USERS, USERS + TRIES))
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
    return _row(f"collection: add to {PEER_OBJECTS:,}; the base class scans", ours, peer=peer)


def _time_of_adding(collection: Any) -> float:
    for number in range(PEER_OBJECTS):
        collection.add(_Numbered(number))
    numbers = iter(range(PEER_OBJECTS, PEER_OBJECTS + TRIES))
    return _median_ms(lambda: collection.add(_Numbered(next(numbers))))


class _Numbered:
    def __init__(self, number: int) -> None:
        # Below all before it, for the base class scans from the smallest key.
        self.id = -number

    def __lt__(self, other: "_Numbered") -> bool:
        return self.id < other.id


def _password_check() -> Row:
    password_hash = passwords.hash_password(PASSWORD)
    return _row(
        "password: check one (argon2id, 19 MiB); the most of a login",
        _median_ms(lambda: passwords.verify_password(password_hash, PASSWORD)),
    )


def _unavailable() -> Row:
    def ask_in_vain() -> None:
        try:
            _ask()
        except DatabaseUnavailable:
            return
        raise AssertionError("The database should be away.")

    milliseconds = _median_ms(ask_in_vain, tries=3)
    return _row("database: notice that it is away", milliseconds, peer=UNAVAILABLE_LIMIT_MS)


def _ask() -> None:
    transact(lambda: None)


def _median_ms(work: Callable[[], object], tries: int = TRIES) -> float:
    times = []
    for _ in range(tries):
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

"""Connections of threads and processes; what transactions see, store and retry."""

import gc
import os
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest
from transaction.interfaces import TransientError

import pydash_database
from pydash_app.configuration import Configuration
from pydash_database import (
    DatabaseUnavailable,
    SchemaTooNew,
    connections,
    database_connection,
    database_root,
    last_transaction_id,
    release,
    schema,
    transact,
)
from tests.support.waiting import wait_for


@pytest.fixture
def counter(zeo_database: Configuration) -> Configuration:
    transact(lambda: database_root().update(counter=0))
    return zeo_database


def increase() -> int:
    root = database_root()
    root["counter"] += 1
    return int(root["counter"])


def increase_elsewhere(configuration: Configuration) -> None:
    """Increase the counter in another process."""
    program = """
import sys, pydash_database as db
from pydash_app.migrations import MIGRATIONS
db.configure(sys.argv[1], MIGRATIONS)
def increase():
    db.database_root()["counter"] += 1
db.transact(increase)
db.close()
"""
    subprocess.run([sys.executable, "-c", program, configuration.database_uri], check=True)


def in_thread(work: object) -> None:
    thread = threading.Thread(target=work)  # type: ignore[arg-type]
    thread.start()
    thread.join()


def test_a_transaction_is_stored(counter: Configuration) -> None:
    assert transact(increase) == 1
    pydash_database.close()
    assert transact(increase) == 2


def test_nothing_is_stored_if_the_work_fails(counter: Configuration) -> None:
    def fail() -> None:
        increase()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        transact(fail)
    assert transact(lambda: database_root()["counter"]) == 0


def test_a_nested_transaction_is_part_of_the_outer_one(counter: Configuration) -> None:
    def outer() -> None:
        transact(increase)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        transact(outer)
    assert transact(increase) == 1


def test_conflicting_threads_all_succeed(counter: Configuration) -> None:
    def increase_often() -> None:
        for _ in range(10):
            transact(increase, attempts=100)

    threads = [threading.Thread(target=increase_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert transact(lambda: database_root()["counter"]) == 40


def test_too_many_conflicts_are_reported_as_unavailable(counter: Configuration) -> None:
    attempts_made: list[None] = []

    def conflict() -> None:
        attempts_made.append(None)
        raise TransientError

    with pytest.raises(DatabaseUnavailable, match="busy"):
        transact(conflict, attempts=3)
    assert len(attempts_made) == 3


def test_a_transaction_sees_earlier_commits_of_other_processes(counter: Configuration) -> None:
    for expected in (1, 2, 3):
        increase_elsewhere(counter)
        assert transact(lambda: database_root()["counter"]) == expected


def test_a_commit_of_another_process_is_noticed_without_a_transaction(
    counter: Configuration,
) -> None:
    before = last_transaction_id()
    increase_elsewhere(counter)
    # The server notifies every client of a commit, but does not wait for them.
    while last_transaction_id() == before:
        time.sleep(0.01)


def test_a_connection_belongs_to_its_thread(counter: Configuration) -> None:
    own, others = database_connection(), []
    in_thread(lambda: others.append(database_connection()))
    assert database_connection() is own
    assert others[0] is not own


def test_finished_threads_leave_no_connection_behind(counter: Configuration) -> None:
    for _ in range(20):
        in_thread(lambda: transact(increase))
    gc.collect()
    pool = connections._configured().open().pool
    assert len(pool.all) <= 3


def test_threads_that_take_turns_share_a_connection_and_its_objects(
    counter: Configuration,
) -> None:
    used = []
    turns = [threading.Event() for _ in range(6)]

    def use(own: threading.Event, following: threading.Event) -> None:
        own.wait(60)
        transact(increase)
        used.append(database_connection())
        release()
        following.set()

    pairs = zip(turns, [*turns[1:], threading.Event()], strict=True)
    threads = [threading.Thread(target=use, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    turns[0].set()
    for thread in threads:
        thread.join()
    assert len(used) == 6
    assert len({id(each) for each in used}) == 1


def test_the_objects_of_a_connection_that_nobody_uses_are_dropped(
    counter: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_thread(lambda: transact(database_root))
    transact(increase)
    pool = connections._configured().open().pool
    [(_, idle)] = pool.available
    release()
    later = time.time() + connections._IDLE_SECONDS + 1
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: later)
        transact(increase)
    assert idle not in pool.all
    assert database_connection() in pool.all


def test_a_forked_process_gets_a_connection_of_its_own(counter: Configuration) -> None:
    transact(increase)
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if transact(increase) == 2 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert transact(increase) == 3


def test_an_older_pydash_refuses_a_newer_database(tmp_path: Path) -> None:
    uri = f"file://{tmp_path}/test.fs"
    pydash_database.configure(uri, [lambda root: None, lambda root: None])
    transact(lambda: None)
    pydash_database.configure(uri, [lambda root: None])
    with pytest.raises(SchemaTooNew, match="schema 2"):
        transact(lambda: None)
    pydash_database.close()


def test_a_migration_runs_once(tmp_path: Path) -> None:
    uri = f"file://{tmp_path}/test.fs"
    runs: list[str] = []

    def migrate(name: str, root: schema.Root) -> None:
        runs.append(name)

    for names in (["first"], ["first", "second"], ["first", "second"]):
        pydash_database.configure(uri, [partial(migrate, name) for name in names])
        transact(lambda: None)
    pydash_database.close()
    assert runs == ["first", "second"]


def test_an_unsupported_database_is_reported_with_a_hint() -> None:
    pydash_database.configure("mysql://localhost")
    with pytest.raises(ValueError, match="zeo://"):
        transact(lambda: None)


def test_all_connections_share_a_limit_of_cached_bytes(counter: Configuration) -> None:
    limits: list[int] = []
    measured, leave = threading.Barrier(9), threading.Event()

    def use() -> None:
        transact(increase)
        measured.wait(60)
        limits.append(database_connection()._cache.cache_size_bytes)
        leave.wait(60)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    measured.wait(60)
    wait_for(lambda: len(limits) == 8)
    leave.set()
    for thread in threads:
        thread.join()
    # Those of threads that have ended may wait in the pool.
    assert 0 < sum(limits) <= connections._CACHED_BYTES

"""A database that is away is noticed soon, hangs nobody, and is found again when it is back."""

import os
import signal
import threading
from typing import Any

import pytest

import pydash_database
from pydash_database import DatabaseUnavailable, database_root, storages, transact

# Far more than all the waits for an answer together: what takes longer, hangs.
pytestmark = pytest.mark.timeout(40)


@pytest.fixture
def server(own_zeo_server: Any) -> Any:
    pydash_database.configure(own_zeo_server.uri, [lambda root: root.update(counter=0)])
    yield own_zeo_server
    pydash_database.close()


def increase() -> int:
    root = database_root()
    root["counter"] += 1
    return int(root["counter"])


def assert_unavailable() -> None:
    with pytest.raises(DatabaseUnavailable):
        transact(increase)


def eventually(work: Any) -> Any:
    for _ in range(20):
        try:
            return work()
        except DatabaseUnavailable:
            continue
    raise AssertionError("The database was not found again.")


def test_it_is_found_again_after_a_restart(server: Any) -> None:
    assert transact(increase) == 1
    server.kill()
    assert_unavailable()
    assert_unavailable()
    server.start()
    assert eventually(lambda: transact(increase)) == 2


def test_it_is_found_if_it_comes_after_its_client(server: Any) -> None:
    server.kill()
    assert_unavailable()
    server.start()
    assert eventually(lambda: transact(increase)) == 1


def test_a_server_that_hangs_is_unavailable(server: Any) -> None:
    assert transact(increase) == 1
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        assert_unavailable()
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    assert eventually(lambda: transact(increase)) == 2


def test_many_threads_wait_together_not_one_after_the_other(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.kill()
    attempts = []
    everybody_waits = threading.Barrier(10)

    open_storage = storages.open_storage

    def count(uri: str) -> Any:
        attempts.append(uri)
        return open_storage(uri)

    def ask() -> None:
        everybody_waits.wait()
        assert_unavailable()

    monkeypatch.setattr(storages, "open_storage", count)
    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(attempts) == 1


def test_what_a_killed_server_had_confirmed_is_still_there(server: Any) -> None:
    for expected in range(1, 4):
        assert eventually(lambda: transact(increase)) == expected
        server.kill()
        server.start()

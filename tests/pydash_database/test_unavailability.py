"""A database that is away is noticed soon, hangs nobody, and is found again when it is back."""

import signal
import threading
import time
from functools import partial
from typing import Any

import pytest
from persistent import Persistent
from ZEO.asyncio.client import ClientThread

import pydash_database
from pydash_database import DatabaseUnavailable, database_root, storages, transact

# Far more than all the waits for an answer together: what takes longer, hangs.
pytestmark = pytest.mark.timeout(40)


RECOVERY_SECONDS = 30


class Note(Persistent):
    text = "none"


def migrate(root: Any) -> None:
    root.update(counter=0, note=Note())


@pytest.fixture
def server(own_zeo_server: Any) -> Any:
    pydash_database.configure(own_zeo_server.uri, [migrate])
    yield own_zeo_server
    pydash_database.close()


@pytest.fixture
def hang_ups(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """As many as there were waits for an answer in vain."""
    waits: list[None] = []
    hang_up = storages.ZeoClient._hang_up

    def count(client: Any, answer: Any) -> None:
        waits.append(None)
        hang_up(client, answer)

    monkeypatch.setattr(storages.ZeoClient, "_hang_up", count)
    return waits


def increase() -> int:
    root = database_root()
    root["counter"] += 1
    return int(root["counter"])


def in_threads(number: int, work: Any) -> None:
    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def assert_unavailable() -> None:
    with pytest.raises(DatabaseUnavailable):
        transact(increase)


def eventually(work: Any) -> Any:
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            return work()
        except DatabaseUnavailable:
            assert time.monotonic() < deadline, "The database was not found again."
            time.sleep(0.02)


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
    with server.recovering():
        server.hang()
        assert_unavailable()
    assert eventually(lambda: transact(increase)) == 2


def test_a_server_that_begins_to_hang_before_a_load_is_unavailable(
    server: Any, hang_ups: list[None]
) -> None:
    transact(increase)
    pydash_database.close()  # with all that it had in its caches

    def load() -> str:
        note = database_root()["note"]
        server.hang()
        return str(note.text)

    with server.recovering(), pytest.raises(DatabaseUnavailable):
        transact(load)
    assert len(hang_ups) == 1, "it waits once, not again to clean up"
    assert eventually(lambda: transact(lambda: database_root()["note"].text)) == "none"


def test_of_a_commit_whose_vote_hangs_nothing_is_stored(server: Any, hang_ups: list[None]) -> None:
    def increase_and_stop() -> None:
        increase()
        server.hang()

    with server.recovering(), pytest.raises(DatabaseUnavailable):
        transact(increase_and_stop)
    assert len(hang_ups) == 1, "it waits once, not again to clean up"
    assert eventually(lambda: transact(increase)) == 1


def test_a_commit_whose_answer_is_lost_is_not_tried_again(
    server: Any, hang_ups: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    transact(increase)
    tries = []
    finish = ClientThread.tpc_finish

    def stop_and_finish(*given: Any, **options: Any) -> Any:
        server.hang()
        return finish(*given, **options)

    def increase_by_counting() -> None:
        tries.append(increase())

    with server.recovering(), monkeypatch.context() as patch:
        patch.setattr(ClientThread, "tpc_finish", stop_and_finish)
        with pytest.raises(DatabaseUnavailable):
            transact(increase_by_counting)
        assert len(hang_ups) == 1
    # The server had been told to commit, so it does; and this process learns of it.
    assert eventually(lambda: transact(lambda: database_root()["counter"])) == 2
    assert tries == [2]


def test_all_calls_that_wait_fail_together(server: Any) -> None:
    everybody_has_begun = threading.Barrier(8, action=lambda: server.hang())
    outcomes = []

    def ask() -> None:
        def work() -> None:
            everybody_has_begun.wait()
            increase()

        try:
            transact(work)
        except DatabaseUnavailable as error:
            outcomes.append(error)

    transact(increase)
    with server.recovering():
        in_threads(8, ask)
    assert len(outcomes) == 8
    assert eventually(lambda: transact(increase)) == 2


def test_after_one_wait_in_vain_nobody_waits_until_it_is_back(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    transact(increase)
    monkeypatch.setattr(storages, "PAUSE_SECONDS", 3600)
    with server.recovering():
        server.hang()
        # Had each to wait, it would take minutes.
        for _ in range(200):
            assert_unavailable()
    assert eventually(lambda: transact(increase)) == 2


def test_nobody_waits_either_for_one_that_was_away_from_the_start(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storages, "PAUSE_SECONDS", 3600)
    server.kill()
    for _ in range(200):
        assert_unavailable()


def test_it_is_asked_again_after_a_pause(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storages, "PAUSE_SECONDS", 0.01)
    server.kill()
    assert_unavailable()
    server.start()
    assert eventually(lambda: transact(increase)) == 1


def test_work_in_the_background_may_wait_longer(server: Any) -> None:
    """Longer than people would, for a server that is busy but there."""

    def increase_at_a_busy_server() -> int:
        server.hang()
        resume = partial(server.process.send_signal, signal.SIGCONT)
        threading.Timer(1.5 * storages.ANSWER_SECONDS, resume).start()
        return increase()

    with server.recovering():
        transact(increase_at_a_busy_server, patience=pydash_database.PATIENT_SECONDS)
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
    in_threads(10, ask)
    assert len(attempts) == 1


def test_packing_does_not_wait_for_a_server_that_is_away(server: Any) -> None:
    transact(increase)
    server.kill()
    with pytest.raises(DatabaseUnavailable):
        pydash_database.pack()


def test_what_a_killed_server_had_confirmed_is_still_there(server: Any) -> None:
    for expected in range(1, 4):
        assert eventually(lambda: transact(increase)) == expected
        server.kill()
        server.start()

"""An unavailable database is detected soon, blocks no caller, and is used again when it is back."""

import threading
import time
from typing import Any

import pytest
from persistent import Persistent
from psycopg2 import OperationalError
from ZEO.asyncio.client import ClientThread, Protocol

import pydash_database
from pydash_database import (
    DatabaseUnavailable,
    database_connection,
    database_root,
    postgresql,
    storages,
    timeouts,
    transact,
)
from tests.support.waiting import wait_for

# Far longer than all timeouts together: a test that takes longer hangs.
pytestmark = pytest.mark.timeout(40)

RECOVERY_SECONDS = 30
# What asks a server of each kind to finish a commit.
COMMITTING = ((ClientThread, "tpc_finish"), (postgresql._Adapter, "lock_database_and_move"))


class Memo(Persistent):
    text = "none"


def migrate(root: Any) -> None:
    root.update(counter=0, memo=Memo())


@pytest.fixture
def zeo(own_zeo_server: Any) -> Any:
    pydash_database.configure(own_zeo_server.uri, [migrate])
    yield own_zeo_server
    pydash_database.close()


@pytest.fixture(params=["zeo", "postgresql"])
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A server of each kind, with an empty database."""
    monkeypatch.setattr(postgresql, "_fail_fast_until", float("-inf"))
    if request.param == "zeo":
        yield request.getfixturevalue("zeo")
        return
    running = request.getfixturevalue("postgresql_server")
    if not running.is_ready():
        running.start()
    pydash_database.configure(running.create_database(drivername="postgresql"), [migrate])
    yield running
    pydash_database.close()


@pytest.fixture
def expired(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One item for each response that did not arrive in time."""
    counted: list[None] = []
    disconnect = storages.ZeoClient._disconnect

    def count(client: Any, response: Any) -> None:
        counted.append(None)
        disconnect(client, response)

    wait = postgresql._wait

    def wait_and_count(connection: Any) -> None:
        is_pausing = time.monotonic() < postgresql._fail_fast_until
        try:
            wait(connection)
        except OperationalError:
            counted.extend([] if is_pausing else [None])
            raise

    monkeypatch.setattr(storages.ZeoClient, "_disconnect", count)
    monkeypatch.setattr(postgresql, "_wait", wait_and_count)
    return counted


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
            assert time.monotonic() < deadline, "The database is still unavailable."
            time.sleep(0.02)


def test_it_is_available_again_after_a_restart(server: Any) -> None:
    assert transact(increase) == 1
    server.kill()
    assert_unavailable()
    assert_unavailable()
    server.start()
    assert eventually(lambda: transact(increase)) == 2


def test_it_may_start_after_its_client(server: Any) -> None:
    server.kill()
    assert_unavailable()
    server.start()
    assert eventually(lambda: transact(increase)) == 1


def test_a_hanging_server_is_unavailable(server: Any) -> None:
    assert transact(increase) == 1
    with server.recovering():
        server.hang()
        assert_unavailable()
    assert eventually(lambda: transact(increase)) == 2


def test_a_server_that_hangs_before_a_load_is_unavailable(server: Any, expired: list[None]) -> None:
    transact(increase)
    pydash_database.close()  # and drop its caches

    def load() -> str:
        memo = database_root()["memo"]
        server.hang()
        return str(memo.text)

    with server.recovering(), pytest.raises(DatabaseUnavailable):
        transact(load)
    assert len(expired) == 1, "it waits once, and not again to clean up"
    assert eventually(lambda: transact(lambda: database_root()["memo"].text)) == "none"


def test_a_commit_whose_vote_hangs_stores_nothing(server: Any, expired: list[None]) -> None:
    def increase_and_stop() -> None:
        increase()
        server.hang()

    with server.recovering(), pytest.raises(DatabaseUnavailable):
        transact(increase_and_stop)
    assert len(expired) == 1, "it waits once, and not again to clean up"
    assert eventually(lambda: transact(increase)) == 1


def test_a_commit_whose_response_is_lost_is_not_repeated(
    server: Any, expired: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    transact(increase)
    results = []

    def increase_and_record() -> None:
        results.append(increase())

    with server.recovering(), monkeypatch.context() as patch:
        for owner, name in COMMITTING:
            patch.setattr(owner, name, hanging_before(getattr(owner, name), server))
        with pytest.raises(DatabaseUnavailable):
            transact(increase_and_record)
        assert len(expired) == 1
    # The server was told to commit, so it does, and this process is notified.
    assert eventually(lambda: transact(lambda: database_root()["counter"])) == 2
    assert results == [2]


def hanging_before(call: Any, server: Any) -> Any:
    def hang_and_call(*given: Any, **options: Any) -> Any:
        server.hang()
        return call(*given, **options)

    return hang_and_call


def test_all_waiting_calls_fail_together(server: Any) -> None:
    all_have_begun = threading.Barrier(8, action=lambda: server.hang())
    outcomes = []

    def attempt() -> None:
        def work() -> None:
            all_have_begun.wait()
            increase()

        try:
            transact(work)
        except DatabaseUnavailable as error:
            outcomes.append(error)

    transact(increase)
    with server.recovering():
        in_threads(8, attempt)
    assert len(outcomes) == 8
    assert eventually(lambda: transact(increase)) == 2


def test_after_a_timeout_calls_fail_at_once_until_it_is_back(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    transact(increase)
    monkeypatch.setattr(timeouts, "PAUSE_SECONDS", 3600)
    with server.recovering():
        server.hang()
        # If each waited, this would take minutes.
        for _ in range(200):
            assert_unavailable()
    # ZEO connects without being asked.
    monkeypatch.setattr(postgresql, "_fail_fast_until", float("-inf"))
    assert eventually(lambda: transact(increase)) == 2


def test_calls_fail_at_once_if_it_was_never_available(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeouts, "PAUSE_SECONDS", 3600)
    server.kill()
    for _ in range(200):
        assert_unavailable()


def test_it_is_retried_after_a_pause(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "PAUSE_SECONDS", 0.01)
    server.kill()
    assert_unavailable()
    server.start()
    assert eventually(lambda: transact(increase)) == 1


def test_background_work_waits_longer_for_a_busy_server(server: Any) -> None:

    def increase_at_a_busy_server() -> int:
        server.hang()
        threading.Timer(1.5 * timeouts.RESPONSE_TIMEOUT, server.resume).start()
        return increase()

    with server.recovering():
        transact(increase_at_a_busy_server, timeout=pydash_database.BACKGROUND_TIMEOUT)
    assert eventually(lambda: transact(increase)) == 2


def test_objects_that_are_loaded_ahead_delay_no_other_response(
    zeo: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add() -> None:
        database_root()["memos"] = [Memo() for _ in range(1_000)]

    transact(add)
    pydash_database.configure(zeo.uri, [migrate])
    waiting: list[int] = []
    load_before = Protocol.load_before

    def noted(protocol: Protocol, oid: bytes, tid: bytes) -> Any:
        waiting.append(len(protocol.futures))
        return load_before(protocol, oid, tid)

    def read() -> set[str]:
        memos = database_root()["memos"]
        database_connection().prefetch(memos)
        before = len(waiting)
        assert before >= len(memos)
        texts = {memo.text for memo in memos}
        assert len(waiting) == before
        return texts

    monkeypatch.setattr(Protocol, "load_before", noted)
    assert transact(read) == {"none"}
    assert max(waiting) < 200


def test_what_could_not_be_loaded_ahead_is_loaded_later(zeo: Any) -> None:
    """The connection may be lost, and made again, within a transaction."""

    def read() -> str:
        memo = database_root()["memo"]
        zeo.kill()
        wait_for(lambda: not database_connection().db().storage.is_connected())
        database_connection().prefetch(memo)
        zeo.start()
        return str(memo.text)

    assert transact(read, timeout=pydash_database.BACKGROUND_TIMEOUT) == "none"


def test_threads_share_one_attempt_to_connect(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server.kill()
    attempts = []
    all_wait = threading.Barrier(10)

    open_storage = storages.open_storage

    def count(uri: str) -> Any:
        attempts.append(uri)
        return open_storage(uri)

    def attempt() -> None:
        all_wait.wait()
        assert_unavailable()

    monkeypatch.setattr(storages, "open_storage", count)
    in_threads(10, attempt)
    assert len(attempts) == 1


def test_packing_does_not_wait_for_an_unavailable_server(server: Any) -> None:
    transact(increase)
    server.kill()
    with pytest.raises(DatabaseUnavailable):
        pydash_database.pack()


def test_a_confirmed_commit_survives_the_kill_of_the_server(server: Any) -> None:
    for expected in range(1, 4):
        assert eventually(lambda: transact(increase)) == expected
        server.kill()
        server.start()

"""Limits that processes share, counted by a real process."""

import json
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from pydash_limits import Client, RedisClient, Unavailable, redis_client
from tests.support.waiting import wait_for

SERVE = "import sys, pathlib, pydash_limits; pydash_limits.serve(pathlib.Path(sys.argv[1]))"
QUERIES = {"running": 1, "admitted": 3, "total": 2, "seconds": 30}


class LimitsServer:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", SERVE, self.path])
        wait_for(self.is_ready)

    def is_ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.path)) == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def server() -> Iterator[LimitsServer]:
    # Short, because the path of a socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="pydash") as directory:
        running = LimitsServer(Path(directory) / "limits.sock")
        yield running
        running.process.terminate()
        assert running.process.wait(20) == 0
        assert not running.path.exists()


@pytest.fixture
def clients(server: LimitsServer) -> tuple[Client, Client]:
    """Clients such as those of two processes."""
    return Client(str(server.path)), Client(str(server.path))


def test_events_are_counted_for_all_together(clients: tuple[Client, Client]) -> None:
    one, other = clients
    assert [each.hit("Alice", 3, 600) for each in (one, other, one)] == [0, 0, 0]
    assert 599 < other.hit("Alice", 3, 600) <= 600
    assert one.hit("Bob", 3, 600) == 0


def test_an_event_counts_for_its_time(clients: tuple[Client, Client]) -> None:
    one, _ = clients
    assert one.hit("Charlie", 1, 0.2) == 0
    wait_for(lambda: one.hit("Charlie", 1, 0.2) == 0)


def test_an_account_has_one_place_and_the_next_gets_it(clients: tuple[Client, Client]) -> None:
    one, other = clients
    place = one.acquire("queries", "Alice", **QUERIES)
    assert place is not None
    assert other.acquire("queries", "Alice", **{**QUERIES, "seconds": 0}) is None, "no time"
    others = other.acquire("queries", "Bob", **QUERIES)
    assert others is not None, "another account"
    assert one.acquire("queries", "Charlie", **{**QUERIES, "seconds": 0}) is None, "the total"
    others.close()
    granted: list[ExitStack | None] = []
    waiting = threading.Thread(
        target=lambda: granted.append(other.acquire("queries", "Alice", **QUERIES))
    )
    waiting.start()
    place.close()
    waiting.join(20)
    [last] = granted
    assert last is not None
    last.close()


def test_more_than_are_admitted_are_refused_at_once(
    server: LimitsServer, clients: tuple[Client, Client]
) -> None:
    one, other = clients
    with ExitStack() as places:
        for _ in range(3):
            waiting = places.enter_context(socket.socket(socket.AF_UNIX))
            waiting.connect(str(server.path))
            request = {"slot": "queries", "account": "Alice", **QUERIES}
            waiting.sendall(json.dumps(request).encode() + b"\n")
            assert places.enter_context(waiting.makefile()).readline() == '{"admitted": true}\n'
        assert one.acquire("queries", "Alice", **QUERIES) is None

    def is_free() -> bool:
        place = other.acquire("queries", "Alice", **QUERIES)
        if place:
            place.close()
        return place is not None

    wait_for(is_free)


def test_what_is_no_request_gets_no_response(
    server: LimitsServer, clients: tuple[Client, Client]
) -> None:
    for line in (b"\n", b"{}\n", b"nonsense\n", b"[]\n", b'{"hit": "Alice"}\n', b"x" * 100_000):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(server.path))
            connection.sendall(line)
            connection.shutdown(socket.SHUT_WR)
            with ExitStack() as reset:
                reset.push(lambda kind, *_: kind is ConnectionResetError)
                assert connection.recv(100) == b""
    assert clients[0].hit("Dora", 1, 600) == 0


def test_a_server_that_hangs_or_is_killed_is_unavailable(
    server: LimitsServer, clients: tuple[Client, Client]
) -> None:
    one, _ = clients
    place = one.acquire("queries", "Alice", **QUERIES)
    assert place is not None
    server.process.send_signal(signal.SIGSTOP)
    with pytest.raises(Unavailable):
        one.hit("Alice", 10, 600)
    server.kill()
    with pytest.raises(Unavailable):
        one.acquire("queries", "Bob", **QUERIES)
    place.close()
    server.start()
    assert one.hit("Alice", 10, 600) == 0


def test_redis_gives_the_same_places_to_all_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_client, "LEASE_SECONDS", 2)
    at_once = {**QUERIES, "seconds": 0}
    with tempfile.TemporaryDirectory(prefix="pydash") as folder:
        path = Path(folder) / "redis.sock"
        command = ["redis-server", "--port", "0", "--unixsocket", str(path), "--save", ""]
        with (
            subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as server,
            ExitStack() as stop,
        ):
            stop.callback(server.terminate)
            wait_for(path.exists)
            one, other = RedisClient(f"unix://{path}"), RedisClient(f"unix://{path}")
            place = one.acquire("queries", "Alice", **QUERIES)
            assert place is not None
            assert other.acquire("queries", "Alice", **at_once) is None, "no time"
            others = other.acquire("queries", "Bob", **QUERIES)
            assert others is not None, "another account"
            assert one.acquire("queries", "Charlie", **at_once) is None, "the total"
            assert one.acquire("exports", "Charlie", **at_once) is not None, "another name"
            others.close()
            assert one.acquire("queries", "Charlie", **at_once) is not None, "it is free again"
            with ThreadPoolExecutor() as pool:
                waiting = [pool.submit(one.acquire, "queries", "Alice", **QUERIES)]
                place.close()
                granted = waiting[0].result()
            assert granted is not None
            granted.close()
            assert one.acquire("queries", "Alice", **QUERIES) is not None, "it is killed now"
            assert other.acquire("queries", "Alice", **at_once) is None
            assert other.acquire("queries", "Alice", **QUERIES) is not None, "expired"
        with pytest.raises(Unavailable):
            one.acquire("queries", "Alice", **QUERIES)

"""Two replicas of an app, each with a database of its own, behind one URL."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from flask_monitoring_dashboard_client import RemoteDashboard, SeveralDatabases

from .test_exporter import TOKEN, App, running


class RoundRobin:
    """A load balancer that passes its connections on to servers in turn."""

    def __init__(self, *ports: int) -> None:
        self._ports = cycle(ports)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/dashboard"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", next(self._ports)))
                except OSError:
                    client.close()
                    continue
                for source, sink in ((client, server), (server, client)):
                    thread = threading.Thread(target=self._copy, args=[source, sink])
                    self._threads.append(thread)
                    thread.start()

    def _copy(self, source: socket.socket, sink: socket.socket) -> None:
        with source, suppress(OSError):
            while piece := source.recv(65_536):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def replicas(tmp_path: Path) -> Iterator[tuple[App, App]]:
    folders = tmp_path / "a", tmp_path / "b"
    for folder in folders:
        folder.mkdir()
    with running(folders[0]) as first, running(folders[1]) as second:
        yield first, second


class Reader:
    """Reads as the fetcher does: each page is stored together with its cursor."""

    def __init__(self) -> None:
        self.cursor: dict[str, Any] | None = None
        self.calls = 0

    def fetch(self, url: str) -> None:
        with RemoteDashboard(url, TOKEN, allow="loopback", dialect="exporter") as remote:
            has_more = True
            while has_more:
                page = remote.fetch_page(self.cursor)
                assert page.notice is None
                self.calls += len(page.columns)
                self.cursor, has_more = page.cursor, page.has_more


def test_replicas_with_a_database_each_are_an_error(replicas: tuple[App, App]) -> None:
    first, second = replicas
    for app in replicas:
        app.store_calls()
    balancer = RoundRobin(*(int(app.url.rpartition(":")[2]) for app in replicas))
    reader = Reader()
    reader.fetch(balancer.url)
    for _ in range(4):
        for app in replicas:
            app.visit(3)
        with pytest.raises(SeveralDatabases, match="Several monitoring databases respond"):
            reader.fetch(balancer.url)
    balancer.close()
    # With one replica left, exactly its calls have been read.
    reader.fetch(first.url + "/dashboard")
    assert reader.calls == first.sql("SELECT COUNT(*) FROM Request")[0][0]
    assert second.sql("SELECT COUNT(*) FROM Request")[0][0] > 0

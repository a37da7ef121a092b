"""The web server as a process: how it starts, and how it stops."""

import os
import platform
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import requests

from tests.support.waiting import wait_for

SERVE = """
import os
import pydash_app
import pydash_web
from pydash_app.configuration import Configuration
from pydash_web.http import server
configuration = Configuration.from_environment(os.environ)
pydash_app.configure(configuration)
server.run(pydash_web.create_app(configuration), configuration)
"""

USE_MEMORY = """
import threading
import numpy as np
from pathlib import Path
from pydash_web.http import server
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
def query():
    for size in range(1, 4):
        columns = [np.ones(size * 500_000) for _ in range(4)]
        small = [bytearray(1_000) for _ in range(100)]
        del columns
        results.append(small.pop())  # what is kept lies behind what is freed
results = []
server.prepare_process()
before = resident()
barrier = threading.Barrier(13)
def run():
    query()
    barrier.wait()
    barrier.wait()
for _ in range(12):
    threading.Thread(target=run).start()
barrier.wait()
print(resident() - before)
barrier.wait()
"""

LIMIT_FILES = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
"""

SERVE_SLOWLY = """
import sys, time
from pydash_app.configuration import Configuration
from pydash_web.http import server
def app(environ, start_response):
    print("begun", flush=True)
    time.sleep(0.5)
    start_response("200 OK", [("Content-Length", "4")])
    return [b"done"]
configuration = Configuration.from_environment({"PYDASH_DATA_DIR": sys.argv[1]}, port=0)
server.listen, listen = lambda *given: announce(listen(*given)), server.listen
def announce(listening):
    print(listening.effective_port, flush=True)
    return listening
server.run(app, configuration)
"""


class WebProcess:
    def __init__(self, directory: Path, port: int, script: str = SERVE, **settings: str) -> None:
        environ = {
            **os.environ,
            "PYDASH_DATA_DIR": str(directory),
            "PYDASH_DATABASE_URI": f"file://{directory}/pydash.fs",
            "PYDASH_PORT": str(port),
            **settings,
        }
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-c", script], env=environ, stderr=subprocess.PIPE, text=True
        )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                requests.get(f"{self.url}/api/status", timeout=5)
            except requests.ConnectionError:
                assert self.process.poll() is None, self.stop()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            else:
                return

    def stop(self, number: int = signal.SIGKILL) -> str:
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=30)
        return errors


@pytest.fixture
def port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def web(tmp_path: Path, port: int) -> Iterator[WebProcess]:
    process = WebProcess(tmp_path, port)
    process.wait_until_ready()
    yield process
    process.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_gracefully(web: WebProcess, number: int) -> None:
    errors = web.stop(number)
    assert web.process.returncode == 0
    assert "Traceback" not in errors


def test_it_finishes_running_requests_before_it_stops(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVE_SLOWLY, str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = int(process.stdout.readline())
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert process.stdout.readline() == "begun\n"
        process.terminate()
        response = connection.makefile("rb").read()
    process.communicate(timeout=30)
    assert response.endswith(b"done")
    assert process.returncode == 0


def test_it_reports_a_port_in_use(web: WebProcess, tmp_path: Path, port: int) -> None:
    (tmp_path / "other").mkdir()
    second = WebProcess(tmp_path / "other", port)
    _, errors = second.process.communicate(timeout=60)
    assert second.process.returncode == 1
    assert f"127.0.0.1:{port} is already in use" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_connection_flood_does_not_starve_others(tmp_path: Path, port: int, host: str) -> None:
    script = LIMIT_FILES.format(soft=64, hard=256) + SERVE
    web = WebProcess(tmp_path, port, script, PYDASH_HOST=host)
    try:
        web.wait_until_ready()
        with ExitStack() as opened:
            for _ in range(300):
                half = socket.create_connection(("127.0.0.1", port), timeout=30)
                opened.enter_context(half).sendall(b"GET / HTTP/1.1\r\n")
            statuses = [
                requests.get(f"{web.url}/api/status", timeout=30).status_code for _ in range(10)
            ]
            assert statuses == [200] * 10
            soft, _ = resource.prlimit(web.process.pid, resource.RLIMIT_NOFILE)
            assert soft == 256
    finally:
        errors = web.stop(signal.SIGTERM)
    assert len(errors) < 2_000, errors[:2_000]


def test_it_monitors_itself_on_request(tmp_path: Path, port: int) -> None:
    web = WebProcess(tmp_path, port, PYDASH_SELF_MONITORING="on")
    try:
        web.wait_until_ready()
        token = (tmp_path / "self-monitoring-token").read_text()
        for secret in ("self-monitoring-token", "self-monitoring.sqlite"):
            assert (tmp_path / secret).stat().st_mode & 0o777 == 0o600
        requests.get(f"{web.url}/api/user", timeout=10)
        details = f"{web.url}/dashboard/get_json_details"
        assert requests.get(details, timeout=10).status_code == 401
        headers = {"Authorization": f"Bearer {token}"}
        data = f"{web.url}/dashboard/get_json_data?after_id=0&limit=1000"
        # FMD stores a request in a thread of its own, some time after its response.
        wait_for(
            lambda: "pydash_web.get_user" in requests.get(data, headers=headers, timeout=10).text
        )
        for page in ("login", "overview", "database_pruning"):
            response = requests.get(f"{web.url}/dashboard/{page}", timeout=10)
            assert "Flask Monitoring Dashboard" not in response.text, "FMD's own pages stay out"
    finally:
        web.stop()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no arenas")
def test_threads_keep_no_memory_that_they_have_freed() -> None:
    """Each of twelve threads used up to 48 MB."""
    command = [sys.executable, "-c", USE_MEMORY]
    kept = int(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    assert kept < 64_000_000

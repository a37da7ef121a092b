"""`pydash reload` under load: no request fails, and everything else goes on as well."""

import re
import socket
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil
import pytest
import requests

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_app.user.api_token import Scope
from pydash_cube.call_batch import CallBatch
from pydash_database import transact
from tests.pydash_cli.test_up import environment, free_port
from tests.pydash_web.support.running_site import (
    FIRST_CALL,
    make_dashboard,
    make_token,
    make_user,
)
from tests.support.waiting import wait_for

CLIENTS = 8
CALLS = 2_000
PYDASH = [sys.executable, "-m", "pydash"]


class Up:
    """`pydash up`, with a dashboard of many requests."""

    def __init__(self, data_dir: Path, port: int, code: Path) -> None:
        """Start it in a directory of code, which comes before what is installed."""
        self.data_dir, self.port, self.code = data_dir, port, code
        self._environment = environment(data_dir, PYDASH_PORT=str(port), PYDASH_WEB_PROCESSES="2")
        self.process = subprocess.Popen(
            [*PYDASH, "up"], env=self._environment, stdout=subprocess.PIPE, text=True, cwd=code
        )
        assert self.process.stdout
        assert self.process.stdout.readline().startswith("PyDash is ready")
        pydash_app.configure(
            Configuration.from_environment({"PYDASH_DATA_DIR": str(data_dir)}, port=port)
        )
        owner = make_user("Alice")
        dashboard_id = make_dashboard(owner, list)
        # More than the kernel buffers.
        calls = CallBatch.from_calls(
            EndpointCall("e", 1.0, FIRST_CALL, "1", f"{n:05000}", "::1", 200) for n in range(CALLS)
        )
        transact(lambda: repository.find(dashboard_id).add_endpoint_calls(calls))
        self.export = f"/api/dashboards/{dashboard_id}/export"
        self.headers = {"Authorization": f"Bearer {make_token(owner, Scope.READ)}"}
        pydash_database.close()

    def reload(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*PYDASH, "reload"], env=self._environment, capture_output=True, text=True, check=False
        )

    def processes(self, name: str) -> dict[int, psutil.Process]:
        found = {}
        for each in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # nor a zombie
                if name in each.cmdline():
                    found[each.pid] = each
        return found

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(60) == 0
        assert self.process.stdout
        self.process.stdout.close()

    @contextmanager
    def clients(self) -> Iterator[Counter[str]]:
        """Send requests without end over kept connections; yield the number of each outcome."""
        outcomes: Counter[str] = Counter()
        stop = threading.Event()
        threads = [
            threading.Thread(target=self._send_requests, args=(outcomes, stop))
            for _ in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        try:
            yield outcomes
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def _send_requests(self, outcomes: Counter[str], stop: threading.Event) -> None:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            while not stop.wait(0.02):
                try:
                    connection.request("GET", "/api/dashboards", headers=self.headers)
                    response = connection.getresponse()
                    response.read()
                    last = " close" if response.will_close else ""
                    outcomes[f"{response.status}{last}"] += 1
                except (OSError, HTTPException) as error:
                    outcomes[repr(error)] += 1
                    connection.close()


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    # A short path, because the path of a Unix socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="pydash") as directory:
        running = Up(Path(directory), free_port(), tmp_path_factory.mktemp("code"))
        yield running
        running.stop()


@pytest.mark.parametrize("rounds", [1, pytest.param(10, marks=pytest.mark.slow)])
def test_no_request_fails(up: Up, rounds: int) -> None:
    for _ in range(rounds):
        reload_under_load(up)


def reload_under_load(up: Up) -> None:
    before = up.processes("web") | up.processes("fetcher")
    assert len(before) == 3
    with up.clients() as outcomes, closing(HTTPConnection("127.0.0.1", up.port)) as slow:
        slow.sock = socket.socket()
        # So small that the server cannot send the export before the client reads it.
        slow.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sock.connect(("127.0.0.1", up.port))
        slow.request("GET", up.export, headers=up.headers)
        response = slow.getresponse()
        lines = response.readline().count(b"\n")
        reloaded = up.reload()
        assert (reloaded.stdout, reloaded.returncode) == ("PyDash has been reloaded.\n", 0)
        sent = outcomes.total()
        wait_for(lambda: outcomes.total() > sent + 200)
        assert any(each.is_running() for each in before.values()), "for the export"
        lines += response.read().count(b"\n")
    assert set(outcomes) == {"200", "200 close"}
    assert lines == CALLS + 1, "the header and all requests"
    wait_for(lambda: not any(each.is_running() for each in before.values()))


@pytest.mark.slow
def test_web_processes_count_together(up: Up) -> None:
    url = f"http://127.0.0.1:{up.port}"
    body = {"name": "Alice", "password": "wrong"}
    statuses = Counter(
        requests.post(f"{url}/api/login", json=body, timeout=30).status_code for _ in range(20)
    )
    assert statuses == {401: 10, 429: 10}
    counted = re.findall(
        r'^pydash_web_request_seconds_count\{.*"/api/login".*\} (\S+)$',
        requests.get(f"{url}/metrics", timeout=30).text,
        re.MULTILINE,
    )
    assert sum(map(float, counted)) == 20


def test_new_code_that_does_not_start_is_reported(up: Up) -> None:
    before = up.processes("web") | up.processes("fetcher")
    (up.code / "pydash.py").write_text("import nonsense")
    reloaded = up.reload()
    assert reloaded.returncode == 1
    assert "No module named 'nonsense' The old processes continue to run." in reloaded.stderr
    assert up.processes("web") | up.processes("fetcher") == before
    assert visit(up, "/readyz") == "Ready"
    (up.code / "pydash.py").unlink()
    assert up.reload().returncode == 0


def test_only_what_runs_is_reloaded(tmp_path: Path) -> None:
    command = [*PYDASH, "reload", "--data-dir", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stderr == f"Error: PyDash is not running on {tmp_path}.\n"


@pytest.mark.slow
def test_processes_that_hang_are_replaced(up: Up) -> None:
    before = {name: up.processes(name) for name in ("database", "web", "fetcher")}
    for processes in before.values():
        next(iter(processes.values())).suspend()
    wait_for(lambda: visit(up, "/readyz") not in (None, "Ready"))
    hung = {next(iter(processes)) for processes in before.values()}
    wait_for(lambda: not hung & {pid for name in before for pid in up.processes(name)}, seconds=60)
    wait_for(lambda: visit(up, "/readyz") == "Ready", seconds=60)
    for name, processes in before.items():
        assert len(up.processes(name)) == len(processes)


def visit(up: Up, path: str) -> str | None:
    """Return the response of a process that does not hang."""
    try:
        return requests.get(f"http://127.0.0.1:{up.port}{path}", timeout=5).text
    except requests.RequestException:
        return None

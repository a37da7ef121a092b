"""`pydash up` as a process: where it listens, what it prints, and how it refuses to start."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from stat import S_IMODE

import pytest
import requests

UP = [sys.executable, "-m", "pydash", "up"]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    # A short path, because the path of a Unix socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="pydash") as directory:
        yield Path(directory)


def free_port() -> int:
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as free:
        return int(free.getsockname()[1])


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    defaults = {"PYDASH_DATA_DIR": str(data_dir), "PYDASH_WEB_PROCESSES": "1"}
    return {**os.environ, **defaults, **settings}


@contextmanager
def running(data_dir: Path, *options: str, **settings: str) -> Iterator[str]:
    """Run `pydash up` for the duration of the block; return the line that it prints first."""
    process = subprocess.Popen(
        [*UP, *options], env=environment(data_dir, **settings), stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    assert process.returncode == 0


def refusal(data_dir: Path, **settings: str) -> str:
    """Return what `pydash up` prints when it does not start."""
    ended = subprocess.run(
        UP, env=environment(data_dir, **settings), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stderr


def status(url: str) -> int:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(f"{url}/api/status", timeout=10).status_code


@pytest.mark.slow
def test_the_ipv6_wildcard_serves_both_address_families(data_dir: Path) -> None:
    port = free_port()
    with running(data_dir, PYDASH_HOST="::", PYDASH_PORT=str(port)) as line:
        assert line == f"PyDash is ready at http://[::1]:{port}\n"
        assert status(f"http://[::1]:{port}") == 200
        assert status(f"http://127.0.0.1:{port}") == 200


@pytest.mark.slow
def test_an_ipv6_address_is_printed_in_brackets(data_dir: Path) -> None:
    port = free_port()
    with running(data_dir, PYDASH_HOST="::1", PYDASH_PORT=str(port)) as line:
        assert line == f"PyDash is ready at http://[::1]:{port}\n"
        assert status(f"http://[::1]:{port}") == 200
        assert refusal(data_dir) == f"Error: PyDash is already running on {data_dir}.\n"


@pytest.mark.parametrize("host", ["::", "127.0.0.1", "0.0.0.0"])
def test_a_port_in_use_on_ipv4_is_reported(data_dir: Path, host: str) -> None:
    with ExitStack() as stack:
        other = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = other.getsockname()[1]
        error = refusal(data_dir, PYDASH_HOST=host, PYDASH_PORT=str(port))
    assert f"Port {port} is in use. Choose another one with --port" in error


@pytest.mark.parametrize(
    ("settings", "allowed"),
    [({}, "global"), ({"PYDASH_FETCH_ALLOW": "global,10.1.0.0/16"}, "global,10.1.0.0/16")],
)
def test_only_global_addresses_are_fetched_from_by_default(
    data_dir: Path, capfd: pytest.CaptureFixture[str], settings: dict[str, str], allowed: str
) -> None:
    with running(data_dir, PYDASH_PORT=str(free_port()), **settings):
        assert f"fetched from: {allowed}.\n" in capfd.readouterr().err


def test_a_foreign_address_is_reported(data_dir: Path) -> None:
    error = refusal(data_dir, PYDASH_HOST="192.0.2.1", PYDASH_PORT=str(free_port()))
    assert "Cannot listen on 192.0.2.1" in error


@pytest.mark.slow
def test_the_demo_keeps_its_user_and_dashboards_over_a_restart(data_dir: Path) -> None:
    port = str(free_port())
    for _ in range(2):
        with running(data_dir, "--demo", "--port", port) as line, requests.Session() as session:
            ready = re.fullmatch(
                r"PyDash is ready at (.+) \(sign in as demo, password (.+)\)\n", line
            )
            assert ready, line
            url, password = ready.groups()
            assert password == (data_dir / "demo-password").read_text()
            session.trust_env = False
            body = {"name": "demo", "password": password}
            assert session.post(f"{url}/api/login", json=body, timeout=10).status_code == 200
            dashboards = session.get(f"{url}/api/dashboards", timeout=10).json()
            assert [each["name"] for each in dashboards] == ["Bookshop", "PyDash itself"]
    for name in ("demo-password", "demo/security-token", "self-monitoring-token"):
        assert S_IMODE((data_dir / name).stat().st_mode) == 0o600


@pytest.mark.slow
def test_the_metrics_of_a_killed_one_are_removed_at_the_next_start(data_dir: Path) -> None:
    stale = data_dir / "metrics" / "histogram_1.db"
    stale.parent.mkdir()
    stale.write_bytes(b"")
    with running(data_dir, PYDASH_PORT=str(free_port())) as line:
        assert line.startswith("PyDash is ready")
        assert not stale.exists()
        assert list(stale.parent.iterdir())
        assert S_IMODE(stale.parent.stat().st_mode) == 0o700

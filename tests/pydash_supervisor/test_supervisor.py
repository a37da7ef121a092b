"""The supervisor restarts real processes that die, and leaves none behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydash_supervisor import ProcessFailedError, Service, Supervisor
from tests.support.waiting import wait_for

SUPERVISE = """
import sys
from pydash_supervisor import Service, Supervisor
with Supervisor() as supervisor:
    supervisor.start(Service("sleeper", [sys.executable, "-c", sys.argv[1]]))
    print("up", flush=True)
    supervisor.run()
"""
# Records its process id and that of its child process, then sleeps.
SLEEP = """
import os, subprocess, time
from pathlib import Path
child = subprocess.Popen(["sleep", "600"])
with Path({record!r}).open("a") as record:
    record.write(f"{{os.getpid()}} {{child.pid}}\\n")
time.sleep(600)
"""


def is_running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


class Started:
    """A supervisor in a process of its own, with a service that records its process ids."""

    def __init__(self, directory: Path) -> None:
        self.record = directory / "pids"
        command = [sys.executable, "-c", SUPERVISE, SLEEP.format(record=str(self.record))]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"up\n"

    def pids(self, start: int) -> list[int]:
        """Wait for the service's `start`-th start; return its process id and its child's."""

        def lines() -> list[str]:
            return self.record.read_text().splitlines() if self.record.exists() else []

        wait_for(lambda: len(lines()) > start)
        return [int(pid) for pid in lines()[start].split()]

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    supervisor = Started(tmp_path)
    yield supervisor
    supervisor.end()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_leaves_nothing_behind_when_stopped(started: Started, stop: int) -> None:
    pids = started.pids(0)
    started.process.send_signal(stop)
    assert started.process.wait(20) == 0
    wait_for(lambda: not any(is_running(pid) for pid in pids))


def test_it_restarts_a_killed_process_and_ends_its_orphans(started: Started) -> None:
    first, orphan = started.pids(0)
    os.kill(first, signal.SIGKILL)
    second, _ = started.pids(1)
    assert second != first
    wait_for(lambda: not is_running(orphan))


def test_its_processes_end_with_it_even_when_it_is_killed(started: Started) -> None:
    pid, _ = started.pids(0)
    started.process.kill()
    wait_for(lambda: not is_running(pid))


def test_it_reports_which_process_ended_during_startup() -> None:
    unlucky = Service(
        "unlucky", [sys.executable, "-c", "raise SystemExit(3)"], is_ready=lambda: False
    )
    with Supervisor() as supervisor, pytest.raises(ProcessFailedError, match=r"unlucky.*status 3"):
        supervisor.start(unlucky, timeout=20)


def test_it_reports_which_process_is_not_ready_in_time() -> None:
    slow = Service("slow", ["sleep", "600"], is_ready=lambda: False)
    with (
        Supervisor() as supervisor,
        pytest.raises(ProcessFailedError, match=r"slow.*not ready after 0.2 s"),
    ):
        supervisor.start(Service("ready", ["sleep", "600"]), slow, timeout=0.2)


def test_it_starts_a_service_only_when_the_one_before_is_ready(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with Supervisor() as supervisor:
        touch = f"sleep 0.3; touch {first}; sleep 600"
        supervisor.start(Service("first", ["sh", "-c", touch], is_ready=first.exists))
        copy = f"mv {first} {second}; sleep 600"
        supervisor.start(Service("second", ["sh", "-c", copy], is_ready=second.exists), timeout=20)


def test_a_service_gets_the_environment_with_its_own_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHARED", "shared")
    path = tmp_path / "variables"
    command = ["sh", "-c", f'echo "$SHARED $OWN" > {path}']
    with Supervisor() as supervisor:
        supervisor.run_once(Service("print", command, environment={"OWN": "own"}))
    assert path.read_text() == "shared own\n"


def test_it_reports_a_failed_one_off_process() -> None:
    with Supervisor() as supervisor:
        supervisor.run_once(Service("set-up", ["true"]))
        with pytest.raises(ProcessFailedError, match="The set-up process failed"):
            supervisor.run_once(Service("set-up", ["false"]))

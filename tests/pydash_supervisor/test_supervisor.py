"""The supervisor runs real processes: it restarts those that die and leaves none behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydash_supervisor import ProcessFailedError, Supervisor
from tests.support.waiting import wait_for

SUPERVISE = """
import os, sys
from pydash_supervisor import Supervisor
with Supervisor() as supervisor:
    supervisor.start("sleeper", [sys.executable, "-c", sys.argv[1]], dict(os.environ))
    print("up", flush=True)
    supervisor.run()
"""
# Notes its process id and that of a process which it starts itself, then sleeps.
SLEEP = """
import os, subprocess, time
from pathlib import Path
child = subprocess.Popen(["sleep", "600"])
with Path({notes!r}).open("a") as notes:
    notes.write(f"{{os.getpid()}} {{child.pid}}\\n")
time.sleep(600)
"""


def is_running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


class Started:
    """A supervisor in a process of its own, with a process that writes down who it is."""

    def __init__(self, folder: Path) -> None:
        self.notes = folder / "notes"
        command = [sys.executable, "-c", SUPERVISE, SLEEP.format(notes=str(self.notes))]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"up\n"

    def pids(self, start: int) -> list[int]:
        """Wait for the process's `start`-th start; answer its id and its child's."""

        def lines() -> list[str]:
            return self.notes.read_text().splitlines() if self.notes.exists() else []

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
def test_it_leaves_nothing_behind_when_asked_to_stop(started: Started, stop: int) -> None:
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


def test_it_says_which_process_ended_while_starting() -> None:
    with Supervisor() as supervisor:
        supervisor.start("unlucky", [sys.executable, "-c", "raise SystemExit(3)"], os.environ)
        with pytest.raises(ProcessFailedError, match=r"unlucky.*exit status 3"):
            supervisor.wait_until("unlucky", lambda: False, timeout=20)


def test_it_says_which_process_is_not_ready_in_time() -> None:
    with Supervisor() as supervisor:
        supervisor.start("slow", ["sleep", "600"], os.environ)
        with pytest.raises(ProcessFailedError, match=r"slow.*not ready after 0.2 s"):
            supervisor.wait_until("slow", lambda: False, timeout=0.2)


def test_it_reports_a_failed_setup() -> None:
    with Supervisor() as supervisor:
        supervisor.run_once(["true"], os.environ)
        with pytest.raises(ProcessFailedError):
            supervisor.run_once(["false"], os.environ)

"""The supervisor restarts real processes that die, and leaves none behind."""

import os
import signal
import subprocess
import sys
import time
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
# Runs services whose programs are files, and prints what becomes of reloads.
RELOAD = """
import signal, sys
from pydash_supervisor import Service, Supervisor, supervisor as module
module.HANG_SECONDS = 3.0
with Supervisor() as supervisor:
    supervisor.start(*(
        Service(
            path, [sys.executable, path], beats=True, restart_seconds=3,
            finish=signal.SIGTERM, finish_seconds=2,
        )
        for path in sys.argv[1:]
    ))
    print("up", flush=True)
    supervisor.run(reloaded=lambda problem: print(problem or "reloaded", flush=True))
"""
# Beats, and records its process ID at the start and, unless it is killed, at the end.
BEATING = """
import os, signal, sys, time
from pathlib import Path
from pydash_supervisor import Heart, notifications
notifications.HEARTBEAT_SECONDS = 0.1
def end(*_):
    print(os.getpid(), "ended", file=Path({record!r}).open("a"))
    raise SystemExit
signal.signal(signal.SIGTERM, end)
heart = Heart()
heart.beat()
print(os.getpid(), {name!r}, file=Path({record!r}).open("a"))
while True:
    time.sleep(0.05)
    heart.beat()
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


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
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


class Beating:
    """A supervisor in a process of its own, with two services that send heartbeats."""

    def __init__(self, directory: Path) -> None:
        self._record = directory / "record"
        self.programs = [directory / "first.py", directory / "second.py"]
        self.install("old", *self.programs)
        command = [sys.executable, "-c", RELOAD, *map(str, self.programs)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self.read() == "up"

    def install(self, name: str, *programs: Path) -> None:
        """Write programs that record this name, for the next start."""
        for program in programs:
            program.write_text(BEATING.format(record=str(self._record), name=name))

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def recorded(self, name: str) -> list[int]:
        lines = [line.split() for line in self._record.read_text().splitlines()]
        return [int(pid) for pid, what in lines if what == name]

    def reload(self) -> str:
        self.process.send_signal(signal.SIGHUP)
        return self.read()


@pytest.fixture
def beating(tmp_path: Path) -> Iterator[Beating]:
    supervisor = Beating(tmp_path)
    yield supervisor
    supervisor.process.terminate()
    assert supervisor.process.wait(20) == 0
    assert supervisor.process.stdout is not None
    supervisor.process.stdout.close()


def test_a_process_that_hangs_is_replaced(beating: Beating) -> None:
    first, second = beating.recorded("old")
    os.kill(first, signal.SIGSTOP)
    wait_for(lambda: len(beating.recorded("old")) == 3)
    assert not is_running(first)
    assert is_running(second)


def test_a_process_that_hangs_before_its_first_heartbeat_is_replaced(beating: Beating) -> None:
    beating.install("silent", *beating.programs)
    for program in beating.programs:
        program.write_text(program.read_text().replace("heart.beat()", "pass"))
    for pid in beating.recorded("old"):
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: len(beating.recorded("silent")) == 2)
    beating.install("new", *beating.programs)
    wait_for(lambda: len(beating.recorded("new")) == 2)
    assert not any(map(is_running, beating.recorded("silent")))


def test_no_process_is_replaced_after_the_supervisor_itself_hung(beating: Beating) -> None:
    pids = beating.recorded("old")
    beating.process.send_signal(signal.SIGSTOP)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(4)
    beating.process.send_signal(signal.SIGCONT)
    time.sleep(1)  # it looks after them
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    assert beating.reload() == "reloaded", "and it looked at all processes before"
    wait_for(lambda: len(beating.recorded("ended")) == 2)
    assert sorted(beating.recorded("ended")) == sorted(pids)


def test_a_reload_replaces_processes_when_the_new_ones_are_ready(beating: Beating) -> None:
    beating.install("new", *beating.programs)
    assert beating.reload() == "reloaded"
    wait_for(lambda: len(beating.recorded("ended")) == 2)
    assert len(beating.recorded("new")) == 2
    assert sorted(beating.recorded("ended")) == sorted(beating.recorded("old"))


def test_new_code_that_does_not_start_replaces_nothing(beating: Beating) -> None:
    beating.install("new", beating.programs[0])
    beating.programs[1].write_text("import nonsense")
    assert "No module named 'nonsense'" in beating.reload()
    assert all(map(is_running, beating.recorded("old")))
    assert not any(map(is_running, beating.recorded("new")))
    beating.install("newer", *beating.programs)
    assert beating.reload() == "reloaded"
    assert len(beating.recorded("newer")) == 2


def test_a_replaced_process_that_hangs_is_killed(beating: Beating) -> None:
    first, _ = beating.recorded("old")
    os.kill(first, signal.SIGSTOP)
    assert beating.reload() == "reloaded"
    wait_for(lambda: not is_running(first))
    assert first not in beating.recorded("ended")


def test_the_end_of_its_terminal_stops_it(tmp_path: Path) -> None:
    """The signal is the one to reload."""
    controller, terminal = os.openpty()
    program = ["-c", SUPERVISE, SLEEP.format(record=str(tmp_path / "pids"))]
    attach = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    start = f"{attach} os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    with subprocess.Popen(
        [sys.executable, "-c", start, *program],
        stdin=terminal,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        os.close(terminal)
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        os.close(controller)
        assert process.wait(20) == 0

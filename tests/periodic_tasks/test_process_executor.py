import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from periodic_tasks.process_executor import (
    MEGABYTE,
    MemoryLimitError,
    ProcessExecutor,
    RemoteCallError,
    WorkerLostError,
)
from tests.periodic_tasks.support import scheduled_tasks
from tests.periodic_tasks.support.reports import Reports


@pytest.fixture
def executor() -> Iterator[ProcessExecutor]:
    with ProcessExecutor(processes=2) as executor:
        yield executor


def test_it_runs_calls_in_other_processes(executor: ProcessExecutor) -> None:
    assert executor.submit(os.getpid).result() != os.getpid()


def test_it_propagates_exceptions(executor: ProcessExecutor) -> None:
    with pytest.raises(ZeroDivisionError):
        executor.submit(divmod, 1, 0).result()


def test_it_reuses_a_process(executor: ProcessExecutor) -> None:
    first = executor.submit(os.getpid).result()
    assert executor.submit(os.getpid).result() == first


def test_a_dying_process_fails_only_its_own_call(
    executor: ProcessExecutor, reports: Reports, tmp_path: Path
) -> None:
    release = tmp_path / "release"
    os.mkfifo(release)
    lasting = executor.submit(scheduled_tasks.report_and_wait, reports.path, "running", release)
    assert reports.next() == "running"
    dying = executor.submit(signal.raise_signal, signal.SIGKILL)
    with pytest.raises(WorkerLostError, match="-9"):
        dying.result()
    release.write_text("go on")
    assert lasting.result() is None
    assert executor.submit(pow, 2, 3).result() == 8


def test_it_terminates_an_abandoned_call(executor: ProcessExecutor, reports: Reports) -> None:
    hanging = executor.submit(scheduled_tasks.report_pid_and_hang, reports.path)
    pid = int(reports.next())
    executor.abandon(hanging)
    with pytest.raises(WorkerLostError):
        hanging.result(timeout=10)
    assert not psutil.pid_exists(pid)


def test_it_replaces_a_process_after_a_number_of_calls() -> None:
    with ProcessExecutor(processes=1, maxtasksperchild=2) as executor:
        pids = [executor.submit(os.getpid).result() for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_it_replaces_a_process_that_used_much_memory() -> None:
    with ProcessExecutor(processes=1, max_memory=100 * MEGABYTE) as executor:
        grown = executor.submit(scheduled_tasks.use_memory, 200).result()
        assert executor.submit(os.getpid).result() != grown


def test_a_call_that_needs_too_much_memory_fails_alone() -> None:
    with ProcessExecutor(processes=1, memory_limit=256 * MEGABYTE) as executor:
        before = executor.submit(scheduled_tasks.use_memory, 20).result()
        with pytest.raises(MemoryLimitError, match="more than the 256 MB"):
            executor.submit(scheduled_tasks.use_memory, 300).result()
        assert executor.submit(scheduled_tasks.use_memory, 20).result() != before


def test_it_calls_the_initializer_in_every_process(reports: Reports) -> None:
    initializer = partial(scheduled_tasks.report_pid, reports.path)
    with ProcessExecutor(1, initializer, maxtasksperchild=1) as executor:
        pids = [executor.submit(os.getpid).result() for _ in range(2)]
    assert [int(reports.next()) for _ in pids] == pids


def test_it_reports_what_cannot_be_pickled(executor: ProcessExecutor) -> None:
    with pytest.raises(RemoteCallError, match="cannot be sent"):
        executor.submit(scheduled_tasks.raise_unpicklable).result()
    here: Callable[[], None] = lambda: None  # noqa: E731
    with pytest.raises((AttributeError, TypeError, Exception), match="pickle"):
        executor.submit(here).result()
    assert executor.submit(pow, 2, 3).result() == 8


def test_it_leaves_no_process_behind(reports: Reports) -> None:
    with ProcessExecutor(processes=2) as executor:
        calls = [executor.submit(scheduled_tasks.report_pid, reports.path) for _ in range(8)]
        pids = {int(reports.next()) for _ in calls}
    assert not any(psutil.pid_exists(pid) for pid in pids)


ROOT = Path(__file__).parents[2]
PARENT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.periodic_tasks.support import scheduled_tasks
from periodic_tasks.process_executor import ProcessExecutor
if __name__ == "__main__":
    executor = ProcessExecutor(processes=1)
    executor.submit(scheduled_tasks.report_pid_and_hang, Path(sys.argv[1])).result()
"""


def test_its_processes_die_with_their_parent(reports: Reports) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(reports.path), str(ROOT)])
    worker = psutil.Process(int(reports.next()))
    parent.kill()
    parent.wait()
    assert psutil.wait_procs([worker], timeout=10)[1] == []

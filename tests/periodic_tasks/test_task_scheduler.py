import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import psutil
import pytest

import periodic_tasks
from periodic_tasks import TaskScheduler
from periodic_tasks.process_executor import ProcessExecutor
from periodic_tasks.scheduling_loop import SchedulingLoop
from tests.periodic_tasks.support import scheduled_tasks
from tests.periodic_tasks.support.reports import Reports

ROOT = Path(__file__).parents[2]

HOUR = timedelta(hours=1)
SOON = timedelta(milliseconds=10)


@pytest.fixture
def scheduler(reports: Reports) -> Iterator[TaskScheduler]:
    """A scheduler in a process of its own; it is stopped before the pipe of the tasks closes."""
    scheduler = TaskScheduler(0.01, {"processes": 2})
    scheduler.start()
    yield scheduler
    scheduler.stop()


@pytest.fixture
def report(reports: Reports) -> Callable[[], None]:
    return partial(scheduled_tasks.report, reports.path)


def test_it_runs_a_periodic_task_repeatedly(
    scheduler: TaskScheduler, report: Callable[[], None], reports: Reports
) -> None:
    scheduler.add_periodic_task("task", SOON, report)
    assert [reports.next() for _ in range(3)] == ["ran"] * 3


def test_it_runs_a_task_at_the_start_only_on_request(
    scheduler: TaskScheduler, reports: Reports
) -> None:
    send = partial(scheduled_tasks.report, reports.path)
    scheduler.add_periodic_task("later", HOUR, partial(send, "later"))
    scheduler.add_periodic_task("now", HOUR, partial(send, "now"), run_at_start=True)
    assert reports.next() == "now"
    assert reports.is_empty()


def test_it_runs_tasks_added_before_the_start(report: Callable[[], None], reports: Reports) -> None:
    scheduler = TaskScheduler(pool_settings={"processes": 1})
    scheduler.add_background_task("task", report)
    scheduler.start()
    assert reports.next() == "ran"
    scheduler.stop()


def test_a_task_replaces_one_with_the_same_name(scheduler: TaskScheduler, reports: Reports) -> None:
    name = ("a tuple", 1)
    scheduler.add_periodic_task(name, HOUR, partial(scheduled_tasks.report, reports.path, "old"))
    new = partial(scheduled_tasks.report, reports.path, "new")
    scheduler.add_periodic_task(name, HOUR, new, run_at_start=True)
    assert reports.next() == "new"
    assert scheduler.figures().tasks == 1


def test_it_stops_running_a_removed_task(
    scheduler: TaskScheduler, report: Callable[[], None], reports: Reports
) -> None:
    scheduler.add_periodic_task("task", SOON, report)
    reports.next()
    scheduler.remove_task("task")
    scheduler.remove_task("unknown")
    assert scheduler.figures().tasks == 0


def test_removing_a_running_task_lets_it_finish_and_not_start_again(
    scheduler: TaskScheduler, reports: Reports, tmp_path: Path
) -> None:
    release = tmp_path / "release"
    os.mkfifo(release)
    task = partial(scheduled_tasks.report_and_wait, reports.path, "started", release)
    scheduler.add_periodic_task("task", SOON, task)
    assert reports.next() == "started"
    scheduler.remove_task("task")
    assert scheduler.figures().tasks == 0, "the scheduler has removed it"
    release.write_text("go on")
    send = partial(scheduled_tasks.report, reports.path, "next")
    scheduler.add_periodic_task("next", HOUR, send, run_at_start=True)
    assert reports.next() == "next"


def test_it_reruns_a_task_whose_process_died(
    scheduler: TaskScheduler, reports: Reports, tmp_path: Path
) -> None:
    task = partial(scheduled_tasks.die_the_first_time, reports.path, tmp_path / "marker")
    scheduler.add_background_task("task", task)
    assert reports.next() == "survived"
    assert scheduler.figures().lost == 1


def test_a_hanging_task_is_terminated_and_others_run(reports: Reports, tmp_path: Path) -> None:
    scheduler = TaskScheduler(0.01, {"processes": 1})
    scheduler.start()
    hang = partial(scheduled_tasks.hang_the_first_time, reports.path, tmp_path / "marker")
    # Periodic, because on a busy machine the first process may not have started in that time.
    limit = timedelta(seconds=1)
    scheduler.add_periodic_task("hanging", SOON, hang, run_at_start=True, time_limit=limit)
    pid = int(reports.next())
    scheduler.add_background_task("next", partial(scheduled_tasks.report, reports.path, "next"))
    assert reports.next() == "next"
    assert not psutil.pid_exists(pid)
    assert scheduler.figures().timed_out >= 1
    scheduler.stop()


def test_a_failed_task_is_retried(scheduler: TaskScheduler, reports: Reports) -> None:
    scheduler.add_periodic_task("task", SOON, partial(scheduled_tasks.fail, reports.path))
    assert [reports.next() for _ in range(3)] == ["failing"] * 3
    assert scheduler.figures().failures >= 2


def test_a_task_can_request_another_run_immediately(
    scheduler: TaskScheduler, reports: Reports
) -> None:
    task = partial(scheduled_tasks.report_and_run_again_at_once, reports.path)
    scheduler.add_periodic_task("task", HOUR, task, run_at_start=True)
    assert [reports.next() for _ in range(3)] == ["ran"] * 3


def test_the_decorator_takes_arguments_in_the_documented_order(reports: Reports) -> None:
    scheduler = TaskScheduler(pool_settings={"processes": 1})
    decorate = periodic_tasks.periodic_task("task", HOUR, True, scheduler)
    task = partial(scheduled_tasks.report, reports.path)
    assert decorate(task) is task
    scheduler.start()
    assert reports.next() == "ran"
    scheduler.stop()


def test_it_refuses_an_interval_of_zero() -> None:
    with pytest.raises(ValueError, match="interval"):
        TaskScheduler().add_periodic_task("task", timedelta(), periodic_tasks.foo)


def test_a_function_that_cannot_be_imported_does_not_stop_it(
    scheduler: TaskScheduler,
    report: Callable[[], None],
    reports: Reports,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def vanished() -> None:
        """Exists here, but not in the scheduling process."""

    vanished.__qualname__ = "vanished"
    monkeypatch.setattr(scheduled_tasks, "vanished", vanished, raising=False)
    vanished.__module__ = scheduled_tasks.__name__
    scheduler.add_background_task("vanished", vanished)
    scheduler.add_background_task("task", report)
    assert reports.next() == "ran"


def test_it_reports_statistics(
    scheduler: TaskScheduler, report: Callable[[], None], reports: Reports
) -> None:
    for number in range(5):
        scheduler.add_background_task(number, report)
    for _ in range(5):
        reports.next()
    scheduler.add_background_task("last", partial(scheduled_tasks.fail, reports.path))
    reports.next()
    while (figures := scheduler.figures()).runs < 6:
        pass
    assert (figures.failures, figures.running, figures.queue_length) == (1, 0, 0)
    assert figures.duration_p99 >= figures.duration_p50 > 0
    assert figures.lag_sum > 0


def test_stopping_leaves_no_process_behind(reports: Reports) -> None:
    before = set(psutil.Process().children())
    scheduler = TaskScheduler(pool_settings={"processes": 1})
    scheduler.start()
    scheduler.add_background_task("task", partial(scheduled_tasks.report_pid, reports.path))
    worker = psutil.Process(int(reports.next()))
    # Only now: until it executes Python, a new process has the command line of its parent.
    [process] = {
        child
        for child in set(psutil.Process().children()) - before
        if any("spawn_main" in argument for argument in child.cmdline())
    }
    started = [process, *process.children(recursive=True), worker]
    scheduler.stop()
    assert psutil.wait_procs(started, timeout=5)[1] == []


def test_stopping_terminates_a_hanging_task(
    reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("periodic_tasks.scheduling_loop.DRAIN_SECONDS", 0.1)
    loop = SchedulingLoop(ProcessExecutor(processes=1))
    thread = threading.Thread(target=loop.run)
    thread.start()
    hang = partial(scheduled_tasks.report_pid_and_hang, reports.path)
    loop.inbox.put(partial(SchedulingLoop.add, name="task", task=periodic_tasks.Task(hang)))
    pid = int(reports.next())
    loop.inbox.put(SchedulingLoop.stop)
    thread.join(10)
    assert not thread.is_alive()
    assert not psutil.pid_exists(pid)


def test_stopping_lets_a_running_task_finish(reports: Reports, tmp_path: Path) -> None:
    release, done = tmp_path / "release", tmp_path / "done"
    os.mkfifo(release)
    scheduler = TaskScheduler(pool_settings={"processes": 1})
    thread = threading.Thread(target=scheduler.run)
    thread.start()
    task = partial(scheduled_tasks.wait_and_touch, reports.path, release, done)
    scheduler.add_background_task("task", task)
    assert reports.next() == "started"
    scheduler.stop()
    release.write_text("go on")
    thread.join(10)
    assert done.exists()


def test_it_can_be_started_only_once() -> None:
    scheduler = TaskScheduler(pool_settings={"processes": 1})
    scheduler.start()
    with pytest.raises(Exception, match="already started"):
        scheduler.start()
    scheduler.stop()
    with pytest.raises(Exception, match="not running"):
        scheduler.stop()


PROGRAM = """
import sys, threading
from datetime import timedelta
from functools import partial
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.periodic_tasks.support import scheduled_tasks
from periodic_tasks import TaskScheduler
if __name__ == "__main__":
    scheduler = TaskScheduler(pool_settings={"processes": 1})
    scheduler.start()
    task = partial(scheduled_tasks.report_pid, Path(sys.argv[1]))
    scheduler.add_periodic_task("task", timedelta(hours=1), task, run_at_start=True)
    if sys.argv[3] == "killed":
        threading.Event().wait()
"""


@pytest.mark.parametrize("ending", ["exit", "killed"])
def test_it_ends_with_its_program(reports: Reports, ending: str) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(reports.path), str(ROOT), ending],
        stderr=subprocess.PIPE,
    )
    if ending == "killed":
        worker = psutil.Process(int(reports.next()))
        started = [worker, *[p for p in worker.parents() if p.ppid() == program.pid]]
        program.send_signal(signal.SIGKILL)
        program.wait(20)
        assert psutil.wait_procs(started, timeout=10)[1] == []
    assert program.wait(20) in (0, -signal.SIGKILL)
    assert program.stderr is not None
    assert b"Traceback" not in program.stderr.read()
    program.stderr.close()

"""The loop that hands tasks to an executor when they are due."""

import queue
import time
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from concurrent.futures import wait as wait_for_futures
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

from periodic_tasks.figures import RunCounter, SchedulerFigures
from periodic_tasks.process_executor import WorkerLostError
from periodic_tasks.queue_nonblocking_iter import queue_nonblocking_iter
from periodic_tasks.timetable import Outcome, Run, Task, Timetable
from pydash_logger.logger import Logger

logger = Logger(__name__)

DRAIN_SECONDS = 6.0

Message = Callable[["SchedulingLoop"], None]


class TaskExecutor(Protocol):
    """What the loop needs of a `concurrent.futures.Executor`, and the means to end a call."""

    @property
    def capacity(self) -> int:
        """How many calls it can run at a time."""

    def submit(self, fn: Callable[[], object], /) -> "Future[Any]":
        """Start a call."""

    def abandon(self, future: "Future[Any]") -> None:
        """End a call by force."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Release everything."""


class SchedulingLoop:
    """Runs tasks by a timetable, in the thread that calls `run`.

    Everything that happens to it is a message in its inbox, a call of one of its own methods;
    so it needs no lock, and sleeps until there is a message or something is due.

    :param executor: runs the tasks.
    :param granularity: seconds; moments closer together than this may be handled as one.
    """

    def __init__(self, executor: TaskExecutor, granularity: float = 0.1) -> None:
        self.inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._executor = executor
        self._granularity = granularity
        self._timetable = Timetable()
        self._futures: dict[Run, Future[Any]] = {}
        self._counter = RunCounter()
        self._stopping = False

    def run(self) -> None:
        """Schedule until the message `stop` comes; then let running tasks finish, but not long."""
        while not self._stopping:
            self._sleep()
            for message in queue_nonblocking_iter(self.inbox):
                message(self)
            self._end_late_runs()
            self._start_due_runs()
        self._drain()

    def add(self, name: Hashable, task: Task) -> None:
        """Add or replace a task."""
        self._timetable.add(name, task, time.monotonic())

    def remove(self, name: Hashable) -> None:
        """Remove a task, if it is there."""
        self._timetable.remove(name)

    def stop(self) -> None:
        """Leave `run`."""
        self._stopping = True

    def answer_figures(self, answer: Callable[[SchedulerFigures], object]) -> None:
        """Tell how things are."""
        table = self._timetable
        now = time.monotonic()
        answer(
            self._counter.figures(
                tasks=len(table), queue_length=table.overdue(now), running=table.running
            )
        )

    def _sleep(self) -> None:
        try:
            message = self.inbox.get(timeout=self._seconds_to_sleep())
        except queue.Empty:
            return
        message(self)

    def _seconds_to_sleep(self) -> float | None:
        moments = (
            self._timetable.next_due(self._executor.capacity),
            self._timetable.next_deadline(),
        )
        next_moment = min((moment for moment in moments if moment is not None), default=None)
        if next_moment is None:
            return None
        return max(next_moment - time.monotonic(), self._granularity)

    def _end_late_runs(self) -> None:
        for run in self._timetable.time_out(time.monotonic()):
            logger.warning("Ending a task that takes too long", task=run.name)
            self._executor.abandon(self._futures[run])

    def _start_due_runs(self) -> None:
        for run in self._timetable.start_due(time.monotonic(), self._executor.capacity):
            future = self._executor.submit(run.entry.task.target)
            self._futures[run] = future
            future.add_done_callback(partial(self._note_done, run))

    def _note_done(self, run: Run, _: "Future[Any]") -> None:
        self.inbox.put(partial(SchedulingLoop._finish, run=run))

    def _finish(self, run: Run) -> None:
        future = self._futures.pop(run)
        outcome, again_after = _result(run, future)
        now = time.monotonic()
        self._timetable.finish(run, now, outcome, again_after)
        self._counter.count(run, now, outcome)

    def _drain(self) -> None:
        wait_for_futures(self._futures.values(), timeout=DRAIN_SECONDS)
        for future in self._futures.values():
            self._executor.abandon(future)
        self._executor.shutdown(wait=True, cancel_futures=True)


def _result(run: Run, future: "Future[Any]") -> tuple[Outcome, float | None]:
    """Return how a run ended, and after how many seconds the task wants to run again."""
    try:
        result = future.result()
    except (CancelledError, WorkerLostError) as error:
        if run.timed_out:
            return Outcome.timed_out, None
        logger.warning("Lost a task with its process", task=run.name, reason=error)
        return Outcome.lost, None
    except Exception as error:  # noqa: BLE001 - a task may fail in any way; the others go on
        logger.warning("A task failed", task=run.name, kind=type(error).__name__, error=error)
        return Outcome.failed, None
    return Outcome.succeeded, result.total_seconds() if isinstance(result, timedelta) else None

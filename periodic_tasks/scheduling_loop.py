"""The loop that submits tasks to an executor when they are due."""

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
    """The executor of the loop: a `concurrent.futures.Executor` that can terminate calls."""

    @property
    def capacity(self) -> int:
        """The number of calls that it can run at a time."""

    def submit(self, fn: Callable[[], object], /) -> "Future[Any]":
        """Start a call."""

    def abandon(self, future: "Future[Any]") -> None:
        """Terminate a call."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Release all resources."""


class SchedulingLoop:
    """Runs the tasks of a timetable in the thread that calls `run`.

    All changes arrive as messages in its inbox, which are calls of its own methods. It therefore
    needs no lock, and sleeps until a message arrives or a task is due.

    :param executor: runs the tasks.
    :param granularity: seconds; events that are closer together may be handled at the same time.
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
        """Schedule until the message `stop`, and then wait briefly for running tasks."""
        while not self._stopping:
            self._handle_messages()
            for run in self._timetable.time_out(time.monotonic()):
                logger.warning("Terminating a task at its time limit", task=run.name)
                self._executor.abandon(self._futures[run])
            for run in self._timetable.start_due(time.monotonic(), self._executor.capacity):
                self._submit(run)
        wait_for_futures(self._futures.values(), timeout=DRAIN_SECONDS)
        for future in self._futures.values():
            self._executor.abandon(future)
        self._executor.shutdown(wait=True, cancel_futures=True)

    def add(self, name: Hashable, task: Task) -> None:
        """Add or replace a task."""
        self._timetable.add(name, task, time.monotonic())

    def remove(self, name: Hashable) -> None:
        """Remove a task, if it exists."""
        self._timetable.remove(name)

    def stop(self) -> None:
        """Make `run` return."""
        self._stopping = True

    def finish(self, run: Run) -> None:
        """Record the result of a run that has ended, and plan the next one."""
        outcome, again_after = Outcome.succeeded, None
        try:
            result = self._futures.pop(run).result()
        except (CancelledError, WorkerLostError) as error:
            outcome = Outcome.timed_out if run.timed_out else Outcome.lost
            if outcome is Outcome.lost:
                logger.warning("The process of a task died", task=run.name, reason=error)
        except Exception as error:  # noqa: BLE001 - tasks may raise anything, and the others must continue
            outcome = Outcome.failed
            logger.warning("A task failed", task=run.name, kind=type(error).__name__, error=error)
        else:
            if isinstance(result, timedelta):
                again_after = result.total_seconds()
        now = time.monotonic()
        self._timetable.finish(run, now, outcome, again_after)
        self._counter.count(run, now, outcome)

    def send_figures(self, send: Callable[[SchedulerFigures], object]) -> None:
        """Pass the current statistics to a function."""
        table = self._timetable
        now = time.monotonic()
        send(
            self._counter.figures(
                tasks=len(table), queue_length=table.overdue(now), running=table.running
            )
        )

    def _handle_messages(self) -> None:
        """Sleep until a message arrives or something is due, then handle all messages."""
        moments = (
            self._timetable.next_due(self._executor.capacity),
            self._timetable.next_deadline(),
        )
        wake_up = min((moment for moment in moments if moment is not None), default=None)
        timeout = None if wake_up is None else max(wake_up - time.monotonic(), self._granularity)
        try:
            self.inbox.get(timeout=timeout)(self)
        except queue.Empty:
            return
        for message in queue_nonblocking_iter(self.inbox):
            message(self)

    def _submit(self, run: Run) -> None:
        future = self._executor.submit(run.entry.task.target)
        self._futures[run] = future
        message = partial(SchedulingLoop.finish, run=run)
        future.add_done_callback(lambda _: self.inbox.put(message))

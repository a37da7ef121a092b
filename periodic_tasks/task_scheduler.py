"""The task scheduler."""

import threading
import weakref
from collections.abc import Callable, Hashable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from periodic_tasks.figures import SchedulerFigures
from periodic_tasks.links import ExecutorFactory, Link, ProcessLink, ThreadLink
from periodic_tasks.process_executor import ProcessExecutor
from periodic_tasks.scheduling_loop import Message, SchedulingLoop
from periodic_tasks.timetable import Task


class TaskScheduler:
    """Runs tasks in a process pool of subprocesses.

    The scheduling loop, which submits tasks to this pool, runs in a separate subprocess as well, so
    there is no overhead for the main process. A process that only schedules can run the loop itself
    with `run` instead of `start`.

    An indexable priority queue (the *pqdict* package) keeps track of the next tasks to run. Adding,
    removing and starting a task take O(log n).

    A task is added, replaced and removed by its name, any hashable object, at any time, including
    before the scheduler is started. Tasks must be picklable, because other processes run them.

    :param granularity: seconds; events that are closer together may be handled at the same time.
    :param pool_settings: keyword arguments of `ProcessExecutor`.
    :param executor: creates another executor than the pool of subprocesses, in the scheduling
        process.

    >>> import periodic_tasks as pt
    >>> ts = pt.TaskScheduler()
    >>> import datetime, time
    >>> ts.start()
    >>> ts.add_periodic_task('foo', datetime.timedelta(milliseconds=1), pt.foo)
    >>> ts.add_periodic_task('bar', datetime.timedelta(milliseconds=5), pt.bar)
    >>> time.sleep(2)
    >>> ts.stop()
    """

    def __init__(
        self,
        granularity: float = 0.1,
        pool_settings: Mapping[str, Any] = {},
        executor: ExecutorFactory | None = None,
    ) -> None:
        self._granularity = granularity
        self._executor = executor or partial(ProcessExecutor, **pool_settings)
        self._unsent: list[Message] = []
        self._link: Link | None = None
        self._was_started = False
        self._lock = threading.RLock()

    def add_periodic_task(
        self,
        name: Hashable,
        interval: timedelta,
        task: Callable[[], object],
        run_at_start: bool = False,
        *,
        jitter: timedelta = timedelta(),
        time_limit: timedelta | None = None,
    ) -> None:
        """Add a task to be run periodically; it replaces a task with the same name.

        :param name: identifies the task; any hashable object.
        :param interval: the time between two runs.
        :param task: the function to call. If it returns a `timedelta`, the next run is after that
            time instead.
        :param run_at_start: whether to run the task right after it is added, rather than only after
            the first interval.
        :param jitter: moves the run after the first interval, and with it all later ones, forward
            by a random time of at most this length, which is at most the interval.
        :param time_limit: a run that takes longer is terminated.
        :raises ValueError: the interval is not positive.
        """
        if interval <= timedelta():
            raise ValueError(f"interval must be positive, not {interval}")
        limit = None if time_limit is None else time_limit.total_seconds()
        seconds, spread = interval.total_seconds(), jitter.total_seconds()
        self._add(name, Task(task, seconds, run_at_start, spread, limit))

    def add_background_task(
        self,
        name: Hashable,
        task: Callable[[], object],
        *,
        time_limit: timedelta | None = None,
    ) -> None:
        """Add a task to be run once, as soon as possible; it replaces a task with the same name.

        :param name: identifies the task; any hashable object.
        :param task: the function to call.
        :param time_limit: a run that takes longer is terminated.
        """
        limit = None if time_limit is None else time_limit.total_seconds()
        self._add(name, Task(task, time_limit=limit))

    def remove_task(self, name: Hashable) -> None:
        """Remove a task, if it exists; a run that has started may finish."""
        self._send(partial(SchedulingLoop.remove, name=name))

    def start(self, pool_settings: Mapping[str, Any] = {}) -> None:
        """Start the scheduling loop in a separate process. Can be called once.

        :param pool_settings: further keyword arguments of `ProcessExecutor`.

        >>> import periodic_tasks as pt
        >>> ts = pt.TaskScheduler()
        >>> ts.start()
        >>> ts.start()
        Traceback (most recent call last):
        ...
        Exception
        """
        with self._lock:
            self._require_not_started()
            link = ProcessLink(self._granularity, partial(self._executor, **pool_settings))
            weakref.finalize(self, link.stop).atexit = False
            self._begin(link)

    def run(self) -> None:
        """Run the scheduling loop in the calling thread until `stop`. Can be called once."""
        loop = SchedulingLoop(self._executor(), self._granularity)
        with self._lock:
            self._require_not_started()
            self._begin(ThreadLink(loop))
        loop.run()

    def stop(self) -> None:
        """Stop scheduling, and end all processes within ten seconds.

        >>> import periodic_tasks as pt
        >>> ts = pt.TaskScheduler()
        >>> ts.stop()
        Traceback (most recent call last):
        ...
        Exception
        """
        with self._lock:
            link, self._link = self._require_link(), None
        link.stop()

    def figures(self) -> SchedulerFigures:
        """Return the statistics of the scheduler, which must be running."""
        with self._lock:
            return self._require_link().figures()

    def _add(self, name: Hashable, task: Task) -> None:
        self._send(partial(SchedulingLoop.add, name=name, task=task))

    def _send(self, message: Message) -> None:
        with self._lock:
            if self._link:
                self._link.send(message)
            elif not self._was_started:
                self._unsent.append(message)

    def _begin(self, link: Link) -> None:
        self._link, self._was_started = link, True
        for message in self._unsent:
            link.send(message)
        self._unsent.clear()

    def _require_not_started(self) -> None:
        if self._was_started:
            raise Exception("The scheduler was already started.")  # noqa: TRY002 - documented

    def _require_link(self) -> Link:
        if self._link is None:
            raise Exception("The scheduler is not running.")  # noqa: TRY002 - documented
        return self._link

"""Decides when tasks run. Every method takes the current time in seconds instead of a clock."""

import math
import random
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import Enum
from itertools import islice

from pqdict import pqdict

from periodic_tasks.pqdict_iter_upto_priority import pqdict_iter_upto_priority

RETRY_AFTER_LOSS = 1.0
MAX_RETRY_DELAY = 300.0
MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Task:
    """A function to run, with its schedule.

    :ivar target: called without arguments, in a process of the pool. If it returns a `timedelta`,
        the next run is after that time, regardless of the interval.
    :ivar interval: seconds between two starts; None to run once.
    :ivar run_at_start: whether the first run is immediate, rather than after the first interval.
    :ivar jitter: the run after the first interval, and all later ones, are earlier by a random
        time of at most this many seconds, so that tasks that were added together are spread.
    :ivar time_limit: a run that takes longer than this many seconds is terminated.
    """

    target: Callable[[], object]
    interval: float | None = None
    run_at_start: bool = False
    jitter: float = 0.0
    time_limit: float | None = None


class Outcome(Enum):
    """How a run ended."""

    succeeded = "succeeded"
    failed = "failed"
    timed_out = "timed out"
    lost = "lost"  # its process died, which may not be the fault of the task


@dataclass(slots=True, eq=False)
class Entry:
    """The state of a task in the timetable.

    :ivar due: the time of the next run.
    :ivar grid: a point of the regular grid of runs, whose points are one interval apart.
    """

    task: Task
    due: float
    grid: float
    failures: int = 0


@dataclass(slots=True, eq=False)
class Run:
    """One run of a task."""

    name: Hashable
    entry: Entry
    due: float
    started: float
    timed_out: bool = field(default=False)

    @property
    def lag(self) -> float:
        """The delay of the start, in seconds."""
        return self.started - self.due


class Timetable:
    """Stores the time of the next run of every task.

    - A task is never started while it runs.
    - A single run makes up for any number of missed runs.
    - After a failure, a task waits for its interval, then twice as long, and so on up to five
      minutes; a task whose process died is retried after one second, then two, then four.
    - Tasks whose last run failed get at most half of the pool, so that hanging tasks do not block
      the others.

    >>> table = Timetable()
    >>> table.add('tick', Task(print, interval=10), now=0)
    >>> table.next_due(capacity=1)
    10.0
    >>> [run] = table.start_due(now=35, capacity=1)
    >>> run.lag
    25.0
    >>> table.finish(run, now=36, outcome=Outcome.succeeded)
    >>> table.next_due(capacity=1)
    40.0
    """

    def __init__(self, *, max_retry_delay: float = MAX_RETRY_DELAY, seed: int | None = None):
        self._entries: dict[Hashable, Entry] = {}
        self._waiting: pqdict[Hashable, float] = pqdict()
        self._retrying: pqdict[Hashable, float] = pqdict()
        self._running: dict[Hashable, Run] = {}
        self._deadlines: pqdict[Hashable, float] = pqdict()
        self._max_retry_delay = max_retry_delay
        self._random = random.Random(seed)  # noqa: S311 - spreads load, keeps no secret

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def running(self) -> int:
        """The number of runs that have started and not finished."""
        return len(self._running)

    def overdue(self, now: float) -> int:
        """Return the number of due tasks that wait for a free process."""
        return sum(due < now for lane in (self._waiting, self._retrying) for due in lane.values())

    def add(self, name: Hashable, task: Task, now: float) -> None:
        """Add a task, or replace the task with this name."""
        grid = now + (task.interval or 0.0) - self._random.uniform(0.0, task.jitter)
        entry = Entry(task, now if task.run_at_start else grid, grid)
        self._entries[name] = entry
        if name not in self._running:
            self._enqueue(name, entry)

    def remove(self, name: Hashable) -> None:
        """Remove a task, if it exists; a run that has started may finish."""
        self._entries.pop(name, None)
        self._dequeue(name)

    def start_due(self, now: float, capacity: int) -> list[Run]:
        """Start the due tasks, longest overdue first.

        :param capacity: the maximum number of runs at a time.
        :returns: the new runs; call `finish` for each when it has ended.
        """
        lanes = ((self._retrying, self._free_for_retries(capacity)), (self._waiting, capacity))
        runs: list[Run] = []
        for lane, free in lanes:
            free = min(free, capacity - self.running)
            due = islice(pqdict_iter_upto_priority(lane, now), max(free, 0))
            for name, moment in due:
                entry = self._entries[name]
                run = self._running[name] = Run(name, entry, moment, now)
                runs.append(run)
                if entry.task.interval is not None:
                    entry.due = _next_on_grid(entry.grid, entry.task.interval, now)
                if entry.task.time_limit is not None:
                    self._deadlines[name] = now + entry.task.time_limit
        return runs

    def next_due(self, capacity: int) -> float | None:
        """Return when `start_due` can start a task; None if nothing can start before a `finish`."""
        if self.running >= capacity:
            return None
        lanes = [self._waiting]
        if self._free_for_retries(capacity) > 0:
            lanes.append(self._retrying)
        return min((lane.topitem()[1] for lane in lanes if lane), default=None)

    def next_deadline(self) -> float | None:
        """Return when the next run reaches its time limit."""
        return self._deadlines.topitem()[1] if self._deadlines else None

    def time_out(self, now: float) -> list[Run]:
        """Mark and return the runs that have reached their time limit, which the caller ends."""
        runs = [self._running[name] for name, _ in pqdict_iter_upto_priority(self._deadlines, now)]
        for run in runs:
            run.timed_out = True
        return runs

    def finish(
        self, run: Run, now: float, outcome: Outcome, again_after: float | None = None
    ) -> None:
        """Record that a run has ended, and plan the next one.

        :param again_after: seconds after which the task requested to run again.
        """
        del self._running[run.name]
        self._deadlines.pop(run.name, None)
        entry = self._entries.get(run.name)
        if entry is None:
            return  # removed while it ran
        if entry is run.entry and not self._plan(entry, now, outcome, again_after):
            del self._entries[run.name]
            return
        self._enqueue(run.name, entry)

    def _plan(self, entry: Entry, now: float, outcome: Outcome, again_after: float | None) -> bool:
        """Set the time of the next run. Return whether there is one."""
        if outcome is not Outcome.succeeded:
            entry.failures += 1
            delay = entry.task.interval
            if delay is None or outcome is Outcome.lost:
                delay = RETRY_AFTER_LOSS
            delay *= 2.0 ** min(entry.failures - 1, 30)
            entry.due = now + min(delay, self._max_retry_delay)
            return entry.task.interval is not None or (
                outcome is Outcome.lost and entry.failures < MAX_ATTEMPTS
            )
        entry.failures = 0
        if again_after is not None:
            entry.due = now + again_after
        return entry.task.interval is not None or again_after is not None

    def _free_for_retries(self, capacity: int) -> int:
        retries = sum(run.entry.failures > 0 for run in self._running.values())
        return max(1, capacity // 2) - retries

    def _enqueue(self, name: Hashable, entry: Entry) -> None:
        self._dequeue(name)
        lane = self._retrying if entry.failures else self._waiting
        lane[name] = entry.due

    def _dequeue(self, name: Hashable) -> None:
        self._waiting.pop(name, None)
        self._retrying.pop(name, None)


def _next_on_grid(grid: float, interval: float, now: float) -> float:
    """Return the first time after `now` that is a whole number of intervals from `grid`.

    >>> _next_on_grid(10.0, 5.0, 21.0)
    25.0
    """
    return grid + interval * (math.floor((now - grid) / interval) + 1)

"""Decides what runs when. It knows no clock, process or thread: time is handed in, in seconds."""

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
    """What to run, and how often.

    :ivar target: called without arguments, in a process of the pool. If it returns a `timedelta`
        it is run again that soon, whatever its interval.
    :ivar interval: seconds between two starts; None to run once.
    :ivar run_at_start: whether the first run is now, not after the first interval.
    :ivar jitter: the first run after an interval comes earlier by a random time of up to this
        many seconds, and the others after it; so tasks that were added together are spread.
    :ivar time_limit: a run that takes longer than this many seconds is ended by force.
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
    lost = "lost"  # with the process that it ran in: not the task's fault


@dataclass(slots=True, eq=False)
class Entry:
    """A task's line in the timetable.

    :ivar due: when it is to run next.
    :ivar grid: some moment of those that lie its interval apart, at which it runs if all is well.
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
        """How many seconds too late it started."""
        return self.started - self.due


class Timetable:
    """Keeps the next moment of every task.

    - A task is never started while it runs.
    - Starts missed meanwhile are made up for by one run, not by many.
    - After a failure a task waits its interval, then twice that, and so on up to five minutes;
      one whose process died is tried again after a second, two, four.
    - Tasks that failed the last time get at most half of the pool, so that those which hang
      cannot keep the others waiting.

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
        """How many runs have started and not finished."""
        return len(self._running)

    def overdue(self, now: float) -> int:
        """Count the tasks that should have started before now and wait for a free process."""
        return sum(due < now for lane in (self._waiting, self._retrying) for due in lane.values())

    def add(self, name: Hashable, task: Task, now: float) -> None:
        """Add a task, or put it in the place of the one with this name."""
        grid = now + (task.interval or 0.0) - self._random.uniform(0.0, task.jitter)
        entry = Entry(task, now if task.run_at_start else grid, grid)
        self._entries[name] = entry
        if name not in self._running:
            self._enqueue(name, entry)

    def remove(self, name: Hashable) -> None:
        """Forget a task, if it is there; a run that has started may finish."""
        self._entries.pop(name, None)
        self._dequeue(name)

    def start_due(self, now: float, capacity: int) -> list[Run]:
        """Start what is due, the longest overdue first.

        :param capacity: how many runs there may be at a time.
        :returns: the new runs; hand each to `finish` in the end.
        """
        lanes = ((self._retrying, self._free_for_retries(capacity)), (self._waiting, capacity))
        runs: list[Run] = []
        for lane, free in lanes:
            free = min(free, capacity - self.running)
            due = islice(pqdict_iter_upto_priority(lane, now), max(free, 0))
            runs += [self._start(name, moment, now) for name, moment in due]
        return runs

    def next_due(self, capacity: int) -> float | None:
        """Return when `start_due` has something to do; None if it only waits for a `finish`."""
        if self.running >= capacity:
            return None
        lanes = [self._waiting]
        if self._free_for_retries(capacity) > 0:
            lanes.append(self._retrying)
        return min((lane.topitem()[1] for lane in lanes if lane), default=None)

    def next_deadline(self) -> float | None:
        """Return when the first run passes its time limit."""
        return self._deadlines.topitem()[1] if self._deadlines else None

    def time_out(self, now: float) -> list[Run]:
        """Mark the runs that have passed their time limit; they are yet to be ended."""
        runs = [self._running[name] for name, _ in pqdict_iter_upto_priority(self._deadlines, now)]
        for run in runs:
            run.timed_out = True
        return runs

    def finish(
        self, run: Run, now: float, outcome: Outcome, again_after: float | None = None
    ) -> None:
        """Note that a run has ended, and plan the next.

        :param again_after: seconds after which the task wants to run again.
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

    def _start(self, name: Hashable, due: float, now: float) -> Run:
        entry = self._entries[name]
        run = self._running[name] = Run(name, entry, due, now)
        if entry.task.interval is not None:
            entry.due = _next_on_grid(entry.grid, entry.task.interval, now)
        if entry.task.time_limit is not None:
            self._deadlines[name] = now + entry.task.time_limit
        return run

    def _plan(self, entry: Entry, now: float, outcome: Outcome, again_after: float | None) -> bool:
        """Set when the entry is due next; False if it never is."""
        if outcome is not Outcome.succeeded:
            entry.failures += 1
            entry.due = now + self._retry_delay(entry, outcome)
            return entry.task.interval is not None or (
                outcome is Outcome.lost and entry.failures < MAX_ATTEMPTS
            )
        entry.failures = 0
        if again_after is not None:
            entry.due = now + again_after
        return entry.task.interval is not None or again_after is not None

    def _retry_delay(self, entry: Entry, outcome: Outcome) -> float:
        first = entry.task.interval
        if first is None or outcome is Outcome.lost:
            first = RETRY_AFTER_LOSS
        return min(first * 2.0 ** min(entry.failures - 1, 30), self._max_retry_delay)

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
    """Return the first moment after `now` that lies whole intervals from `grid`.

    >>> _next_on_grid(10.0, 5.0, 21.0)
    25.0
    """
    return grid + interval * (math.floor((now - grid) / interval) + 1)

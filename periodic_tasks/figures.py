"""What a scheduler has done, in numbers."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from periodic_tasks.timetable import Outcome, Run

RECENT = 10_000


@dataclass(frozen=True, slots=True)
class SchedulerFigures:
    """What a scheduler has done since it started; times in seconds.

    :ivar tasks: tasks in the timetable.
    :ivar queue_length: tasks that should run and wait for a free process.
    :ivar running: runs in progress.
    :ivar runs: finished runs, those below included.
    :ivar failures: runs that raised.
    :ivar timed_out: runs ended because they passed their time limit.
    :ivar lost: runs that ended with their process.
    :ivar lag_sum: how much too late runs have started, in all.
    :ivar duration_sum: how long runs have taken, in all.
    :ivar lag_p50, lag_p99, duration_p50, duration_p99: quantiles of the most recent runs.
    """

    tasks: int = 0
    queue_length: int = 0
    running: int = 0
    runs: int = 0
    failures: int = 0
    timed_out: int = 0
    lost: int = 0
    lag_sum: float = 0.0
    duration_sum: float = 0.0
    lag_p50: float = 0.0
    lag_p99: float = 0.0
    duration_p50: float = 0.0
    duration_p99: float = 0.0


class RunCounter:
    """Counts runs as they finish."""

    def __init__(self) -> None:
        self._outcomes = dict.fromkeys(Outcome, 0)
        self._lag_sum = self._duration_sum = 0.0
        self._lags: deque[float] = deque(maxlen=RECENT)
        self._durations: deque[float] = deque(maxlen=RECENT)

    def count(self, run: Run, finished: float, outcome: Outcome) -> None:
        """Count one finished run."""
        self._outcomes[outcome] += 1
        duration = finished - run.started
        self._lag_sum += run.lag
        self._duration_sum += duration
        self._lags.append(run.lag)
        self._durations.append(duration)

    def figures(self, *, tasks: int, queue_length: int, running: int) -> SchedulerFigures:
        """Return all counts so far, with the given present ones."""
        return SchedulerFigures(
            tasks=tasks,
            queue_length=queue_length,
            running=running,
            runs=sum(self._outcomes.values()),
            failures=self._outcomes[Outcome.failed],
            timed_out=self._outcomes[Outcome.timed_out],
            lost=self._outcomes[Outcome.lost],
            lag_sum=self._lag_sum,
            duration_sum=self._duration_sum,
            lag_p50=_quantile(self._lags, 0.5),
            lag_p99=_quantile(self._lags, 0.99),
            duration_p50=_quantile(self._durations, 0.5),
            duration_p99=_quantile(self._durations, 0.99),
        )


def _quantile(values: Iterable[float], share: float) -> float:
    """Return the value below which the given share of the values lies; 0 if there are none.

    >>> _quantile([3.0, 1.0, 2.0], 0.5)
    2.0
    """
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0

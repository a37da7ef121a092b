"""Statistics of a scheduler."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from periodic_tasks.timetable import Outcome, Run

# The number of most recent runs whose quantiles are reported.
RECENT = 10_000


@dataclass(frozen=True, slots=True)
class SchedulerFigures:
    """Statistics of a scheduler since it started; times in seconds.

    :ivar tasks: number of tasks in the timetable.
    :ivar queue_length: number of tasks that are due and wait for a free process.
    :ivar running: number of runs in progress.
    :ivar runs: number of finished runs, including failed, timed out and lost ones.
    :ivar failures: number of runs that raised an exception.
    :ivar timed_out: number of runs that were terminated at their time limit.
    :ivar lost: number of runs whose process died.
    :ivar lag_sum: total delay of the starts of all runs.
    :ivar duration_sum: total duration of all runs.
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
        """Return the statistics so far, completed by the given current numbers."""
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


def _quantile(values: Iterable[float], fraction: float) -> float:
    """Return the value below which this fraction of the values lies; 0 if there are none.

    >>> _quantile([3.0, 1.0, 2.0], 0.5)
    2.0
    """
    ordered = sorted(values)
    return ordered[min(int(fraction * len(ordered)), len(ordered) - 1)] if ordered else 0.0

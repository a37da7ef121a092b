"""Precision, throughput and CPU use of the scheduler with 10,000 tasks."""

import os
import threading
import time
from datetime import timedelta
from functools import partial
from typing import Any

import psutil

from periodic_tasks import SchedulerFigures, TaskScheduler, foo
from periodic_tasks.process_executor import ProcessExecutor

TASKS = 10_000
INTERVAL = timedelta(seconds=60)
SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))

Row = dict[str, Any]


def run() -> list[Row]:
    """Run the benchmark; takes about two and a half minutes."""
    return [*_spread_tasks(), *_throughput(), _idle()]


def _spread_tasks() -> list[Row]:
    """Run 10,000 tasks a minute at random moments, like dashboards."""
    with _Running() as scheduler:
        for number in range(TASKS):
            scheduler.add_periodic_task(number, INTERVAL, foo, jitter=INTERVAL)
        time.sleep(SECONDS)
        figures = scheduler.figures()
    return [
        _row("start lag, 10,000 tasks a minute, p50", figures.lag_p50 * 1000, "ms"),
        _row("start lag, 10,000 tasks a minute, p99", figures.lag_p99 * 1000, "ms"),
        _row("runs in that period", figures.runs, "runs"),
    ]


def _throughput() -> list[Row]:
    """Run 10,000 tasks that are due at once."""
    with _Running() as scheduler:
        started = time.perf_counter()
        for number in range(TASKS):
            scheduler.add_background_task(number, foo)
        _wait_for_runs(scheduler, TASKS)
        seconds = time.perf_counter() - started
    return [_row("empty tasks, all due at once", TASKS / seconds, "tasks/s")]


def _idle() -> Row:
    """Wait while none of 10,000 tasks is due."""
    with _Running() as scheduler:
        for number in range(TASKS):
            scheduler.add_periodic_task(number, timedelta(days=1), foo)
        scheduler.figures()
        process = psutil.Process()
        before = sum(process.cpu_times()[:2])
        time.sleep(SECONDS)
        share = (sum(process.cpu_times()[:2]) - before) / SECONDS
    return _row("CPU while 10,000 tasks wait", share * 100, "% of a core")


def _wait_for_runs(scheduler: TaskScheduler, runs: int) -> SchedulerFigures:
    while (figures := scheduler.figures()).runs < runs:
        time.sleep(0.05)
    return figures


def _row(name: str, value: float, unit: str) -> Row:
    return {"name": name, "value": round(value, 2), "unit": unit}


class _Running:
    """A scheduler like in the fetcher: the loop in a thread, a pool of four processes."""

    def __enter__(self) -> TaskScheduler:
        executor = partial(ProcessExecutor, 4)
        self._scheduler = TaskScheduler(granularity=0.05, executor=executor)
        self._thread = threading.Thread(target=self._scheduler.run)
        self._thread.start()
        return self._scheduler

    def __exit__(self, *_: object) -> None:
        self._scheduler.stop()
        self._thread.join()


if __name__ == "__main__":
    for row in run():
        print(row)

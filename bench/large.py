"""A hundred million calls in one dashboard: import, pack, queries, restart.

    python -m bench.large             100 million calls over a year
    python -m bench.large 10          10 million

A year of generated calls, a batch per transaction, on a ZEO server of its own. Months are folded as
they end, as the fetcher does. Takes about half an hour.
"""

import resource
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

import pydash_database
from bench import document, run
from bench.cube_database import CubeDatabase, Row, add, cube_database, dashboard, row
from bench.generated import generate
from pydash_database import transact
from tests.pydash_cube.support import run_query

PAGE = 25_000
MONTHS = np.arange("2025-10", "2026-11", dtype="datetime64[M]").astype("datetime64[us]")
YEAR = {"start": datetime(2025, 10, 1, tzinfo=UTC), "end": datetime(2026, 10, 1, tzinfo=UTC)}
LAST = {"start": datetime(2026, 9, 1, tzinfo=UTC), "end": datetime(2026, 10, 1, tzinfo=UTC)}
MEDIAN, P99 = "median_execution_time", "ninety-ninth_percentile_execution_time"
QUERIES: Mapping[str, dict[str, Any]] = {
    "year by month: requests": {**YEAR, "statistics": ["total_visits"], "timeslice": "month"},
    "year by month: p50, p99": {**YEAR, "statistics": [MEDIAN, P99], "timeslice": "month"},
    "year by day: p50, p99": {**YEAR, "statistics": [MEDIAN, P99], "timeslice": "day"},
    "year, per endpoint: p50, p99": {**YEAR, "statistics": [MEDIAN, P99], "by": ["endpoint"]},
    "last month by day: p50, p99": {**LAST, "statistics": [MEDIAN, P99], "timeslice": "day"},
    "last month by hour: requests": {**LAST, "statistics": ["total_visits"], "timeslice": "hour"},
    "last month, one address by day: p50": {
        **LAST,
        "statistics": [MEDIAN],
        "timeslice": "day",
        "filters": {"ip": "10.0.0.8"},
    },
    "last month, 20 largest addresses": {
        **LAST,
        "statistics": ["total_visits"],
        "by": ["ip"],
        "top": 20,
    },
}


def main(millions: float) -> None:
    """Run the benchmark, print its table, and write it to the results and the documentation."""
    calls, before = int(millions * 1e6), run.environment()
    with cube_database() as database:
        fetches, folds = _import(calls)
        rows = [
            row("import", sum(fetches) + sum(folds), "s"),
            row("transaction of 25,000 requests, median", _median(fetches), "ms"),
            row("the longest of them", 1000 * max(fetches), "ms"),
            row("folding months: the longest transaction", 1000 * max(folds, default=0), "ms"),
            row("peak memory of the import", _memory(), "MB"),
            row("file before pack", database.size / 1e9, "GB"),
            row("pack", _seconds(partial(pydash_database.pack, 0)), "s"),
            row("file after pack", database.size / 1e9, "GB"),
            row(
                "on disk after pack",
                database.size / calls,
                "B/request",
                40,
                against="limit",
                target=1,
            ),
            row("reconnect, load the dashboard", 1000 * _seconds(database.reconnect), "ms"),
        ]
        for name, query in QUERIES.items():
            rows += _measure(database, name, query)
        rows.append(row("peak memory, queries included", _memory(), "MB"))
    print(run.table(rows))
    if millions == 100:
        run.store("large", before, rows)
        document.main()


def _import(calls: int) -> tuple[list[float], list[float]]:
    """Add calls in order of time; return the seconds of each batch and of each step of a fold."""
    fetches, folds = [], []
    share = calls // (len(MONTHS) - 1)
    for start, end in pairwise(MONTHS):
        for page in generate(share, PAGE):
            place = (page.time - np.datetime64("2026-10-01", "us")) / np.timedelta64(30, "D")
            page.time[:] = start + (place * (end - start).astype(float)).astype("timedelta64[us]")
            batch = page.batch()
            fetches.append(_seconds(partial(transact, partial(add, batch))))
            while transact(lambda: dashboard().aggregator_group.cube.needs_folding):
                folds.append(
                    _seconds(lambda: transact(lambda: dashboard().aggregator_group.cube.fold()))
                )
    return fetches, folds


def _measure(database: CubeDatabase, name: str, query: Mapping[str, Any]) -> list[Row]:
    database.reconnect()
    work = partial(transact, lambda: run_query(dashboard().aggregator_group.cube, **query))
    cold, *hot = (1000 * _seconds(work) for _ in range(6))
    return [row(f"{name}, cold", cold, "ms"), row(f"{name}, hot", min(hot), "ms")]


def _median(seconds: list[float]) -> float:
    """Return the median in milliseconds."""
    return 1000 * float(np.median(seconds))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 100)

"""The end of a month of two million requests: what its transactions take, and the size on disk.

Requests are added in order of time, 25,000 per transaction. Then those of the next month begin, and
the month is folded, as the fetcher does.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

import pydash_database
from bench.cube_database import CubeDatabase, Row, add, cube_database, dashboard, row
from bench.generated import generate
from pydash_database import BACKGROUND_TIMEOUT, transact

CALLS, PAGE = 2_000_000, 25_000
_MONTH = np.timedelta64(31, "D")


def run() -> list[Row]:
    """Run the benchmark; takes about a minute."""
    with cube_database() as database:
        return _measure(database)


def _measure(database: CubeDatabase) -> list[Row]:
    pages = [*generate(CALLS, PAGE)]
    pages += [replace(page, time=page.time + _MONTH) for page in pages[:2]]
    fetches = [_milliseconds(partial(add, page.batch())) for page in pages]
    before, folds = database.size, list[float]()
    while transact(lambda: dashboard().aggregator_group.cube.needs_folding):
        folds.append(_milliseconds(lambda: dashboard().aggregator_group.cube.fold()))
    written = database.size - before
    pydash_database.pack(0)
    ordinary = statistics.median(fetches)
    return [
        row("add 25,000 requests, median", ordinary, "ms"),
        row("add 25,000 requests, longest", max(fetches), "ms"),
        row("transactions at the end of the month", len(folds), ""),
        row("all of them together", sum(folds), "ms"),
        row(
            "the longest of them",
            max(folds),
            "ms",
            ordinary,
            against="adding 25,000",
            target=0.5,
        ),
        row("written by them", written / 1e6, "MB"),
        row(
            "on disk after pack",
            database.size / (CALLS + 2 * PAGE),
            "B/request",
            40,
            against="limit",
            target=1,
        ),
    ]


def _milliseconds(work: Callable[[], object]) -> float:
    """Return the processor time of a transaction."""
    start = time.process_time()
    transact(work, timeout=BACKGROUND_TIMEOUT)
    return (time.process_time() - start) * 1000

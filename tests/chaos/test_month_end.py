"""Kills whatever stores the cells of months that are over, at random, and counts in the end.

`PYDASH_CHAOS_MONTHS` says how many months end (2), `PYDASH_CHAOS_SEED` when the kills come.
"""

import os
import random
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import pytest

from pydash_app.dashboard import repository
from pydash_app.dashboard.services import registration
from pydash_cube.month import SPLIT_SIZE
from pydash_cube.query import Query
from pydash_cube.vocabulary import CallField, StatisticName, TimeUnit
from pydash_database import DatabaseUnavailable, transact
from tests.chaos.conftest import Stage
from tests.chaos.test_crash import SEED, stored_count
from tests.pydash_app.fetching.support.owners import make_owner

ROUNDS = int(os.environ.get("PYDASH_CHAOS_MONTHS", "2"))
# Large enough for days and months to store cells of their own.
CALLS_PER_MONTH = 3 * SPLIT_SIZE // 2
LATE_CALLS = 1_000
SETTLE_SECONDS = 120
COUNTS = """
select name, ip, substr(time_requested, 1, {digits}), count(*), sum(duration), max(duration)
from Request join Endpoint on Endpoint.id = Request.endpoint_id group by 1, 2, 3
"""
# Labels of months and days have as many characters as the beginnings of times in the app's table.
DIGITS = {TimeUnit.MONTH: 7, TimeUnit.DAY: 10}

T = TypeVar("T")


@pytest.mark.slow
def test_a_month_that_ends_is_counted_once_whatever_dies(stage: Stage) -> None:
    rng = random.Random(SEED)
    months = _months(ROUNDS + 1)
    month = next(months)
    write_calls(stage, rng, month, CALLS_PER_MONTH)
    owner, url, token = make_owner(), stage.app.url, stage.app.token
    dashboard_id = registration.register(owner, "The app", url, token).id
    interrupted = 0
    for round_number in range(ROUNDS):
        ending, month = month, next(months)
        # The first calls of the next month end this one.
        write_calls(stage, rng, month, CALLS_PER_MONTH)
        _wait_until(partial(_is_ending, dashboard_id, round_number))
        write_calls(stage, rng, ending, LATE_CALLS)
        time.sleep(rng.uniform(0, 1))
        victim = rng.choice([stage.kill_a_worker, stage.kill_the_fetcher, stage.kill_the_database])
        victim(rng)
        is_left = _retried(partial(_needs_folding, dashboard_id))
        interrupted += is_left
        print(f"round {round_number} of seed {SEED}: {victim.__name__}, steps left: {is_left}")
        _wait_until(partial(_is_folded, dashboard_id, round_number))
    assert interrupted
    _wait_until(lambda: stored_count(dashboard_id) == stage.app.count())
    for unit, digits in DIGITS.items():
        rows = stage.app.select(COUNTS.format(digits=digits))
        assert _retried(partial(_counts, dashboard_id, unit)) == {
            (name, ip, label): numbers for name, ip, label, *numbers in rows
        }


def _months(number: int) -> Iterator[datetime]:
    """Return the starts of the last months, the earliest first."""
    now = datetime.now(UTC)
    for month in range(12 * now.year + now.month - 1 - number, 12 * now.year + now.month - 1):
        yield datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)


def write_calls(stage: Stage, rng: random.Random, start: datetime, number: int) -> None:
    """Write calls of a month."""
    stage.app.write_calls(
        (
            (
                rng.choice(("alpha", "beta")),
                start + timedelta(days=rng.uniform(0, 28)),
                # Sums of eighths are exact in any order.
                round(8 * rng.lognormvariate(3, 1)) / 8,
            )
            for _ in range(number)
        ),
        ips=[f"10.0.0.{number}" for number in range(1, 9)],
    )


def _counts(dashboard_id: uuid.UUID, unit: TimeUnit) -> dict[tuple[str, str, str], Any]:
    """Return visits, total and longest execution time by endpoint, address and unit of time."""
    names = (
        StatisticName.TOTAL_VISITS,
        StatisticName.TOTAL_EXECUTION_TIME,
        StatisticName.SLOWEST_MEASURED,
    )
    query = Query(by=(CallField.ENDPOINT, CallField.IP), timeslice=unit)
    result = transact(lambda: repository.find(dashboard_id).query(names, query))
    rows = zip(result.groups, *(result.values[name] for name in names), strict=True)
    return {
        (*group, label): numbers
        for group, *values in rows
        for label, *numbers in zip(result.slices, *values, strict=True)
        if numbers[0]
    }


def _needs_folding(dashboard_id: uuid.UUID) -> bool:
    return transact(lambda: repository.find(dashboard_id).aggregator_group.cube.needs_folding)


def _is_ending(dashboard_id: uuid.UUID, number: int) -> bool:
    return _needs_folding(dashboard_id) or _is_folded(dashboard_id, number)


def _is_folded(dashboard_id: uuid.UUID, number: int) -> bool:
    """Return whether one more month than this number has cells of the whole month."""

    def count() -> int:
        cube = repository.find(dashboard_id).aggregator_group.cube
        months = cube._months.values()
        return sum(bool(month._days and month._whole.tables) for month in months)

    return transact(count) > number and not _needs_folding(dashboard_id)


def _retried(read: Callable[[], T]) -> T:
    """Read from a database that may be starting."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        try:
            return read()
        except DatabaseUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while not _retried(condition):
        assert time.monotonic() < deadline, "PyDash has not settled"
        time.sleep(0.02)

"""The partitions of large months are built in steps, between which anything may happen."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import transaction
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage

from pydash_cube import fold, span
from pydash_cube.cache import column_cache
from pydash_cube.call_batch import CallBatch
from pydash_cube.cube import Cube
from pydash_cube.selection import settled_cells
from tests.pydash_cube.support import run_query

AUGUST, SEPTEMBER = np.datetime64("2026-08-01", "us"), np.datetime64("2026-09-01", "us")
MONTH = {
    "start": datetime(2026, 8, 1, tzinfo=UTC),
    "end": datetime(2026, 9, 1, tzinfo=UTC),
}
COUNTS = ["total_visits", "unique_visitors", "error_rate", "fastest_measured_execution_time"]
QUERIES: list[dict[str, Any]] = [
    MONTH,
    MONTH | {"by": ["endpoint"]},
    MONTH | {"by": ["version"], "filters": {"endpoint": "e3"}},
    MONTH | {"filters": {"ip": "10.0.0.7"}},
    {"timeslice": "month", "by": ["group_by"]},
]


def batch(calls: int, seed: int, start: np.datetime64 = AUGUST, days: float = 31) -> CallBatch:
    random = np.random.default_rng(seed)
    seconds = np.sort(random.random(calls)) * days * 86_400
    return CallBatch.from_columns(
        endpoint=[f"e{n}" for n in random.integers(5, size=calls)],
        # Few distinct values: percentiles are exact, however they are merged.
        execution_time=random.integers(1, 100, calls).astype(float),
        time=start + (seconds * 1e6).astype("timedelta64[us]"),
        version=[f"1.{n}" for n in random.integers(3, size=calls)],
        group_by=[f"g{n}" for n in random.integers(4, size=calls)],
        ip=[f"10.0.0.{n}" for n in random.integers(50, size=calls)],
        status_code=random.choice([200, 500], calls),
    )


def results(cube: Cube) -> list[Any]:
    names = [*COUNTS, "median_execution_time", "ninety-ninth_percentile_execution_time"]
    return [run_query(cube, names, **query) for query in QUERIES]


@pytest.fixture
def cube(tmp_path: Path) -> Iterator[Cube]:
    """Return a stored cube with a large month that is over."""
    database = DB(FileStorage(str(tmp_path / "cube.fs")))
    connection = database.open()
    cube = connection.root.cube = Cube()
    for seed in range(6):
        cube.add(batch(20_000, seed))
    cube.add(batch(20_000, 6, SEPTEMBER, days=1))
    transaction.commit()
    yield cube
    transaction.abort()
    connection.close()
    database.close()


def folded(cube: Cube) -> int:
    """Do all steps; return their number."""
    steps = 1
    while cube.fold():
        transaction.commit()
        steps += 1
    transaction.commit()
    return steps


def test_adding_calls_folds_nothing(cube: Cube) -> None:
    assert cube.needs_folding
    whole = cube._months[cube._months.minKey()]._whole
    before = set(whole.tables)
    cube.add(batch(20_000, 7, SEPTEMBER, days=1))
    assert set(whole.tables) == before
    folded(cube)
    assert set(whole.tables) > before


def test_queries_read_less_and_return_the_same(cube: Cube) -> None:
    def bytes_read() -> int:
        column_cache.clear()
        settled_cells.clear()
        run_query(cube, [*COUNTS, "median_execution_time"], **MONTH, by=["endpoint"])
        return column_cache._size

    before, read_before = results(cube), bytes_read()
    assert folded(cube) > 20
    assert results(cube) == before
    assert bytes_read() < read_before / 2
    assert not cube.needs_folding
    assert not cube.fold()


def test_what_was_read_once_is_chosen_again_when_calls_are_dropped(cube: Cube) -> None:
    # No stored partition has these fields before.
    query = MONTH | {"by": ["endpoint"], "filters": {"ip": "10.0.0.7", "group_by": "g1"}}
    before = run_query(cube, COUNTS, **query)
    cube.drop(int(SEPTEMBER.astype(np.int64)), span.Span.drop_calls)
    assert run_query(cube, COUNTS, **query) == before
    transaction.commit()
    assert run_query(cube, COUNTS, **query) == before


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))]
)
def test_aborted_steps_and_late_calls_change_no_number(
    cube: Cube, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(fold, "STEP_ROWS", 2_000)
    random = np.random.default_rng(seed)
    truth = Cube()
    for number in range(7):
        start, days = (AUGUST, 31) if number < 6 else (SEPTEMBER, 1)
        truth.add(batch(20_000, number, start, days))
    monkeypatch.setattr(truth, "fold", lambda: False)
    late = 0
    while cube.needs_folding:
        cube.fold()
        if random.random() < 0.3:
            transaction.abort()
        else:
            transaction.commit()
        if late < 8 and random.random() < 0.05:
            late += 1
            calls = batch(17_000, 100 + late, AUGUST + np.timedelta64(late, "D"), days=2)
            for one in (cube, truth):
                one.add(calls)
            transaction.commit()
            assert results(cube) == results(truth)
    assert late == 8
    assert results(cube) == results(truth)
    whole = cube._months[min(cube._months)]._whole
    assert len(whole.tables) > 10


def test_no_step_reads_more_than_a_part(cube: Cube, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold, "STEP_ROWS", 10_000)
    rows: list[int] = []

    def recorded(partition: Any, tables: Any) -> Any:
        rows.append(sum(table.rows for table in tables))
        return span.build(partition, tables)

    monkeypatch.setattr(fold, "build", recorded)
    folded(cube)
    assert max(rows) <= 10_000

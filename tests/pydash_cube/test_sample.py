"""Samples of the calls of each group."""

import numpy as np
import pytest

from pydash_cube.call_batch import CallBatch
from pydash_cube.cube import Cube
from pydash_cube.query import Query
from pydash_cube.sample import samples
from pydash_cube.vocabulary import CallField

START = np.datetime64("2026-11-02T09:00:00", "us")


def add(cube: Cube, endpoint: str, times: np.typing.NDArray[np.float64], status: int) -> None:
    count = len(times)
    cube.add(
        CallBatch.from_columns(
            endpoint=[endpoint] * count,
            execution_time=times,
            time=START + np.arange(count) * np.timedelta64(1, "s"),
            version=["1"] * count,
            group_by=[""] * count,
            ip=["::1"] * count,
            status_code=[status] * count,
        )
    )


@pytest.mark.parametrize("size", [1, 150, 3_000, 50_000])
def test_they_are_those_of_the_calls(size: int) -> None:
    # The cube stores them in this precision.
    drawn = np.random.default_rng(size).lognormal(4, 1, size).astype(np.float32)
    cube, times = Cube(), drawn.astype(np.float64)
    add(cube, "home", times, 200)
    add(cube, "pay", times * 2, 500)
    add(cube, "pay", times[:1], 200)
    add(cube, "old", times, 0)
    found = samples(cube, Query(by=(CallField.ENDPOINT,)))
    assert {name: each.visits for name, each in found.items()} == {
        "home": size,
        "old": size,
        "pay": size + 1,
    }
    assert (found["home"].errors, found["home"].known) == (0, size)
    assert found["pay"].error_rate == pytest.approx(size / (size + 1))
    assert (found["old"].error_rate, found["old"].known) == (None, 0)
    exact = np.quantile(times, 0.95)
    assert found["home"].p95 == pytest.approx(exact, rel=0 if size < 4_096 else 0.02)
    for limit in np.quantile(times, [0, 0.3, 0.95, 0.99, 1]).tolist():
        # A quarter of a percent, where values were clustered.
        tolerance = 0 if size <= 200 else size / 400
        assert found["home"].slower_than(limit) == pytest.approx(
            (times > limit).sum(), abs=tolerance
        )
    edges = np.geomspace(times.min(), times.max() * 1.1, 11)
    counts = found["home"].counts(edges)
    assert sum(counts) == size
    expected, _ = np.histogram(times, edges)
    assert np.abs(np.array(counts) - expected).max() <= max(1, size / 50) * (size > 200)


def test_there_may_be_none() -> None:
    assert samples(Cube(), Query(by=(CallField.ENDPOINT,))) == {}

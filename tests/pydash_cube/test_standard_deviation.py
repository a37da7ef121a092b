"""Standard deviations are NumPy's, or marked as estimates where too little was stored."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from pydash_cube import fold, span
from pydash_cube.call_batch import CallBatch
from pydash_cube.cube import Cube
from pydash_cube.table import SQUARES
from tests.pydash_cube.support import run_query

NAME = "standard_deviation_execution_time"
P95 = "ninety-fifth_percentile_execution_time"
DAYS, CALLS = 30, 60_000
FIRST = np.datetime64("2026-01-01", "us")
FAR = 2**62
BUILD = span.build


def without_squares(*given: Any) -> Mapping[str, Any]:
    """Build cells like earlier versions."""
    return {name: values for name, values in BUILD(*given).items() if name != SQUARES}


def fill(cube: Cube, times: np.ndarray, first_day: int = 0) -> np.ndarray:
    """Add calls of some days in order of time, and return their days."""
    seconds = np.sort(np.random.default_rng(1).integers(0, DAYS * 86_400, len(times)))
    moments = FIRST + (seconds + 86_400 * first_day) * np.timedelta64(1_000_000, "us")
    for start in range(0, len(times), 5_000):
        rows = slice(start, start + 5_000)
        size = len(times[rows])
        cube.add(
            CallBatch.from_columns(
                endpoint=["a", "b"] * (size // 2),
                execution_time=times[rows],
                time=moments[rows],
                version=["1"] * size,
                group_by=[""] * size,
                ip=["::1"] * size,
            )
        )
    while cube.needs_folding:
        cube.fold()
    days: np.ndarray = moments.astype("datetime64[D]")
    return days


@pytest.fixture
def earlier_version(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for module in (span, fold):
        monkeypatch.setattr(module, "build", without_squares)
    return monkeypatch


def log_normal() -> np.ndarray:
    return np.random.default_rng(5).lognormal(3, 1, CALLS)


def deviations(times: np.ndarray, days: np.ndarray) -> list[float]:
    return [float(np.std(times[days == day])) for day in np.unique(days)]


@pytest.mark.parametrize("center", [0, 1e6])
@pytest.mark.parametrize("is_dropped", [False, True])
def test_it_is_numpys_however_small_it_is(center: float, is_dropped: bool) -> None:
    """A difference of two large sums of squares would have no correct digit."""
    cube, times = Cube(), center + np.random.default_rng(5).lognormal(-3, 1, CALLS)
    days = fill(cube, times)
    if is_dropped:
        cube.drop(FAR, lambda one: one.drop_fine_cells())
    result = run_query(cube, [NAME], timeslice="day")
    tolerance = 1e-12 + 1e-14 * center
    assert result.values[NAME][0] == pytest.approx(deviations(times, days), rel=tolerance)
    whole = run_query(cube, [NAME])
    assert whole.values[NAME] == [[pytest.approx(np.std(times), rel=tolerance)]]
    assert result.estimates == whole.estimates == []


def test_equal_times_do_not_deviate() -> None:
    cube = Cube()
    fill(cube, np.full(CALLS, 7.3))
    assert run_query(cube, [NAME]).values[NAME] == [[0]]


def test_it_is_computed_from_the_calls_that_an_earlier_version_stored(
    earlier_version: pytest.MonkeyPatch,
) -> None:
    cube, times = Cube(), log_normal()
    days = fill(cube, times)
    earlier_version.undo()
    result = run_query(cube, [NAME], timeslice="day")
    assert result.values[NAME][0] == pytest.approx(deviations(times, days), rel=1e-12)
    whole = run_query(cube, [NAME, P95])
    assert whole.values[NAME] == [[pytest.approx(np.std(times), rel=1e-12)]]
    assert result.estimates == whole.estimates == []
    # Whatever else is requested, a percentile is the same.
    assert whole.values[P95] == run_query(cube, [P95]).values[P95]


def test_it_is_estimated_where_these_calls_were_dropped(
    earlier_version: pytest.MonkeyPatch,
) -> None:
    cube, times = Cube(), log_normal()
    days = fill(cube, times)
    cube.drop(FAR, lambda one: one.drop_calls())
    earlier_version.undo()
    result = run_query(cube, [NAME, P95], timeslice="day")
    assert result.estimates == [NAME]
    assert result.values[NAME][0] == pytest.approx(deviations(times, days), rel=5e-4)
    # It would be one percent less if the calls of a spread were counted at their mean.
    whole = run_query(cube, [NAME])
    assert whole.values[NAME] == [[pytest.approx(np.std(times), rel=2e-3)]]
    assert run_query(cube, [P95]).estimates == []


def test_what_a_later_version_adds_is_exact(earlier_version: pytest.MonkeyPatch) -> None:
    """Also in a month, and in stored tables, that an earlier version began."""
    cube, times = Cube(), log_normal()
    fill(cube, times)
    cube.drop(FAR, lambda one: one.drop_calls())
    earlier_version.undo()
    days = fill(cube, times, first_day=DAYS // 2)
    for month in cube._months.values():
        month._whole.compact()
    later = {"start": (FIRST + np.timedelta64(DAYS, "D")).item()}
    result = run_query(cube, [NAME], timeslice="day", **later)
    is_later = days >= np.datetime64("2026-01-31")
    expected = deviations(times[is_later], days[is_later])
    assert result.values[NAME][0] == pytest.approx(expected, rel=1e-12)
    assert result.estimates == []
    assert run_query(cube, [NAME]).estimates == [NAME]

"""Percentiles are exact in small cells and accurate in large ones, in any order of merging."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tdigest import TDigest

from pydash_cube.digest import SIZE, Digests

QUANTILES = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]


def digest_of(values: np.ndarray) -> Digests:
    size = len(values)
    cells = np.zeros(size, dtype=np.int64)
    return Digests.merge(cells, values, np.ones(size, dtype=np.int64), 1).compressed()


def merged(first: Digests, second: Digests) -> Digests:
    means = np.concatenate([first.means, second.means])
    weights = np.concatenate([first.weights, second.weights])
    return Digests.merge(np.zeros(len(means), dtype=np.int64), means, weights, 1).compressed()


def read(digest: Digests, values: np.ndarray) -> list[float]:
    extremes = np.array([values.min()]), np.array([values.max()])
    return [float(digest.percentiles(q, *extremes)[0]) for q in QUANTILES]


@pytest.mark.parametrize("pieces", [1, 20, 500])
@pytest.mark.parametrize("order", ["unsorted", "balanced", "sorted"])
def test_a_million_calls_are_within_one_percent(pieces: int, order: str) -> None:
    values = np.random.default_rng(20_180_425).lognormal(3, 1, 1_000_000)
    parts = np.array_split(np.sort(values) if order == "sorted" else values, pieces)
    digests = [digest_of(part) for part in parts]
    while len(digests) > 1:
        if order == "balanced":
            digests.append(merged(digests.pop(0), digests.pop(0)))
        else:
            digests.insert(0, merged(digests.pop(0), digests.pop(0)))
    assert digests[0].counts.max() <= SIZE
    assert digests[0].weights.sum() == len(values)
    assert read(digests[0], values) == pytest.approx(
        np.quantile(values, QUANTILES).tolist(), rel=0.01
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=SIZE), st.integers(1, 10))
def test_small_cells_are_exact(values: list[float], pieces: int) -> None:
    parts = [part for part in np.array_split(np.array(values), pieces) if len(part)]
    digest = digest_of(parts[0])
    for part in parts[1:]:
        digest = merged(digest, digest_of(part))
    assert np.repeat(digest.means, digest.weights).tolist() == sorted(values)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([0.1, 0.2, 0.5, 1.0, 3.0]), min_size=2, max_size=24))
def test_interpolation_agrees_with_the_tdigest_package(values: list[float]) -> None:
    reference = TDigest()
    # By default the package merges neighbors early.
    reference.delta = 1e-9
    for value in values:
        reference.update(value)
    # It also extrapolates below the smallest value.
    expected = [max(reference.percentile(100 * q), min(values)) for q in QUANTILES]
    assert read(digest_of(np.array(values)), np.array(values)) == pytest.approx(expected)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=2_000), st.randoms(use_true_random=False))
def test_percentiles_ascend_between_the_extremes(values, shuffler) -> None:  # type: ignore[no-untyped-def]
    shuffler.shuffle(values)
    numbers = np.array(values)
    found = read(digest_of(numbers), numbers)
    assert found == sorted(found)
    assert numbers.min() <= found[0]
    assert found[-1] <= numbers.max()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.floats(0, 1e6), min_size=1, max_size=300), min_size=1, max_size=6))
def test_many_cells_at_once_equal_each_cell_alone(cells: list[list[float]]) -> None:
    numbers = np.repeat(np.arange(len(cells)), [len(cell) for cell in cells])
    values = np.array([value for cell in cells for value in cell])
    order = np.random.default_rng(1).permutation(len(values))
    ones = np.ones(len(values), dtype=np.int64)
    together = Digests.merge(numbers[order], values[order], ones, len(cells)).compressed()
    minimum, maximum = (np.array([pick(cell) for cell in cells]) for pick in (min, max))
    for q in QUANTILES:
        found = together.percentiles(q, minimum, maximum)
        for number, cell in enumerate(cells):
            alone = digest_of(np.array(cell))
            extremes = minimum[number : number + 1], maximum[number : number + 1]
            assert found[number] == pytest.approx(alone.percentiles(q, *extremes)[0])

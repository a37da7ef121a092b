"""Percentiles are NumPy's in small cells and accurate in large ones, in any order of merging."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydash_cube.digest import KEPT, LIMIT, SMALL, Digests

QUANTILES = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999]
Values = np.ndarray


def digest_of(values: Values) -> Digests:
    size = len(values)
    cells = np.zeros(size, dtype=np.int64)
    return Digests.merge(cells, values, np.ones(size, dtype=np.int64), 1).compressed()


def merged(digests: Sequence[Digests]) -> Digests:
    means = np.concatenate([digest.means for digest in digests])
    weights = np.concatenate([digest.weights for digest in digests])
    return Digests.merge(np.zeros(len(means), dtype=np.int64), means, weights, 1).compressed()


def read(digest: Digests, values: Values) -> list[float]:
    extremes = np.array([values.min()]), np.array([values.max()])
    return [float(digest.percentiles(q, *extremes)[0]) for q in QUANTILES]


def rank_error(found: float, ordered: Values, q: float) -> float:
    """Return by how many points a value misses the ranks that are equal to it."""
    # Stored means are rounded to 20 bits.
    low = np.searchsorted(ordered, found * (1 - 1e-6), "left") / len(ordered)
    high = np.searchsorted(ordered, found * (1 + 1e-6), "right") / len(ordered)
    return 100 * float(max(low - q, q - high, 0))


CONTINUOUS: dict[str, Callable[[np.random.Generator, int], Values]] = {
    "log-normal, sigma 1": lambda random, size: random.lognormal(3, 1, size),
    "log-normal, sigma 2": lambda random, size: random.lognormal(3, 2, size),
    "Pareto 1.2": lambda random, size: random.pareto(1.2, size) + 1,
    "two modes": lambda random, size: np.where(
        random.random(size) < 0.9, random.normal(5, 0.2, size), random.normal(1500, 50, size)
    ),
    "drifting": lambda random, size: random.lognormal(np.linspace(1, 4, size), 1),
}
DISCRETE: dict[str, Callable[[np.random.Generator, int], Values]] = {
    "constant": lambda _, size: np.full(size, 7.3),
    "dice": lambda random, size: random.integers(1, 7, size).astype(float),
    "bimodal": lambda random, size: np.where(random.random(size) < 0.94, 5.0, 1500.0),
    "clock of 15.6 ms": lambda random, size: np.floor(random.lognormal(3, 1, size) / 15.6) * 15.6,
}


def merged_in_order(order: str, values: Values, random: np.random.Generator) -> Digests:
    if order == "sorted":
        values = np.sort(values)
    digests = [digest_of(part) for part in np.array_split(values, len(values) // 500)]
    if order == "one by one":
        total = digests[0]
        for digest in digests[1:]:
            total = merged([total, digest])
        return total
    random.shuffle(digests)
    while len(digests) > 1:
        digests = [merged(digests[first : first + 8]) for first in range(0, len(digests), 8)]
    return digests[0]


@pytest.mark.parametrize("order", ["sorted", "shuffled", "one by one"])
@pytest.mark.parametrize("name", CONTINUOUS)
def test_continuous_times_are_accurate(name: str, order: str) -> None:
    random = np.random.default_rng(20_180_425)
    values = CONTINUOUS[name](random, 100_000)
    digest = merged_in_order(order, values, random)
    assert digest.counts.max() < 1.25 * LIMIT
    assert digest.calls.sum() == len(values)
    found = dict(zip(QUANTILES, read(digest, values), strict=True))
    ordered = np.sort(values)
    for q in (0.25, 0.5, 0.75, 0.9, 0.95):
        assert rank_error(found[q], ordered, q) <= 1
    assert rank_error(found[0.99], ordered, 0.99) <= 0.2
    assert found[0.999] == pytest.approx(np.quantile(values, 0.999), rel=0.02)


@pytest.mark.parametrize("order", ["sorted", "shuffled", "one by one"])
@pytest.mark.parametrize("name", DISCRETE)
def test_discrete_times_are_exact(name: str, order: str) -> None:
    random = np.random.default_rng(20_180_425)
    values = DISCRETE[name](random, 20_000)
    digest = merged_in_order(order, values, random)
    assert read(digest, values) == np.quantile(values, QUANTILES).tolist()


@pytest.mark.parametrize("order", ["sorted", "shuffled", "one by one"])
def test_ties_among_many_values_are_accurate(order: str) -> None:
    random = np.random.default_rng(20_180_425)
    values = np.round(random.lognormal(5, 1, 100_000))
    values[:20_000] = 150
    digest = merged_in_order(order, random.permutation(values), random)
    found, ordered = read(digest, values), np.sort(values)
    for q, value in zip(QUANTILES, found, strict=True):
        assert rank_error(value, ordered, q) <= (0.2 if q >= 0.99 else 1)
    assert found[QUANTILES.index(0.5)] == np.quantile(values, 0.5) == 150


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({5.0: 96, 1500.0: 6}, [5, 5, 5]),
        ({100.0: 80, 2000.0: 20}, [100, 100, 2000]),
    ],
)
def test_no_value_is_invented(counts: dict[float, int], expected: list[float]) -> None:
    values = np.repeat(list(counts), list(counts.values()))
    extremes = np.array([values.min()]), np.array([values.max()])
    digest = digest_of(values)
    assert [digest.percentiles(q, *extremes)[0] for q in (0.5, 0.75, 0.9)] == expected


def test_no_value_is_invented_between_two_modes() -> None:
    random = np.random.default_rng(1)
    values = np.concatenate([random.normal(5, 0.2, 9_300), random.normal(1500, 50, 700)])
    digest = digest_of(values)
    extremes = np.array([values.min()]), np.array([values.max()])
    for q in np.linspace(0, 1, 2_001):
        found = digest.percentiles(q, *extremes)[0]
        # NumPy interpolates between the two calls at the gap, but only there.
        assert (7 < found < 1_000) <= (7 < np.quantile(values, q) < 1_000)


values_strategy = st.one_of(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=LIMIT),
    st.lists(st.sampled_from([0.0, 0.1, 0.3, 5.0, 15.6, 1500.0]), min_size=1, max_size=3_000),
    st.lists(st.integers(1, LIMIT).map(lambda ticks: 15.6 * ticks), min_size=1, max_size=3_000),
)


@settings(max_examples=200, deadline=None)
@given(values_strategy, st.integers(1, 10), st.randoms(use_true_random=False))
def test_few_distinct_values_equal_numpy(values, pieces, shuffler) -> None:  # type: ignore[no-untyped-def]
    shuffler.shuffle(values)
    numbers = np.array(values)
    parts = [digest_of(part) for part in np.array_split(numbers, pieces) if len(part)]
    shuffler.shuffle(parts)
    digest = parts[0]
    for part in parts[1:]:
        digest = merged([digest, part])
    assert np.repeat(digest.means, digest.weights).tolist() == sorted(values)
    assert read(digest, numbers) == np.quantile(numbers, QUANTILES).tolist()


# Values that are equal once their means are rounded, ties, and gaps.
SHAPES: list[Callable[[np.random.Generator, int], Values]] = [
    *CONTINUOUS.values(),
    lambda random, size: 1 + random.integers(0, 2_000, size) * 2.0**-40,
    lambda random, size: np.round(random.lognormal(5, 1, size)),
    lambda random, size: random.permutation(10.0 ** np.linspace(-30, 30, size)),
]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(SHAPES), st.integers(1, SMALL - 1), st.integers(0, 99), st.integers(1, 4))
def test_percentiles_of_small_cells_equal_numpy(
    shape: Callable[[np.random.Generator, int], Values], size: int, seed: int, cells: int
) -> None:
    random = np.random.default_rng(seed)
    values = [shape(random, size) for _ in range(cells)]
    numbers = np.repeat(np.arange(cells), size)
    ones = np.ones(len(numbers), dtype=np.int64)
    digests = Digests.merge(numbers, np.concatenate(values), ones, cells).compressed()
    assert digests.counts.max() < 1.25 * LIMIT
    # Those of exact digests are not clustered again.
    again = digests.compressed()
    assert digests.exact.all()
    assert again.exact.all()
    extremes = np.min(values, axis=1), np.max(values, axis=1)
    for q in KEPT:
        expected = [np.quantile(each, q) for each in values]
        assert again.percentiles(q, *extremes).tolist() == expected


def test_merging_clustered_digests_makes_them_inexact() -> None:
    random = np.random.default_rng(1)
    parts = [digest_of(random.random(size)) for size in (1_000, 10, 1)]
    assert [part.exact.tolist() for part in parts] == [[True]] * 3
    assert not merged(parts[:2]).exact.any()
    assert merged(parts[1:]).exact.all()


def test_values_that_are_not_merged_keep_all_digits() -> None:
    # Each is more than twice the one before it.
    values = np.random.default_rng(1).uniform(1, 2, 300) * 10.0 ** np.arange(-150, 150)
    assert digest_of(values).means.tolist() == values.tolist()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=2_000), st.randoms(use_true_random=False))
def test_percentiles_ascend_between_the_extremes(values, shuffler) -> None:  # type: ignore[no-untyped-def]
    shuffler.shuffle(values)
    numbers = np.array(values)
    found = read(digest_of(numbers), numbers)
    assert found == pytest.approx(sorted(found), rel=1e-6)
    assert numbers.min() <= found[0]
    assert found[-1] <= numbers.max()


@pytest.mark.parametrize("size", [2**16, 2**17])
@pytest.mark.parametrize("outlier", [1e300, -1.0])
def test_values_that_differ_only_in_their_last_bits_are_sorted(outlier: float, size: int) -> None:
    random = np.random.default_rng(1)
    cells = random.integers(0, 1_000, size)
    # -0.0 equals 0.0; a large value leaves few bits for the others.
    alike = np.array([0.0, -0.0, outlier, *(1 + np.arange(8) * 2.0**-52)])
    values = np.where(random.random(size) < 0.5, random.choice(alike, size), random.random(size))
    digests = Digests.merge(cells, values, np.ones(size, dtype=np.int64), 1_000)
    for cell, ends in enumerate(np.cumsum(digests.counts)):
        means = digests.means[ends - digests.counts[cell] : ends]
        assert means.tolist() == sorted(set(values[cells == cell].tolist()))


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

"""The error of percentiles of 100,000 requests, merged from digests of 500 in any order.

In points of rank, the largest of several seeds, sorted and shuffled; for p99.9 also in percent of
its value.
"""

from collections.abc import Callable, Iterator

import numpy as np

from bench.cube_database import Row, row
from tests.pydash_cube.test_digest_accuracy import (
    CONTINUOUS,
    DISCRETE,
    QUANTILES,
    Values,
    merged_in_order,
    rank_error,
    read,
)

SIZE, SEEDS = 100_000, 8
# The largest error, in points of rank.
LIMITS = {0.5: 1, 0.75: 1, 0.95: 1, 0.99: 0.2}
# The largest error of p99.9 of continuous distributions, in percent of its value.
LIMIT = 2


def run() -> list[Row]:
    """Run the benchmark; takes about three minutes."""
    return [each for name in _DISTRIBUTIONS for each in _rows(name)]


def _ties(random: np.random.Generator, size: int) -> Values:
    values = np.round(random.lognormal(5, 1, size))
    values[: size // 5] = 150
    return random.permutation(values)


_DISTRIBUTIONS: dict[str, Callable[[np.random.Generator, int], Values]] = {
    **CONTINUOUS,
    **DISCRETE,
    "whole ms": lambda random, size: np.round(random.lognormal(5, 1, size)),
    "ties of 20 %": _ties,
}


def _rows(name: str) -> Iterator[Row]:
    errors, of_value = dict.fromkeys(LIMITS, 0.0), 0.0
    for seed in range(SEEDS):
        for order in ("sorted", "shuffled"):
            random = np.random.default_rng(seed)
            values = _DISTRIBUTIONS[name](random, SIZE)
            digest = merged_in_order(order, values, random)
            found = dict(zip(QUANTILES, read(digest, values), strict=True))
            ordered = np.sort(values)
            for q in LIMITS:
                errors[q] = max(errors[q], rank_error(found[q], ordered, q))
            exact = float(np.quantile(values, 0.999))
            of_value = max(of_value, 100 * abs(found[0.999] / exact - 1))
    for q, limit in LIMITS.items():
        yield row(name, errors[q], "points", limit, column=f"p{100 * q:g}", target=1)
    targets = {"peer": LIMIT, "target": 1} if name in CONTINUOUS else {}
    yield row(name, of_value, "%", column="p99.9, % of value", **targets)

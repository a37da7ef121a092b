"""When an endpoint, and a version, is better or worse."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from pydash_app.verdict.statistics import (
    LEVEL,
    MIN_CALLS,
    EndpointVerdict,
    Verdict,
    compare,
    two_proportions,
)
from pydash_cube.sample import Sample

RANDOM = np.random.default_rng(2018)
TIMES = 100 * RANDOM.lognormal(0, 0.4, 1_000)
USUAL = Sample.of(TIMES, errors=10)


def judged(one: Sample, other: Sample = USUAL) -> EndpointVerdict:
    [found] = compare({"home": one}, {"home": other})
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Sample.of(TIMES * 1.5, 10), USUAL),
        (Sample.of(TIMES, 40), USUAL),
        # One request in six takes a second, but the others are as fast as before.
        (Sample.of(np.where(np.arange(1_000) % 6, TIMES, 1_000), 10), USUAL),
    ],
    ids=["slower", "failing", "a slow tail"],
)
def test_better_is_the_mirror_image_of_worse(one: Sample, other: Sample) -> None:
    assert judged(one, other).verdict is Verdict.WORSE
    assert judged(other, one).verdict is Verdict.BETTER
    assert judged(one, other).p == judged(other, one).p


@pytest.mark.parametrize(
    "one",
    [
        USUAL,
        # More than a point, which may be chance.
        Sample.of(TIMES, 22),
        # The slowest requests alone differ.
        Sample.of(TIMES * np.where(np.argsort(np.argsort(TIMES)) < 970, 1, 10), 10),
    ],
    ids=["equal", "chance", "beyond the percentile"],
)
def test_small_differences_are_none(one: Sample) -> None:
    assert judged(one).verdict is judged(USUAL, one).verdict is Verdict.SAME


def test_fast_endpoints_may_be_slower_by_a_few_milliseconds() -> None:
    one, other = Sample.of(TIMES / 5), Sample.of(TIMES / 10)
    assert one.p95 is not None
    assert other.p95 is not None
    assert one.p95 - other.p95 < 20
    assert judged(one, other).verdict is Verdict.SAME


def test_what_is_not_chance_may_still_be_too_little() -> None:
    many = np.tile(TIMES, 20)
    found = judged(Sample.of(many * 1.15, errors=300), Sample.of(many, errors=200))
    for p in (found.p, found.error_p):
        assert p is not None
        assert p < LEVEL
    assert found.verdict is Verdict.SAME


@pytest.mark.parametrize("size", [0, 1, MIN_CALLS - 1])
def test_a_few_requests_say_nothing(size: int) -> None:
    few = Sample.of(TIMES[:size] * 10, size) if size else Sample.empty()
    for found in (judged(few), judged(USUAL, few)):
        assert found.verdict is Verdict.TOO_LITTLE_DATA
        assert (found.p, found.error_p) == (None, None)
    assert judged(Sample.of(TIMES[:MIN_CALLS] * 10, MIN_CALLS)).verdict is Verdict.WORSE


def test_endpoints_of_one_version_only_are_listed_last() -> None:
    found = compare(
        {"new": USUAL, "kept": USUAL, "slow": Sample.of(TIMES * 2)},
        {"gone": USUAL, "kept": USUAL, "slow": USUAL},
    )
    assert [each.endpoint for each in found] == ["slow", "kept", "gone", "new"]
    assert [each.visits for each in found] == [1_000, 1_000, 0, 1_000]


def test_what_one_endpoint_may_show_is_chance_among_many() -> None:
    # p is below the level, but above 5 % / 100.
    worse = Sample.of(TIMES, 29)
    assert judged(worse).verdict is Verdict.WORSE
    others = {str(number): USUAL for number in range(99)}
    found = compare({**others, "home": worse}, {**others, "home": USUAL})
    assert {each.verdict for each in found} == {Verdict.SAME}
    # If many of them show it, it is not.
    all_worse = dict.fromkeys(others, worse)
    found = compare(all_worse, others)
    assert {each.verdict for each in found} == {Verdict.WORSE}


@pytest.mark.parametrize(
    ("hits", "size", "other_hits", "other_size"),
    [(3, 100, 0, 40), (0, 10, 10, 10), (12, 100, 200, 4_000), (1, 1, 0, 1), (7, 7, 90, 100)],
)
def test_the_test_is_that_of_fisher(hits: int, size: int, other_hits: int, other_size: int) -> None:
    total, ways = hits + other_hits, comb(size + other_size, hits + other_hits)

    def probability(count: int) -> Fraction:
        return Fraction(comb(size, count) * comb(other_size, total - count), ways)

    tails = (range(hits + 1, min(total, size) + 1), range(max(0, total - other_size), hits))
    middle = probability(hits) / 2
    expected = 2 * float(min(sum(map(probability, tail), middle) for tail in tails))
    assert two_proportions(hits, size, other_hits, other_size) == pytest.approx(expected)
    assert two_proportions(other_hits, other_size, hits, size) == pytest.approx(expected)

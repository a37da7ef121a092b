"""Decides whether a version is better or worse than another one, from figures of its endpoints.

An endpoint has become slower if three conditions are met: its 95th percentile has risen by a factor
(`MIN_FACTOR`), by a number of milliseconds (`MIN_MILLISECONDS`), and the share of requests that are
slower than the previous 95th percentile has risen significantly. It fails more often if the error
rate has risen by some points (`MIN_POINTS`) and significantly. The first conditions are about what
matters; the tests, about what is not chance.

A version is compared three times, and an endpoint in two ways. So that all comparisons of an
endpoint together raise at most one false alarm in a hundred, the level of 1 % is divided among the
checks (Bonferroni). Among the endpoints of a version, a result must also withstand the procedure of
Benjamini and Hochberg. docs/diagnosis.md has the rates that were measured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from math import exp, inf, lgamma

from pydash_cube.sample import Sample

CHECKS = (timedelta(minutes=30), timedelta(hours=2), timedelta(hours=24))
"""How long after its first request a version is compared with the one before."""

MIN_CALLS = 100
MIN_FACTOR = 1.2
MIN_MILLISECONDS = 20.0
MIN_POINTS = 0.01
LEVEL = 0.0025
"""The level of a two-sided test: below 1 % / 3 checks, as a mid-p may exceed its level a little."""

FALSE_DISCOVERY_RATE = 0.05


class Verdict(StrEnum):
    """What a comparison found."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    TOO_LITTLE_DATA = "too_little_data"

    @property
    def words(self) -> str:
        """It as the end of a sentence about a version."""
        return {
            "same": "as good as the one before",
            "too_little_data": "with too few requests",
        }.get(self, f"{self.value} than the one before")


@dataclass(frozen=True, slots=True)
class EndpointVerdict:
    """How an endpoint of a version compares with that of another one.

    :ivar visits: the number of requests; `against_visits` those of the other version.
    :ivar p95: the 95th percentile of the execution times (ms); None without requests.
    :ivar p: how probable it is that the shares of slow requests differ so much by chance; None if
        it was not tested.
    :ivar error_rate: the share of server errors; None if no status is known.
    :ivar error_p: how probable it is that the error rates differ so much by chance.
    :ivar latency: what the execution times say.
    :ivar errors: what the error rates say.
    """

    endpoint: str
    visits: int
    against_visits: int
    p95: float | None
    against_p95: float | None
    p: float | None
    error_rate: float | None
    against_error_rate: float | None
    error_p: float | None
    latency: Verdict
    errors: Verdict

    @property
    def verdict(self) -> Verdict:
        """What both say together."""
        return overall([self.latency, self.errors])


def overall(verdicts: Sequence[Verdict]) -> Verdict:
    """Return what several verdicts say together: worse if one does, better if one does otherwise.

    >>> overall([Verdict.BETTER, Verdict.SAME]), overall([Verdict.BETTER, Verdict.WORSE])
    (<Verdict.BETTER: 'better'>, <Verdict.WORSE: 'worse'>)
    >>> overall([])
    <Verdict.TOO_LITTLE_DATA: 'too_little_data'>
    """
    by_weight = (Verdict.WORSE, Verdict.BETTER, Verdict.SAME)
    return next((each for each in by_weight if each in verdicts), Verdict.TOO_LITTLE_DATA)


def compare(samples: Mapping[str, Sample], against: Mapping[str, Sample]) -> list[EndpointVerdict]:
    """Compare the endpoints of a version with those of another one, the worst first.

    :param samples: the requests of the version, by endpoint.
    :param against: those of the other version.
    """
    empty = Sample.empty()
    pairs = {
        name: (samples.get(name, empty), against.get(name, empty))
        for name in samples.keys() | against.keys()
    }
    times = _discoveries({name: _compare_times(*pair) for name, pair in pairs.items()})
    errors = _discoveries({name: _compare_errors(*pair) for name, pair in pairs.items()})
    found = [
        EndpointVerdict(
            endpoint=name,
            visits=one.visits,
            against_visits=other.visits,
            p95=one.p95,
            against_p95=other.p95,
            p=times[name].p,
            error_rate=one.error_rate,
            against_error_rate=other.error_rate,
            error_p=errors[name].p,
            latency=times[name].verdict,
            errors=errors[name].verdict,
        )
        for name, (one, other) in pairs.items()
    ]
    return sorted(found, key=_badness)


def two_proportions(hits: int, size: int, other_hits: int, other_size: int) -> float:
    """Return how probable it is that two shares differ at least so much by chance (two-sided).

    This is Fisher's exact test, which holds for rare events and samples of different sizes where
    the normal approximation does not, as mid-p: what was observed counts half, so that the test is
    not too cautious (Lancaster, "Significance tests in discrete distributions", 1961). The tail is
    summed outwards from what was observed, until its terms are negligible.

    >>> round(two_proportions(40, 1_000, 10, 1_000), 7)
    1.49e-05
    >>> two_proportions(5, 100, 5, 100)
    1.0

    :param hits: how many of the first sample count, of `size`.
    """
    total = hits + other_hits
    is_high = hits * other_size > other_hits * size
    if hits * other_size == other_hits * size:
        return 1.0
    # Without loss of generality, the first share is the larger one.
    if not is_high:
        hits, size, other_hits, other_size = other_hits, other_size, hits, size

    def log_choose(n: int, k: int) -> float:
        return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)

    ways = log_choose(size, hits) + log_choose(other_size, other_hits)
    term = exp(ways - log_choose(size + other_size, total))
    tail, observed = term / 2, hits
    while observed < min(total, size) and term > tail * 1e-9:
        rest = total - observed
        term *= rest * (size - observed) / ((observed + 1) * (other_size - rest + 1))
        tail += term
        observed += 1
    return min(1.0, 2 * tail)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The comparison of one property of an endpoint.

    :ivar verdict: what it would be if the difference is not chance.
    """

    verdict: Verdict
    p: float | None = None


def _compare_times(one: Sample, other: Sample) -> _Comparison:
    if min(one.visits, other.visits) < MIN_CALLS or one.p95 is None or other.p95 is None:
        return _Comparison(Verdict.TOO_LITTLE_DATA)
    # What is slow is what the faster of the two would call slow, so that better mirrors worse.
    slow = min(one.p95, other.p95)
    slower, faster = (one, other) if one.p95 > other.p95 else (other, one)
    counts = (slower.slower_than(slow), slower.visits, faster.slower_than(slow), faster.visits)
    p = two_proportions(*counts)
    difference = abs(one.p95 - other.p95)
    has_risen = counts[0] * counts[3] > counts[2] * counts[1]
    is_large = difference >= MIN_MILLISECONDS and difference >= (MIN_FACTOR - 1) * slow
    if not (is_large and has_risen):
        return _Comparison(Verdict.SAME, p)
    return _Comparison(Verdict.WORSE if slower is one else Verdict.BETTER, p)


def _compare_errors(one: Sample, other: Sample) -> _Comparison:
    rate, other_rate = one.error_rate, other.error_rate
    if min(one.known, other.known) < MIN_CALLS or rate is None or other_rate is None:
        return _Comparison(Verdict.TOO_LITTLE_DATA)
    p = two_proportions(one.errors, one.known, other.errors, other.known)
    if abs(rate - other_rate) < MIN_POINTS:
        return _Comparison(Verdict.SAME, p)
    return _Comparison(Verdict.WORSE if rate > other_rate else Verdict.BETTER, p)


def _discoveries(compared: Mapping[str, _Comparison]) -> dict[str, _Comparison]:
    """Return the comparisons; those that may be chance say "same".

    Of m tests, the k with the smallest p are discoveries for the largest k whose p is at most k/m
    times the rate (Benjamini and Hochberg, "Controlling the false discovery rate", 1995).
    """
    tested = sorted(each.p for each in compared.values() if each.p is not None)
    steps = (
        p for rank, p in enumerate(tested, 1) if p <= FALSE_DISCOVERY_RATE * rank / len(tested)
    )
    limit = max(steps, default=-1.0)
    return {
        name: each
        if each.p is None or (each.p < LEVEL and each.p <= limit)
        else _Comparison(Verdict.SAME, each.p)
        for name, each in compared.items()
    }


def _badness(each: EndpointVerdict) -> tuple[int, float, str]:
    """Return the key by which the worst endpoint is the first."""
    order = (Verdict.WORSE, Verdict.BETTER, Verdict.SAME, Verdict.TOO_LITTLE_DATA)
    known = [p for p in (each.p, each.error_p) if p is not None]
    return order.index(each.verdict), min(known, default=inf), each.endpoint

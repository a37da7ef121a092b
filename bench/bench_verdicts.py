"""How often verdicts on versions are wrong: false alarms, and changes that are found.

Each rate is that of 10,000 simulated deploys, with 1,000 requests per endpoint and check.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from bench.cube_database import Row, row
from pydash_app.verdict.statistics import CHECKS, MIN_FACTOR, MIN_POINTS, Verdict, compare
from pydash_cube.sample import Sample

DEPLOYS, REQUESTS = 10_000, 1_000
MAX_FALSE_ALARMS = 1.0
MIN_DETECTED = 90.0

Values = np.typing.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Values]


class Traffic(NamedTuple):
    """The requests of an endpoint.

    :ivar times: draws execution times (ms).
    :ivar error_rate: the share of requests that fail.
    """

    times: Draw
    error_rate: float = 0.01

    def sample(
        self, random: np.random.Generator, factor: float = 1, error_rate: float | None = None
    ) -> Sample:
        """Draw the requests of a check.

        :param factor: of the execution times.
        """
        failing = self.error_rate if error_rate is None else error_rate
        errors = int(random.binomial(REQUESTS, failing))
        return Sample.of(self.times(random, REQUESTS) * factor, errors)


def _log_normal(sigma: float) -> Draw:
    return lambda random, size: 100 * random.lognormal(0, sigma, size)


def _two_modes(random: np.random.Generator, size: int) -> Values:
    """Draw times of which one in twenty is slow, so that the percentile lies between two modes."""
    slow = random.random(size) < 0.05
    return np.where(slow, 500, 50) * random.lognormal(0, 0.2, size)


TRAFFIC = {
    "log-normal, sigma 0.35": Traffic(_log_normal(0.35)),
    "log-normal, sigma 1": Traffic(_log_normal(1), error_rate=0.05),
    "two modes, the slow one of 5 %": Traffic(_two_modes, error_rate=0.001),
    "whole ms": Traffic(lambda random, size: np.round(30 * random.lognormal(0, 0.7, size))),
    "Pareto 1.5": Traffic(lambda random, size: 50 * (1 + random.pareto(1.5, size))),
}


def run() -> list[Row]:
    """Run the benchmark; takes about five minutes."""
    return [*_false_alarms(), *_found()]


def _verdicts(random: np.random.Generator, traffic: Traffic) -> Iterator[set[Verdict]]:
    """Draw deploys without a change; yield what the checks of each find.

    Every check has requests of its own: if they had some in common, fewer would disagree.
    """
    for _ in range(DEPLOYS):
        found = set()
        for _ in CHECKS:
            one, other = traffic.sample(random), traffic.sample(random)
            found.add(compare({"": one}, {"": other})[0].verdict)
        yield found


def _false_alarms() -> Iterator[Row]:
    for name, traffic in TRAFFIC.items():
        found = list(_verdicts(np.random.default_rng(2018), traffic))
        for verdict in (Verdict.WORSE, Verdict.BETTER):
            percent = 100 * sum(verdict in each for each in found) / DEPLOYS
            yield row(
                f"{name}: {verdict}",
                percent,
                "%",
                MAX_FALSE_ALARMS,
                group="Nothing has changed: all three checks of an endpoint together",
                target=1,
            )


class Change(NamedTuple):
    """A change of an endpoint."""

    name: str
    traffic: str
    factor: float = 1.0
    errors: tuple[float, float] | None = None
    has_target: bool = True


CHANGES = (
    Change("p95 +50 %, log-normal, sigma 0.35", "log-normal, sigma 0.35", 1.5),
    Change("p95 +50 %, log-normal, sigma 1", "log-normal, sigma 1", 1.5),
    Change("p95 +50 %, Pareto 1.5", "Pareto 1.5", 1.5, has_target=False),
    Change("errors 1 % to 4 %", "log-normal, sigma 0.35", errors=(0.01, 0.04)),
    Change(
        f"p95 +{MIN_FACTOR - 1:.0%} (the threshold)".replace("%", " %"),
        "log-normal, sigma 0.35",
        MIN_FACTOR,
        has_target=False,
    ),
    Change(
        "errors 1 % to 2 % (the threshold)",
        "log-normal, sigma 0.35",
        errors=(0.01, 0.01 + MIN_POINTS),
        has_target=False,
    ),
)


def _found() -> Iterator[Row]:
    for others in (0, 19):
        group = (
            "One check of a version whose only endpoint has become worse"
            if not others
            else f"One check of a version of which one of {others + 1} endpoints has become worse"
        )
        for change in CHANGES:
            percent = 100 * _share_found(change, others)
            target = {"target": 1} if change.has_target and not others else {}
            known = {"peer": MIN_DETECTED} if target else {}
            made = row(change.name, percent, "%", group=group)
            if known:
                made |= known | target | {"ratio": percent / MIN_DETECTED}
            yield made


def _share_found(change: Change, others: int) -> float:
    """Return the share of deploys in which a change is found.

    :param others: the number of endpoints that have not changed.
    """
    random, traffic = np.random.default_rng(2018), TRAFFIC[change.traffic]
    before, after = change.errors or (traffic.error_rate, traffic.error_rate)
    unchanged = [(traffic.sample(random), traffic.sample(random)) for _ in range(1_000)]
    found = 0
    for _ in range(DEPLOYS):
        chosen = random.integers(len(unchanged), size=others)
        pairs = {str(n): unchanged[which] for n, which in enumerate(chosen)}
        pairs["changed"] = (
            traffic.sample(random, change.factor, after),
            traffic.sample(random, 1, before),
        )
        verdicts = compare(
            {name: one for name, (one, _) in pairs.items()},
            {name: other for name, (_, other) in pairs.items()},
        )
        worse = {each.endpoint for each in verdicts if each.verdict is Verdict.WORSE}
        found += "changed" in worse
    return found / DEPLOYS

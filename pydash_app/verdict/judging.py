"""Reads the requests of versions from the cube, and compares them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from pydash_app.verdict.log import MAX_ENDPOINTS, MAX_VERSIONS, Check, JudgedVersion, VersionLog
from pydash_app.verdict.statistics import (
    MIN_CALLS,
    EndpointVerdict,
    Verdict,
    compare,
    overall,
)
from pydash_cube.cube import Cube
from pydash_cube.query import Query
from pydash_cube.result import compute
from pydash_cube.sample import Sample, histogram, samples
from pydash_cube.vocabulary import CallField, StatisticName

WEEK, DAY = timedelta(days=7), timedelta(days=1)

CALLS_SETTLE = timedelta(minutes=1)
"""How long after a request it is known, at the latest: the longest request plus that of a fetch."""


@dataclass(frozen=True)
class Comparison:
    """The requests of two versions.

    :ivar samples: of the version, by endpoint.
    :ivar against: of the one that it is compared with.
    """

    samples: Mapping[str, Sample]
    against: Mapping[str, Sample]

    @cached_property
    def endpoints(self) -> list[EndpointVerdict]:
        """The endpoints, the worst first."""
        return compare(self.samples, self.against)

    @property
    def verdict(self) -> Verdict:
        """What the endpoints say together."""
        return overall([each.verdict for each in self.endpoints])

    def histogram(self, bins: int) -> tuple[list[float], list[int], list[int]]:
        """Return the distributions of the execution times of both, in the same bins.

        :returns: the edges of the bins (ms), and how many requests of each version are in each bin.
        """
        edges, (own, others) = histogram(bins, self.samples.values(), self.against.values())
        return edges, own, others


def compare_versions(cube: Cube, version: str, against: str, query: Query) -> Comparison:
    """Compare all requests of two versions.

    :param query: the range and the filters.
    """
    return Comparison(_requests(cube, version, query), _requests(cube, against, query))


def judge_next(log: VersionLog, cube: Cube, until: datetime) -> JudgedVersion | None:
    """Make the check that is due first, if any is, and store what it found.

    :param cube: the requests of the app.
    :param until: the time up to which they are known (UTC).
    :returns: the version that was checked; None if no check was due.
    """
    known = len(cube.dictionaries[CallField.VERSION])
    if known != log.known:
        log.add(_first_calls(cube), known)
    version = log.pick_due(until)
    if version is not None and version.next_after is not None:
        log.store(version, _check(cube, version, version.next_after))
    return version


def _first_calls(cube: Cube) -> dict[str, datetime]:
    """Return when the latest versions began, without the one before which there is none."""
    query = Query(by=(CallField.VERSION,))
    found = compute(cube, [StatisticName.FIRST_CALL], query)
    firsts = {
        name: first
        for (name,), (first,) in zip(
            found.groups, found.values[StatisticName.FIRST_CALL], strict=True
        )
        if name
    }
    in_order = sorted(firsts, key=lambda name: (firsts[name], name))
    return {name: firsts[name] for name in in_order[1:][-MAX_VERSIONS:]}


def _check(cube: Cube, version: JudgedVersion, after: timedelta) -> Check:
    start = version.first
    own = _requests(cube, version.name, Query(start, start + after))
    if not _is_enough(own):
        return Check(after, Verdict.TOO_LITTLE_DATA)
    against = version.last.against if version.last else None
    against = against or _version_before(cube, start)
    if against is None:
        return Check(after, Verdict.TOO_LITTLE_DATA)
    # The same hours of last week, of the day before if it was another version then, or the hours
    # before.
    for distance in sorted({WEEK, DAY, after}, reverse=True):
        since = start - distance
        other = _requests(cube, against, Query(since, min(since + after, start)))
        if _is_enough(other):
            compared = Comparison(own, other)
            counts = dict(Counter(each.verdict for each in compared.endpoints))
            kept = tuple(compared.endpoints[:MAX_ENDPOINTS])
            return Check(after, compared.verdict, against, since, kept, counts)
    return Check(after, Verdict.TOO_LITTLE_DATA, against)


def _version_before(cube: Cube, start: datetime) -> str | None:
    """Return the version that was in use until another one began: that of the last request."""
    query = Query(start - WEEK - DAY, start, by=(CallField.VERSION,))
    found = compute(cube, [StatisticName.LAST_CALL], query)
    last_calls = found.values[StatisticName.LAST_CALL]
    pairs = zip(found.groups, last_calls, strict=True)
    return max(((last, name) for (name,), (last,) in pairs if name), default=(None, None))[1]


def _requests(cube: Cube, version: str, query: Query) -> dict[str, Sample]:
    filters = {**query.filters, CallField.VERSION: version}
    return samples(cube, replace(query, filters=filters, by=(CallField.ENDPOINT,)))


def _is_enough(requests: Mapping[str, Sample]) -> bool:
    return any(each.visits >= MIN_CALLS for each in requests.values())

"""The versions of an app, and what the checks of the latest of them found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf

from persistent import Persistent

from pydash_app.formatting import format_value
from pydash_app.verdict.statistics import CHECKS, EndpointVerdict, Verdict

MAX_VERSIONS = 50
"""The number of versions of an app whose checks are kept, the latest ones."""

MAX_ENDPOINTS = 20
"""The number of endpoints of a check that are kept, the worst ones."""


@dataclass(frozen=True)
class Check:
    """What a check of a version found.

    :ivar after: the time since the first request of the version.
    :ivar against: the version that it was compared with; None if there was none.
    :ivar since: the beginning of the requests that it was compared with, which are as many hours as
        its own; None if it was not compared.
    :ivar endpoints: the worst first.
    :ivar counts: the number of endpoints by verdict, also of those that are not kept.
    """

    after: timedelta
    verdict: Verdict
    against: str | None = None
    since: datetime | None = None
    endpoints: tuple[EndpointVerdict, ...] = ()
    counts: Mapping[Verdict, int] = field(default_factory=dict)

    @property
    def reasons(self) -> list[str]:
        """Why it is better or worse, in words, by endpoint."""
        decisive = [each for each in self.endpoints if each.verdict is self.verdict]
        return [text for each in decisive for text in _reasons(each, self.verdict)]


def _reasons(found: EndpointVerdict, verdict: Verdict) -> Iterator[str]:
    if found.latency is verdict and found.p95 is not None and found.against_p95 is not None:
        change = found.p95 / found.against_p95 - 1 if found.against_p95 else inf
        times = f"{format_value(found.against_p95)} ms to {format_value(found.p95)} ms"
        yield f"{found.endpoint}: p95 from {times} ({change:+.0%})"
    rate, before = found.error_rate, found.against_error_rate
    if found.errors is verdict and rate is not None and before is not None:
        rates = f"{format_value(100 * before)}% to {format_value(100 * rate)}%"
        yield f"{found.endpoint}: errors from {rates}"


class JudgedVersion(Persistent):
    """A version and its checks.

    :param first: the time of its first request (UTC).

    :ivar checks: those that were made, in their order.
    """

    def __init__(self, name: str, first: datetime) -> None:
        self.name = name
        self.first = first
        self.checks: tuple[Check, ...] = ()

    @property
    def last(self) -> Check | None:
        """The check with the most requests; None before the first."""
        return self.checks[-1] if self.checks else None

    @property
    def next_after(self) -> timedelta | None:
        """The time from the first request to the next check; None after the last."""
        done = len(self.checks)
        return CHECKS[done] if done < len(CHECKS) else None

    @property
    def due(self) -> datetime | None:
        """The time of the next check; None after the last."""
        return None if self.next_after is None else self.first + self.next_after


class VersionLog(Persistent):
    """The latest versions of an app that had one before them.

    :ivar known: the number of versions of the app, by which new ones are noticed.
    :ivar versions: by name, oldest first.
    :ivar next_due: the time of the next check; None if there is none.
    :ivar latest: the version that was checked last; None before the first check.
    """

    def __init__(self) -> None:
        self.known = 0
        self.versions: Mapping[str, JudgedVersion] = {}
        self.next_due: datetime | None = None
        self.latest: JudgedVersion | None = None

    def add(self, first_calls: Mapping[str, datetime], known: int) -> None:
        """Add the versions that are new, and drop the oldest ones that are too many.

        :param first_calls: the first request of each version that had another one before it.
        :param known: the number of all versions.
        """
        every = {
            name: self.versions.get(name) or JudgedVersion(name, first)
            for name, first in first_calls.items()
        }
        every = {**self.versions, **every}
        newest = sorted(every.values(), key=lambda each: (each.first, each.name))[-MAX_VERSIONS:]
        self.versions = {each.name: each for each in newest}
        self.known = known
        self._schedule()

    def pick_due(self, now: datetime) -> JudgedVersion | None:
        """Return a version whose check is due, the one that waits longest; None if none is."""
        if self.next_due is None or now < self.next_due:
            return None
        return next(each for each in self.versions.values() if each.due == self.next_due)

    def store(self, version: JudgedVersion, check: Check) -> None:
        """Store what a check of a version found."""
        version.checks = (*version.checks, check)
        self.latest = version
        self._schedule()

    def _schedule(self) -> None:
        due = [each.due for each in self.versions.values() if each.due is not None]
        self.next_due = min(due, default=None)

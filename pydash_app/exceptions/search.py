"""Finds the faults of one dashboard or of several."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from pydash_app.exceptions import repository
from pydash_app.exceptions.entity import ExceptionFault
from pydash_app.exceptions.states import State
from pydash_cube.chunk import prefetch
from pydash_cube.naming import pattern_of


class Sort(StrEnum):
    """By what faults are sorted, the largest first."""

    LAST_SEEN = "last_seen"
    FIRST_SEEN = "first_seen"
    COUNT = "count"
    USERS = "users"


class Found(NamedTuple):
    """A fault that was found.

    :ivar matching: the number of its exceptions in the time range.
    """

    dashboard_id: UUID
    fault: ExceptionFault
    matching: int

    def position(self, sort: Sort) -> tuple[float, str, str]:
        """Return by what it is sorted; it differs from that of all other faults."""
        match sort:
            case Sort.LAST_SEEN:
                value = self.fault.last_seen.timestamp()
            case Sort.FIRST_SEEN:
                value = self.fault.first_seen.timestamp()
            case Sort.COUNT:
                value = self.matching
            case Sort.USERS:
                value = self.fault.user_count
        return value, str(self.dashboard_id), self.fault.id


@dataclass(frozen=True, slots=True)
class Search:
    """Which faults to find; None does not matter.

    :param text: a part of the type, the function or the message, in any case.
    :param start: only faults with exceptions since then; see `ExceptionFault.counts`.
    :param end: only faults with exceptions before.
    :param patterns: those of the dashboard, which merge endpoints; see `Query.patterns`.
    """

    state: State | None = None
    endpoint: str | None = None
    version: str | None = None
    text: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    patterns: tuple[str, ...] = ()

    def count(self, fault: ExceptionFault) -> int:
        """Return the number of exceptions of a fault in the time range."""
        is_over = self.start is not None and fault.last_seen < self.start
        is_later = self.end is not None and fault.first_seen >= self.end
        if is_over or is_later:
            return 0
        if self.start is None and self.end is None:
            return fault.count
        return fault.count_between(self.start, self.end)

    def matches(self, fault: ExceptionFault, now: datetime) -> bool:
        """Return whether a fault is one of these, whatever its count is."""
        texts = (fault.type, fault.function, fault.message)
        return (
            self.state in (None, fault.state(now))
            and (self.endpoint is None or any(map(self._is_meant, fault.endpoints)))
            and (self.version is None or self.version in fault.versions)
            and (self.text is None or any(self.text.casefold() in t.casefold() for t in texts))
        )

    def _is_meant(self, endpoint: str) -> bool:
        return self.endpoint in (endpoint, pattern_of(endpoint, self.patterns))


def find_faults(dashboard_ids: Iterable[UUID], search: Search, now: datetime) -> list[Found]:
    """Return the faults of some dashboards that match a search, in no particular order."""
    found: list[Found] = []
    for dashboard_id in dashboard_ids:
        log = repository.find(dashboard_id)
        faults = [] if log is None else list(log.faults.values())
        prefetch(faults)
        matching = [fault for fault in faults if search.matches(fault, now)]
        if search.start is not None or search.end is not None:
            prefetch(fault.slices for fault in matching)
        counted = (Found(dashboard_id, fault, search.count(fault)) for fault in matching)
        found += [each for each in counted if each.matching]
    return found

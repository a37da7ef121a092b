"""The states of a fault, and what a person decided about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask_monitoring_dashboard_client import RemoteException

NEW_FOR = timedelta(hours=24)
"""How long a fault is new, unless it is seen in a second version."""

IsSince = Callable[[str, str], bool]
"""Whether a version of the app is another one, or was first seen after that."""


class State(StrEnum):
    """What is known about a fault.

    - ``new``: first seen less than 24 hours ago, and in one version only;
    - ``ongoing``: older, or seen in a second version;
    - ``resolved``: someone said so, and it was not seen since;
    - ``regressed``: it was resolved, and was seen again;
    - ``ignored``: someone said so.
    """

    NEW = "new"
    ONGOING = "ongoing"
    RESOLVED = "resolved"
    REGRESSED = "regressed"
    IGNORED = "ignored"


class Change(StrEnum):
    """How exceptions change the state of a fault."""

    NEW = "new"
    REGRESSED = "regressed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A fault is fixed.

    :param time: since when.
    :param version: in which version; None if it is fixed since that time, whatever the version.
    """

    time: datetime
    version: str | None = None

    def is_contradicted_by(self, exception: RemoteException, is_since: IsSince) -> bool:
        """Return whether an exception shows that the fault is not fixed."""
        if self.version is None:
            return exception.time > self.time
        return is_since(exception.version, self.version)


@dataclass(frozen=True, slots=True)
class Regressed:
    """A fault was fixed, and was seen again."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nobody wants to know about a fault.

    :param until: the time until which; None if it does not matter.
    :param until_count: its number of exceptions until which; None if it does not matter.
    """

    until: datetime | None = None
    until_count: int | None = None

    def lasts(self, now: datetime, count: int) -> bool:
        """Return whether the fault is still ignored.

        :param count: the number of its exceptions.
        """
        is_early = self.until is None or now < self.until
        return is_early and (self.until_count is None or count < self.until_count)


Decision = Resolved | Regressed | Ignored

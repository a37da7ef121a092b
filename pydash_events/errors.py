"""Errors of the event store."""

from pydash_database import DatabaseUnavailable


class InvalidMarker(Exception):  # noqa: N818 - a documented name
    """The marker of a page names no event, or several."""


class StorageBadAggregate(Exception):  # noqa: N818 - a documented name
    """The driver does not support an aggregate."""

    code = 400


class StorageBadVersion(Exception):  # noqa: N818 - a documented name
    """The stored schema is missing, or not one that this version can use."""


class StorageUnknownWriteError(DatabaseUnavailable):
    """The store failed while events were recorded. Some of them may be stored."""


class InvalidEvent(ValueError):  # noqa: N818 - like the other errors here
    """An event cannot be recorded.

    :param problem: `Event.UNKNOWN_PROBLEM` or `Event.INCOMPATIBLE_TRAIT`.
    """

    def __init__(self, problem: int, reason: str) -> None:
        super().__init__(reason)
        self.problem = problem

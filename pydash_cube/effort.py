"""Limits the time and the memory of a query."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf

from pydash_cube.vocabulary import QueryError

# Calls, cells and centroids are merged this many at a time.
PORTION = 1_000_000
# The size of what one query may consist of, in entries of digests; a cell is as large as three. A
# little more than a million cells fit, which take about 400 MB while they are computed.
MAX_ENTRIES = 3_100_000
CELL_ENTRIES = 3

_deadline: ContextVar[float] = ContextVar("deadline", default=inf)


class QueryTimeout(Exception):  # noqa: N818 (it is not the caller's error)
    """A query took too long and was stopped."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Stop queries of this thread that begin in the context and last longer than it may.

    :param seconds: the time for all of them together.
    """
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def check_time() -> None:
    """Check whether the query may go on.

    :raises QueryTimeout: its time is over.
    """
    if time.monotonic() > _deadline.get():
        raise QueryTimeout


def check_entries(count: int) -> None:
    """Check whether the result of a query may be so large.

    :param count: the number of entries of digests, and CELL_ENTRIES for each cell.

    :raises QueryError: they are too many.
    """
    if count > MAX_ENTRIES:
        raise QueryError(
            "start",
            f"The query needs more than {MAX_ENTRIES:,} stored values."
            " Choose a shorter range, longer slices, or fewer filters and groups.",
        )

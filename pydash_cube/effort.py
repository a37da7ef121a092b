"""Limits the time and the memory of a query."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf

from pydash_cube.vocabulary import QueryError

# The number of calls, cells and centroids that are merged at a time.
PORTION = 1_000_000
# The maximum size of a query's result, in entries of digests. A cell counts as three. A little more
# than a million cells fit, which take about 400 MB while they are computed.
MAX_ENTRIES = 3_100_000
CELL_ENTRIES = 3

_deadline: ContextVar[float] = ContextVar("deadline", default=inf)


class QueryTimeout(Exception):  # noqa: N818 (it is not the caller's error)
    """A query took too long and was stopped."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Stop queries of this thread that begin in the context and exceed its time.

    A limit within another one does not extend it.

    :param seconds: the total time of all queries.
    """
    token = _deadline.set(min(_deadline.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _deadline.reset(token)


def check_time() -> None:
    """Check whether the query may continue.

    :raises QueryTimeout: its time is up.
    """
    if time.monotonic() > _deadline.get():
        raise QueryTimeout


def check_entries(count: int) -> None:
    """Check the size of the result of a query.

    :param count: the number of entries of digests, plus CELL_ENTRIES for each cell.

    :raises QueryError: it is too large.
    """
    if count > MAX_ENTRIES:
        raise QueryError(
            "start",
            f"The query needs more than {MAX_ENTRIES:,} stored values."
            " Choose a shorter range, longer slices, or fewer filters and groups.",
        )

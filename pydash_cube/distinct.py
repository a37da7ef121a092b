"""Counts the distinct values of a field in each period, and which of them are new."""

from typing import NamedTuple

import numpy as np

from pydash_cube.cube import Cube
from pydash_cube.dictionary import OVERFLOW
from pydash_cube.query import Query
from pydash_cube.selection import Selection
from pydash_cube.table import Ints, number_keys
from pydash_cube.vocabulary import CallField


class Distinct(NamedTuple):
    """How many distinct values of a field there are in each period.

    :ivar values: the number of values. Empty ones, and those that have no code because of the
        limit, do not count.
    :ivar new: how many of them no earlier call has, whether in the range or before it.
    :ivar is_lower_bound: whether values beyond the limit are missing; see `MAX_DISTINCT`.
    :ivar resolution: see `QueryResult`.
    """

    values: list[int]
    new: list[int]
    is_lower_bound: bool
    resolution: str | None


def count_distinct(cube: Cube, query: Query, field: CallField, periods: Ints) -> Distinct:
    """Count the distinct values of a field in each period of a range.

    Besides the cells of the range, it reads one cell per value of each month (or of each day, where
    the month has none) before the range, and merges those of past days once.

    :param query: the calls, with a timeslice and without groups.
    :param periods: the number of the period of each slice, ascending from 0 without gaps.
    :raises QueryError: the result is too large.

    >>> from datetime import datetime
    >>> from pydash_cube.call_batch import CallBatch
    >>> from pydash_cube.vocabulary import TimeUnit
    >>> cube = Cube()
    >>> cube.add(CallBatch.from_columns(
    ...     endpoint=["foo"] * 3, execution_time=[5] * 3, version=["1"] * 3, ip=["::1"] * 3,
    ...     group_by=["ann", "bob", "ann"], time=[datetime(2018, 4, day) for day in (25, 25, 26)]))
    >>> days = Query(datetime(2018, 4, 25), datetime(2018, 4, 27), timeslice=TimeUnit.DAY)
    >>> count_distinct(cube, days, CallField.GROUP_BY, np.array([0, 1]))[:2]
    ([2, 1], [2, 0])
    """
    selection = Selection(cube, query)
    codes, slices = selection.counts(field).keys
    before = selection.codes_before(field)
    named = (codes != OVERFLOW) & (codes != cube.dictionaries[field].code(""))
    # By value, and by period within it, so that the first period of each value comes first.
    _, (values, found) = number_keys([codes[named], periods[slices[named]]])
    is_first = np.diff(values, prepend=-1) != 0
    is_new = is_first & ~np.isin(values, before)
    size = int(periods.max(initial=-1)) + 1
    return Distinct(
        np.bincount(found, minlength=size).tolist(),
        np.bincount(found[is_new], minlength=size).tolist(),
        selection.is_incomplete or OVERFLOW in codes,
        f"utc_{selection.cut}" if selection.cut else None,
    )

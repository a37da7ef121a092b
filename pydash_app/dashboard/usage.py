"""The usage report of a monitored app: how many users it has per period, and which are new."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from pydash_app.dashboard.measured import Measured
from pydash_app.event.usage import Aggregate
from pydash_cube import time_units
from pydash_cube.distinct import count_distinct
from pydash_cube.query import Query
from pydash_cube.selection import Selection
from pydash_cube.vocabulary import CallField, TimeUnit

# The slices from which the periods are put together.
TIMESLICES: Mapping[Aggregate, TimeUnit] = {
    Aggregate.DAY: TimeUnit.DAY,
    Aggregate.WEEK: TimeUnit.WEEK,
    Aggregate.MONTH: TimeUnit.MONTH,
    Aggregate.QUARTER: TimeUnit.MONTH,
    Aggregate.YEAR: TimeUnit.YEAR,
}


class AppUsageOfPeriod(NamedTuple):
    """How many users and addresses made requests during a period.

    A user is a value of `group_by`, an address one of `ip`. They are new in the period of their
    first request ever, and returning in all others.

    :ivar period: its name, such as `2026-W48`.
    :ivar timestamp: midnight at the beginning of its last day.
    """

    period: str
    timestamp: datetime
    users: int
    new_users: int
    returning_users: int
    addresses: int
    new_addresses: int
    returning_addresses: int


class AppUsage(NamedTuple):
    """The usage of an app.

    :ivar periods: in order, empty ones included.
    :ivar lower_bounds: `users` or `addresses`, if not all of them are stored by name.
    :ivar resolution: see `QueryResult`.
    """

    periods: list[AppUsageOfPeriod]
    lower_bounds: list[str]
    resolution: str | None


def report(app: Measured, query: Query, aggregate: Aggregate) -> AppUsage:
    """Return the number of users and addresses of each period.

    :param query: which requests count, with a start, an end and the timeslice of the aggregate.
    :raises QueryError: a parameter is invalid, or the range is too large.
    """
    cube, query = app.scoped(query)
    slices, zone = Selection(cube, query).slices, ZoneInfo(query.timezone)
    if slices is None:
        raise ValueError("The query has no timeslice.")
    _, places = np.unique(slices.numbers, return_index=True)
    starts = slices.edges[places] + slices.offsets[places]
    days = [aggregate.first_day(time_units.to_datetime(start).date()) for start in starts.tolist()]
    firsts = list(dict.fromkeys(days))
    number_of = {first: number for number, first in enumerate(firsts)}
    periods = np.array([number_of[day] for day in days], dtype=np.int64)
    users, addresses = (
        count_distinct(cube, query, field, periods) for field in (CallField.GROUP_BY, CallField.IP)
    )
    counts = zip(users.values, users.new, addresses.values, addresses.new, strict=True)
    return AppUsage(
        [
            AppUsageOfPeriod(
                aggregate.label(first),
                datetime.combine(aggregate.next_first_day(first) - timedelta(days=1), time(), zone),
                *(user, new_user, user - new_user),
                *(address, new_address, address - new_address),
            )
            for first, (user, new_user, address, new_address) in zip(firsts, counts, strict=True)
        ],
        [
            name
            for name, counted in (("users", users), ("addresses", addresses))
            if counted.is_lower_bound
        ],
        users.resolution or addresses.resolution,
    )

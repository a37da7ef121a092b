"""Heat maps of requests and unique visitors by day and hour."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pydash_app.dashboard.entity import Dashboard
from pydash_cube.query import Query
from pydash_cube.vocabulary import MAX_SLICES, StatisticName, TimeUnit
from pydash_web.controller.dates import days
from pydash_web.controller.lookup import find_dashboard
from pydash_web.controller.lower_bounds import mark_lower_bounds
from pydash_web.models.statistic import DateRange, Heatmap

DAY = timedelta(days=1)
HOURS = 24


def visitor_heatmap(dashboard_id: str, query: DateRange, field: str = "total_visits") -> Heatmap:
    """Return the number of requests in each hour.

    :param query: the first and the last day.
    :param field: total_visits or unique_visitors.
    """
    dashboard = find_dashboard(dashboard_id)
    first, last = days(query, most=MAX_SLICES // HOURS)
    hours = _hours(dashboard, first, last, field)
    return Heatmap(
        {
            f"{day:%Y-%m-%d}": hours[HOURS * number : HOURS * (number + 1)]
            for number, day in enumerate(daterange(first, last))
        }
    )


def unique_visitor_heatmap(dashboard_id: str, query: DateRange) -> Heatmap:
    """Return the number of unique visitors in each hour."""
    return visitor_heatmap(dashboard_id, query, "unique_visitors")


def daterange(start_date: datetime, end_date: datetime) -> Iterator[datetime]:
    """Return the days from the first to the last, both inclusive.

    >>> [day.day for day in daterange(datetime(2018, 5, 30), datetime(2018, 6, 1))]
    [30, 31, 1]
    """
    for number in range((end_date - start_date).days + 1):
        yield start_date + number * DAY


def get_hourly_data(dashboard: Dashboard, day: datetime, field: str) -> list[int]:
    """Return the values of the 24 hours of a day (UTC)."""
    return _hours(dashboard, day, day, field)


def _hours(dashboard: Dashboard, first: datetime, last: datetime, field: str) -> list[int]:
    query = Query(first, last + DAY, timeslice=TimeUnit.HOUR)
    result = dashboard.query([StatisticName(field)], query)
    mark_lower_bounds(result)
    hours: list[int] = result.values[field][0]
    return hours

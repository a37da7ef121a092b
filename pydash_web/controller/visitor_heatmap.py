"""Heat maps of requests and unique visitors by day and hour."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydash_app.dashboard.entity import Dashboard
from pydash_cube.query import Query
from pydash_cube.vocabulary import MAX_SLICES, StatisticName, TimeUnit
from pydash_web.controller.dates import days
from pydash_web.controller.inexact import mark_inexact
from pydash_web.controller.lookup import find_dashboard
from pydash_web.models.statistic import Heatmap, LocalDateRange

DAY = timedelta(days=1)
HOURS = 24


def visitor_heatmap(
    dashboard_id: str, query: LocalDateRange, field: str = "total_visits"
) -> Heatmap:
    """Return the number of requests in each hour.

    :param query: the first and the last day.
    :param field: total_visits or unique_visitors.
    """
    dashboard = find_dashboard(dashboard_id)
    first, last = days(query, ZoneInfo(query.timezone), most=MAX_SLICES // HOURS)
    return Heatmap(_hours(dashboard, first, last, field, query.timezone))


def unique_visitor_heatmap(dashboard_id: str, query: LocalDateRange) -> Heatmap:
    """Return the number of unique visitors in each hour."""
    return visitor_heatmap(dashboard_id, query, "unique_visitors")


def daterange(start_date: datetime, end_date: datetime) -> Iterator[datetime]:
    """Return the days from the first to the last, both inclusive.

    >>> [day.day for day in daterange(datetime(2018, 5, 30), datetime(2018, 6, 1))]
    [30, 31, 1]
    """
    for number in range((end_date - start_date).days + 1):
        yield start_date + number * DAY


def get_hourly_data(dashboard: Dashboard, day: datetime, field: str) -> list[int | None]:
    """Return the values of the 24 hours of a day (UTC)."""
    [hours] = _hours(dashboard, day, day, field, "UTC").values()
    return hours


def _hours(
    dashboard: Dashboard, first: datetime, last: datetime, field: str, zone: str
) -> dict[str, list[int | None]]:
    """Return the values of 24 hours by day; None for hours that the clocks skip."""
    query = Query(first, last + DAY, timeslice=TimeUnit.HOUR, timezone=zone)
    result = dashboard.query([StatisticName(field)], query)
    mark_inexact(result)
    found: dict[str, list[int | None]] = {
        f"{day:%Y-%m-%d}": [None] * HOURS for day in daterange(first, last)
    }
    for label, value in zip(result.slices, result.values[field][0], strict=True):
        # The clocks can show an hour twice, such as 2026-10-25T02+02:00 and 2026-10-25T02+01:00.
        hours, hour = found[label[:10]], int(label[11:13])
        hours[hour] = (hours[hour] or 0) + value
    return found

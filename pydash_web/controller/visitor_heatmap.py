"""Returns heat maps of requests and unique visitors by day and hour."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pydash_app.dashboard.entity import Dashboard
from pydash_cube.query import Query, QueryResult
from pydash_cube.vocabulary import MAX_SLICES, StatisticName, TimeUnit
from pydash_web.controller.dates import days
from pydash_web.controller.inexact import inexact_headers
from pydash_web.controller.lookup import find_dashboard
from pydash_web.http.rendered import Computed, Rendered
from pydash_web.models.statistic import DateRange, Heatmap

DAY = timedelta(days=1)
HOURS = 24


def visitor_heatmap(
    dashboard_id: str, query: DateRange, field: str = "total_visits"
) -> Computed[Heatmap]:
    """Return the number of requests in each hour.

    :param query: the range of days.
    :param field: total_visits or unique_visitors.
    """
    dashboard = find_dashboard(dashboard_id)
    first, last = days(query, most=MAX_SLICES // HOURS)
    hours = _hours_query(first, last, query.timezone)

    def build() -> Rendered[Heatmap]:
        result = dashboard.query([StatisticName(field)], hours)
        return Rendered.of(Heatmap(_by_day(result, first, last)), inexact_headers(result))

    return Computed(dashboard.result_key((field, first, last), hours), build)


def unique_visitor_heatmap(dashboard_id: str, query: DateRange) -> Computed[Heatmap]:
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
    result = dashboard.query([StatisticName(field)], _hours_query(day, day, "UTC"))
    [hours] = _by_day(result, day, day).values()
    return hours


def _hours_query(first: datetime, last: datetime, zone: str) -> Query:
    return Query(first, last + DAY, timeslice=TimeUnit.HOUR, timezone=zone)


def _by_day(result: QueryResult, first: datetime, last: datetime) -> dict[str, list[int | None]]:
    """Return the 24 hourly values of each day; None for hours that the clocks skip."""
    found: dict[str, list[int | None]] = {
        f"{day:%Y-%m-%d}": [None] * HOURS for day in daterange(first, last)
    }
    [[values]] = result.values.values()
    for label, value in zip(result.slices, values, strict=True):
        # The clocks can show an hour twice, such as 2026-10-25T02+02:00 and 2026-10-25T02+01:00.
        hours, hour = found[label[:10]], int(label[11:13])
        hours[hour] = (hours[hour] or 0) + value
    return found

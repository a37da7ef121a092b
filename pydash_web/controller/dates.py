"""Ranges of whole days."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydash_web.api import validation
from pydash_web.models.statistic import DateRange

MAX_DAYS = 10_000


def days(query: DateRange, most: int = MAX_DAYS) -> tuple[datetime, datetime]:
    """Return the first and the last day of a range, by default the last eight days.

    :param most: the maximum number of days.
    :return: the midnights at which the two days begin.
    :raises InvalidInput: the last day is before the first, or there are too many days.
    """
    zone = ZoneInfo(query.timezone)
    today = datetime.now(zone)
    last = query.end_date or today
    first = query.start_date or min(today, last) - timedelta(days=7)
    if last < first:
        raise validation.invalid({"end_date": ["Must not be before start_date."]})
    first, last = (
        moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        for moment in (first, last)
    )
    if (last - first).days >= most:
        raise validation.invalid(
            {"start_date": [f"Must be at most {most:,} days before end_date."]}
        )
    return first, last

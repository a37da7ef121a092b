"""Reads the dates of a query: any ISO 8601 date or date-time, UTC unless it names an offset."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydash_web.api import validation
from pydash_web.models.statistic import DATE_TIME, Filters

FILTERS = ("endpoint", "version", "ip", "group_by", "status_class")
MOST_DAYS = 10_000
WRONG_DATE = (
    "This must be an ISO 8601 date or date-time, such as 2018-05-29T15:45, from 1970 to 2999."
)


def match_datetime_string_with_formats(datetime_string: str) -> tuple[datetime | None, str | None]:
    """Read a date or date-time, and say how exact it is.

    :return: its first moment (UTC) and one of year, month, week, day, hour, minute and second; or
        None twice if it is not ISO 8601.

    >>> match_datetime_string_with_formats("2018-W17")
    (datetime.datetime(2018, 4, 23, 0, 0, tzinfo=datetime.timezone.utc), 'week')
    >>> match_datetime_string_with_formats("2018-05-29T15:45")[1]
    'minute'
    >>> match_datetime_string_with_formats("yesterday")
    (None, None)
    """
    if not DATE_TIME.fullmatch(datetime_string):
        return None, None
    date, _, time = datetime_string.replace(" ", "T").partition("T")
    full_date = {4: f"{date}-01-01", 7: f"{date}-01"}.get(len(date), date)
    if "W" in date:
        full_date = date
    try:
        moment = datetime.fromisoformat(f"{full_date}T{time}" if time else full_date)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC), _precision(date, time)
    except (ValueError, OverflowError):
        return None, None


def _precision(date: str, time: str) -> str:
    if time:
        digits = len(time.split("Z")[0].split("+")[0].split("-")[0].replace(":", ""))
        return {2: "hour", 4: "minute"}.get(digits, "second")
    if "W" in date:
        return "day" if len(date.replace("-", "")) == 8 else "week"
    return {4: "year", 7: "month"}.get(len(date), "day")


def parse(name: str, text: str | None) -> datetime | None:
    """Read the date of a query's parameter; one that is not given is None.

    :raises InvalidInput: it is no date; the message names the parameter.
    """
    if text is None:
        return None
    moment, _ = match_datetime_string_with_formats(text)
    if moment is None or not 1970 <= moment.year < 3000:
        raise validation.invalid({name: [WRONG_DATE]})
    return moment


def choice(query: Filters) -> dict[str, Any]:
    """Tell which calls a query is about, in the words of `Dashboard.query`.

    :return: `start`, `end` and `filters`.
    :raises InvalidInput: a date is wrong, or the end is before the start.
    """
    start, end = parse("start_date", query.start_date), parse("end_date", query.end_date)
    if start and end and end < start:
        raise validation.invalid({"end_date": ["This must not be before start_date."]})
    given = {name: getattr(query, name) for name in FILTERS}
    filters = {name: value for name, value in given.items() if value is not None}
    return {"start": start, "end": end, "filters": filters}


def today() -> datetime:
    """Answer the midnight (UTC) with which today began."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def days(
    start_date: str | None, end_date: str | None, most: int = MOST_DAYS
) -> tuple[datetime, datetime]:
    """Tell the first and the last day of a query, both inclusive: by default the last eight days.

    :param most: how many days there may be.
    :return: the midnights (UTC) with which these days begin.
    :raises InvalidInput: a date is wrong, the last is before the first, or there are too many days.
    """
    last = parse("end_date", end_date) or today()
    first = parse("start_date", start_date) or min(today(), last) - timedelta(days=7)
    if last < first:
        raise validation.invalid({"end_date": ["This must not be before start_date."]})
    first, last = _midnight(first), _midnight(last)
    if (last - first).days >= most:
        raise validation.invalid({"start_date": [f"It is more than {most:,} days to end_date."]})
    return first, last


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)

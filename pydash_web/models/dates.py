"""ISO 8601 dates and date-times in query strings, with their time zone."""

import re
from datetime import UTC, datetime, tzinfo
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError

from pydash_cube import time_zones
from pydash_web.models.common import Query

_DATE = r"\d{4}(-\d{2}(-\d{2})?|-?W\d{2}(-?\d)?|\d{4})?"
_TIME = r"\d{2}(:?\d{2}(:?\d{2}([.,]\d{1,9})?)?)?(Z|[+-]\d{2}(:?\d{2})?)?"
_DATE_TIME = re.compile(f"{_DATE}([T ]{_TIME})?", re.ASCII)


def match_datetime_string_with_formats(
    datetime_string: str, zone: tzinfo = UTC
) -> tuple[datetime | None, str | None]:
    """Parse a date or date-time, and return it with its precision.

    :param zone: the time zone of a string without an offset.
    :return: its first moment (UTC), and its precision: year, month, week, day, hour, minute or
        second; (None, None) if it is not ISO 8601.

    >>> match_datetime_string_with_formats("2018-W17")
    (datetime.datetime(2018, 4, 23, 0, 0, tzinfo=datetime.timezone.utc), 'week')
    >>> match_datetime_string_with_formats("2018-05-29T15:45")[1]
    'minute'
    >>> match_datetime_string_with_formats("yesterday")
    (None, None)
    """
    if not _DATE_TIME.fullmatch(datetime_string):
        return None, None
    date, _, time = datetime_string.replace(" ", "T").partition("T")
    full_date = {4: f"{date}-01-01", 7: f"{date}-01"}.get(len(date), date)
    if "W" in date:
        full_date = date
    try:
        moment = datetime.fromisoformat(f"{full_date}T{time}" if time else full_date)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
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


def _parse(text: Any, info: ValidationInfo) -> datetime:
    zone = ZoneInfo(info.data.get("timezone", "UTC"))
    moment, _ = match_datetime_string_with_formats(str(text), zone)
    if moment is None or not 1970 <= moment.astimezone(zone).year < 3000:
        raise PydanticCustomError(
            "date",
            "Must be an ISO 8601 date or date-time, such as 2018-05-29T15:45, from 1970 to 2999.",
        )
    return moment


Date = Annotated[
    datetime,
    BeforeValidator(_parse),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_DATE_TIME.pattern}$",
            "description": "ISO 8601. UTC, unless it has an offset or `timezone` is given. `2018`,"
            " `2018-05` and `2018-W17` stand for the first moment of that year, month or week.",
        }
    ),
]


def _check_zone(name: str) -> str:
    if name not in time_zones.names():
        raise PydanticCustomError(
            "timezone", "Must be the name of an IANA time zone, such as Europe/Berlin."
        )
    return name


Timezone = Annotated[str, Field(max_length=64), AfterValidator(_check_zone)]


class InTimezone(Query):
    """A query whose dates are in a time zone.

    This is a base class, because the time zone must be validated before the dates.
    """

    timezone: Timezone = Field(
        default="UTC",
        description="The IANA time zone of dates without an offset and of calendar slices.",
    )


def not_before(start: datetime | None, end: datetime | None) -> datetime | None:
    """Return the end of a range.

    :raises PydanticCustomError: it is before the start.
    """
    if start and end and end < start:
        raise PydanticCustomError("range", "Must not be before start_date.")
    return end


class TimeRange(InTimezone):
    """A time range, which ends now by default."""

    start_date: Date | None = Field(default=None, description="Inclusive. Default: the beginning.")
    end_date: Date | None = Field(default=None, description="Exclusive. Default: now.")

    @field_validator("end_date")
    @classmethod
    def _check_end(cls, end: datetime | None, info: ValidationInfo) -> datetime | None:
        return not_before(info.data.get("start_date"), end)

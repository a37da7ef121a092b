"""When maintenance is planned: once, weekly or monthly, by the clocks of a time zone."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydash_app.intervals import Interval

FOREVER = datetime.max.replace(tzinfo=UTC)
DAY = timedelta(days=1)
# How far a local day can be from the day in UTC.
_MAX_OFFSET = DAY


@dataclass(frozen=True, slots=True)
class Once:
    """A single period.

    :ivar start: its start (UTC).
    :ivar end: its end (UTC); None if it lasts until it is stopped.
    """

    start: datetime
    end: datetime | None = None

    def occurrences(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Yield the period if it overlaps [start, end)."""
        last = self.end or FOREVER
        if self.start < end and last > start:
            yield self.start, last


@dataclass(frozen=True, slots=True)
class Recurring:
    """A period that begins at the same time of several days.

    A time of day that the clocks skip is as much later as they skip. A time that they repeat is the
    first of both. The length is that of the time that passes.

    :ivar at: the time of day at which it begins.
    :ivar duration: how long it lasts.
    :ivar timezone: the name of the time zone.
    """

    at: time
    duration: timedelta
    timezone: str

    def occurrences(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Yield the periods that overlap [start, end), oldest first; each whole."""
        zone = ZoneInfo(self.timezone)
        day = (start - self.duration).date() - _MAX_OFFSET
        while day <= end.date() + _MAX_OFFSET:
            if self._is_on(day):
                first = datetime.combine(day, self.at, zone).astimezone(UTC)
                if first < end and first + self.duration > start:
                    yield first, first + self.duration
            day += DAY

    def _is_on(self, day: date) -> bool:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Weekly(Recurring):
    """A period that begins on some days of each week.

    :ivar weekdays: the days, from 0 for Monday to 6.
    """

    weekdays: frozenset[int]

    def _is_on(self, day: date) -> bool:
        return day.weekday() in self.weekdays


@dataclass(frozen=True, slots=True)
class Monthly(Recurring):
    """A period that begins on a day of each month.

    :ivar day: the day; if a month has fewer, its last.
    """

    day: int

    def _is_on(self, day: date) -> bool:
        return day.day == min(self.day, calendar.monthrange(day.year, day.month)[1])


Schedule = Once | Weekly | Monthly

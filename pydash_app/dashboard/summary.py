"""The key figures of a dashboard, stored so that the overview need not query the cube."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from persistent import Persistent

from pydash_app.dashboard.measured import Measured
from pydash_cube.query import Query
from pydash_cube.vocabulary import StatisticName, TimeUnit

HOURS = 24
_STATISTICS = (
    StatisticName.TOTAL_VISITS,
    StatisticName.MEDIAN,
    StatisticName.NINETY_FIFTH_PERCENTILE,
    StatisticName.ERROR_RATE,
)


@dataclass(frozen=True)
class DayFigures:
    """The key figures of a day.

    :ivar visits: number of calls.
    :ivar p50: median execution time (ms); None without calls.
    :ivar p95: 95th percentile (ms); None without calls.
    :ivar error_rate: share of server errors, 0 to 1; None if unknown.
    """

    visits: int = 0
    p50: float | None = None
    p95: float | None = None
    error_rate: float | None = None

    @classmethod
    def since(cls, start: datetime, measured: Measured) -> "DayFigures":
        """Compute the figures of the day that begins at a moment, as far as there are calls."""
        # No day has more hours; none of them is in the future.
        values = measured.query(_STATISTICS, Query(start, start + timedelta(hours=25))).values
        return cls(*(values[name][0][0] for name in _STATISTICS))


class DashboardSummary(Persistent):
    """Key figures as of the last fetch.

    :ivar updated: when they were computed (UTC); None if never.
    :ivar visits_today: number of calls since midnight UTC.
    :ivar p50: median execution time since midnight (ms); None without calls.
    :ivar p95: 95th percentile since midnight (ms); None without calls.
    :ivar error_rate: share of server errors since midnight, 0 to 1; None if unknown.
    :ivar sparkline: calls per hour of the last 24 hours, the current one last.
    """

    # Summaries of earlier versions have no days of other time zones.
    _days: Mapping[datetime, DayFigures] = MappingProxyType({})

    def __init__(self) -> None:
        self.updated: datetime | None = None
        self.visits_today = 0
        self.p50: float | None = None
        self.p95: float | None = None
        self.error_rate: float | None = None
        self.sparkline: tuple[int, ...] = (0,) * HOURS

    def update(self, measured: Measured, now: datetime, zones: Iterable[str] = ()) -> None:
        """Compute the figures.

        :param measured: the dashboard.
        :param now: the current time; a naive datetime is UTC.
        :param zones: the time zones in which the overview is read.
        """
        now = now.astimezone(UTC) if now.tzinfo else now.replace(tzinfo=UTC)
        hour = now.replace(minute=0, second=0, microsecond=0)
        midnight = hour.replace(hour=0)
        today = DayFigures.since(midnight, measured)
        self.visits_today, self.p50, self.p95 = today.visits, today.p50, today.p95
        self.error_rate = today.error_rate
        starts = {start_of_day(now, zone) for zone in zones} - {midnight}
        self._days = {start: DayFigures.since(start, measured) for start in starts}
        end = hour + timedelta(hours=1)
        hours = Query(end - timedelta(hours=HOURS), end, timeslice=TimeUnit.HOUR)
        requests = measured.query([StatisticName.TOTAL_VISITS], hours).values
        self.sparkline = tuple(requests[StatisticName.TOTAL_VISITS][0])
        self.updated = now

    def of_day(self, start: datetime, measured: Measured) -> DayFigures:
        """Return the figures of a day, which read the cube only if the last fetch did not know it.

        :param start: when it began (UTC).
        :param measured: the dashboard.
        """
        if self.updated is None or start > self.updated:
            return DayFigures()
        if start == self.updated.replace(hour=0, minute=0, second=0, microsecond=0):
            return DayFigures(self.visits_today, self.p50, self.p95, self.error_rate)
        return self._days.get(start) or DayFigures.since(start, measured)


def start_of_day(moment: datetime, zone: str) -> datetime:
    """Return when the day of a time zone began (UTC) that a moment lies in.

    >>> str(start_of_day(datetime(2026, 10, 25, 3, tzinfo=UTC), "Europe/Berlin"))
    '2026-10-24 22:00:00+00:00'
    """
    day = moment.astimezone(ZoneInfo(zone)).date()
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)

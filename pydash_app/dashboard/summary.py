"""The key figures of a dashboard, stored so that the overview need not query the cube."""

from datetime import UTC, datetime, timedelta

from persistent import Persistent

from pydash_app.dashboard.measured import Measured
from pydash_cube.query import Query
from pydash_cube.vocabulary import StatisticName, TimeUnit

HOURS = 24


class DashboardSummary(Persistent):
    """Key figures as of the last fetch.

    :ivar updated: when they were computed (UTC); None if never.
    :ivar visits_today: number of calls since midnight UTC.
    :ivar p50: median execution time since midnight (ms); None without calls.
    :ivar p95: 95th percentile since midnight (ms); None without calls.
    :ivar error_rate: share of server errors since midnight, 0 to 1; None if unknown.
    :ivar sparkline: calls per hour of the last 24 hours, the current one last.
    """

    def __init__(self) -> None:
        self.updated: datetime | None = None
        self.visits_today = 0
        self.p50: float | None = None
        self.p95: float | None = None
        self.error_rate: float | None = None
        self.sparkline: tuple[int, ...] = (0,) * HOURS

    def update(self, measured: Measured, now: datetime) -> None:
        """Compute the figures.

        :param measured: the dashboard.
        :param now: the current time; a naive datetime is UTC.
        """
        now = now.astimezone(UTC) if now.tzinfo else now.replace(tzinfo=UTC)
        hour = now.replace(minute=0, second=0, microsecond=0)
        midnight = hour.replace(hour=0)
        names = (
            StatisticName.TOTAL_VISITS,
            StatisticName.MEDIAN,
            StatisticName.NINETY_FIFTH_PERCENTILE,
            StatisticName.ERROR_RATE,
        )
        today = measured.query(names, Query(midnight, midnight + timedelta(days=1))).values
        self.visits_today, self.p50, self.p95, self.error_rate = (
            today[name][0][0] for name in names
        )
        end = hour + timedelta(hours=1)
        hours = Query(end - timedelta(hours=HOURS), end, timeslice=TimeUnit.HOUR)
        requests = measured.query([StatisticName.TOTAL_VISITS], hours).values
        self.sparkline = tuple(requests[StatisticName.TOTAL_VISITS][0])
        self.updated = now

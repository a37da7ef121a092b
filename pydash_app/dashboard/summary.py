"""What the overview shows of a dashboard, ready to be read without touching the cube."""

from datetime import UTC, datetime, timedelta

from persistent import Persistent

from pydash_app.dashboard.aggregator.aggregator_group import AggregatorGroup

HOURS = 24


class DashboardSummary(Persistent):
    """A few figures as of the last fetch.

    :ivar updated: when they were computed (UTC); None before the first time.
    :ivar visits_today: calls since midnight UTC.
    :ivar p50: median execution time since midnight (ms); None without calls.
    :ivar p95: 95th percentile since midnight (ms); None without calls.
    :ivar error_rate: share of failed calls since midnight, 0 to 1; None if unknown.
    :ivar sparkline: calls per hour, the last 24 hours, the running one last.
    """

    def __init__(self) -> None:
        self.updated: datetime | None = None
        self.visits_today = 0
        self.p50: float | None = None
        self.p95: float | None = None
        self.error_rate: float | None = None
        self.sparkline: tuple[int, ...] = (0,) * HOURS

    def update(self, group: AggregatorGroup, now: datetime) -> None:
        """Compute the figures anew.

        :param now: the present time.
        """
        now = now.astimezone(UTC) if now.tzinfo else now.replace(tzinfo=UTC)
        hour = now.replace(minute=0, second=0, microsecond=0)
        names = (
            "total_visits",
            "median_execution_time",
            "ninety-fifth_percentile_execution_time",
            "error_rate",
        )
        midnight = hour.replace(hour=0)
        today = group.query(names, start=midnight, end=midnight + timedelta(days=1)).values
        self.visits_today, self.p50, self.p95, self.error_rate = (
            today[name][0][0] for name in names
        )
        end = hour + timedelta(hours=1)
        start = end - timedelta(hours=HOURS)
        hours = group.query(["total_visits"], start=start, end=end, timeslice="hour").values
        self.sparkline = tuple(hours["total_visits"][0])
        self.updated = now

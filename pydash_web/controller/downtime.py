"""Says when a dashboard did not answer."""

from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from statistics import fmean

from pydash_app.dashboard.downtime import DowntimeLog
from pydash_web.controller.dates import days
from pydash_web.controller.lookup import find_dashboard
from pydash_web.models.dashboard import Downtime, Outage
from pydash_web.models.statistic import DateRange


def downtime(dashboard_id: str, query: DateRange) -> Downtime:
    """Show the outages of a dashboard; one that lasts counts up to now."""
    dashboard = find_dashboard(dashboard_id)
    first, last = days(query.start_date, query.end_date)
    log, end, now = dashboard.downtime, last + timedelta(days=1), datetime.now(UTC)
    return Downtime(
        monitor_downtime=dashboard.monitor_downtime,
        downtime_intervals=_outages(log, first, end, now),
        downtime_percentage=log.percentage(first, end, now),
        total_downtimes={
            each.day: each.downtime.total_seconds() for each in log.per_day(first, end, now)
        },
        latency=_latency(log, first, end),
    )


def _outages(log: DowntimeLog, start: datetime, end: datetime, now: datetime) -> list[Outage]:
    lasts = log.down_since is not None
    return [
        Outage(
            start=begun,
            end=None if lasts and over == now else over,
            seconds=(over - begun).total_seconds(),
        )
        for begun, over in log.intervals(start, end, now)
    ]


def _latency(log: DowntimeLog, start: datetime, end: datetime) -> dict[date, float]:
    """Average the answered pings of each day, in ms."""
    pings = groupby(log.latency(start, end), key=lambda ping: ping[0].date())
    return {day: fmean(latency for _, latency in group) for day, group in pings}

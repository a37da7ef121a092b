"""Returns the outages and the latency of a dashboard."""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from statistics import fmean
from zoneinfo import ZoneInfo

from pydash_app import maintenance
from pydash_web.controller.dashboard_info import ping_failure
from pydash_web.controller.dates import days
from pydash_web.controller.lookup import find_dashboard
from pydash_web.models.dashboard import Downtime, Outage
from pydash_web.models.statistic import DateRange


def get_downtime(dashboard_id: str, query: DateRange) -> Downtime:
    """Return the outages of a dashboard; an ongoing outage counts up to now."""
    dashboard = find_dashboard(dashboard_id)
    zone = ZoneInfo(query.timezone)
    first, last = days(query)
    log, end, now = dashboard.downtime, last + timedelta(days=1), datetime.now(UTC)
    excluded = maintenance.excluded(maintenance.of_dashboard(dashboard), first, end)
    outages = [
        Outage(
            start=each.start,
            end=None if log.down_since is not None and each.end == now else each.end,
            seconds=(each.end - each.start).total_seconds(),
            cause=ping_failure(each.cause),
        )
        for each in log.outages(first, end, now, excluded)
    ]
    pings = groupby(log.latency(first, end), key=lambda ping: ping[0].astimezone(zone).date())
    return Downtime(
        monitor_downtime=dashboard.monitor_downtime,
        downtime_intervals=outages,
        downtime_percentage=log.percentage(first, end, now, excluded),
        total_downtimes={
            each.day: each.downtime.total_seconds()
            for each in log.per_day(first, end, now, zone, excluded)
        },
        latency={day: fmean(latency for _, latency in group) for day, group in pings},
    )

"""What visitors of a status page see: names that its owner chose, statuses and times.

No URL, ID of a dashboard, token, endpoint, cause or visitor is part of it.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from markupsafe import Markup

from pydash_app import alert, maintenance
from pydash_app.dashboard import load
from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.entity import Dashboard
from pydash_app.intervals import Interval
from pydash_app.maintenance import repository as windows
from pydash_app.maintenance.entity import Window
from pydash_app.maintenance.schedule import FOREVER
from pydash_app.status_page.entity import App, Impact, Incident, IncidentState, Status, StatusPage
from pydash_app.status_page.markdown import render

DAYS = 90
RECENT = timedelta(days=15)
PLANNED = timedelta(days=14)
MAX_PLANNED = 10
_DAY = timedelta(days=1)
# From the best to the worst, as far as they can be compared.
_SEVERITY = (Status.OPERATIONAL, Status.DEGRADED, Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE)


@dataclass(frozen=True)
class DayOfApp:
    """A day in the history of an app.

    :ivar downtime: how long it was down.
    :ivar percentage: of the monitored time; None if it was not monitored.
    """

    day: date
    downtime: timedelta
    percentage: float | None


@dataclass(frozen=True)
class AppStatus:
    """An app of a page.

    :ivar uptime: percent of the monitored time of the last 90 days; None if there is none.
    :ivar days: oldest first.
    """

    key: str
    name: str
    status: Status
    uptime: float | None
    days: list[DayOfApp]


@dataclass(frozen=True)
class GroupStatus:
    """A group of apps."""

    name: str
    status: Status
    apps: list[AppStatus]


@dataclass(frozen=True)
class ShownUpdate:
    """An update of an incident.

    :ivar text: as it was written, in Markdown.
    :ivar html: the same, safe to be put into a page.
    """

    id: UUID
    state: IncidentState
    text: str
    html: Markup
    posted: datetime
    edited: datetime | None


@dataclass(frozen=True)
class ShownIncident:
    """A published incident.

    :ivar apps: the names of the affected apps.
    :ivar updates: the latest first.
    """

    id: UUID
    title: str
    impact: Impact
    state: IncidentState
    began: datetime
    resolved: datetime | None
    apps: list[str]
    updates: list[ShownUpdate]


@dataclass(frozen=True)
class ShownMaintenance:
    """Planned maintenance; the name that its owner gave it is not shown.

    :ivar end: None if it lasts until it is stopped.
    """

    apps: list[str]
    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class Overview:
    """A status page as of a moment.

    :ivar incidents: those that are not over, the latest first.
    :ivar past: those of the last days that are over, the latest first.
    :ivar maintenance: under way and planned, in the order of their begin.
    """

    name: str
    slug: str
    description: Markup
    status: Status
    updated: datetime
    groups: list[GroupStatus]
    incidents: list[ShownIncident]
    past: list[ShownIncident]
    maintenance: list[ShownMaintenance]


def overview(page: StatusPage, now: datetime) -> Overview:
    """Return what a page shows.

    :param now: the current time (UTC).
    """
    mine = {app.dashboard_id: each for app, each in dashboards_of(page)}
    load(list(mine.values()), lambda each: [each.downtime], lambda each: each.downtime.trees)
    planned = windows.of_owner(page.owner_id)
    slow = alert.slow_or_failing(page.owner_id)
    current = [each for each in page.open_incidents() if each.published]

    def app_status(app: App) -> AppStatus:
        dashboard = mine[app.dashboard_id]
        declared = [
            each.impact for each in current if not each.apps or app.dashboard_id in each.apps
        ]
        concerned = [each for each in planned if each.dashboard_id in (None, dashboard.id)]
        start = datetime(now.year, now.month, now.day, tzinfo=UTC) - (DAYS - 1) * _DAY
        excluded = maintenance.excluded(concerned, start, now)
        log = dashboard.downtime
        down = log.percentage(start, now, now, excluded)
        return AppStatus(
            app.key,
            app.name,
            _status(dashboard, now, concerned, declared, is_slow=dashboard.id in slow),
            None if down is None else 100 - down,
            [
                DayOfApp(each.day, each.downtime, each.percentage)
                for each in log.per_day(start, now, now, UTC, excluded)
            ],
        )

    groups = []
    for group in page.groups:
        apps = [app_status(app) for app in group.apps if app.dashboard_id in mine]
        groups.append(GroupStatus(group.name, joint(app.status for app in apps), apps))
    recent = page.incidents(since=now - RECENT)
    return Overview(
        name=page.name,
        slug=page.slug,
        description=render(page.description),
        status=joint(app.status for group in groups for app in group.apps),
        updated=now,
        groups=groups,
        incidents=[shown(page, each) for each in current],
        past=[shown(page, each) for each in recent if each.published and each.state.is_over],
        maintenance=_planned(page, planned, now),
    )


def dashboards_of(page: StatusPage) -> list[tuple[App, Dashboard]]:
    """Return the apps of a page with their dashboards.

    One that was deleted at the same moment in which it was added is left out.
    """
    found = []
    for app in page.apps:
        with suppress(KeyError):
            found.append((app, dashboards.find(app.dashboard_id)))
    return found


def history(page: StatusPage, start: datetime, end: datetime) -> list[ShownIncident]:
    """Return the published incidents that began in [start, end), the latest first."""
    found = page.incidents(since=start, before=end)
    return [shown(page, each) for each in found if each.published]


def joint(statuses: Iterable[Status]) -> Status:
    """Return the status of several apps together.

    >>> up, down, unknown = Status.OPERATIONAL, Status.MAJOR_OUTAGE, Status.UNKNOWN
    >>> [joint(each).value for each in ([], [up, unknown], [up, down], [down, unknown])]
    ['unknown', 'operational', 'partial_outage', 'major_outage']
    """
    counts = Counter(statuses)
    del counts[Status.UNKNOWN]
    if not counts:
        return Status.UNKNOWN
    if counts.keys() == {Status.MAJOR_OUTAGE}:
        return Status.MAJOR_OUTAGE
    if counts[Status.MAJOR_OUTAGE] or counts[Status.PARTIAL_OUTAGE]:
        return Status.PARTIAL_OUTAGE
    for status in (Status.DEGRADED, Status.MAINTENANCE):
        if counts[status]:
            return status
    return Status.OPERATIONAL


def shown(page: StatusPage, incident: Incident) -> ShownIncident:
    """Return an incident as visitors see it."""
    return ShownIncident(
        incident.id,
        incident.title,
        incident.impact,
        incident.state,
        incident.began,
        incident.resolved,
        [app.name for app in page.apps if app.dashboard_id in incident.apps],
        [
            ShownUpdate(each.id, each.state, each.text, render(each.text), each.posted, each.edited)
            for each in reversed(incident.updates)
        ],
    )


def _status(
    dashboard: Dashboard,
    now: datetime,
    concerned: Iterable[Window],
    declared: Collection[Impact],
    *,
    is_slow: bool,
) -> Status:
    """Return the status of an app: the worse of what PyDash sees and of what its owner says."""
    log = dashboard.downtime
    if any(window.period_at(now) for window in concerned):
        seen = Status.MAINTENANCE
    elif not dashboard.monitor_downtime or not log.is_watched(now):
        seen = Status.UNKNOWN
    elif log.down_since is not None:
        seen = Status.MAJOR_OUTAGE
    else:
        seen = Status.DEGRADED if is_slow else Status.OPERATIONAL
    said = [Status(each.value) for each in declared if each is not Impact.NONE]
    if seen in _SEVERITY:
        return max([seen, *said], key=_SEVERITY.index)
    return max(said, key=_SEVERITY.index) if said else seen


def _planned(page: StatusPage, planned: Iterable[Window], now: datetime) -> list[ShownMaintenance]:
    periods: list[tuple[Interval, list[str]]] = []
    for window in planned:
        names = [app.name for app in page.apps if window.dashboard_id in (None, app.dashboard_id)]
        if names:
            periods += [
                (each, names) for each in window.intervals(now, now + PLANNED)[:MAX_PLANNED]
            ]
    periods.sort(key=lambda period: period[0])
    return [
        ShownMaintenance(names, start, None if end == FOREVER else end)
        for (start, end), names in periods[:MAX_PLANNED]
    ]

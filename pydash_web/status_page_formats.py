"""Renders a status page in each format: HTML that needs no scripts, JSON, Atom and SVG."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup

from pydash_app.configuration import Configuration
from pydash_app.errors import NotFound
from pydash_app.status_page import managing, subscribing
from pydash_app.status_page.overview import AppStatus, Overview, ShownIncident

STYLE = (Path(__file__).parent / "templates" / "status_page" / "style.css").read_text("utf-8")
STATUS_NAMES = {
    "operational": "Operational",
    "degraded": "Degraded performance",
    "partial_outage": "Partial outage",
    "major_outage": "Major outage",
    "maintenance": "Maintenance",
    "unknown": "Unknown",
}
HEADLINES = {
    "operational": "All systems operational",
    "degraded": "Some systems are degraded",
    "partial_outage": "Partial outage",
    "major_outage": "Major outage",
    "maintenance": "Maintenance under way",
    "unknown": "Status unknown",
}
BADGE_COLORS = {
    "operational": "#1a7f37",
    "degraded": "#9a6700",
    "partial_outage": "#bc4c00",
    "major_outage": "#cf222e",
    "maintenance": "#0969da",
    "unknown": "#57606a",
}
# Below that, a day with downtime is shown as a partial outage (percent).
MAJOR_DAY = 5.0
_BAR, _GAP, _HEIGHT = 3, 1, 32
# Of a character of a badge, roughly (pixels).
_CHARACTER = 6.5


def install(app: Flask) -> None:
    """Add what the templates use."""
    app.jinja_env.filters["in_words"] = managing.in_words
    app.jinja_env.globals.update(
        status_names=STATUS_NAMES, state_names=subscribing.STATE_NAMES, headlines=HEADLINES
    )


def render(template: str, **values: Any) -> str:
    """Return a template of status pages, filled in.

    It does not depend on the request: the context of a request has the session and the user.
    """
    configuration: Configuration = current_app.config["PYDASH"]
    return current_app.jinja_env.get_template(f"status_page/{template}").render(
        root=configuration.public_path,
        public_url=configuration.public_url,
        style=Markup(STYLE),  # noqa: S704 (our own)
        **values,
    )


def page(seen: Overview) -> str:
    """Return a page as HTML."""
    return render(
        "page.html",
        slug=seen.slug,
        page=seen,
        bars={app.key: bars(app) for group in seen.groups for app in group.apps},
        month=f"{seen.updated:%Y-%m}",
    )


def feed(seen: Overview) -> str:
    """Return the updates of incidents as an Atom feed, the latest first."""
    updates = [
        (update, incident)
        for incident in [*seen.incidents, *seen.past]
        for update in incident.updates
    ]
    updates.sort(key=lambda each: each[0].posted, reverse=True)
    return render("feed.xml", page=seen, updates=updates)


def badge(seen: Overview, key: str | None) -> str:
    """Return an image with the status of a page, or of one of its apps.

    :param key: that of the app; None for all of them.
    :raises NotFound: the page has no such app.
    """
    label, status = seen.name, seen.status
    if key is not None:
        apps = [app for group in seen.groups for app in group.apps if app.key == key]
        if not apps:
            raise NotFound
        label, status = apps[0].name, apps[0].status
    text = STATUS_NAMES[status].lower()
    label = label if len(label) <= 40 else f"{label[:39]}…"
    left, right = (round(_CHARACTER * len(each)) + 14 for each in (label, text))
    return render(
        "badge.svg", label=label, text=text, color=BADGE_COLORS[status], left=left, right=right
    )


def json(seen: Overview) -> str:
    """Return a page as JSON."""
    return current_app.json.dumps(as_json(seen))


@dataclass(frozen=True)
class Bars:
    """The days of an app as shapes of an SVG image.

    :ivar paths: a path for each kind of day.
    :ivar marks: the days with downtime: the position, the kind, and what happened.
    """

    width: int
    height: int
    paths: dict[str, str]
    marks: list[tuple[int, str, str]]


def bars(app: AppStatus) -> Bars:
    """Return the bars of the days of an app."""
    paths: dict[str, str] = {}
    marks = []
    for number, each in enumerate(app.days):
        x = number * (_BAR + _GAP)
        if each.percentage is None:
            kind = "unknown"
        elif not each.downtime:
            kind = "operational"
        else:
            kind = "major_outage" if each.percentage >= MAJOR_DAY else "partial_outage"
            minutes = max(1, round(each.downtime / timedelta(minutes=1)))
            marks.append((x, kind, f"{each.day.day} {each.day:%B}: {minutes:,} min of downtime"))
            continue
        paths[kind] = paths.get(kind, "") + f"M{x} 0h{_BAR}v{_HEIGHT}h-{_BAR}z"
    return Bars(len(app.days) * (_BAR + _GAP) - _GAP, _HEIGHT, paths, marks)


def as_json(seen: Overview) -> dict[str, Any]:
    """Return what a page shows as JSON."""
    return {
        "name": seen.name,
        "status": seen.status,
        "updated": _iso(seen.updated),
        "groups": [
            {
                "name": group.name,
                "status": group.status,
                "apps": [
                    {
                        "name": app.name,
                        "status": app.status,
                        "uptime_90_days": app.uptime,
                        "days": [
                            {
                                "date": day.day.isoformat(),
                                "downtime_seconds": day.downtime.total_seconds(),
                                "downtime_percentage": day.percentage,
                            }
                            for day in app.days
                        ],
                    }
                    for app in group.apps
                ],
            }
            for group in seen.groups
        ],
        "incidents": [_incident_json(each) for each in [*seen.incidents, *seen.past]],
        "maintenance": [
            {"apps": each.apps, "start": _iso(each.start), "end": _iso(each.end)}
            for each in seen.maintenance
        ],
    }


def _incident_json(incident: ShownIncident) -> dict[str, Any]:
    return {
        "title": incident.title,
        "impact": incident.impact,
        "state": incident.state,
        "apps": incident.apps,
        "began": _iso(incident.began),
        "resolved": _iso(incident.resolved),
        "updates": [
            {"state": each.state, "text": each.text, "posted": _iso(each.posted)}
            for each in incident.updates
        ],
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

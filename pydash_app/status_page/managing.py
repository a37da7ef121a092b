"""What owners do with their status pages and incidents. Nothing here commits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from multi_indexed_collection import DuplicateIndexError

from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.entity import Dashboard
from pydash_app.errors import Conflict, InvalidInput, NotFound
from pydash_app.event import EventType, of_user, record
from pydash_app.permissions import Action, may
from pydash_app.status_page import repository, subscribing
from pydash_app.status_page.entity import (
    MAX_APPS,
    App,
    Impact,
    Incident,
    IncidentState,
    Origin,
    StatusPage,
    Update,
    new_update,
)
from pydash_app.status_page.overview import dashboards_of
from pydash_app.user import repository as users
from pydash_app.user.entity import User
from pydash_app.user.passwords import hash_password, password_problems

MAX_PAGES = 10
OUTAGES_OF = timedelta(days=30)

Groups = Iterable[tuple[str, list[tuple[UUID, str]]]]


@dataclass(frozen=True)
class Settings:
    """What is given of the settings of a page.

    :ivar password: empty for none.
    """

    slug: str | None = None
    name: str | None = None
    description: str | None = None
    enabled: bool | None = None
    groups: Groups | None = None
    password: str | None = None


class Outage(NamedTuple):
    """An outage of an app of a page.

    :ivar end: None while it lasts.
    :ivar incident: what was drafted from it, if anything.
    """

    app: App
    start: datetime
    end: datetime | None
    incident: Incident | None


# -- Pages ------------------------------------------------------------------------------------


def create(owner: User, slug: str, name: str, settings: Settings, now: datetime) -> StatusPage:
    """Add a page.

    :raises InvalidInput: a setting is invalid, or the account has too many pages.
    :raises NotFound: the account has no such dashboard.
    :raises Conflict: another page has this slug.
    """
    if users.lock_for_update(owner.id) is None:
        raise NotFound("User not found.")
    if len(repository.of_owner(owner.id)) >= MAX_PAGES:
        raise InvalidInput(f"You have reached the limit of {MAX_PAGES} status pages.")
    page = StatusPage(owner.id, slug, name, now)
    _apply(page, owner, settings)
    try:
        repository.add(page)
    except DuplicateIndexError:
        raise Conflict("This address is taken.") from None
    return page


def change(page: StatusPage, owner: User, settings: Settings) -> None:
    """Change a page.

    :raises InvalidInput: a setting is invalid.
    :raises NotFound: the account has no such dashboard.
    :raises Conflict: another page has this slug.
    """
    page.slug = settings.slug or page.slug
    page.name = settings.name or page.name
    _apply(page, owner, settings)
    try:
        repository.update(page)
    except DuplicateIndexError:
        raise Conflict("This address is taken.") from None


def delete(page: StatusPage) -> None:
    """Delete a page with its incidents and subscribers, who get no further mails.

    :raises KeyError: the page is not in the repository.
    """
    for subscriber in list(page.subscribers.values()):
        subscribing.remove(page, subscriber)
    repository.delete(page)


def _apply(page: StatusPage, owner: User, settings: Settings) -> None:
    if settings.description is not None:
        page.description = settings.description
    if settings.enabled is not None:
        page.enabled = settings.enabled
    if settings.groups is not None:
        given = [(name, list(apps)) for name, apps in settings.groups]
        ids = [dashboard_id for _, apps in given for dashboard_id, _ in apps]
        if len(ids) > MAX_APPS:
            raise InvalidInput(errors={"groups": [f"At most {MAX_APPS} dashboards."]})
        if len(set(ids)) < len(ids):
            raise InvalidInput(errors={"groups": ["A dashboard may occur only once."]})
        for dashboard_id in ids:
            find_dashboard(dashboard_id, owner)
        page.arrange(given)
    if settings.password is not None:
        problems = password_problems(settings.password, page.slug) if settings.password else []
        if problems:
            raise InvalidInput(errors={"password": problems})
        page.password_hash = hash_password(settings.password) if settings.password else None


def find_dashboard(dashboard_id: UUID, owner: User) -> Dashboard:
    """Return a dashboard of the owner of a page.

    :raises NotFound: the account has no such dashboard.
    """
    try:
        dashboard = dashboards.find(dashboard_id)
    except KeyError:
        raise NotFound("Dashboard not found.") from None
    if not may(owner, Action.READ, dashboard):
        raise NotFound("Dashboard not found.")
    return dashboard


# -- Incidents --------------------------------------------------------------------------------


def open_incident(
    page: StatusPage, incident: Incident, owner: User, now: datetime, *, notify: bool
) -> None:
    """Add an incident, and publish it.

    :raises InvalidInput: the page has too many incidents, or not all of its apps.
    :raises TooManyRequests: the subscribers were notified too often.
    """
    check_apps(page, incident.apps)
    page.add_incident(incident)
    publish(page, incident, owner, now, notify=notify)


def draft(page: StatusPage, dashboard_id: UUID, start: datetime, now: datetime) -> Incident:
    """Return the incident of an outage, which is added as a draft if there is none.

    It says when the app was unavailable, but not why, because causes may contain addresses.

    :raises NotFound: there is no such outage of an app of the page.
    :raises InvalidInput: the page has too many incidents.
    """
    for app, began, end, incident in outages(page, now):
        if (app.dashboard_id, began) != (dashboard_id, start):
            continue
        if incident is not None:
            return incident
        if end is None:
            title, state = f"{app.name} is unavailable", IncidentState.INVESTIGATING
            text = f"{app.name} has been unavailable since {in_words(start)}. We are investigating."
        else:
            title, state = f"{app.name} was unavailable", IncidentState.RESOLVED
            minutes = max(1, round((end - start) / timedelta(minutes=1)))
            text = (
                f"{app.name} was unavailable from {in_words(start)} to {in_words(end)}"
                f" ({minutes:,} min)."
            )
        drafted = Incident(
            title,
            start,
            new_update(state, text, end or now),
            Impact.MAJOR_OUTAGE,
            frozenset({dashboard_id}),
            Origin(dashboard_id, start),
        )
        page.add_incident(drafted)
        return drafted
    raise NotFound("Outage not found.")


def outages(page: StatusPage, now: datetime) -> list[Outage]:
    """Return the outages of the apps of a page that began recently, the latest first."""
    found = []
    drafted = {each.outage: each for each in page.incidents(since=now - OUTAGES_OF)}
    for app, dashboard in dashboards_of(page):
        log = dashboard.downtime
        # From long before, so that none is shortened.
        for start, end in log.intervals(now - 2 * OUTAGES_OF, now, now):
            if start > now - OUTAGES_OF:
                lasts = log.down_since == start
                incident = drafted.get(Origin(app.dashboard_id, start))
                found.append(Outage(app, start, None if lasts else end, incident))
    return sorted(found, key=lambda outage: outage.start, reverse=True)


def publish(
    page: StatusPage, incident: Incident, owner: User, now: datetime, *, notify: bool
) -> None:
    """Show an incident to visitors; again, this changes nothing.

    :raises TooManyRequests: the subscribers were notified too often.
    """
    if incident.published is not None:
        return
    incident.published = now
    _record(EventType.INCIDENT_OPENED, page, incident, owner)
    if incident.state.is_over:
        _record(EventType.INCIDENT_RESOLVED, page, incident, owner)
    if notify:
        subscribing.announce(page, incident, incident.updates[-1], now)


def post(
    page: StatusPage, incident: Incident, update: Update, owner: User, *, notify: bool
) -> None:
    """Add an update to an incident. That of a draft is not announced.

    :raises InvalidInput: the incident has too many updates.
    :raises TooManyRequests: the subscribers were notified too often.
    """
    was_over = incident.state.is_over
    incident.post(update)
    page.note_state(incident)
    if incident.published is None:
        return
    is_end = update.state.is_over and not was_over
    event_type = EventType.INCIDENT_RESOLVED if is_end else EventType.INCIDENT_UPDATED
    _record(event_type, page, incident, owner)
    if notify:
        subscribing.announce(page, incident, update, update.posted)


def check_apps(page: StatusPage, apps: Iterable[UUID]) -> None:
    """Check that the apps that an incident affects are those of its page.

    :raises InvalidInput: one of them is not.
    """
    if not set(apps) <= {app.dashboard_id for app in page.apps}:
        raise InvalidInput(errors={"dashboards": ["Must be dashboards of this page."]})


def in_words(moment: datetime) -> str:
    """Return a time (UTC) as it is written on a page.

    >>> from datetime import UTC
    >>> in_words(datetime(2026, 12, 1, 9, 5, tzinfo=UTC))
    '1 December 2026, 09:05 UTC'
    """
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _record(event_type: EventType, page: StatusPage, incident: Incident, owner: User) -> None:
    record(
        event_type,
        of_user(owner),
        status_page=page.name,
        status_page_id=page.id,
        incident=incident.title,
        incident_id=incident.id,
        state=incident.state.value,
        since=incident.began,
    )

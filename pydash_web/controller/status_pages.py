"""Lists, creates, changes and deletes status pages, their incidents and their subscribers."""

from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

from flask import current_app

from pydash_app.configuration import Configuration
from pydash_app.errors import NotFound
from pydash_app.permissions import Action, may
from pydash_app.status_page import managing, repository, subscribing
from pydash_app.status_page.entity import Incident, StatusPage, new_update
from pydash_web import status_page as public_pages
from pydash_web.api import validation
from pydash_web.controller.lookup import as_id
from pydash_web.http import session
from pydash_web.models.common import Message
from pydash_web.models.status_page import (
    BadgedApp,
    BadgedGroup,
    Groups,
    IncidentInfo,
    IncidentMessage,
    Incidents,
    IncidentSettings,
    ListQuery,
    NewIncident,
    NewStatusPage,
    NewUpdate,
    OutageToDraft,
    PageOutage,
    PageOutages,
    Publication,
    StatusPageInfo,
    StatusPageMessage,
    StatusPages,
    StatusPageSettings,
    SubscriberInfo,
    Subscribers,
    UpdateInfo,
    UpdateText,
)

# -- Pages ------------------------------------------------------------------------------------


def get_status_pages() -> StatusPages:
    """List the status pages of the account."""
    mine = repository.of_owner(session.current_user().id)
    return StatusPages(status_pages=[_page_info(page) for page in mine])


def create_status_page(body: NewStatusPage) -> StatusPageMessage:
    """Create a page that shows whether apps work.

    :raises InvalidInput: a setting is invalid, or the account has too many pages.
    :raises NotFound: the user has no such dashboard.
    :raises Conflict: another page has this slug.
    """
    settings = managing.Settings(
        description=body.description,
        enabled=body.enabled,
        groups=_groups(body.groups),
        password=body.password,
    )
    owner = session.current_user()
    page = managing.create(owner, body.slug, body.name, settings, datetime.now(UTC))
    return StatusPageMessage(message="Status page created.", status_page=_page_info(page))


def change_status_page(page_id: str, body: StatusPageSettings) -> StatusPageMessage:
    """Change the settings of a status page.

    :raises InvalidInput: a setting is invalid.
    :raises NotFound: the user has no such page or dashboard.
    :raises Conflict: another page has this slug.
    """
    page = _find(page_id)
    public_pages.forget(page.slug)
    settings = managing.Settings(
        slug=body.slug,
        name=body.name,
        description=body.description,
        enabled=body.enabled,
        groups=None if body.groups is None else _groups(body.groups),
        password=(body.password or "") if "password" in body.model_fields_set else None,
    )
    managing.change(page, session.current_user(), settings)
    return StatusPageMessage(message="Settings saved.", status_page=_page_info(page))


def delete_status_page(page_id: str) -> Message:
    """Delete a status page with its incidents and subscribers.

    :raises NotFound: the user has no such page.
    """
    page = _find(page_id)
    managing.delete(page)
    public_pages.forget(page.slug)
    return Message(message="Status page deleted.")


# -- Incidents --------------------------------------------------------------------------------


def get_incidents(page_id: str, query: ListQuery) -> Incidents:
    """List the incidents of a status page, the latest first, with drafts.

    :raises InvalidInput: the marker is unknown.
    :raises NotFound: the user has no such page.
    """
    page = _find(page_id)
    after = page.find_incident(query.marker) if query.marker else None
    if query.marker and after is None:
        raise validation.invalid({"marker": ["The page has no such incident."]})
    found = list(islice(page.incidents(after=after), query.limit + 1))
    shown = found[: query.limit]
    return Incidents(
        incidents=[_incident_info(each) for each in shown],
        next_marker=shown[-1].id if len(found) > len(shown) else None,
    )


def create_incident(page_id: str, body: NewIncident) -> IncidentMessage:
    """Publish an incident.

    :raises InvalidInput: the page has too many incidents, or not all of the dashboards.
    :raises NotFound: the user has no such page.
    :raises TooManyRequests: the subscribers were notified too often.
    """
    page, now = _find(page_id), datetime.now(UTC)
    update = new_update(body.state, body.text, now)
    incident = Incident(body.title, now, update, body.impact, frozenset(body.dashboards))
    managing.open_incident(page, incident, session.current_user(), now, notify=body.notify)
    return _changed(page, incident, "Incident published.")


def draft_incident(page_id: str, body: OutageToDraft) -> IncidentMessage:
    """Draft an incident from an outage, or return the one that was drafted before.

    :raises InvalidInput: the page has too many incidents.
    :raises NotFound: the user has no such page, or the page no such outage.
    """
    page = _find(page_id)
    incident = managing.draft(page, body.dashboard_id, body.start, datetime.now(UTC))
    return _changed(page, incident, "Incident drafted.")


def change_incident(page_id: str, incident_id: str, body: IncidentSettings) -> IncidentMessage:
    """Change the title, the impact or the dashboards of an incident.

    :raises InvalidInput: the page has not all of the dashboards.
    :raises NotFound: the user has no such page, or the page no such incident.
    """
    page, incident = _find_incident(page_id, incident_id)
    if body.dashboards is not None:
        managing.check_apps(page, body.dashboards)
        incident.apps = frozenset(body.dashboards)
    incident.title = body.title or incident.title
    incident.impact = body.impact or incident.impact
    return _changed(page, incident, "Incident changed.")


def publish_incident(page_id: str, incident_id: str, body: Publication) -> IncidentMessage:
    """Publish a draft; once it is published, this changes nothing.

    :raises NotFound: the user has no such page, or the page no such incident.
    :raises TooManyRequests: the subscribers were notified too often.
    """
    page, incident = _find_incident(page_id, incident_id)
    now = datetime.now(UTC)
    managing.publish(page, incident, session.current_user(), now, notify=body.notify)
    return _changed(page, incident, "Incident published.")


def delete_incident(page_id: str, incident_id: str) -> Message:
    """Delete an incident.

    :raises NotFound: the user has no such page, or the page no such incident.
    """
    page, incident = _find_incident(page_id, incident_id)
    page.remove_incident(incident)
    public_pages.forget(page.slug)
    return Message(message="Incident deleted.")


def post_update(page_id: str, incident_id: str, body: NewUpdate) -> IncidentMessage:
    """Post an update of an incident.

    :raises InvalidInput: the incident has too many updates.
    :raises NotFound: the user has no such page, or the page no such incident.
    :raises TooManyRequests: the subscribers were notified too often.
    """
    page, incident = _find_incident(page_id, incident_id)
    update = new_update(body.state, body.text)
    managing.post(page, incident, update, session.current_user(), notify=body.notify)
    return _changed(page, incident, "Update posted.")


def change_update(
    page_id: str, incident_id: str, update_id: str, body: UpdateText
) -> IncidentMessage:
    """Change the text of an update.

    :raises NotFound: there is no such page, incident or update.
    """
    page, incident = _find_incident(page_id, incident_id)
    incident.edit(as_id("update_id", update_id), body.text, datetime.now(UTC))
    return _changed(page, incident, "Update changed.")


def get_page_outages(page_id: str) -> PageOutages:
    """List the recent outages of the apps of a status page, from which incidents are drafted.

    :raises NotFound: the user has no such page.
    """
    found = managing.outages(_find(page_id), datetime.now(UTC))
    return PageOutages(
        outages=[
            PageOutage(
                dashboard_id=each.app.dashboard_id,
                name=each.app.name,
                start=each.start,
                end=each.end,
                incident_id=each.incident and each.incident.id,
            )
            for each in found
        ]
    )


# -- Subscribers ------------------------------------------------------------------------------


def get_subscribers(page_id: str, query: ListQuery) -> Subscribers:
    """List the subscribers of a status page who have confirmed.

    :raises NotFound: the user has no such page.
    """
    found = _find(page_id).confirmed(query.marker, query.limit + 1)
    shown = found[: query.limit]
    return Subscribers(
        subscribers=[
            SubscriberInfo(id=each.id, address=each.address, confirmed=each.confirmed)
            for each in shown
            if each.confirmed
        ],
        next_marker=shown[-1].id if len(found) > len(shown) else None,
    )


def delete_subscriber(page_id: str, subscriber_id: str) -> Message:
    """Remove a subscriber, who gets no further mails.

    :raises NotFound: the user has no such page, or the page no such subscriber.
    """
    page = _find(page_id)
    subscriber = page.subscribers.get(as_id("subscriber_id", subscriber_id))
    if subscriber is None:
        raise NotFound("Subscriber not found.")
    subscribing.remove(page, subscriber)
    return Message(message="Subscriber removed.")


def _find(page_id: str) -> StatusPage:
    page = repository.find(as_id("page_id", page_id))
    if page is None or not may(session.current_user(), Action.WRITE, page):
        raise NotFound("Status page not found.")
    return page


def _find_incident(page_id: str, incident_id: str) -> tuple[StatusPage, Incident]:
    page = _find(page_id)
    incident = page.find_incident(as_id("incident_id", incident_id))
    if incident is None:
        raise NotFound("Incident not found.")
    return page, incident


def _groups(groups: Groups) -> list[tuple[str, list[tuple[UUID, str]]]]:
    return [
        (group.name, [(each.dashboard_id, each.name) for each in group.dashboards])
        for group in groups
    ]


def _changed(page: StatusPage, incident: Incident, message: str) -> IncidentMessage:
    public_pages.forget(page.slug)
    return IncidentMessage(message=message, incident=_incident_info(incident))


def _page_info(page: StatusPage) -> StatusPageInfo:
    configuration: Configuration = current_app.config["PYDASH"]
    url = f"{configuration.public_url}/s/{page.slug}"
    return StatusPageInfo(
        id=page.id,
        slug=page.slug,
        url=url,
        feed_url=f"{url}/feed.atom",
        badge_url=f"{url}/badge.svg",
        name=page.name,
        description=page.description,
        groups=[
            BadgedGroup(
                name=group.name,
                dashboards=[
                    BadgedApp(
                        dashboard_id=app.dashboard_id,
                        name=app.name,
                        badge_url=f"{url}/badge/{app.key}.svg",
                    )
                    for app in group.apps
                ],
            )
            for group in page.groups
        ],
        has_password=page.password_hash is not None,
        enabled=page.enabled,
        subscribers=page.confirmed_count,
        pending_subscribers=page.pending(),
        open_incidents=len(page.open_incidents()),
        created=page.created,
    )


def _incident_info(incident: Incident) -> IncidentInfo:
    return IncidentInfo(
        id=incident.id,
        title=incident.title,
        impact=incident.impact,
        state=incident.state,
        dashboards=sorted(incident.apps),
        began=incident.began,
        published=incident.published,
        resolved=incident.resolved,
        updates=[
            UpdateInfo(
                id=each.id, state=each.state, text=each.text, posted=each.posted, edited=each.edited
            )
            for each in reversed(incident.updates)
        ],
    )

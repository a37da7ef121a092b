"""Status pages, their incidents and their subscribers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Final
from uuid import UUID, uuid4

from BTrees.Length import Length
from BTrees.OOBTree import OOBTree, OOTreeSet
from persistent import Persistent

from pydash_app import secrets
from pydash_app.errors import InvalidInput, NotFound
from pydash_app.outbox import OutgoingMail, mailbox

MAX_GROUPS = 10
MAX_APPS_OF_GROUP = 50
MAX_APPS = 100
MAX_INCIDENTS = 200
MAX_UPDATES = 30
MAX_TEXT = 4_000
MAX_SUBSCRIBERS = 1_000
CONFIRM_WITHIN: Final = timedelta(days=1)


class IncidentState(StrEnum):
    """How far the work on an incident is."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POST_MORTEM = "post_mortem"

    @property
    def is_over(self) -> bool:
        """Whether the incident no longer affects anyone."""
        return self in (IncidentState.RESOLVED, IncidentState.POST_MORTEM)


class Status(StrEnum):
    """The status of an app, a group or a page."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


class Impact(StrEnum):
    """What an incident means for the apps, as the owner of the page says."""

    NONE = "none"
    DEGRADED = "degraded"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"


@dataclass(frozen=True, slots=True)
class App:
    """A dashboard on a page.

    :ivar key: names it in the URL of its badge; unlike the ID of the dashboard, it is public.
    :ivar name: how the page calls it.
    """

    key: str
    dashboard_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """Apps that a page shows below a heading."""

    name: str
    apps: tuple[App, ...]


@dataclass(frozen=True, slots=True)
class Update:
    """What was said about an incident.

    :ivar text: in Markdown.
    :ivar edited: when the text was last changed; None if never.
    """

    id: UUID
    state: IncidentState
    text: str
    posted: datetime
    edited: datetime | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """The outage from which an incident was drafted."""

    dashboard_id: UUID
    start: datetime


class Incident(Persistent):
    """Something that happened to the apps of a page, as its owner tells it.

    :param began: when it began (UTC), which never changes.
    :param apps: the dashboards that it affects; empty for all of the page.
    :param outage: what it was drafted from, if anything.
    :ivar published: since when visitors see it; None for a draft.
    :ivar updates: oldest first; there is at least one.
    """

    def __init__(
        self,
        title: str,
        began: datetime,
        update: Update,
        impact: Impact = Impact.NONE,
        apps: frozenset[UUID] = frozenset(),
        outage: Origin | None = None,
    ) -> None:
        self.id = uuid4()
        self.title, self.began, self.impact, self.apps = title, began, impact, apps
        self.outage = outage
        self.published: datetime | None = None
        self.updates: tuple[Update, ...] = (update,)

    @property
    def state(self) -> IncidentState:
        """The state as of the last update."""
        return self.updates[-1].state

    @property
    def resolved(self) -> datetime | None:
        """When it was resolved for good; None while it lasts."""
        end = None
        for update in self.updates:
            end = (end or update.posted) if update.state.is_over else None
        return end

    @property
    def position(self) -> tuple[float, str]:
        """Its place in the order of the incidents of a page, the latest first."""
        return -self.began.timestamp(), str(self.id)

    def post(self, update: Update) -> None:
        """Add an update.

        :raises InvalidInput: there are too many.
        """
        if len(self.updates) >= MAX_UPDATES:
            raise InvalidInput(f"An incident has at most {MAX_UPDATES} updates. Open another one.")
        self.updates = (*self.updates, update)

    def edit(self, update_id: UUID, text: str, now: datetime) -> Update:
        """Replace the text of an update, and return it.

        :raises NotFound: there is no such update.
        """
        for number, update in enumerate(self.updates):
            if update.id == update_id:
                edited = replace(update, text=text, edited=now)
                self.updates = (*self.updates[:number], edited, *self.updates[number + 1 :])
                return edited
        raise NotFound("Update not found.")


class Subscriber(Persistent):
    """An address that gets mails about the incidents of a page, once its owner has confirmed that.

    :ivar requests: the number of mails that asked for that confirmation.
    :ivar mails: those that may still wait in the outbox.
    """

    def __init__(self, address: str, now: datetime) -> None:
        self.id = uuid4()
        self.address, self.created = address, now
        self.confirmed: datetime | None = None
        self.requests = 0
        self.mails: tuple[OutgoingMail, ...] = ()

    @property
    def mailbox(self) -> str:
        """What is the same for all spellings of the address."""
        return mailbox(self.address)

    @property
    def expires(self) -> datetime:
        """When it is forgotten unless it was confirmed."""
        return self.created + CONFIRM_WITHIN


class StatusPage(Persistent):
    """A public page that shows whether apps work.

    Everything that belongs to it is part of it, and deleted with it.

    :param slug: its name in its URL.
    :ivar enabled: whether there is a page for visitors.
    :ivar password_hash: None if everyone may see it.
    :ivar subscribers: by ID.
    :ivar pending: the number of subscribers that have not confirmed.
    :ivar mailed: when subscribers were last notified, the latest times only.
    """

    def __init__(self, owner_id: UUID, slug: str, name: str, now: datetime) -> None:
        self.id = uuid4()
        self.owner_id, self.slug, self.name, self.created = owner_id, slug, name, now
        self.description = ""
        self.groups: tuple[Group, ...] = ()
        self.enabled = True
        self.password_hash: str | None = None
        self.mailed: tuple[datetime, ...] = ()
        self.subscribers = OOBTree()
        self.pending = Length()
        self._subscriber_ids = OOBTree()  # mailbox -> ID
        self._incidents = OOBTree()  # ID -> incident
        self._order = OOTreeSet()  # positions
        self._open: frozenset[UUID] = frozenset()

    @property
    def apps(self) -> list[App]:
        """The apps of all groups, in their order."""
        return [app for group in self.groups for app in group.apps]

    def arrange(self, groups: Iterable[tuple[str, Iterable[tuple[UUID, str]]]]) -> None:
        """Replace the groups. Dashboards that remain keep the URLs of their badges.

        :param groups: the name of each, with the IDs and the names of its dashboards.
        """
        keys = {app.dashboard_id: app.key for app in self.apps}

        def app(dashboard_id: UUID, name: str) -> App:
            return App(keys.get(dashboard_id) or secrets.new_code()[:12], dashboard_id, name)

        self.groups = tuple(
            Group(name, tuple(app(*each) for each in apps)) for name, apps in groups
        )

    def forget_dashboard(self, dashboard_id: UUID) -> None:
        """Remove a dashboard from the groups and incidents."""
        if dashboard_id in {app.dashboard_id for app in self.apps}:
            self.groups = tuple(
                replace(group, apps=tuple(a for a in group.apps if a.dashboard_id != dashboard_id))
                for group in self.groups
            )
        for incident in self._incidents.values():
            if dashboard_id in incident.apps:
                incident.apps -= {dashboard_id}
                if not incident.apps:
                    # Empty would mean all of them.
                    incident.impact = Impact.NONE
            if incident.outage and incident.outage.dashboard_id == dashboard_id:
                incident.outage = None

    # -- Incidents ----------------------------------------------------------------------------

    def add_incident(self, incident: Incident) -> None:
        """Add an incident.

        :raises InvalidInput: there are too many.
        """
        if len(self._incidents) >= MAX_INCIDENTS:
            raise InvalidInput(f"A page has at most {MAX_INCIDENTS} incidents. Delete old ones.")
        self._incidents[incident.id] = incident
        self._order.insert(incident.position)
        self.note_state(incident)

    def note_state(self, incident: Incident) -> None:
        """Keep track of whether an incident is over, after an update."""
        is_open = {incident.id} if not incident.state.is_over else set()
        if self._open != (now_open := self._open - {incident.id} | is_open):
            self._open = now_open

    def remove_incident(self, incident: Incident) -> None:
        """Remove an incident.

        :raises KeyError: the page has no such incident.
        """
        del self._incidents[incident.id]
        self._order.remove(incident.position)
        self._open -= {incident.id}

    def find_incident(self, incident_id: UUID) -> Incident | None:
        """Return an incident, or None if the page has no such incident."""
        found: Incident | None = self._incidents.get(incident_id)
        return found

    @property
    def oldest(self) -> datetime:
        """When its history begins: with itself, or with its first incident."""
        if not self._order:
            return self.created
        inverted, _ = self._order.maxKey()
        return min(self.created, datetime.fromtimestamp(-inverted, UTC))

    def open_incidents(self) -> list[Incident]:
        """Return the incidents that are not over, the latest first."""
        found = [self._incidents[each] for each in self._open]
        return sorted(found, key=lambda incident: incident.position)

    def incidents(
        self,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
        after: Incident | None = None,
    ) -> Iterator[Incident]:
        """Iterate over incidents, the latest first.

        :param since: only those that began then or later.
        :param before: only those that began earlier.
        :param after: the last one of the list before.
        """
        first = after.position if after else (-before.timestamp(), "~") if before else None
        last = (-since.timestamp(), "~") if since else None
        for _, incident_id in self._order.keys(first, last, excludemin=first is not None):
            yield self._incidents[UUID(incident_id)]

    # -- Subscribers --------------------------------------------------------------------------

    def find_subscriber(self, address: str) -> Subscriber | None:
        """Return the subscriber with an address, confirmed or not."""
        subscriber_id = self._subscriber_ids.get(mailbox(address))
        found: Subscriber | None = subscriber_id and self.subscribers.get(subscriber_id)
        return found

    def add_subscriber(self, subscriber: Subscriber) -> None:
        """Add a subscriber, who has not confirmed."""
        self.subscribers[subscriber.id] = subscriber
        self._subscriber_ids[subscriber.mailbox] = subscriber.id
        self.pending.change(1)

    def confirm(self, subscriber: Subscriber, now: datetime) -> None:
        """Note that a subscriber has confirmed; again, this changes nothing."""
        if subscriber.confirmed is None:
            subscriber.confirmed = now
            self.pending.change(-1)

    def remove_subscriber(self, subscriber: Subscriber) -> None:
        """Remove a subscriber.

        :raises KeyError: the page has no such subscriber.
        """
        del self.subscribers[subscriber.id]
        del self._subscriber_ids[subscriber.mailbox]
        if subscriber.confirmed is None:
            self.pending.change(-1)

    def confirmed(self, after: UUID | None, limit: int) -> list[Subscriber]:
        """Return subscribers that have confirmed, by ID.

        :param after: the ID of the last one of the page before; None for the first.
        :param limit: the maximum number.
        """
        following = self.subscribers.values(after, excludemin=after is not None)
        return list(islice((each for each in following if each.confirmed), limit))

    @property
    def confirmed_count(self) -> int:
        """The number of subscribers that have confirmed."""
        return len(self.subscribers) - int(self.pending())


def new_update(state: IncidentState, text: str, now: datetime | None = None) -> Update:
    """Return an update that is posted now."""
    return Update(uuid4(), state, text, now or datetime.now(UTC))

"""Mails to the subscribers of status pages.

A visitor's request is stored, and the fetcher writes the mail that asks for a confirmation. So a
response neither says nor shows by its duration whether someone is subscribed. An update is stored
together with its announcement, from which the fetcher writes a mail for each subscriber to the
outbox, some in each transaction: a fetcher that is killed continues where it was.
"""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from pydash_app import configuration, links, outbox
from pydash_app.errors import Conflict, NotFound, TooManyRequests
from pydash_app.secrets import derived_code
from pydash_app.status_page import repository
from pydash_app.status_page.entity import (
    MAX_SUBSCRIBERS,
    Incident,
    StatusPage,
    Subscriber,
    Update,
)
from pydash_app.status_page.markdown import render
from pydash_app.status_page.repository import Announcement, RequestKey
from pydash_database import transact
from pydash_logger.logger import Logger
from pydash_mail.templates import format_html, format_plain

logger = Logger(__name__)

# The purposes of links.
CONFIRM, UNSUBSCRIBE = "confirm subscription", "unsubscribe"
# The mails of a page that ask a mailbox for a confirmation, until it is forgotten.
MAX_REQUESTS = 3
MAX_PENDING = 1_000
MAX_WAITING_REQUESTS = 4_000
MAX_MAILED = 12
MAILED_PERIOD = timedelta(hours=1)
BATCH = 50
STATE_NAMES = {
    "investigating": "Investigating",
    "identified": "Identified",
    "monitoring": "Monitoring",
    "resolved": "Resolved",
    "post_mortem": "Post-mortem",
}


def request(page: StatusPage, address: str) -> None:
    """Store a visitor's request to get mails about a page, in the caller's transaction.

    :param address: a valid email address.
    :raises TooManyRequests: the fetcher is far behind.
    """
    entry = json.dumps({"page": str(page.id), "address": address}).encode()
    if not repository.put_request(entry, MAX_WAITING_REQUESTS):
        raise TooManyRequests


def process_requests() -> None:
    """Ask those for a confirmation who wait for it. Call it outside any transaction."""
    for key in transact(repository.requests):
        transact(partial(_process, key, datetime.now(UTC)))


def _process(key: RequestKey, now: datetime) -> None:
    entry = repository.take_request(key)
    if entry is None:
        return
    given = json.loads(entry)
    page, address = repository.find(UUID(given["page"])), given["address"]
    if page is None or not page.enabled:
        return
    subscriber = page.find_subscriber(address)
    if subscriber is None:
        if page.pending() >= MAX_PENDING:
            logger.warning("Too many subscriptions wait for a confirmation", page=page.id)
            return
        subscriber = Subscriber(address, now)
        repository.add_subscriber(page, subscriber)
    if subscriber.confirmed or subscriber.requests >= MAX_REQUESTS:
        return
    if not links.count_visit(address, now):
        logger.warning("Too many subscriptions of one mailbox", page=page.id)
        return
    subscriber.requests += 1
    code = links.issue(CONFIRM, subscriber.id, now, subscriber.expires - now)
    public_url = configuration.current().public_url
    # Nothing here is chosen by the owner of the page but its address, so that nobody can send
    # texts to strangers.
    values: dict[str, str | datetime] = {
        "page_url": f"{public_url}/s/{page.slug}",
        "url": f"{public_url}/subscriptions/confirm/{code}",
        "expiration_date": subscriber.expires,
    }
    name = "subscription"
    mail = outbox.write(
        subscriber.address,
        "Confirm your subscription to a status page",
        format_plain(name, **values),
        format_html(name, **values),
    )
    subscriber.mails = (*subscriber.mails, mail)


def find(purpose: str, code: str, now: datetime) -> tuple[StatusPage, Subscriber]:
    """Return the page and the subscriber of a link.

    :param purpose: `CONFIRM` or `UNSUBSCRIBE`.
    :raises NotFound: it is unknown or has expired.
    """
    found = repository.find_subscriber(links.find(purpose, code, now))
    if found is None:
        raise NotFound("This link is invalid or has expired.")
    return found


def confirm(code: str, now: datetime) -> StatusPage:
    """Confirm a subscription, and return its page. A second time, nothing changes.

    :raises NotFound: the link is unknown or has expired.
    :raises Conflict: the page has too many subscribers.
    """
    page, subscriber = find(CONFIRM, code, now)
    if subscriber.confirmed is None and page.confirmed_count >= MAX_SUBSCRIBERS:
        raise Conflict("This page has too many subscribers.")
    repository.confirm(page, subscriber, now)
    return page


def unsubscribe(code: str, now: datetime) -> StatusPage:
    """End a subscription, and return its page.

    :raises NotFound: the link is unknown.
    """
    page, subscriber = find(UNSUBSCRIBE, code, now)
    remove(page, subscriber)
    return page


def remove(page: StatusPage, subscriber: Subscriber) -> None:
    """Forget a subscriber. Mails that wait are not sent."""
    for mail in subscriber.mails:
        outbox.repository.remove(mail)
    links.revoke(subscriber.id)
    repository.remove_subscriber(page, subscriber)


def forget_unconfirmed(now: datetime) -> None:
    """Forget those who have not confirmed in time.

    :param now: a confirmed reading of the clock (`pydash_app.clock`).
    """
    for page, subscriber in repository.unconfirmed(now):
        remove(page, subscriber)


def announce(page: StatusPage, incident: Incident, update: Update, now: datetime) -> None:
    """Have an update mailed to the subscribers, as part of the caller's transaction.

    :raises TooManyRequests: they were notified too often within an hour.
    """
    recent = tuple(each for each in page.mailed if abs(now - each) < MAILED_PERIOD)
    if len(recent) >= MAX_MAILED:
        raise TooManyRequests(
            f"Subscribers are notified at most {MAX_MAILED} times an hour. Post without notifying."
        )
    page.mailed = (*recent, now)
    repository.add_announcement(Announcement(page.id, incident.id, update.id), now)


def write_announced() -> None:
    """Write the mails of all announcements. Call it outside any transaction."""
    while transact(partial(_write_some, datetime.now(UTC))):
        pass


def _write_some(now: datetime) -> bool:
    """Write some mails of the oldest announcement; return whether there was one."""
    announcement = repository.next_announcement()
    if announcement is None:
        return False
    page = repository.find(announcement.page_id)
    incident = page.find_incident(announcement.incident_id) if page else None
    if page is None or incident is None:
        repository.end_announcement()
        return True
    update = next(each for each in incident.updates if each.id == announcement.update_id)
    subscribers = page.confirmed(announcement.after, BATCH)
    for subscriber in subscribers:
        mail = _write(page, incident, update, subscriber, now)
        waiting = (each for each in subscriber.mails if outbox.repository.is_waiting(each))
        subscriber.mails = (*waiting, mail)
    if len(subscribers) < BATCH:
        repository.end_announcement()
    else:
        announcement.after = subscribers[-1].id
    return True


def _write(
    page: StatusPage, incident: Incident, update: Update, subscriber: Subscriber, now: datetime
) -> outbox.OutgoingMail:
    public_url = configuration.current().public_url
    # Stored again each time, because it is another one after the secret key has changed.
    code = derived_code(f"{UNSUBSCRIBE} {subscriber.id}")
    links.issue(UNSUBSCRIBE, subscriber.id, now, lifetime=None, code=code)
    unsubscribe_url = f"{public_url}/subscriptions/unsubscribe/{code}"
    values: dict[str, str | datetime] = {
        "page": page.name,
        "title": incident.title,
        "state": STATE_NAMES[update.state],
        "posted": update.posted,
        "url": f"{public_url}/s/{page.slug}",
        "unsubscribe_url": unsubscribe_url,
    }
    return outbox.write(
        subscriber.address,
        f"[{page.name}] {STATE_NAMES[update.state]}: {incident.title}",
        format_plain("incident", **values, text=update.text),
        format_html("incident", **values, text=render(update.text)),
        unsubscribe_url=unsubscribe_url,
    )

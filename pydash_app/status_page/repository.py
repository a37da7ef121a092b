"""Stores status pages, and what has to be done about their subscribers. Nothing here commits."""

import random
import time
from collections.abc import Iterator
from datetime import datetime
from typing import cast
from uuid import UUID, uuid4

from BTrees.OOBTree import OOBTree, OOTreeSet
from persistent import Persistent

from pydash_app.status_page.entity import StatusPage, Subscriber
from pydash_database import MultiIndexedPersistentCollection, database_root
from pydash_database.bag import Bag
from pydash_database.schema import Root

_PAGES = "status_pages"
_REQUESTS = "status_page_requests"
_ANNOUNCEMENTS = "status_page_announcements"
# By the ID of each subscriber, the ID of the page.
_SUBSCRIBERS = "status_page_subscribers"
# When each subscriber who has not confirmed is forgotten.
_EXPIRY = "status_page_expiry"
_BAGS = 16
_LAST = UUID(int=2**128 - 1)

RequestKey = tuple[int, bytes]


class Announcement(Persistent):
    """An update that is yet to be mailed to the subscribers of a page, or to the rest of them.

    :ivar after: the ID of the last subscriber whose mail has been written; None for none.
    """

    def __init__(self, page_id: UUID, incident_id: UUID, update_id: UUID) -> None:
        self.page_id, self.incident_id, self.update_id = page_id, incident_id, update_id
        self.after: UUID | None = None


def create(root: Root) -> None:
    """Create the collections in a database."""
    root[_PAGES] = MultiIndexedPersistentCollection({"id", "slug"}, non_unique={"owner_id"})
    root[_REQUESTS] = tuple(Bag() for _ in range(_BAGS))
    for name in (_ANNOUNCEMENTS, _SUBSCRIBERS):
        root[name] = OOBTree()
    root[_EXPIRY] = OOTreeSet()


# -- Pages ------------------------------------------------------------------------------------


def add(page: StatusPage) -> None:
    """Add a page.

    :raises DuplicateIndexError: (a `KeyError`) another page has its slug.
    """
    _pages().add(page)


def update(page: StatusPage) -> None:
    """Update the indices after a page was changed.

    :raises DuplicateIndexError: (a `KeyError`) another page has the new slug.
    """
    _pages().update_item(page)


def find(page_id: UUID) -> StatusPage | None:
    """Return a page, or None if no page has this ID."""
    return cast(StatusPage | None, _pages().get("id", page_id))


def find_by_slug(slug: str) -> StatusPage | None:
    """Return a page, or None if no page has this slug."""
    return cast(StatusPage | None, _pages().get("slug", slug))


def of_owner(owner_id: UUID) -> list[StatusPage]:
    """Return the pages of an account, oldest first."""
    found: Iterator[StatusPage] = _pages().all_with("owner_id", owner_id)
    return sorted(found, key=lambda page: (page.created, page.id))


def delete(page: StatusPage) -> None:
    """Delete a page that has no subscribers.

    :raises KeyError: the page is not in the repository.
    """
    _pages().remove(page)


# -- Subscribers ------------------------------------------------------------------------------


def add_subscriber(page: StatusPage, subscriber: Subscriber) -> None:
    """Add a subscriber to a page, who is forgotten without a confirmation in time."""
    page.add_subscriber(subscriber)
    database_root()[_SUBSCRIBERS][subscriber.id] = page.id
    database_root()[_EXPIRY].insert((subscriber.expires, subscriber.id))


def find_subscriber(subscriber_id: UUID) -> tuple[StatusPage, Subscriber] | None:
    """Return a subscriber and the page, or None if no subscriber has this ID."""
    page_id = database_root()[_SUBSCRIBERS].get(subscriber_id)
    page = None if page_id is None else find(page_id)
    return None if page is None else (page, page.subscribers[subscriber_id])


def confirm(page: StatusPage, subscriber: Subscriber, now: datetime) -> None:
    """Record that a subscriber has confirmed; again, this changes nothing."""
    page.confirm(subscriber, now)
    _forget_expiry(subscriber)


def remove_subscriber(page: StatusPage, subscriber: Subscriber) -> None:
    """Remove a subscriber.

    :raises KeyError: the page has no such subscriber.
    """
    page.remove_subscriber(subscriber)
    del database_root()[_SUBSCRIBERS][subscriber.id]
    _forget_expiry(subscriber)


def unconfirmed(now: datetime) -> list[tuple[StatusPage, Subscriber]]:
    """Return those who have not confirmed in time."""
    keys = list(database_root()[_EXPIRY].keys(max=(now, _LAST)))
    found = [find_subscriber(subscriber_id) for _, subscriber_id in keys]
    return [each for each in found if each is not None]


def _forget_expiry(subscriber: Subscriber) -> None:
    key = (subscriber.expires, subscriber.id)
    if key in database_root()[_EXPIRY]:
        database_root()[_EXPIRY].remove(key)


# -- What the fetcher has to do ---------------------------------------------------------------


def put_request(request: bytes, limit: int) -> bool:
    """Add a visitor's request, without conflicts; return whether there was room for it.

    :param limit: the maximum number of waiting requests, roughly.
    """
    bag = random.choice(database_root()[_REQUESTS])  # noqa: S311 (spreads the writers)
    if len(bag.entries) >= limit // _BAGS:
        return False
    bag.add(time.time_ns().to_bytes(8) + uuid4().bytes, request)
    return True


def requests() -> list[RequestKey]:
    """Return the keys of the waiting requests, oldest first."""
    keys = [
        (number, key)
        for number, bag in enumerate(database_root()[_REQUESTS])
        for key in bag.entries
    ]
    return sorted(keys, key=lambda each: each[1])


def take_request(key: RequestKey) -> bytes | None:
    """Remove and return a request; None if another process has removed it."""
    number, name = key
    bag = database_root()[_REQUESTS][number]
    request: bytes | None = bag.entries.get(name)
    bag.remove([name])
    return request


def add_announcement(announcement: Announcement, now: datetime) -> None:
    """Add what is to be mailed to all subscribers of a page."""
    database_root()[_ANNOUNCEMENTS][now, str(announcement.update_id)] = announcement


def next_announcement() -> Announcement | None:
    """Return the oldest announcement; None if there is none."""
    return next(iter(database_root()[_ANNOUNCEMENTS].values()), None)


def end_announcement() -> None:
    """Remove the oldest announcement.

    :raises ValueError: there is none.
    """
    announcements = database_root()[_ANNOUNCEMENTS]
    del announcements[announcements.minKey()]


def _pages() -> MultiIndexedPersistentCollection:
    return cast(MultiIndexedPersistentCollection, database_root()[_PAGES])

"""Stores `Dashboard` entities; only this module knows how.

Nothing here commits; callers run in `pydash_database.transact`.

>>> import pydash_app.dashboard.entity as dashboard
>>> import uuid
>>> dashboard = dashboard.Dashboard("", "", str(uuid.uuid4()))
>>> add(dashboard)
>>> found_dashboard = find(dashboard.get_id())
>>> found_dashboard.get_id() == dashboard.get_id()
True

All dashboards can be retrieved lazily:

>>> all()
<...TreeItems object at 0x...>

Persisting updated versions of existing entities:

>>> dashboard.token = "newToken"
>>> update(dashboard)
>>> found_dashboard = find(dashboard.get_id())
>>> found_dashboard.token == dashboard.token
True

Deleting entities. If the dashboard does not exist, `find` and `delete` raise a `KeyError`:

>>> delete(dashboard)
>>> found_dashboard = find(dashboard.get_id())
Traceback (most recent call last):
...
KeyError
>>> delete(dashboard)
Traceback (most recent call last):
...
KeyError
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, cast
from uuid import UUID

from BTrees.Length import Length
from BTrees.OOBTree import OOBTree, OOTreeSet
from persistent import Persistent

from pydash_app import diagnosis
from pydash_app.dashboard import news
from pydash_app.dashboard.stored import Stored
from pydash_app.event import delete_later, of_dashboard
from pydash_app.identifiers import as_uuid
from pydash_cube.chunk import prefetch
from pydash_cube.version import Version, version_of
from pydash_database import (
    MultiIndexedPersistentCollection,
    database_connection,
    database_root,
)
from pydash_database.schema import Root

if TYPE_CHECKING:
    from pydash_app.dashboard.entity import Dashboard

_COLLECTION = "dashboards"
_CHANGES = "dashboard_changes"
_FETCH_REQUESTS = "fetch_requests"
# The amount of data that each dashboard stores, by user and dashboard.
_STORED = "stored"


def create(root: Root) -> None:
    """Create the collection of dashboards in an empty database."""
    root[_COLLECTION] = _new_collection()
    root[_CHANGES] = Length()
    root[_FETCH_REQUESTS] = OOTreeSet()


def create_stored(root: Root) -> None:
    """Create and fill the table of the amounts of stored data."""
    root[_STORED] = OOBTree()
    for dashboard in root[_COLLECTION].values():
        root[_STORED].setdefault(dashboard.user_id, OOBTree())[dashboard.id] = dashboard.stored


def index_again(root: Root) -> None:
    """Index the dashboards of an earlier version by the properties that are indexed now."""
    dashboards = _new_collection()
    for dashboard in root[_COLLECTION].values():
        dashboards.add(dashboard)
    root[_COLLECTION] = dashboards


def add(dashboard: "Dashboard") -> None:
    """Add a dashboard.

    :raises DuplicateIndexError: another dashboard has its ID.
    """
    _dashboards().add(dashboard)
    record_stored(dashboard)
    _count_change()


def all() -> Iterator["Dashboard"]:  # noqa: A001 (the documented name)
    """Return a lazy collection of all dashboards, in no guaranteed order."""
    return cast("Iterator[Dashboard]", _dashboards().values())


def of_user(user_id: UUID | str) -> list["Dashboard"]:
    """Return the dashboards of a user, found by an index.

    :raises ValueError: the text is not a UUID.
    """
    return list(_dashboards().all_with("user_id", as_uuid(user_id)))


def ids() -> frozenset[UUID]:
    """Return the IDs of all dashboards, without loading these."""
    return frozenset(_dashboards().keys("id"))


def count() -> int:
    """Return the number of all dashboards."""
    return len(_dashboards())


def ping_intervals() -> dict[UUID, int]:
    """Return `Dashboard.pinged_every` by the IDs of the pinged ones, without loading these."""
    return {id_: seconds for seconds, id_ in _dashboards().pairs("pinged_every")}


def find(dashboard_id: UUID | str) -> "Dashboard":
    """Return a dashboard.

    :raises KeyError: no dashboard has this ID.
    :raises ValueError: the text is not a UUID.
    """
    return cast("Dashboard", _dashboards().find("id", as_uuid(dashboard_id)))


def load(
    dashboards: Collection["Dashboard"],
    *parts: Callable[["Dashboard"], Iterable[Persistent]],
) -> None:
    """Load many dashboards, and parts of each, in one round trip each instead of one by one.

    :param parts: each function returns parts of a dashboard, which may be parts of those that the
        functions before it return.
    """
    prefetch(dashboards)
    for parts_of in parts:
        prefetch(chain.from_iterable(map(parts_of, dashboards)))


def update(dashboard: "Dashboard") -> None:
    """Update the indices and notify the fetcher after a change of a dashboard's settings.

    :raises KeyError: the dashboard is not in the repository.
    """
    _dashboards().update_item(dashboard)
    _count_change()


def delete(dashboard: "Dashboard") -> None:
    """Delete a dashboard with all its data; its events are deleted soon.

    :raises KeyError: the dashboard is not in the repository.
    """
    _dashboards().remove(dashboard)
    delete_later(of_dashboard(dashboard))
    news.add(dashboard.id, dashboard.user_id)
    requests = database_root()[_FETCH_REQUESTS]
    if dashboard.id in requests:
        requests.remove(dashboard.id)
    of_user = database_root()[_STORED][dashboard.user_id]
    del of_user[dashboard.id]
    diagnosis.delete(dashboard.id)
    if not of_user:
        del database_root()[_STORED][dashboard.user_id]
    _count_change()


def clear_all() -> None:
    """Delete all dashboards."""
    _dashboards().clear()
    database_root()[_FETCH_REQUESTS].clear()
    database_root()[_STORED].clear()
    _count_change()


def record_stored(dashboard: "Dashboard") -> None:
    """Record how much data a dashboard stores, after a change."""
    of_user = database_root()[_STORED].setdefault(dashboard.user_id, OOBTree())
    if of_user.get(dashboard.id) != (stored := stored_of(dashboard)):
        of_user[dashboard.id] = stored


def stored_of(dashboard: "Dashboard") -> Stored:
    """Return the amount of data that a dashboard stores, with what explains it."""
    stored = dashboard.stored
    return stored._replace(bytes=stored.bytes + diagnosis.stored_bytes(dashboard.id))


def stored_of_user(user_id: UUID) -> Stored:
    """Return the amount of data that all dashboards of a user store."""
    stored = database_root()[_STORED].get(user_id, {}).values()
    return Stored(*map(sum, zip(*stored, strict=True))) if stored else Stored()


def last_change() -> Version | None:
    """Return what differs after every change that concerns the fetcher.

    A change is a dashboard that was added, updated or deleted, or a requested fetch.

    :returns: None if there was one in this transaction.
    """
    return version_of(database_root()[_CHANGES])


def request_fetch(dashboard_id: UUID) -> None:
    """Request that the fetcher fetches a dashboard immediately."""
    database_root()[_FETCH_REQUESTS].insert(dashboard_id)
    _count_change()


def fetch_requests() -> list[UUID]:
    """Return the dashboards whose fetch was requested."""
    return list(database_root()[_FETCH_REQUESTS])


def delete_fetch_requests(change: Version | None) -> None:
    """Delete all requests, unless there may be others by now.

    :param change: the `last_change` when they were read.
    """
    root = database_root()
    if version_of(root[_CHANGES]) == change:
        # Who repeats a request at this moment changes nothing else.
        database_connection().readCurrent(root[_CHANGES])
        root[_FETCH_REQUESTS].clear()


def _new_collection() -> MultiIndexedPersistentCollection:
    return MultiIndexedPersistentCollection({"id"}, non_unique={"user_id", "pinged_every"})


def _dashboards() -> MultiIndexedPersistentCollection:
    return cast(MultiIndexedPersistentCollection, database_root()[_COLLECTION])


def _count_change() -> None:
    database_root()[_CHANGES].change(1)

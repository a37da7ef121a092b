"""Stores read-only links. Nothing here commits."""

from typing import cast
from uuid import UUID

from pydash_app.share.entity import ShareLink
from pydash_database import MultiIndexedPersistentCollection, database_root
from pydash_database.schema import Root

_LINKS = "share_links"


def create(root: Root) -> None:
    """Create the collection in an empty database."""
    root[_LINKS] = MultiIndexedPersistentCollection({"id"}, non_unique={"dashboard_id"})


def add(link: ShareLink) -> None:
    """Add a link."""
    _links().add(link)


def find(link_id: UUID) -> ShareLink | None:
    """Return a link, or None if no link has this ID."""
    return cast(ShareLink | None, _links().get("id", link_id))


def of_dashboard(dashboard_id: UUID) -> list[ShareLink]:
    """Return the links to a dashboard, in no particular order."""
    return list(_links().all_with("dashboard_id", dashboard_id))


def delete(link: ShareLink) -> None:
    """Delete a link.

    :raises KeyError: it is not in the repository.
    """
    _links().remove(link)


def _links() -> MultiIndexedPersistentCollection:
    return cast(MultiIndexedPersistentCollection, database_root()[_LINKS])

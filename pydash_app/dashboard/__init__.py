"""The public interface (available to the web-application `pydash_web`) for Dashboards.

Nothing here commits; callers run in `pydash_database.transact`.
"""

from typing import TYPE_CHECKING
from uuid import UUID

from pydash_app.dashboard import repository
from pydash_app.errors import Forbidden, InvalidInput, NotFound
from pydash_app.identifiers import as_uuid

if TYPE_CHECKING:
    from pydash_app.dashboard.entity import Dashboard

find = repository.find


def add_to_repository(dashboard: "Dashboard") -> None:
    """Add a dashboard to the repository.

    :raises DuplicateIndexError: another dashboard has its id.
    """
    repository.add(dashboard)


def dashboards_of_user(user_id: UUID | str) -> list["Dashboard"]:
    """Return a list of Dashboard-entities that belong to the given user."""
    return repository.of_user(user_id)


def find_verified_dashboard(dashboard_id: UUID | str, user_id: UUID) -> "Dashboard":
    """Find a dashboard that a user may see: one of their own.

    :param dashboard_id: as it came from outside.
    :raises InvalidInput: it is no UUID.
    :raises NotFound: there is no such dashboard.
    :raises Forbidden: it is somebody else's.
    """
    try:
        dashboard = repository.find(as_uuid(dashboard_id))
    except ValueError:
        raise InvalidInput(errors={"dashboard_id": ["This is not a UUID."]}) from None
    except KeyError:
        raise NotFound("There is no such dashboard.") from None
    if dashboard.user_id != user_id:
        raise Forbidden("This dashboard is not yours.")
    return dashboard


def remove_from_repository(dashboard: "Dashboard") -> None:
    """Remove a dashboard with all its data.

    :raises KeyError: it is not in the repository.
    """
    repository.delete(dashboard)

"""The public interface of dashboards, used by `pydash_web`.

Nothing here commits; callers run in `pydash_database.transact`.
"""

from typing import TYPE_CHECKING
from uuid import UUID

from pydash_app.dashboard import repository
from pydash_app.errors import Forbidden, InvalidInput, NotFound
from pydash_app.identifiers import as_uuid
from pydash_app.permissions import Account, Action, may

if TYPE_CHECKING:
    from pydash_app.dashboard.entity import Dashboard

find, load = repository.find, repository.load


def add_to_repository(dashboard: "Dashboard") -> None:
    """Add a dashboard to the repository.

    :raises DuplicateIndexError: another dashboard has its ID.
    """
    repository.add(dashboard)


def dashboards_of_user(user_id: UUID | str) -> list["Dashboard"]:
    """Return the dashboards that belong to a user."""
    return repository.of_user(user_id)


def find_verified_dashboard(dashboard_id: UUID | str, user_id: UUID) -> "Dashboard":
    """Return a dashboard if it belongs to a user.

    :param dashboard_id: the ID as given in the request.
    :raises InvalidInput: the ID is not a UUID.
    :raises NotFound: no dashboard has this ID.
    :raises Forbidden: the dashboard belongs to another user.
    """
    try:
        dashboard = repository.find(as_uuid(dashboard_id))
    except ValueError:
        raise InvalidInput(errors={"dashboard_id": ["Must be a UUID."]}) from None
    except KeyError:
        raise NotFound("Dashboard not found.") from None
    if not may(Account(user_id), Action.WRITE, dashboard):
        raise Forbidden("This dashboard belongs to another user.")
    return dashboard


def remove_from_repository(dashboard: "Dashboard") -> None:
    """Remove a dashboard with all its data.

    :raises KeyError: the dashboard is not in the repository.
    """
    repository.delete(dashboard)

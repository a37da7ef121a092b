"""Finds the dashboard or endpoint that a request refers to."""

from pydash_app.dashboard import find_verified_dashboard
from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.entity import Dashboard
from pydash_app.errors import NotFound
from pydash_web.http import session


def find_dashboard(dashboard_id: str) -> Dashboard:
    """Return a dashboard of the current user.

    :raises InvalidInput: the id is not a UUID.
    :raises NotFound: the dashboard does not exist.
    :raises Forbidden: it belongs to another user.
    """
    return find_verified_dashboard(dashboard_id, session.current_user().id)


def find_endpoint(dashboard: Dashboard, name: str) -> Endpoint:
    """Return an endpoint of a dashboard.

    :raises NotFound: the dashboard has no endpoint of this name.
    """
    endpoint: Endpoint | None = dashboard.endpoints.get(name)
    if endpoint is None:
        raise NotFound("Endpoint not found.")
    return endpoint

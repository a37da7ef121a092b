"""Finds what a request is about."""

from pydash_app.dashboard import find_verified_dashboard
from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.entity import Dashboard
from pydash_app.errors import NotFound
from pydash_web.http import session


def find_dashboard(dashboard_id: str) -> Dashboard:
    """Find a dashboard of the user who asks.

    :raises InvalidInput: the id is not a UUID.
    :raises NotFound: there is no such dashboard.
    :raises Forbidden: it is somebody else's.
    """
    return find_verified_dashboard(dashboard_id, session.current_user().id)


def find_endpoint(dashboard: Dashboard, name: str) -> Endpoint:
    """Find an endpoint of a dashboard.

    :raises NotFound: it has none of this name.
    """
    endpoint: Endpoint | None = dashboard.endpoints.get(name)
    if endpoint is None:
        raise NotFound("This dashboard has no such endpoint.")
    return endpoint

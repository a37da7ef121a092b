"""Hides, shows and pins endpoints."""

from pydash_web.controller.dashboard_info import endpoint_info
from pydash_web.controller.lookup import find_dashboard, find_endpoint
from pydash_web.models.dashboard import EndpointMessage, EndpointSettings


def change_endpoint_settings(
    dashboard_id: str, endpoint_name: str, body: EndpointSettings
) -> EndpointMessage:
    """Show, hide, pin or unpin an endpoint, which may be a merged one.

    Its requests are counted either way.

    :raises NotFound: the dashboard has no such endpoint.
    """
    dashboard = find_dashboard(dashboard_id)
    endpoint = find_endpoint(dashboard, endpoint_name)
    done = []
    if body.hidden is not None:
        dashboard.hide_endpoint(endpoint_name, hidden=body.hidden)
        done.append("hidden" if body.hidden else "shown")
    if body.pinned is not None:
        dashboard.pin_endpoint(endpoint_name, pinned=body.pinned)
        done.append("pinned" if body.pinned else "unpinned")
    return EndpointMessage(
        message=f"Endpoint {' and '.join(done)}.", endpoint=endpoint_info(dashboard, endpoint)
    )

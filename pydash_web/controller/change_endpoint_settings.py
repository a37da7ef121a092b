"""Hides and shows endpoints."""

from pydash_web.controller.dashboard_info import endpoint_info
from pydash_web.controller.lookup import find_dashboard, find_endpoint
from pydash_web.models.dashboard import EndpointMessage, EndpointSettings


def change_endpoint_settings(
    dashboard_id: str, endpoint_name: str, body: EndpointSettings
) -> EndpointMessage:
    """Show or hide an endpoint.

    Its requests are counted either way.

    :raises NotFound: the dashboard has no such endpoint.
    """
    dashboard = find_dashboard(dashboard_id)
    endpoint = find_endpoint(dashboard, endpoint_name)
    dashboard.hide_endpoint(endpoint_name, hidden=body.hidden)
    return EndpointMessage(
        message="Endpoint hidden." if body.hidden else "Endpoint shown.",
        endpoint=endpoint_info(dashboard, endpoint),
    )

"""Deletes a dashboard."""

from pydash_app.dashboard.services import registration
from pydash_web.controller.lookup import find_dashboard
from pydash_web.models.common import Message


def delete_dashboard(dashboard_id: str) -> Message:
    """Delete a dashboard with all its data."""
    registration.delete(find_dashboard(dashboard_id).id)
    return Message(message="Dashboard deleted with all its data.")

"""Deletes a dashboard."""

from pydash_app import deletion
from pydash_web.controller.lookup import find_dashboard
from pydash_web.models.common import Message


def delete_dashboard(dashboard_id: str) -> Message:
    """Delete a dashboard with all its data."""
    deletion.delete_dashboard(find_dashboard(dashboard_id).id)
    return Message(message="Dashboard deleted with all its data.")

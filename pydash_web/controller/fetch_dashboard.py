"""Fetches new requests immediately."""

from pydash_app.dashboard.services import fetching
from pydash_web.controller.lookup import find_dashboard
from pydash_web.models.common import Message


def fetch_dashboard(dashboard_id: str) -> Message:
    """Fetch a dashboard's new requests now."""
    fetching.request_fetch(find_dashboard(dashboard_id).id)
    return Message(message="Fetching new requests.")

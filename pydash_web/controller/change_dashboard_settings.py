"""Changes the settings of a dashboard."""

from pydash_app.dashboard.retention import Retention
from pydash_app.dashboard.services import registration
from pydash_database import transact
from pydash_web.controller.dashboard_info import dashboard_info
from pydash_web.controller.lookup import find_dashboard
from pydash_web.models.dashboard import DashboardMessage, DashboardSettings


def change_dashboard_settings(dashboard_id: str, body: DashboardSettings) -> DashboardMessage:
    """Change the settings of a dashboard.

    A new address or token is tested first.

    :raises InvalidInput: a setting is invalid, or the dashboard cannot be fetched with it.
    """
    transact(lambda: find_dashboard(dashboard_id))
    # Of these two, null is a value.
    changes = body.model_dump(exclude={"retention", "ping_interval", "favorite", "tags"})
    if "retention" in body.model_fields_set:
        changes["retention"] = Retention(calls_days=body.retention)
    if "ping_interval" in body.model_fields_set:
        changes["ping_interval"] = body.ping_interval
    if body.favorite is not None:
        changes["is_favorite"] = body.favorite
    if body.tags is not None:
        changes["tags"] = tuple(body.tags)
    dashboard = registration.change_settings(dashboard_id, **changes)
    return DashboardMessage(
        message="Settings saved.", dashboard=transact(lambda: dashboard_info(dashboard))
    )

"""Handles changing dashboard settings."""

from pydash_app.dashboard.retention import Retention
from pydash_app.dashboard.services import registration
from pydash_database import transact
from pydash_web.controller.dashboard_info import dashboard_info
from pydash_web.controller.lookup import find_dashboard
from pydash_web.models.dashboard import DashboardMessage, DashboardSettings


def change_dashboard_settings(dashboard_id: str, body: DashboardSettings) -> DashboardMessage:
    """Change what is given, and leave the rest; a new address or token is tried out first.

    :raises InvalidInput: a setting is wrong, or the dashboard cannot be fetched with it.
    """
    transact(lambda: find_dashboard(dashboard_id))
    changes = body.model_dump(exclude={"retention"})
    if "retention" in body.model_fields_set:
        changes["retention"] = Retention(calls_days=body.retention)
    dashboard = registration.change_settings(dashboard_id, **changes)
    return DashboardMessage(
        message="The settings are saved.",
        dashboard=transact(lambda: dashboard_info(dashboard)),
    )

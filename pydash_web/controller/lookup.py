"""Finds the dashboard, endpoint, rule or alert that a request refers to."""

from uuid import UUID

from pydash_app.alert import repository as alerts
from pydash_app.alert.entity import Alert, Rule
from pydash_app.dashboard import find_verified_dashboard
from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.entity import Dashboard
from pydash_app.errors import Forbidden, NotFound
from pydash_app.identifiers import as_uuid
from pydash_app.permissions import Action, may
from pydash_web.api import validation
from pydash_web.http import session


def find_dashboard(dashboard_id: str) -> Dashboard:
    """Return a dashboard of the current user.

    :raises InvalidInput: the id is not a UUID.
    :raises NotFound: the dashboard does not exist.
    :raises Forbidden: it belongs to another user.
    """
    return find_verified_dashboard(dashboard_id, session.current_user().id)


def find_endpoint(dashboard: Dashboard, name: str) -> Endpoint:
    """Return an endpoint of a dashboard, which may be a merged one.

    :raises NotFound: the dashboard has no endpoint of this name.
    """
    endpoint = dashboard.endpoint(name)
    if endpoint is None:
        raise NotFound("Endpoint not found.")
    return endpoint


def own_dashboard(dashboard_id: UUID | str) -> Dashboard:
    """Return a dashboard of the current user that is named in a query string or a body.

    :raises InvalidInput: the id is not a UUID.
    :raises NotFound: the user has no such dashboard; whether someone else has is not revealed.
    """
    try:
        return find_dashboard(str(dashboard_id))
    except Forbidden:
        raise NotFound("Dashboard not found.") from None


def find_rule(rule_id: UUID | str) -> Rule:
    """Return a rule of the current user.

    :raises InvalidInput: the id is not a UUID.
    :raises NotFound: the user has no such rule.
    """
    rule = alerts.find(as_id("rule_id", rule_id))
    if rule is None or not may(session.current_user(), Action.WRITE, rule):
        raise NotFound("Rule not found.")
    return rule


def find_alert(alert_id: UUID | str) -> Alert:
    """Return an alert of the current user.

    :raises InvalidInput: the id is not a UUID.
    :raises NotFound: the user has no such alert.
    """
    alert = alerts.find_alert(as_id("alert_id", alert_id))
    if alert is None or not may(session.current_user(), Action.READ, alert):
        raise NotFound("Alert not found.")
    return alert


def as_id(name: str, text: UUID | str) -> UUID:
    """Return an id that a request names.

    :param name: of the parameter.
    :raises InvalidInput: it is not a UUID.
    """
    try:
        return as_uuid(text)
    except ValueError:
        raise validation.invalid({name: ["Must be a UUID."]}) from None

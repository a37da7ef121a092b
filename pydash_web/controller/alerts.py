"""Lists and acknowledges alerts."""

from datetime import UTC, datetime
from itertools import islice
from typing import Any

from pydash_app import channel
from pydash_app.alert import repository
from pydash_app.alert.entity import Alert
from pydash_app.alert.repository import Scope
from pydash_app.errors import Conflict, NotFound
from pydash_app.event import EventType, record
from pydash_web.api import validation
from pydash_web.controller.lookup import find_alert, find_rule, own_dashboard
from pydash_web.http import session
from pydash_web.models.alert import (
    Acknowledgement,
    AlertDashboard,
    AlertDetails,
    AlertInfo,
    AlertMessage,
    AlertMessageInfo,
    AlertRule,
    Alerts,
    AlertSearch,
)


def get_alerts(query: AlertSearch) -> Alerts:
    """List the user's alerts, the latest first.

    :raises InvalidInput: the user has no alert with the ID of the marker.
    :raises NotFound: the user has no such dashboard or rule.
    """
    scope = Scope("owner", session.current_user().id)
    if query.state not in (None, "resolved"):
        scope = scope._replace(kind="open")
    elif query.dashboard_id is not None:
        scope = Scope("dashboard", own_dashboard(query.dashboard_id).id)
    elif query.rule_id is not None:
        scope = Scope("rule", find_rule(query.rule_id).id)
    try:
        after = query.marker and repository.position(find_alert(query.marker))
    except NotFound:
        raise validation.invalid({"marker": ["You have no alert with this ID."]}) from None
    matching = (each for each in repository.alerts(scope, after or None) if _matches(each, query))
    found = list(islice(matching, query.limit + 1))
    page = found[: query.limit]
    return Alerts(
        alerts=[AlertInfo(**_fields(each)) for each in page],
        next_marker=page[-1].id if len(found) > len(page) else None,
    )


def get_alert(alert_id: str) -> AlertDetails:
    """Return an alert and the messages about it.

    :raises NotFound: the user has no such alert.
    """
    alert = find_alert(alert_id)
    messages = [
        AlertMessageInfo(
            delivery_id=each.id, channel_id=each.channel_id, state=each.state.value, sent=each.sent
        )
        for each in channel.messages_about(str(alert.id))
    ]
    return AlertDetails(**_fields(alert), messages=messages)


def acknowledge_alert(alert_id: str, body: Acknowledgement) -> AlertMessage:
    """Record that the user takes care of an alert, so that no more reminders are sent.

    :raises NotFound: the user has no such alert.
    :raises Conflict: the alert has ended.
    """
    alert, user = find_alert(alert_id), session.current_user()
    if not alert.is_open:
        raise Conflict("This alert has ended.")
    alert.acknowledge(user.name, datetime.now(UTC), body.comment)
    record(
        EventType.ALERT_ACKNOWLEDGED,
        alert.subject,
        alert_id=alert.id,
        rule_id=alert.rule_id,
        severity=alert.severity,
        comment=body.comment or None,
    )
    return AlertMessage(message="Alert acknowledged.", alert=AlertInfo(**_fields(alert)))


def _matches(alert: Alert, query: AlertSearch) -> bool:
    is_wanted = alert.is_alerting if query.state == "active" else query.state == alert.state
    return (
        (query.state is None or is_wanted)
        and query.dashboard_id in (None, alert.dashboard_id)
        and query.rule_id in (None, alert.rule_id)
    )


def _fields(alert: Alert) -> dict[str, Any]:
    dashboard = None
    if alert.dashboard_id is not None:
        name = alert.dashboard_name or ""
        dashboard = AlertDashboard(id=alert.dashboard_id, name=name, url=alert.dashboard_url)
    same = (
        *("id", "state", "severity", "value", "threshold", "pending_since", "resolved_at"),
        *("duration", "text", "url", "acknowledged_by", "acknowledged_at", "comment"),
    )
    return {
        **{name: getattr(alert, name) for name in same},
        "rule": AlertRule(id=alert.rule_id, name=alert.rule_name, condition=alert.condition),
        "dashboard": dashboard,
        "since": alert.pending_since,
        "fired_at": alert.fired,
    }

"""The rules of accounts, and the alerts that they raise.

The fetcher evaluates rules (`evaluate_due`). Their conditions (`condition`) are read from what is
stored about a dashboard (`reading`); what follows is decided by functions without input or output
(`machine`, `outages`). Nothing but `evaluate_due` commits.
"""

from collections import Counter
from uuid import UUID

from pydash_app.alert import repository
from pydash_app.alert.condition import is_numeric, parse
from pydash_app.alert.entity import Alert
from pydash_app.alert.evaluation import evaluate_due, forget_dashboard
from pydash_app.alert.repository import drop_alerts as drop
from pydash_app.dashboard import news
from pydash_app.dashboard.entity import Dashboard
from pydash_app.permissions import Someone

__all__ = [
    "active",
    "counts",
    "drop",
    "evaluate_due",
    "forget_account",
    "forget_channel",
    "forget_dashboard",
    "mute_until_resolved",
    "slow_or_failing",
]


def active(dashboard: Dashboard) -> list[Alert]:
    """Return the alerts of a dashboard that have fired and last, the latest first."""
    found = repository.open_alerts(dashboard.user_id)
    return [alert for alert in found if alert.is_alerting and alert.dashboard_id == dashboard.id]


def counts(user: Someone) -> Counter[UUID | None]:
    """Return the number of alerts that have fired and last, by dashboard.

    None stands for alerts that concern many dashboards.
    """
    found = repository.open_alerts(user.id)
    return Counter(alert.dashboard_id for alert in found if alert.is_alerting)


def slow_or_failing(owner_id: UUID) -> set[UUID]:
    """Return the dashboards of an account whose values have raised an alert that lasts.

    Alerts that are for information only do not count.
    """
    return {
        alert.dashboard_id
        for alert in repository.open_alerts(owner_id)
        if alert.is_alerting
        and alert.dashboard_id is not None
        and alert.severity != "info"
        and is_numeric(parse(alert.condition))
    }


def mute_until_resolved(dashboard: Dashboard) -> None:
    """Send no messages about a dashboard until nothing is wrong with it, also without any rule."""
    dashboard.is_muted_until_resolved = True
    news.watch(dashboard.user_id)
    news.add(dashboard.id, dashboard.user_id)


def forget_channel(owner_id: UUID, channel_id: UUID) -> None:
    """Remove a channel from the rules of its account."""
    for rule in repository.of_owner(owner_id):
        if channel_id in rule.channels:
            rule.channels = tuple(each for each in rule.channels if each != channel_id)


def forget_account(user: Someone) -> None:
    """Delete the rules and alerts of an account whose dashboards have been deleted."""
    for rule in repository.of_owner(user.id):
        repository.delete(rule)
    for alert in list(repository.alerts(repository.Scope("owner", user.id))):
        repository.delete_alert(alert)
    repository.set_outage(user.id, None)
    news.unwatch(user.id)

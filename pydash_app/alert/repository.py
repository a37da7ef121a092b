"""Stores rules, states and alerts. Nothing here commits.

Only the evaluation, which is one process, writes states and alerts, except that users acknowledge
and mute them.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, cast
from uuid import UUID

from BTrees.OOBTree import OOBTree, OOTreeSet

from pydash_app.alert.entity import Alert, DashboardStates, Rule
from pydash_app.alert.outages import AccountOutage
from pydash_app.dashboard import news
from pydash_app.dashboard import repository as dashboards
from pydash_cube.chunk import prefetch
from pydash_database import MultiIndexedPersistentCollection, database_root
from pydash_database.schema import Root

_RULES = "alert_rules"
_STATES = "alert_states"
_DUE = "alert_due"
_ALERTS = "alerts"
# (scope, time, ID) of each alert, for several scopes; the latest come first.
_INDEX = "alert_index"
_OUTAGES = "alert_outages"
_ALL = "all"
_LAST_TIME = 2**63
_LAST_ID = UUID(int=2**128 - 1)


class Position(NamedTuple):
    """The place of an alert in lists, the latest first."""

    time: int
    id: UUID


class Scope(NamedTuple):
    """Whose alerts are listed."""

    kind: str
    id: UUID

    @property
    def key(self) -> str:
        """The beginning of the keys of the index."""
        return f"{self.kind}:{self.id}"


def create(root: Root) -> None:
    """Create the collections in an empty database."""
    root[_RULES] = MultiIndexedPersistentCollection({"id"}, non_unique={"owner_id", "dashboard_id"})
    for name in (_STATES, _ALERTS, _OUTAGES):
        root[name] = OOBTree()
    for name in (_DUE, _INDEX):
        root[name] = OOTreeSet()


# -- Rules ------------------------------------------------------------------------------------


def add(rule: Rule) -> None:
    """Add a rule."""
    _rules().add(rule)
    news.watch(rule.owner_id)


def find(rule_id: UUID) -> Rule | None:
    """Return a rule, or None if no rule has this ID."""
    return cast(Rule | None, _rules().get("id", rule_id))


def of_owner(owner_id: UUID) -> list[Rule]:
    """Return the rules of an account, oldest first."""
    rules: list[Rule] = list(_rules().all_with("owner_id", owner_id))
    prefetch(rules)
    return sorted(rules, key=lambda rule: (rule.created, rule.id))


def of_dashboard(dashboard_id: UUID) -> list[Rule]:
    """Return the rules of this dashboard alone."""
    return list(_rules().all_with("dashboard_id", dashboard_id))


def update(rule: Rule) -> None:
    """Update the indices after a rule was changed.

    :raises KeyError: the rule is not in the repository.
    """
    _rules().update_item(rule)


def delete(rule: Rule) -> None:
    """Delete a rule, but not what it has caused.

    :raises KeyError: the rule is not in the repository.
    """
    _rules().remove(rule)
    unwatch_if_done(rule.owner_id)


def unwatch_if_done(owner_id: UUID) -> None:
    """Record no more news of an account that has neither rules nor apps that are muted."""
    muted = (each.is_muted_until_resolved for each in dashboards.of_user(owner_id))
    if not of_owner(owner_id) and not any(muted):
        news.unwatch(owner_id)


# -- What must be evaluated -------------------------------------------------------------------


def due(now: datetime) -> list[UUID]:
    """Return the dashboards whose states are due, also if the clock was far ahead."""
    times = database_root()[_DUE]
    late = times.keys(max=(now + datetime.resolution,))
    ahead = times.keys(min=(now + timedelta(days=1),))
    return [dashboard_id for keys in (late, ahead) for _, dashboard_id in keys]


def states_of(dashboard_id: UUID) -> DashboardStates | None:
    """Return the states of a dashboard, or None if it has none."""
    return cast(DashboardStates | None, database_root()[_STATES].get(dashboard_id))


def states_of_all(dashboard_ids: Iterable[UUID]) -> dict[UUID, DashboardStates]:
    """Return the states of those dashboards that have any, which are loaded together."""
    stored = database_root()[_STATES]
    found = {each: stored[each] for each in dashboard_ids if each in stored}
    prefetch(found.values())
    return found


def add_states(dashboard_id: UUID, states: DashboardStates) -> None:
    """Add the states of a dashboard."""
    database_root()[_STATES][dashboard_id] = states


def reschedule(dashboard_id: UUID, states: DashboardStates, when: datetime | None) -> None:
    """Set when the states of a dashboard are due."""
    if when == states.due:
        return
    times = database_root()[_DUE]
    if states.due is not None:
        times.remove((states.due, dashboard_id))
    states.due = when
    if when is not None:
        times.insert((when, dashboard_id))


def delete_states(dashboard_id: UUID) -> None:
    """Delete the states of a dashboard, if it has any."""
    states = states_of(dashboard_id)
    if states is not None:
        reschedule(dashboard_id, states, None)
        del database_root()[_STATES][dashboard_id]


# -- Alerts -----------------------------------------------------------------------------------


def add_alert(alert: Alert) -> None:
    """Add an alert."""
    database_root()[_ALERTS][alert.id] = alert
    for key in _keys(alert):
        database_root()[_INDEX].insert(key)


def find_alert(alert_id: UUID) -> Alert | None:
    """Return an alert, or None if no alert has this ID."""
    return cast(Alert | None, database_root()[_ALERTS].get(alert_id))


def close_alert(alert: Alert) -> None:
    """Remove an alert from the open ones of its account."""
    _discard((Scope("open", alert.owner_id).key, *position(alert)))


def delete_alert(alert: Alert) -> None:
    """Delete an alert."""
    database_root()[_ALERTS].pop(alert.id, None)
    for key in _keys(alert):
        _discard(key)


def alerts(scope: Scope, after: Position | None = None) -> Iterator[Alert]:
    """Iterate over alerts, the latest first. Nothing must change during the iteration.

    :param after: the position of the last one of the previous page.
    """
    first = (scope.key, *(after or ()))
    last = (scope.key, _LAST_TIME, _LAST_ID)
    stored = database_root()[_ALERTS]
    for _, _, alert_id in database_root()[_INDEX].keys(first, last, excludemin=after is not None):
        yield stored[alert_id]


def open_alerts(owner_id: UUID) -> list[Alert]:
    """Return the alerts of an account that last, the latest first."""
    found = list(alerts(Scope("open", owner_id)))
    prefetch(found)
    return found


def position(alert: Alert) -> Position:
    """Return the place of an alert in lists."""
    return Position(_inverted(alert.pending_since), alert.id)


def drop_alerts(before: datetime) -> None:
    """Delete the alerts that ended before a time."""
    oldest = _inverted(before)
    found = database_root()[_INDEX].keys((_ALL, oldest), (_ALL, _LAST_TIME, _LAST_ID))
    for _, _, alert_id in list(found):
        alert = find_alert(alert_id)
        if alert is not None and alert.resolved_at is not None and alert.resolved_at < before:
            delete_alert(alert)


# -- Outages of many apps at once -------------------------------------------------------------


def outage_of(owner_id: UUID) -> AccountOutage | None:
    """Return the outage of many apps of an account, or None if there is none."""
    return cast(AccountOutage | None, database_root()[_OUTAGES].get(owner_id))


def set_outage(owner_id: UUID, outage: AccountOutage | None) -> None:
    """Store the outage of an account; None if it is over."""
    outages = database_root()[_OUTAGES]
    if outages.get(owner_id) == outage:
        return
    if outage is None:
        del outages[owner_id]
    else:
        outages[owner_id] = outage


def _keys(alert: Alert) -> list[tuple[str, int, UUID]]:
    """Return the keys of an alert in the index."""
    scopes = [
        Scope("owner", alert.owner_id),
        Scope("rule", alert.rule_id),
        Scope("open", alert.owner_id),
    ]
    if alert.dashboard_id is not None:
        scopes.append(Scope("dashboard", alert.dashboard_id))
    keys = [scope.key for scope in scopes]
    return [(key, *position(alert)) for key in [*keys, _ALL]]


def _inverted(moment: datetime) -> int:
    """Return a number that is smaller for later moments."""
    return -int(moment.timestamp() * 1_000_000)


def _discard(key: tuple[str, int, UUID]) -> None:
    index = database_root()[_INDEX]
    if key in index:
        index.remove(key)


def _rules() -> MultiIndexedPersistentCollection:
    return cast(MultiIndexedPersistentCollection, database_root()[_RULES])

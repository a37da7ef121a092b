"""Creates, changes, mutes and deletes rules, and suggests those of a dashboard."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydash_app.alert import repository
from pydash_app.alert.condition import Above, And, AnyCondition, Below, Changed, Down, NoData
from pydash_app.alert.entity import SETTINGS, Rule
from pydash_app.alert.evaluation import close_states, end_outage
from pydash_app.channel import repository as channels
from pydash_app.dashboard import news
from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.entity import Dashboard
from pydash_app.errors import InvalidInput, NotFound
from pydash_app.permissions import Action, may
from pydash_app.user import repository as users
from pydash_app.user.entity import User
from pydash_cube.vocabulary import StatisticName

MAX_RULES = 1_000
# Rules for all dashboards, each of which is evaluated for up to as many as an account may have.
MAX_GENERAL_RULES = 20
MAX_CHANNELS = 20
MIN_REPEAT = 300
# Changes that end the alerts of a rule: what it has found no longer says anything.
_ENDING = {"condition", "dashboard_id", "enabled", "recover_threshold", "min_calls", "no_data"}


def create(owner: User, condition: AnyCondition, settings: Mapping[str, Any]) -> Rule:
    """Add a rule to an account.

    :param settings: some of `SETTINGS`.
    :raises InvalidInput: a setting is invalid, or the account has too many rules.
    :raises NotFound: the account has no such dashboard or channel.
    """
    if users.lock_for_update(owner.id) is None:
        raise NotFound("User not found.")
    rule = Rule(owner.id, condition)
    _set(rule, settings, owner)
    repository.add(rule)
    rules = repository.of_owner(owner.id)
    if len(rules) > MAX_RULES:
        raise InvalidInput(f"You have reached the limit of {MAX_RULES:,} rules.")
    _check_general(rules)
    _add_news(rule)
    return rule


def change(rule: Rule, owner: User, changes: Mapping[str, Any]) -> None:
    """Change a rule. Alerts end if another condition or dashboard is watched.

    :param changes: some of `SETTINGS`, and `condition`.
    :raises InvalidInput: a setting is invalid.
    :raises NotFound: the account has no such dashboard or channel.
    """
    before = {name: getattr(rule, name) for name in _ENDING}
    if any(before.get(name, value) != value for name, value in changes.items()):
        _end_alerts(rule)
    _set(rule, changes, owner)
    repository.update(rule)
    _check_general(repository.of_owner(owner.id))
    _add_news(rule)


def delete(rule: Rule) -> None:
    """Delete a rule, which ends its alerts. Those of the past remain listed."""
    _end_alerts(rule)
    repository.delete(rule)


def mute(rule: Rule, until: datetime | None) -> None:
    """Send no messages of a rule until a time; None sends them again."""
    rule.muted_until = until
    if until is None:
        _mute_episodes(rule, is_muted=False)
    _add_news(rule)


def mute_until_resolved(rule: Rule) -> None:
    """Send no further messages about the alerts of a rule that last."""
    _mute_episodes(rule, is_muted=True)


class Suggestion(NamedTuple):
    """A rule that is useful for most apps.

    :ivar settings: those that differ from the defaults.
    :ivar exists: whether the dashboard has a rule with this condition already.
    """

    condition: AnyCondition
    settings: Mapping[str, Any]
    exists: bool


def suggested(dashboard: Dashboard) -> list[Suggestion]:
    """Return the rules to suggest for a dashboard."""
    p95 = StatisticName.NINETY_FIFTH_PERCENTILE
    slow = Above(statistic=p95, window=900, threshold=200)
    slower = Changed(statistic=p95, window=900, factor=2, direction="up", against="last_week")
    failing = Above(statistic=StatisticName.ERROR_RATE, window=300, threshold=5)
    offered: list[tuple[AnyCondition, str, str]] = [
        (Down(), "App down", "critical"),
        (failing, "Error rate above 5%", "warning"),
        (And(conditions=(slower, slow)), "Twice as slow as last week", "warning"),
        (NoData(window=1_800), "No requests for 30 min", "warning"),
    ]
    rules = repository.of_owner(dashboard.user_id)
    existing = [rule.condition for rule in rules if rule.covers(dashboard.id)]
    return [
        Suggestion(
            condition,
            {"name": name, "severity": severity, "dashboard_id": dashboard.id},
            condition in existing,
        )
        for condition, name, severity in offered
    ]


def add_suggested(owner: User, dashboard: Dashboard, channel_ids: Collection[UUID]) -> list[Rule]:
    """Add the suggested rules that do not exist yet.

    :param channel_ids: whom they tell.
    :raises InvalidInput: the account has too many rules, or these are too many channels.
    :raises NotFound: the account has no such channel.
    """
    return [
        create(owner, each.condition, {**each.settings, "channels": channel_ids})
        for each in suggested(dashboard)
        if not each.exists
    ]


def _set(rule: Rule, settings: Mapping[str, Any], owner: User) -> None:
    for name in ("condition", *SETTINGS):
        if name in settings:
            setattr(rule, name, settings[name])
    rule.channels = tuple(dict.fromkeys(rule.channels))
    check(rule)
    if rule.dashboard_id is not None:
        try:
            dashboard = dashboards.find(rule.dashboard_id)
        except KeyError:
            raise NotFound("Dashboard not found.") from None
        if not may(owner, Action.WRITE, dashboard):
            raise NotFound("Dashboard not found.")
    for channel_id in rule.channels:
        channel = channels.find(channel_id)
        if channel is None or not may(owner, Action.WRITE, channel):
            raise NotFound("Channel not found.")


def check(rule: Rule) -> None:
    """Check the settings that depend on each other.

    :raises InvalidInput: one of them is invalid.
    """
    condition, recovery = rule.condition, rule.recover_threshold
    if 0 < rule.repeat < MIN_REPEAT:
        reason = f"Must be 0 for never, or at least {MIN_REPEAT}."
        raise InvalidInput(errors={"repeat": [reason]})
    if len(rule.channels) > MAX_CHANNELS:
        raise InvalidInput(errors={"channels": [f"At most {MAX_CHANNELS} channels."]})
    if recovery is None:
        return
    if isinstance(condition, Above):
        is_valid = recovery <= condition.threshold
    else:
        is_valid = isinstance(condition, Below) and recovery >= condition.threshold
    if not is_valid:
        reason = "Must be at most the threshold for above, at least the threshold for below, and"
        raise InvalidInput(errors={"recover_threshold": [f"{reason} null for all other kinds."]})


def _check_general(rules: Collection[Rule]) -> None:
    if sum(rule.dashboard_id is None for rule in rules) > MAX_GENERAL_RULES:
        reason = f"At most {MAX_GENERAL_RULES} rules may be for all dashboards."
        raise InvalidInput(errors={"dashboard_id": [reason]})


def _covered(rule: Rule) -> list[UUID]:
    """Return the dashboards of a rule."""
    if rule.dashboard_id is not None:
        return [rule.dashboard_id]
    return [dashboard.id for dashboard in dashboards.of_user(rule.owner_id)]


def _end_alerts(rule: Rule) -> None:
    now = datetime.now(UTC)
    for dashboard_id in _covered(rule):
        close_states(dashboard_id, now, lambda rule_id: rule_id == rule.id)
    others = [each for each in repository.of_owner(rule.owner_id) if each.id != rule.id]
    if rule.watches_pings and not any(each.enabled and each.watches_pings for each in others):
        end_outage(rule.owner_id, now)


def _mute_episodes(rule: Rule, *, is_muted: bool) -> None:
    for dashboard_id in _covered(rule):
        states = repository.states_of(dashboard_id)
        if states is not None and states.lasting(rule.id):
            states.mute(rule.id, is_muted=is_muted)


def _add_news(rule: Rule) -> None:
    """Have a rule evaluated soon."""
    for dashboard_id in _covered(rule):
        news.add(dashboard_id, rule.owner_id)

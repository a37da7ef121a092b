"""Lists, adds, changes, mutes, replays and deletes rules."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

from pydash_app.alert import repository, rules
from pydash_app.alert.entity import SETTINGS, DashboardStates, Rule
from pydash_app.alert.history import Replay
from pydash_app.alert.machine import Outcome, Phase, State
from pydash_app.alert.reading import read
from pydash_app.dashboard import dashboards_of_user
from pydash_web.controller.lookup import find_dashboard, find_rule, own_dashboard
from pydash_web.http import session
from pydash_web.http.rendered import Computed, Rendered
from pydash_web.models.common import Message
from pydash_web.models.rule import (
    ConditionSettings,
    DashboardState,
    NewRule,
    ReplayedEpisode,
    RuleInfo,
    RuleMessage,
    RuleMute,
    RulePreview,
    RuleReplay,
    Rules,
    RuleSearch,
    RuleSettings,
    RulesMessage,
    RuleState,
    SuggestedRule,
    SuggestedRules,
    TakenSuggestions,
)

# The state of a rule is the worst of its states.
ORDER: list[RuleState] = [
    "firing", "flapping", "recovering", "pending", "error", "no_data", "ok",
]  # fmt: skip


def get_rules(query: RuleSearch) -> Rules:
    """List the user's rules, oldest first.

    :raises NotFound: the user has no such dashboard.
    """
    mine = repository.of_owner(session.current_user().id)
    if query.dashboard_id is not None:
        dashboard = own_dashboard(query.dashboard_id)
        mine = [rule for rule in mine if rule.covers(dashboard.id)]
    return Rules(rules=_infos(mine))


def create_rule(body: NewRule) -> RuleMessage:
    """Add a rule.

    :raises InvalidInput: a setting is invalid, or the user has too many rules.
    :raises NotFound: the user has no such dashboard or channel.
    """
    rule = rules.create(session.current_user(), body.condition, body.changes)
    return _message("Rule added.", rule)


def change_rule(rule_id: str, body: RuleSettings) -> RuleMessage:
    """Change a rule. Its alerts end if it watches something else from now on.

    :raises InvalidInput: a setting is invalid.
    :raises NotFound: the user has no such rule, dashboard or channel.
    """
    rule = find_rule(rule_id)
    rules.change(rule, session.current_user(), body.changes)
    return _message("Rule saved.", rule)


def delete_rule(rule_id: str) -> Message:
    """Delete a rule, which ends its alerts.

    :raises NotFound: the user has no such rule.
    """
    rules.delete(find_rule(rule_id))
    return Message(message="Rule deleted.")


def mute_rule(rule_id: str, body: RuleMute) -> RuleMessage:
    """Send no messages of a rule for a while, until a time, or until its alerts end.

    :raises NotFound: the user has no such rule.
    """
    rule = find_rule(rule_id)
    if body.until_resolved:
        rules.mute_until_resolved(rule)
        return _message("Muted until it is resolved.", rule)
    until = body.until
    if body.seconds:
        until = datetime.now(UTC) + timedelta(seconds=body.seconds)
    rules.mute(rule, until)
    return _message("Muted." if until else "Not muted any more.", rule)


def preview_rule(body: RulePreview) -> Computed[RuleReplay]:
    """Replay a rule over the past.

    :raises NotFound: the user has no such dashboard.
    """
    dashboard = own_dashboard(body.dashboard_id)
    # The settings that are not given are those of a new rule.
    rule = Rule(dashboard.user_id, body.condition)
    for name, value in body.changes.items():
        if name in ConditionSettings.model_fields:
            setattr(rule, name, value)
    rules.check(rule)

    def build() -> Rendered[RuleReplay]:
        now = datetime.now(UTC)
        end = dashboard.fetching.last_fetch_time or now
        reading = read(
            rule.condition,
            dashboard,
            now,
            recover_threshold=rule.recover_threshold,
            min_calls=rule.min_calls,
        )
        replay = Replay(rule.condition, rule.timing, rule.recover_threshold, rule.min_calls)
        found = replay.run(dashboard, end - timedelta(days=body.days), end)
        return Rendered.of(
            RuleReplay(
                value=reading.value,
                would_fire=reading.outcome is Outcome.MET,
                episodes=[ReplayedEpisode(since=each.since, until=each.until) for each in found],
            )
        )

    return Computed(None, build)


def get_suggested_rules(dashboard_id: str) -> SuggestedRules:
    """Return the rules to suggest for a dashboard."""
    found = rules.suggested(find_dashboard(dashboard_id))
    return SuggestedRules(
        rules=[
            SuggestedRule(condition=each.condition, exists=each.exists, **each.settings)
            for each in found
        ]
    )


def add_suggested_rules(dashboard_id: str, body: TakenSuggestions) -> RulesMessage:
    """Add the suggested rules that the dashboard does not have yet.

    :raises InvalidInput: the user has too many rules.
    :raises NotFound: the user has no such channel.
    """
    dashboard = find_dashboard(dashboard_id)
    added = rules.add_suggested(session.current_user(), dashboard, body.channels)
    return RulesMessage(message=f"Rules added: {len(added)}.", rules=_infos(added))


def _message(text: str, rule: Rule) -> RuleMessage:
    (info,) = _infos([rule])
    return RuleMessage(message=text, rule=info)


def _infos(found: Iterable[Rule]) -> list[RuleInfo]:
    """Return rules with their states, which are loaded together."""
    mine = dashboards_of_user(session.current_user().id)
    states = repository.states_of_all([dashboard.id for dashboard in mine])
    return [_info(rule, states) for rule in found]


def _info(rule: Rule, states: Mapping[UUID, DashboardStates]) -> RuleInfo:
    own = {
        dashboard_id: each.of(rule.id)
        for dashboard_id, each in states.items()
        if rule.covers(dashboard_id) and rule.id in each.states
    }
    listed = [_state(dashboard_id, state) for dashboard_id, state in own.items()]
    return RuleInfo(
        id=rule.id,
        condition=rule.condition,
        **{name: getattr(rule, name) for name in SETTINGS if name != "channels"},
        channels=list(rule.channels),
        state=min((each.state for each in listed), key=ORDER.index, default="ok"),
        states=listed,
        muted_until=rule.muted_until,
        muted_until_resolved=any(
            state.episode is not None and state.episode.is_muted
            for dashboard_id in own
            for state in states[dashboard_id].lasting(rule.id)
        ),
        created=rule.created,
    )


def _state(dashboard_id: UUID, state: State) -> DashboardState:
    reading = state.reading
    is_ok = state.phase is Phase.OK
    return DashboardState(
        dashboard_id=dashboard_id,
        state=cast(RuleState, state.name),
        since=state.since,
        value=None if reading is None or is_ok else reading.value,
        error=reading.text if reading is not None and state.name == "error" else None,
    )

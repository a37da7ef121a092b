"""Merges endpoints whose names match a pattern."""

from pydash_web.controller.lookup import find_dashboard
from pydash_web.models.merge_rule import (
    MAX_NAMES,
    MergeRule,
    MergeRules,
    MergeRulesMessage,
    MergeRulesSettings,
    RulePattern,
)


def get_merge_rules(dashboard_id: str) -> MergeRules:
    """List the rules that merge endpoints of a dashboard, and what each merges."""
    return MergeRules(rules=_rules(find_dashboard(dashboard_id).merged_endpoints()))


def change_merge_rules(dashboard_id: str, body: MergeRulesSettings) -> MergeRulesMessage:
    """Replace the rules that merge endpoints of a dashboard.

    They also hold for past requests, and removing a rule undoes it.
    """
    dashboard = find_dashboard(dashboard_id)
    dashboard.merge_endpoints(body.patterns)
    return MergeRulesMessage(
        message="Endpoints merged." if body.patterns else "Endpoints are no longer merged.",
        rules=_rules(dashboard.merged_endpoints()),
    )


def preview_merge_rule(dashboard_id: str, query: RulePattern) -> MergeRule:
    """Return what a rule would merge if it was added after the others."""
    merged = find_dashboard(dashboard_id).merged_endpoints(query.pattern)
    return _rules(merged)[-1]


def _rules(merged: dict[str, list[str]]) -> list[MergeRule]:
    return [
        MergeRule(pattern=pattern, endpoints=len(names), names=names[:MAX_NAMES])
        for pattern, names in merged.items()
    ]

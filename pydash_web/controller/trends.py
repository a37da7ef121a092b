"""Returns trends with what the rules allow."""

from pydash_app.alert import trend
from pydash_app.alert.condition import describe
from pydash_web.controller.lookup import find_dashboard
from pydash_web.http.rendered import Computed, Rendered
from pydash_web.models.trend import Trend, TrendLimit, TrendQuery, Trends


def get_trends(dashboard_id: str, query: TrendQuery) -> Computed[Trends]:
    """Return how execution times develop by day or version, and what the rules allow.

    :raises QueryError: a parameter is invalid.
    """
    cube_query = trend.scope(query.cube_query(), query.by)
    dashboard = find_dashboard(dashboard_id)
    rules = trend.rules_of(dashboard)

    def build() -> Rendered[Trends]:
        found = trend.trends(dashboard, cube_query, query.by, query.top, rules)
        return Rendered.of(
            Trends(
                labels=found.labels,
                trends=[_trend(each) for each in found.trends],
                estimates=found.estimates,
                resolution=found.resolution,
            )
        )

    key = trend.trends_key(dashboard, cube_query, query.by, query.top, rules)
    return Computed(key, build)


def _trend(found: trend.Trend) -> Trend:
    # The cube's values are not validated again.
    return Trend.model_construct(
        endpoint=found.endpoint,
        values={name.value: each for name, each in found.values.items()},
        limits=[
            TrendLimit(
                rule_id=limit.rule.id,
                rule=limit.rule.name,
                condition=describe(limit.condition),
                severity=limit.rule.severity,
                statistic=limit.condition.statistic,
                low=limit.low,
                high=limit.high,
            )
            for limit in found.limits
        ],
    )

"""How execution times develop by day or by version, and what the rules allow."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydash_app.alert import repository
from pydash_app.alert.condition import (
    Above,
    Band,
    Below,
    Changed,
    Numeric,
    Question,
    leaves,
    to_text,
)
from pydash_app.alert.entity import Rule
from pydash_app.dashboard.entity import Dashboard
from pydash_cube import statistics as cells
from pydash_cube.query import Query, QueryResult
from pydash_cube.statistics import natural_order
from pydash_cube.vocabulary import CallField, QueryError, StatisticName, TimeUnit

By = Literal["day", "version"]

STATISTICS = (
    StatisticName.AVERAGE_EXECUTION_TIME,
    StatisticName.STANDARD_DEVIATION,
    StatisticName.NINETY_FIFTH_PERCENTILE,
    StatisticName.SLOWEST_MEASURED,
)
MAX_VERSIONS = 100
"""The maximum number of versions: those with the most requests."""
MAX_PAIRS = 1_000
"""The maximum number of pairs of an endpoint and a version: those with the most requests."""

_VISITS, _FIRST = StatisticName.TOTAL_VISITS, StatisticName.FIRST_CALL
_NAMES = (_VISITS, *STATISTICS)
_ENDPOINT, _VERSION = CallField.ENDPOINT, CallField.VERSION
_DAYS_OF_WEEK = 7

Bounds = list[float | None]
Values = dict[StatisticName, list[Any]]


@dataclass(frozen=True)
class Limit:
    """What a condition of a rule allows, by day or by version; None where it says nothing.

    :ivar low: the lower bounds; None if there are none.
    :ivar high: the upper bounds; None if there are none.
    """

    rule: Rule
    condition: Numeric
    low: Bounds | None
    high: Bounds | None


@dataclass(frozen=True)
class Trend:
    """The requests to an endpoint by day or by version.

    :ivar endpoint: None for all requests.
    :ivar values: the number of requests and the STATISTICS.
    """

    endpoint: str | None
    values: Values
    limits: list[Limit]


@dataclass(frozen=True)
class Trends:
    """The trend of all requests, and those of the endpoints with the most.

    :ivar labels: the days or the versions, oldest first.
    :ivar estimates: see `QueryResult`.
    :ivar resolution: see `QueryResult`.
    """

    labels: list[str]
    trends: list[Trend]
    estimates: list[StatisticName]
    resolution: str | None


def rules_of(dashboard: Dashboard) -> list[Rule]:
    """Return the enabled rules that watch a dashboard."""
    rules = repository.of_owner(dashboard.user_id)
    return [rule for rule in rules if rule.enabled and rule.covers(dashboard.id)]


def scope(query: Query, by: By) -> Query:
    """Return a query that selects the same requests, by day if the trend is."""
    return replace(query, timeslice=TimeUnit.DAY) if by == "day" else query


@contextmanager
def _named_range() -> Iterator[None]:
    """Have errors about slices name the range instead."""
    try:
        yield
    except QueryError as error:
        if error.parameter == "timeslice":
            raise QueryError("start", "There are too many days. Use a shorter range.") from None
        raise


@_named_range()
def trends_key(
    dashboard: Dashboard, query: Query, by: By, top: int, rules: Iterable[Rule]
) -> Hashable:
    """Return all that `trends` depends on; None if the calls changed in this transaction.

    :raises QueryError: there are too many days.
    """
    watched = tuple((rule.id, rule.name, rule.severity, to_text(rule.condition)) for rule in rules)
    return dashboard.result_key(("trends", by, top, watched), query)


@_named_range()
def trends(dashboard: Dashboard, query: Query, by: By, top: int, rules: Iterable[Rule]) -> Trends:
    """Return the trends of the requests that a query selects; one if it selects an endpoint.

    :param query: see `scope`.
    :param top: the maximum number of endpoints.
    :param rules: the rules whose conditions to compare with.
    :raises QueryError: there are too many days or values.
    """
    labels, rows, results = (_by_day if by == "day" else _by_version)(dashboard, query, top)
    conditions = list(_conditions(rules))
    found = []
    for endpoint, values in rows.items():
        filters = {str(name): text for name, text in query.filters.items()}
        if endpoint is not None:
            filters["endpoint"] = endpoint
        limits = [
            limit
            for rule, condition in conditions
            if (limit := _limit(rule, condition, filters, labels, values, by)) is not None
        ]
        found.append(Trend(endpoint, values, limits))
    estimates = dict.fromkeys(name for each in results for name in each.estimates)
    return Trends(labels, found, list(estimates), results[0].resolution)


Rows = tuple[list[str], dict[str | None, Values], list[QueryResult]]


def _by_day(dashboard: Dashboard, query: Query, top: int) -> Rows:
    """Return the days, the values by endpoint, and the results of the queries."""
    whole = dashboard.query(_NAMES, query)
    rows = {query.filters.get(_ENDPOINT): {name: whole.values[name][0] for name in _NAMES}}
    if _ENDPOINT in query.filters:
        return whole.slices, rows, [whole]
    apart = dashboard.query(_NAMES, replace(query, by=(_ENDPOINT,), top=top))
    for number, (endpoint,) in enumerate(apart.groups):
        rows[endpoint] = {name: apart.values[name][number] for name in _NAMES}
    return whole.slices, rows, [whole, apart]


def _by_version(dashboard: Dashboard, query: Query, top: int) -> Rows:
    """Return the versions, the values by endpoint, and the results of the queries."""
    versions = replace(query, by=(_VERSION,), top=MAX_VERSIONS)
    whole = dashboard.query([*_NAMES, _FIRST], versions)
    firsts = whole.values[_FIRST]
    places = {version: number for number, (version,) in enumerate(whole.groups)}
    labels = sorted(places, key=lambda each: (firsts[places[each]][0], natural_order(each)))

    def values(result: QueryResult, places: Mapping[str, int]) -> Values:
        return {
            name: [rows[places[label]][0] if label in places else empty for label in labels]
            for name, rows, empty in (
                (name, result.values[name], cells.STATISTICS[name].empty) for name in _NAMES
            )
        }

    rows = {query.filters.get(_ENDPOINT): values(whole, places)}
    if _ENDPOINT in query.filters:
        return labels, rows, [whole]
    pairs = replace(query, by=(_ENDPOINT, _VERSION), top=MAX_PAIRS)
    apart = dashboard.query(_NAMES, pairs)
    of_endpoint: dict[str, dict[str, int]] = {}
    for number, (endpoint, version) in enumerate(apart.groups):
        of_endpoint.setdefault(endpoint, {})[version] = number
    found = {endpoint: values(apart, places) for endpoint, places in of_endpoint.items()}
    largest = sorted(found, key=lambda endpoint: -sum(found[endpoint][_VISITS]))
    rows.update({endpoint: found[endpoint] for endpoint in largest[:top]})
    return labels, rows, [whole, apart]


def _conditions(rules: Iterable[Rule]) -> Iterator[tuple[Rule, Numeric]]:
    """Yield the conditions about one of the STATISTICS."""
    for rule in rules:
        for condition in leaves(rule.condition):
            if isinstance(condition, Question) and condition.statistic in STATISTICS:
                yield rule, condition


def _limit(
    rule: Rule,
    condition: Numeric,
    filters: Mapping[str, str],
    labels: Sequence[str],
    values: Values,
    by: By,
) -> Limit | None:
    """Return what a condition says about the requests with some filters; None if nothing."""
    own, version = dict(condition.filters), None
    if by == "version" and "version" not in filters:
        version = own.pop("version", None)
    if own != filters or version not in (None, *labels):
        return None
    low, high = _bounds(condition, values[condition.statistic], by)
    if version is not None:
        low, high = (
            bounds
            and [
                bound if label == version else None
                for label, bound in zip(labels, bounds, strict=True)
            ]
            for bounds in (low, high)
        )
    return None if low is None and high is None else Limit(rule, condition, low, high)


def _bounds(condition: Numeric, values: Bounds, by: By) -> tuple[Bounds | None, Bounds | None]:
    """Return the lower and the upper bounds of a condition.

    A change is that from the day before, or from the same day of the week before.
    """
    count = len(values)
    match condition:
        case Above():
            return None, [condition.threshold] * count
        case Below():
            return [condition.threshold] * count, None
        case Band():
            return [condition.low] * count, [condition.high] * count
        case Changed() if by == "day":
            lag = 1 if condition.against == "previous" else _DAYS_OF_WEEK
            references = [*[None] * lag, *values][:count]
            pairs = [(None, None) if one is None else condition.bounds(one) for one in references]
            lows, highs = [low for low, _ in pairs], [high for _, high in pairs]
            is_both = condition.direction == "both"
            return (
                lows if is_both or condition.direction == "down" else None,
                highs if is_both or condition.direction == "up" else None,
            )
    return None, None

"""Manages the lookup and returning of dashboard information for a certain user."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial, reduce
from typing import Any

from pydash_app.dashboard import dashboards_of_user
from pydash_app.dashboard.aggregator import Aggregator
from pydash_app.dashboard.aggregator.query import QueryResult
from pydash_app.dashboard.entity import Dashboard
from pydash_web.api import validation
from pydash_web.controller import dates
from pydash_web.controller.dashboard_info import dashboard_fields, dashboard_info, endpoint_info
from pydash_web.controller.dates import match_datetime_string_with_formats
from pydash_web.controller.lookup import find_dashboard
from pydash_web.controller.utils import naming_parameters
from pydash_web.http import session
from pydash_web.models.dashboard import DashboardDetails, Dashboards, EndpointDetails
from pydash_web.models.statistic import (
    BREAKDOWNS,
    STATISTICS,
    TIMESLICES,
    Aggregates,
    StatisticAnswer,
    StatisticQuery,
)

__all__ = [
    "check_allowed_statistics",
    "check_allowed_timeslices",
    "dashboard",
    "dashboards",
    "handle_statistic_per_timeslice",
    "handle_statistic_without_timeslice",
    "match_datetime_string_with_formats",
    "statistic",
]

AGGREGATES = tuple(field.alias or name for name, field in Aggregates.model_fields.items())
IS_STATIC = {"true": True, "false": False}
# What is largest is told by the visits.
RANK = "total_visits"
MOST_BREAKDOWNS = 2
# More than any page shows, which is seven groups by 10,000 slices; as JSON some 4 MB.
MOST_VALUES = 200_000


def dashboards() -> Dashboards:
    """List the dashboards of the current user, by name."""
    mine = dashboards_of_user(session.current_user().id)
    mine.sort(key=lambda each: each.name.casefold())
    return Dashboards([dashboard_info(each) for each in mine])


def dashboard(dashboard_id: str) -> DashboardDetails:
    """Show a single dashboard with its statistics over all time.

    :param dashboard_id: ID of the dashboard to retrieve information from.
    """
    found = find_dashboard(dashboard_id)
    per_endpoint = _aggregates(found.query(AGGREGATES, by=("endpoint",)))
    nothing = Aggregates.model_validate(Aggregator().as_dict())
    endpoints = [
        EndpointDetails(
            **endpoint_info(found, endpoint).model_dump(),
            aggregates=per_endpoint.get((endpoint.name,), nothing),
        )
        for endpoint in found.endpoints.values()
    ]
    overall = _aggregates(found.query(AGGREGATES))[()]
    return DashboardDetails(**dashboard_fields(found), aggregates=overall, endpoints=endpoints)


def statistic(dashboard_id: str, query: StatisticQuery) -> StatisticAnswer:
    """Compute one statistic or several of a dashboard.

    :param query: which of them, of which calls, cut up how.
    :raises InvalidInput: a parameter is wrong, which the message names.
    """
    found = find_dashboard(dashboard_id)
    statistics = _listed("statistic", query.statistic, check_allowed_statistics, STATISTICS)
    by = _breakdown(query.breakdown)
    choice = dates.choice(query) | {"by": by, "top": query.top}
    now = datetime.now(UTC)
    choice["end"] = choice["end"] or max(now, choice["start"] or now)
    is_static = _is_static(query)
    with naming_parameters():
        if query.timeslice is None:
            result = handle_statistic_without_timeslice(found, statistics, **choice)
        else:
            choice |= {"timeslice": query.timeslice, "is_static": is_static}
            _refuse_too_many_values(found, len(statistics), choice)
            result = handle_statistic_per_timeslice(found, statistics, **choice)
    return StatisticAnswer(_nested(result, query.top, partial(_by_statistic, result, query)))


def handle_statistic_without_timeslice(
    dashboard: Dashboard, statistics: Sequence[str], **choice: Any
) -> QueryResult:
    """Compute statistics over a whole range of time.

    :param choice: `start`, `end`, `filters`, `by` and `top`, as for `Dashboard.query`.
    """
    return dashboard.query(_with_rank(statistics), **choice)


def handle_statistic_per_timeslice(
    dashboard: Dashboard, statistics: Sequence[str], timeslice: str, **choice: Any
) -> QueryResult:
    """Compute statistics for each slice of a range of time.

    :param choice: `start`, `end`, `filters`, `by`, `top` and `is_static`, as for `Dashboard.query`.
    """
    return dashboard.query(_with_rank(statistics), timeslice=timeslice, **choice)


def check_allowed_statistics(statistic: str) -> bool:
    """Tell whether there is such a statistic.

    >>> check_allowed_statistics("total_visits")
    True
    """
    return statistic in STATISTICS


def check_allowed_timeslices(timeslice: str) -> bool:
    """Tell whether time can be cut into such slices.

    >>> check_allowed_timeslices("century")
    False
    """
    return timeslice in TIMESLICES


def _with_rank(statistics: Sequence[str]) -> list[str]:
    return list(dict.fromkeys((RANK, *statistics)))


def _listed(
    parameter: str, text: str | None, is_allowed: Callable[[str], bool], allowed: Sequence[str]
) -> tuple[str, ...]:
    """Read a parameter that names several things, separated by commas."""
    names = tuple(text.split(",")) if text is not None else ()
    unknown = [name for name in names if not is_allowed(name)]
    if unknown:
        reason = f"{unknown[0]!r} is not one of {', '.join(allowed)}."
        raise validation.invalid({parameter: [reason]})
    return tuple(dict.fromkeys(names))


def _breakdown(text: str | None) -> tuple[str, ...]:
    by = _listed("breakdown", text, BREAKDOWNS.__contains__, BREAKDOWNS)
    if len(by) > MOST_BREAKDOWNS:
        raise validation.invalid({"breakdown": [f"This names at most {MOST_BREAKDOWNS} fields."]})
    return by


def _refuse_too_many_values(found: Dashboard, statistics: int, choice: dict[str, Any]) -> None:
    """Count first what a breakdown by slices would make, so that nobody can fill the memory."""
    if not choice["by"]:
        return
    slices = len(found.query([RANK], **(choice | {"by": ()})).slices)
    if choice["top"] * slices * statistics <= MOST_VALUES:
        return
    sliced = ("timeslice", "is_static")
    groups = found.query([RANK], **{name: choice[name] for name in choice if name not in sliced})
    if len(groups.groups) * slices * statistics > MOST_VALUES:
        reason = (
            "With this breakdown there are too many values; take longer slices or a smaller top."
        )
        raise validation.invalid({"timeslice": [reason]})


def _is_static(query: StatisticQuery) -> bool:
    if query.timeslice is None:
        return True
    if not check_allowed_timeslices(query.timeslice):
        reason = f"This must be one of {', '.join(TIMESLICES)}."
        raise validation.invalid({"timeslice": [reason]})
    if query.timeslice_is_static is None:
        raise validation.invalid({"timeslice_is_static": ["This is needed with a timeslice."]})
    if query.timeslice_is_static.lower() not in IS_STATIC:
        raise validation.invalid({"timeslice_is_static": ["This must be true or false."]})
    return IS_STATIC[query.timeslice_is_static.lower()]


def _nested(result: QueryResult, top: int, arrange: Callable[[int], Any]) -> Any:
    """Arrange what `arrange` makes of each group by the names of the largest groups."""
    if result.groups == [()]:
        return arrange(0)
    largest = sorted(range(len(result.groups)), key=lambda group: -sum(result.values[RANK][group]))
    answer: dict[str, Any] = {}
    for group in largest[:top]:
        *outer, last = result.groups[group]
        place = reduce(lambda inner, name: inner.setdefault(name, {}), outer, answer)
        place[last] = arrange(group)
    return answer


def _by_statistic(result: QueryResult, query: StatisticQuery, group: int) -> Any:
    """Arrange the values of a group by the statistic, if there are several, and by slice."""

    def values_of(name: str) -> Any:
        values = [_json(value) for value in result.values[name][group]]
        return dict(zip(result.slices, values, strict=False)) if query.timeslice else values[0]

    names = query.statistic.split(",")
    return {name: values_of(name) for name in names} if len(names) > 1 else values_of(names[0])


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _aggregates(result: QueryResult) -> dict[tuple[str, ...], Aggregates]:
    """Make an object of all statistics for each group."""
    return {
        group: Aggregates.model_validate(
            {name: result.values[name][number][0] for name in AGGREGATES}
        )
        for number, group in enumerate(result.groups)
    }

"""Returns the dashboards of a user, and their statistics in the documented shape."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import reduce
from typing import Any

from pydash_app.dashboard import dashboards_of_user
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.measured import Measured
from pydash_app.dashboard.summary import start_of_day
from pydash_cube.query import Query, QueryResult
from pydash_cube.vocabulary import StatisticName, TimeUnit
from pydash_web.controller.dashboard_info import (
    dashboard_fields,
    dashboards_json,
    endpoint_info,
    endpoints_from,
)
from pydash_web.controller.inexact import inexact_headers
from pydash_web.controller.lookup import find_dashboard
from pydash_web.http import session
from pydash_web.http.rendered import Computed, Rendered
from pydash_web.models.dashboard import (
    DashboardDetails,
    DashboardFields,
    Dashboards,
    DetailedEndpointRange,
    EndpointDetails,
    EndpointRange,
    Endpoints,
    MergedEndpoint,
)
from pydash_web.models.dates import match_datetime_string_with_formats
from pydash_web.models.statistic import Aggregates, StatisticQuery, StatisticResponse

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

AGGREGATES = tuple(
    StatisticName(field.alias or name) for name, field in Aggregates.model_fields.items()
)


def dashboards(query: DashboardFields) -> Rendered[Dashboards]:
    """List the user's dashboards with today's key figures.

    :param query: which fields.
    """
    user, day = session.current_user(), None
    if query.timezone is not None:
        user.read_overview_in(query.timezone)
        day = start_of_day(datetime.now(UTC), query.timezone)
    mine = dashboards_of_user(user.id)
    return Rendered(dashboards_json(mine, with_endpoints=query.fields == "all", day=day))


def dashboard(dashboard_id: str, query: DetailedEndpointRange) -> Computed[DashboardDetails]:
    """Return a dashboard and a page of its endpoints, with their statistics over all time.

    :param dashboard_id: the ID of the dashboard.
    :param query: the range of endpoints.
    """
    found = find_dashboard(dashboard_id)

    def build() -> Rendered[DashboardDetails]:
        listed, following = endpoints_from(found, query.start, query.limit)
        endpoints = [
            EndpointDetails(
                **endpoint_info(found, endpoint).model_dump(),
                aggregates=_aggregates(endpoint),
            )
            for endpoint in listed
        ]
        details = DashboardDetails(
            **dashboard_fields(found),
            aggregates=_aggregates(found),
            endpoints=endpoints,
            next_endpoint=following,
        )
        return Rendered.of(details)

    return Computed(None, build)


def endpoints(dashboard_id: str, query: EndpointRange) -> Endpoints:
    """List the endpoints of a dashboard, sorted by name."""
    found = find_dashboard(dashboard_id)
    listed, following = endpoints_from(found, query.start, query.limit)
    return Endpoints(
        endpoints=[endpoint_info(found, each) for each in listed],
        next_endpoint=following,
        merged=[
            MergedEndpoint(
                name=name,
                hidden=name in found.hidden_endpoints,
                pinned=name in found.pinned_endpoints,
            )
            for name in found.endpoint_patterns
        ],
    )


def statistic(dashboard_id: str, query: StatisticQuery) -> Computed[StatisticResponse]:
    """Return one or more statistics, optionally by time slice, as nested objects.

    The header `X-Lower-Bounds` names the statistics that are lower bounds, because a field has more
    distinct values than are stored by name. `X-Estimates` and `X-Resolution` have the `estimates`
    and the `resolution` of `query`.

    :raises QueryError: a parameter is invalid.
    """
    cube_query = query.cube_query()
    found = find_dashboard(dashboard_id)

    def build() -> Rendered[StatisticResponse]:
        result = found.query(query.statistic, cube_query)
        nested = _nested(result, query.statistic, is_sliced=query.timeslice is not None)
        return Rendered.of(StatisticResponse(nested), inexact_headers(result))

    return Computed(found.result_key(query.statistic, cube_query), build)


def handle_statistic_per_timeslice(
    dashboard: Dashboard,
    statistic: str,
    timeslice: str,
    start_datetime: datetime,
    end_datetime: datetime,
) -> dict[str, Any]:
    """Return a statistic for each slice of a time range that includes its end."""
    return dashboard.statistic_per_timeslice(statistic, timeslice, start_datetime, end_datetime)


def handle_statistic_without_timeslice(
    dashboard: Dashboard,
    statistic: str,
    start_datetime: datetime,
    end_datetime: datetime,
    granularity: str,
) -> Any:
    """Return a statistic for a time range that includes its end."""
    data = dashboard.aggregated_data_daterange(start_datetime, end_datetime, granularity)
    return data[statistic]


def check_allowed_statistics(statistic: str) -> bool:
    """Return whether a statistic of this name exists.

    >>> check_allowed_statistics("total_visits")
    True
    """
    return statistic in set(StatisticName)


def check_allowed_timeslices(timeslice: str) -> bool:
    """Return whether a time range can be divided into slices of this unit.

    >>> check_allowed_timeslices("century")
    False
    """
    return timeslice in set(TimeUnit)


def _nested(result: QueryResult, names: Sequence[str], *, is_sliced: bool) -> Any:
    """Nest values by group, then by statistic if there are several, then by slice."""

    def values_of(name: str, group: int) -> Any:
        values = [
            value.isoformat() if isinstance(value, datetime) else value
            for value in result.values[name][group]
        ]
        return dict(zip(result.slices, values, strict=True)) if is_sliced else values[0]

    def statistics_of(group: int) -> Any:
        if len(names) == 1:
            return values_of(names[0], group)
        return {name: values_of(name, group) for name in names}

    if result.groups == [()]:
        return statistics_of(0)
    nested: dict[str, Any] = {}
    for number, (*outer, last) in enumerate(result.groups):
        innermost = reduce(lambda inner, text: inner.setdefault(text, {}), outer, nested)
        innermost[last] = statistics_of(number)
    return nested


def _aggregates(measured: Measured) -> Aggregates:
    """Return the statistics over all time."""
    values = measured.query(AGGREGATES, Query()).values
    return Aggregates.model_validate({name: values[name][0][0] for name in AGGREGATES})

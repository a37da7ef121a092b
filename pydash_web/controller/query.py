"""Statistics in one fixed shape."""

from pydash_web.controller.lookup import find_dashboard
from pydash_web.models.statistic import QueryResponse, StatisticQuery


def query_statistics(dashboard_id: str, query: StatisticQuery) -> QueryResponse:
    """Return statistics by group and time slice, always in the same shape.

    :raises QueryError: names the parameter that is invalid.
    """
    cube_query = query.cube_query()
    result = find_dashboard(dashboard_id).query(query.statistic, cube_query)
    return QueryResponse.of(result, cube_query.by)

"""Returns statistics in a fixed shape."""

from pydash_web.controller.lookup import find_dashboard
from pydash_web.http.rendered import Computed, Rendered
from pydash_web.models.statistic import QueryResponse, StatisticQuery


def query_statistics(dashboard_id: str, query: StatisticQuery) -> Computed[QueryResponse]:
    """Return statistics by group and time slice, always in the same shape.

    :raises QueryError: a parameter is invalid.
    """
    cube_query = query.cube_query()
    dashboard = find_dashboard(dashboard_id)

    def build() -> Rendered[QueryResponse]:
        result = dashboard.query(query.statistic, cube_query)
        return Rendered.of(QueryResponse.of(result, cube_query.by))

    return Computed(dashboard.result_key(query.statistic, cube_query), build)

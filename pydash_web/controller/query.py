"""Returns statistics in a fixed shape."""

from pydash_app import share
from pydash_app.dashboard.entity import Dashboard
from pydash_cube.vocabulary import CallField
from pydash_web.controller.lookup import find_dashboard
from pydash_web.http import visitor
from pydash_web.http.rendered import Computed, Rendered
from pydash_web.models.statistic import QueryResponse, StatisticQuery


def query_statistics(dashboard_id: str, query: StatisticQuery) -> Computed[QueryResponse]:
    """Return statistics by group and time slice, always in the same shape.

    :raises QueryError: a parameter is invalid.
    """
    return _computed(find_dashboard(dashboard_id), query)


def query_shared(query: StatisticQuery) -> Computed[QueryResponse]:
    """Return statistics of the dashboard of a read-only link, whose token is sent.

    Only what its panels show can be queried, grouped and filtered by. Addresses and users
    (`group_by`) never are.

    :raises Forbidden: the link does not show this.
    :raises QueryError: a parameter is invalid.
    """
    link, dashboard = visitor.find()
    fields = {*(query.breakdown or ()), *map(CallField, query.cube_query().filters)}
    share.check(link, query.statistic, fields)
    return _computed(dashboard, query)


def _computed(dashboard: Dashboard, query: StatisticQuery) -> Computed[QueryResponse]:
    cube_query = query.cube_query()

    def build() -> Rendered[QueryResponse]:
        result = dashboard.query(query.statistic, cube_query)
        return Rendered.of(QueryResponse.of(result, cube_query.by))

    return Computed(dashboard.result_key(query.statistic, cube_query), build)

"""Returns the distribution of execution times by endpoint."""

from pydash_cube.vocabulary import CallField
from pydash_web.controller.lookup import find_dashboard, find_endpoint
from pydash_web.controller.utils import execution_times
from pydash_web.http.rendered import Computed, Rendered
from pydash_web.models.statistic import BoxPlot, BoxPlots, Filters


def endpoint_execution_times_boxplots(dashboard_id: str, query: Filters) -> Computed[BoxPlots]:
    """Return the distribution of execution times of each endpoint."""
    dashboard, cube_query = find_dashboard(dashboard_id), query.cube_query()

    def build() -> Rendered[BoxPlots]:
        return Rendered.of(BoxPlots(execution_times(dashboard, cube_query, CallField.ENDPOINT)))

    return Computed(dashboard.result_key(None, cube_query), build)


def endpoint_execution_times_boxplot(
    dashboard_id: str, endpoint_name: str, query: Filters
) -> Computed[BoxPlot]:
    """Return the distribution of execution times of an endpoint.

    :raises NotFound: the dashboard has no such endpoint.
    """
    endpoint = find_endpoint(find_dashboard(dashboard_id), endpoint_name)
    cube_query = query.cube_query()

    def build() -> Rendered[BoxPlot]:
        return Rendered.of(execution_times(endpoint, cube_query)[""])

    return Computed(endpoint.result_key(None, cube_query), build)

"""The distribution of execution times per endpoint."""

from pydash_cube.vocabulary import CallField
from pydash_web.controller.lookup import find_dashboard, find_endpoint
from pydash_web.controller.utils import execution_times
from pydash_web.models.statistic import BoxPlot, BoxPlots, Filters


def endpoint_execution_times_boxplots(dashboard_id: str, query: Filters) -> BoxPlots:
    """Return the distribution of execution times of each endpoint."""
    dashboard = find_dashboard(dashboard_id)
    return BoxPlots(execution_times(dashboard, query.cube_query(), CallField.ENDPOINT))


def endpoint_execution_times_boxplot(
    dashboard_id: str, endpoint_name: str, query: Filters
) -> BoxPlot:
    """Return the distribution of execution times of an endpoint.

    :raises NotFound: the dashboard has no such endpoint.
    """
    endpoint = find_endpoint(find_dashboard(dashboard_id), endpoint_name)
    return execution_times(endpoint, query.cube_query())[""]

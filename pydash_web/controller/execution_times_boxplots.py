"""Shows how the execution times of endpoints are distributed."""

from pydash_web.controller.dates import choice
from pydash_web.controller.lookup import find_dashboard, find_endpoint
from pydash_web.controller.utils import execution_times
from pydash_web.models.statistic import BoxPlot, BoxPlots, Filters


def endpoint_execution_times_boxplots(dashboard_id: str, query: Filters) -> BoxPlots:
    """Make a box plot for each endpoint that was called."""
    dashboard = find_dashboard(dashboard_id)
    plots = execution_times(dashboard, by=("endpoint",), **choice(query))
    return BoxPlots({name: plot for (name,), plot in plots.items()})


def endpoint_execution_times_boxplot(
    dashboard_id: str, endpoint_name: str, query: Filters
) -> BoxPlot:
    """Make the box plot of one endpoint.

    :raises NotFound: the dashboard has no such endpoint.
    """
    dashboard = find_dashboard(dashboard_id)
    endpoint = find_endpoint(dashboard, endpoint_name)
    return execution_times(endpoint, **choice(query))[()]

"""Shows how the execution times of versions are distributed."""

from pydash_web.controller.dates import choice
from pydash_web.controller.lookup import find_dashboard, find_endpoint
from pydash_web.controller.utils import execution_times
from pydash_web.models.statistic import BoxPlots, Filters


def execution_times_per_version(
    dashboard_id: str, query: Filters, endpoint_name: str | None = None
) -> BoxPlots:
    """Make a box plot for each version, of all endpoints or of one.

    :raises NotFound: the dashboard has no such endpoint.
    """
    dashboard = find_dashboard(dashboard_id)
    container = dashboard if endpoint_name is None else find_endpoint(dashboard, endpoint_name)
    plots = execution_times(container, by=("version",), **choice(query))
    return BoxPlots({version: plot for (version,), plot in plots.items()})

"""Returns the distribution of execution times by version."""

from pydash_cube.vocabulary import CallField
from pydash_web.controller.lookup import find_dashboard, find_endpoint
from pydash_web.controller.utils import execution_times
from pydash_web.http.rendered import Computed, Rendered
from pydash_web.models.statistic import BoxPlots, Filters


def execution_times_per_version(
    dashboard_id: str, query: Filters, endpoint_name: str | None = None
) -> Computed[BoxPlots]:
    """Return the distribution of execution times of each version.

    :param endpoint_name: only requests to this endpoint.
    :raises NotFound: the dashboard has no such endpoint.
    """
    dashboard = find_dashboard(dashboard_id)
    container = dashboard if endpoint_name is None else find_endpoint(dashboard, endpoint_name)
    cube_query = query.cube_query()

    def build() -> Rendered[BoxPlots]:
        return Rendered.of(BoxPlots(execution_times(container, cube_query, CallField.VERSION)))

    return Computed(container.result_key(None, cube_query), build)

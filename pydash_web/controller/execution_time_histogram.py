"""Returns the histogram of execution times."""

from pydash_web.controller.lookup import find_dashboard
from pydash_web.http.rendered import Computed, Rendered
from pydash_web.models.statistic import Histogram, HistogramQuery


def execution_time_histogram(dashboard_id: str, query: HistogramQuery) -> Computed[Histogram]:
    """Return the number of requests by execution time, in bins of equal width on a log scale."""
    dashboard, cube_query = find_dashboard(dashboard_id), query.cube_query()

    def build() -> Rendered[Histogram]:
        edges, counts = dashboard.histogram(cube_query, query.bins)
        return Rendered.of(Histogram(edges=edges, counts=counts))

    return Computed(dashboard.result_key(query.bins, cube_query), build)

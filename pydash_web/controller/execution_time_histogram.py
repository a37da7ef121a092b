"""The histogram of execution times."""

from pydash_web.controller.lookup import find_dashboard
from pydash_web.models.statistic import Histogram, HistogramQuery


def execution_time_histogram(dashboard_id: str, query: HistogramQuery) -> Histogram:
    """Return the number of requests by execution time, in bins of equal width on a log scale."""
    edges, counts = find_dashboard(dashboard_id).histogram(query.cube_query(), query.bins)
    return Histogram(edges=edges, counts=counts)

"""Counts calls by execution time."""

from pydash_web.controller.dates import choice
from pydash_web.controller.lookup import find_dashboard
from pydash_web.controller.utils import naming_parameters
from pydash_web.models.statistic import Histogram, HistogramQuery


def execution_time_histogram(dashboard_id: str, query: HistogramQuery) -> Histogram:
    """Count the calls of a dashboard in bins that grow with the execution time."""
    dashboard = find_dashboard(dashboard_id)
    with naming_parameters():
        edges, counts = dashboard.histogram(**choice(query), bins=query.bins)
    return Histogram(edges=edges, counts=counts)

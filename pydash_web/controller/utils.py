"""Computes the distribution of execution times of a dashboard or an endpoint."""

from dataclasses import replace

from pydash_app.dashboard.measured import Measured
from pydash_cube.query import Query
from pydash_cube.vocabulary import CallField, StatisticName
from pydash_web.models.statistic import BoxPlot

BOX_PLOT = tuple(StatisticName(field.alias or name) for name, field in BoxPlot.model_fields.items())


def execution_times(
    aggregator_group_container: Measured, query: Query | None = None, by: CallField | None = None
) -> dict[str, BoxPlot]:
    """Return the distribution of execution times.

    :param aggregator_group_container: a dashboard or an endpoint.
    :param query: which requests to count; by default all.
    :param by: the field to group by.
    :return: a box plot for each value of this field, in natural order; without it, one box plot
        with the key ''.
    """
    query = replace(query or Query(), by=(by,) if by else ())
    result = aggregator_group_container.query(BOX_PLOT, query)
    return {
        "".join(group): BoxPlot.model_validate(
            {name: result.values[name][number][0] for name in BOX_PLOT}
        )
        for number, group in enumerate(result.groups)
    }

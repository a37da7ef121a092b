"""Execution times, and the errors of the cube's queries."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydash_app.dashboard.measured import Measured
from pydash_app.errors import InvalidInput
from pydash_web.models.statistic import BoxPlot

BOX_PLOT = tuple(field.alias or name for name, field in BoxPlot.model_fields.items())


def execution_times(
    aggregator_group_container: Measured,
    filters: Mapping[str, str] | None = None,
    **choice: Any,
) -> dict[tuple[str, ...], BoxPlot]:
    """Compute how execution times are distributed.

    :param aggregator_group_container: a dashboard or an endpoint.
    :param filters: which calls count.
    :param choice: `start`, `end` and `by`, as for `Dashboard.query`.
    :return: a box plot for each group, which is `()` without `by`.
    """
    with naming_parameters():
        result = aggregator_group_container.query(BOX_PLOT, filters=filters, **choice)
    return {
        group: BoxPlot.model_validate({name: result.values[name][number][0] for name in BOX_PLOT})
        for number, group in enumerate(result.groups)
    }


@contextmanager
def naming_parameters() -> Iterator[None]:
    """Turn the cube's refusal of a question into an answer that names the parameter."""
    try:
        yield
    except ValueError as error:
        parameter, _, reason = str(error).partition(": ")
        raise InvalidInput(str(error), {parameter: [reason]}) from error

"""What can be asked of whatever has calls: of a dashboard, and of each of its endpoints."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydash_app.dashboard.aggregator import Aggregator
from pydash_app.dashboard.aggregator.aggregator_group import AggregatorGroup
from pydash_app.dashboard.aggregator.query import QueryResult
from pydash_app.dashboard.endpoint_call import EndpointCallBatch

Filters = Mapping[str, str]


class Measured:
    """Answers questions about the calls of a group, all of them or those of one endpoint."""

    @abstractmethod
    def measured(self, filters: Filters | None) -> tuple[AggregatorGroup, Filters]:
        """Return the group to ask, and the filters with those that are always on.

        :raises ValueError: one of the filters is among these.
        """

    def aggregated_data(self, filters: Filters | None = None) -> dict[str, Any]:
        """Return all statistics; see `AggregatorGroup.fetch_aggregator` for the filters."""
        return self._aggregator(filters).as_dict()

    def aggregated_data_daterange(
        self,
        start_date: datetime,
        end_date: datetime,
        granularity: str,
        filters: Filters | None = None,
    ) -> dict[str, Any]:
        """Return all statistics of a range of time.

        :param start_date: inclusive.
        :param end_date: inclusive: up to the end of the unit that it lies in.
        :param granularity: that unit, for instance 'day'.
        :param filters: see `AggregatorGroup.fetch_aggregator`; no times.
        """
        group, filters = self.measured(filters)
        return group.fetch_aggregator_inclusive_daterange(
            filters, start_date, end_date, granularity
        ).as_dict()

    def statistic(self, statistic: str, filters: Filters | None = None) -> Any:
        """Return the rendered value of one statistic, by its name."""
        return self._aggregator(filters).statistic(statistic)

    def statistic_per_timeslice(
        self,
        statistic: str,
        timeslice: str,
        start_datetime: datetime,
        end_datetime: datetime,
        filters: Filters | None = None,
    ) -> dict[str, Any]:
        """Return the rendered values of one statistic by slice of time, in order of time.

        :param timeslice: 'year', 'month', 'week', 'day', 'hour' or 'minute'.
        :param start_datetime: inclusive.
        :param end_datetime: inclusive: up to the end of the slice that it lies in.
        """
        group, filters = self.measured(filters)
        slices = group.fetch_aggregators_per_timeslice(
            filters, timeslice, start_datetime, end_datetime
        )
        return {label: aggregator.statistic(statistic) for label, aggregator in slices}

    def query(
        self, statistics: Sequence[str], *, filters: Filters | None = None, **choice: Any
    ) -> QueryResult:
        """Compute several statistics in one pass.

        :param choice: `start`, `end`, `by`, `timeslice`, `is_static` and `top`, as for
            `AggregatorGroup.query`.
        """
        group, filters = self.measured(filters)
        return group.query(statistics, filters=filters, **choice)

    def calls(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        filters: Filters | None = None,
    ) -> Iterator[EndpointCallBatch]:
        """Return the calls themselves, in order of time; see `AggregatorGroup.calls`."""
        group, filters = self.measured(filters)
        return group.calls(start, end, filters)

    def histogram(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        filters: Filters | None = None,
        bins: int = 30,
    ) -> tuple[list[float], list[int]]:
        """Return how execution times are distributed; see `AggregatorGroup.histogram`."""
        group, filters = self.measured(filters)
        return group.histogram(start, end, filters, bins)

    def _aggregator(self, filters: Filters | None) -> Aggregator:
        group, filters = self.measured(filters)
        return group.fetch_aggregator(filters)

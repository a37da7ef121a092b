"""The documented aggregate methods that dashboards and endpoints share."""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydash_app.dashboard.aggregator import Aggregator
from pydash_app.dashboard.aggregator.aggregator_group import AggregatorGroup

Filters = Mapping[str, str]


class Aggregated:
    """Aggregates of all calls of a group, or of those of one endpoint."""

    @abstractmethod
    def aggregated(self, filters: Filters | None) -> tuple[AggregatorGroup, Filters]:
        """Return the group, and the filters including those that always apply.

        :raises QueryError: the filters contain one that always applies.
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
        """Return all statistics of a time range.

        :param start_date: inclusive.
        :param end_date: the last unit of time of the range, which is included as a whole.
        :param granularity: this unit, for instance 'day'.
        :param filters: see `AggregatorGroup.fetch_aggregator`, without time units.
        """
        group, filters = self.aggregated(filters)
        return group.fetch_aggregator_inclusive_daterange(
            filters, start_date, end_date, granularity
        ).as_dict()

    def statistic(self, statistic: str, filters: Filters | None = None) -> Any:
        """Return the rendered value of a statistic.

        :param statistic: its name, see `StatisticName`.
        :raises ValueError: the statistic is unknown.
        """
        return self._aggregator(filters).statistic(statistic)

    def statistic_per_timeslice(
        self,
        statistic: str,
        timeslice: str,
        start_datetime: datetime,
        end_datetime: datetime,
        filters: Filters | None = None,
    ) -> dict[str, Any]:
        """Return the rendered value of a statistic for each slice, in chronological order.

        :param timeslice: 'year', 'month', 'week', 'day', 'hour' or 'minute'.
        :param start_datetime: inclusive.
        :param end_datetime: a moment in the last slice.
        :returns: the values by label (ISO 8601).
        """
        group, filters = self.aggregated(filters)
        slices = group.fetch_aggregators_per_timeslice(
            filters, timeslice, start_datetime, end_datetime
        )
        return {label: aggregator.statistic(statistic) for label, aggregator in slices}

    def _aggregator(self, filters: Filters | None) -> Aggregator:
        group, filters = self.aggregated(filters)
        return group.fetch_aggregator(filters)

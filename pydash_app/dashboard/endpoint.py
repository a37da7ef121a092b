"""An endpoint of a monitored app."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from persistent import Persistent

from pydash_app.dashboard.aggregator import Aggregator
from pydash_app.dashboard.aggregator.aggregator_group import AggregatorGroup
from pydash_app.dashboard.aggregator.query import QueryResult
from pydash_app.dashboard.endpoint_call import EndpointCall, EndpointCallBatch

Filters = Mapping[str, str]


class Endpoint(Persistent):
    """An endpoint: its own properties, and a view of the calls to it.

    An endpoint of a dashboard has no calls of its own: it looks at the dashboard's through one
    more filter.

    :param name: its name in the monitored app.
    :param is_monitored: whether the monitored app watches it.
    :param version_added: version of the app in which it was first seen, if that is known.
    :param time_added: when it was first seen (UTC), if that is known.
    :param last_accessed: when it was last called (UTC), as the monitored app says.

    >>> endpoint = Endpoint("foo", True)
    >>> endpoint.add_endpoint_call(
    ...     EndpointCall("foo", 12.5, datetime(2018, 4, 25), "1.0", "None", "127.0.0.1"))
    >>> endpoint.statistic("total_visits", {"day": "2018-04-25"})
    1
    """

    def __init__(
        self,
        name: str,
        is_monitored: bool,
        *,
        version_added: str | None = None,
        time_added: datetime | None = None,
        last_accessed: datetime | None = None,
    ) -> None:
        self.name = name
        self.is_monitored = is_monitored
        self.version_added = version_added
        self.time_added = time_added
        self.last_accessed = last_accessed
        self._group = AggregatorGroup()

    def get_id(self) -> str:
        """Return the name, by which a dashboard knows its endpoints."""
        return self.name

    def set_monitored(self, is_monitored: bool) -> None:
        """Note whether the monitored app watches this endpoint."""
        self.is_monitored = is_monitored

    def update(self, other: "Endpoint") -> None:
        """Take over what the monitored app says now; nothing is written if nothing is new."""
        for name in ("is_monitored", "version_added", "time_added", "last_accessed"):
            if getattr(self, name) != getattr(other, name):
                setattr(self, name, getattr(other, name))

    def attach(self, group: AggregatorGroup) -> None:
        """Look at the calls of this group from now on; own calls are handed over to it."""
        for batch in self._group.calls():
            group.add_endpoint_calls(batch)
        self._group = group

    def add_endpoint_call(self, call: EndpointCall) -> None:
        """Add a call to this endpoint.

        :raises ValueError: it is a call to another one.
        """
        if call.endpoint != self.name:
            raise ValueError(f"call: goes to {call.endpoint!r}, not to {self.name!r}")
        self._group.add_endpoint_call(call)

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
        return self._group.fetch_aggregator_inclusive_daterange(
            self._filters(filters), start_date, end_date, granularity
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
        slices = self._group.fetch_aggregators_per_timeslice(
            self._filters(filters), timeslice, start_datetime, end_datetime
        )
        return {label: aggregator.statistic(statistic) for label, aggregator in slices}

    def query(
        self,
        statistics: Sequence[str],
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        filters: Filters | None = None,
        by: Sequence[str] = (),
        timeslice: str | None = None,
        is_static: bool = True,
    ) -> QueryResult:
        """Compute several statistics in one pass; see `AggregatorGroup.query`."""
        return self._group.query(
            statistics,
            start=start,
            end=end,
            filters=self._filters(filters),
            by=by,
            timeslice=timeslice,
            is_static=is_static,
        )

    def calls(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        filters: Filters | None = None,
    ) -> Iterator[EndpointCallBatch]:
        """Return the calls to this endpoint in order of time; see `AggregatorGroup.calls`."""
        return self._group.calls(start, end, self._filters(filters))

    def _aggregator(self, filters: Filters | None) -> Aggregator:
        return self._group.fetch_aggregator(self._filters(filters))

    def _filters(self, filters: Filters | None) -> Filters:
        if filters and "endpoint" in filters:
            raise ValueError("endpoint: an endpoint cannot be filtered by endpoint")
        return {**(filters or {}), "endpoint": self.name}

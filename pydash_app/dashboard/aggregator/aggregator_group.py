"""All calls of a dashboard, for every filter and every range of time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from persistent import Persistent

from pydash_app.dashboard import time_units
from pydash_app.dashboard.aggregator import Aggregator, answer, partitions, statistic_class
from pydash_app.dashboard.aggregator.cube import Cube
from pydash_app.dashboard.aggregator.partitions import (
    AggregatorPartitionFun,
    Partition,
    calc_endpoint_call_identifier,
    partition_by_day_fun,
    partition_by_group_by_fun,
    partition_by_hour_fun,
    partition_by_ip_fun,
    partition_by_minute_fun,
    partition_by_month_fun,
    partition_by_version_fun,
    partition_by_week_fun,
    partition_by_year_fun,
    partition_field_names,
    powerset_generator,
    remove_duplicate_categories,
)
from pydash_app.dashboard.aggregator.query import Query, QueryResult, split_filters
from pydash_app.dashboard.endpoint_call import EndpointCall, EndpointCallBatch

__all__ = [
    "AggregatorGroup",
    "AggregatorPartitionFun",
    "calc_endpoint_call_identifier",
    "partition_by_day_fun",
    "partition_by_group_by_fun",
    "partition_by_hour_fun",
    "partition_by_ip_fun",
    "partition_by_minute_fun",
    "partition_by_month_fun",
    "partition_by_version_fun",
    "partition_by_week_fun",
    "partition_by_year_fun",
    "partition_field_names",
    "powerset_generator",
    "remove_duplicate_categories",
]


class AggregatorGroup(Persistent):
    """Aggregates calls for every combination of filters.

    Involved usage example:

    >>> from datetime import datetime
    >>> from pydash_app.dashboard.endpoint_call import EndpointCall
    >>> from pydash_app.dashboard.aggregator.aggregator_group import AggregatorGroup
    >>> ag = AggregatorGroup()
    >>> ec1 = EndpointCall("foo", 0.5, datetime.strptime("2018-04-25 15:29:23", "%Y-%m-%d %H:%M:%S"), "0.1", "None", "127.0.0.1")
    >>> ec2 = EndpointCall("foo", 0.5, datetime.strptime("2018-04-26 15:29:23", "%Y-%m-%d %H:%M:%S"), "0.1", "None", "127.0.0.1")
    >>> ec3 = EndpointCall("foo", 0.5, datetime.strptime("2018-04-25 15:29:23", "%Y-%m-%d %H:%M:%S"), "0.1", "None", "127.0.0.2")
    >>> ag.add_endpoint_call(ec1)
    >>> ag.add_endpoint_call(ec2)
    >>> ag.add_endpoint_call(ec3)
    >>>
    >>> # Filter by day
    ... a_day = ag.fetch_aggregator({'day': '2018-04-25'})
    >>> a_day.as_dict()['total_visits'] == 2
    True
    >>>
    >>> # Filter by week
    ... a_week = ag.fetch_aggregator({'week': '2018-W17'})
    >>> a_week.as_dict()['total_visits'] == 3
    True
    >>>
    >>> # Filter by day and ip
    ... a_day_ip = ag.fetch_aggregator({'day': '2018-04-25', 'ip': '127.0.0.1'})
    >>> a_day_ip.as_dict()['total_visits'] == 1
    True
    >>>
    >>> # No filtering (all endpoint calls are included in this aggregator)
    ... a_all = ag.fetch_aggregator({})
    >>> a_all.as_dict()['total_visits'] == 3
    True
    >>>
    >>> # Filter over a datetime range
    ... start_datetime = datetime(ec1.time.year, ec1.time.month, ec1.time.day)
    >>> end_datetime = datetime(ec2.time.year, ec2.time.month, ec2.time.day + 1)
    >>> a_all2 = ag.fetch_aggregator_daterange({}, start_datetime, end_datetime)
    >>> a_all2.as_dict()['total_visits'] == 3
    True
    >>> a_all.as_dict() == a_all2.as_dict()
    True
    """  # noqa: E501 (the example is kept as it is documented)

    partition_funs: ClassVar[Sequence[AggregatorPartitionFun]] = partitions.partition_funs
    partition_powerset: ClassVar[Sequence[tuple[AggregatorPartitionFun, ...]]] = tuple(
        powerset_generator(partitions.partition_funs)
    )
    partitions_set: ClassVar[frozenset[Partition]] = remove_duplicate_categories(partition_powerset)

    def __init__(self, endpoint_calls: Iterable[EndpointCall] = ()) -> None:
        self.cube = Cube()
        self.add_endpoint_calls(EndpointCallBatch.from_calls(endpoint_calls))

    def add_endpoint_call(self, endpoint_call: EndpointCall) -> None:
        """Add one call. Many are added faster by `add_endpoint_calls`."""
        self.add_endpoint_calls(EndpointCallBatch.from_calls([endpoint_call]))

    def add_endpoint_calls(self, batch: EndpointCallBatch) -> None:
        """Add many calls."""
        self.cube.add(batch)

    def query(
        self,
        statistics: Sequence[str],
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        filters: Mapping[str, str] | None = None,
        by: Sequence[str] = (),
        timeslice: str | None = None,
        is_static: bool = True,
        top: int | None = None,
    ) -> QueryResult:
        """Compute several statistics in one pass.

        :param statistics: names, see `pydash_app.dashboard.aggregator.statistics`.
        :param start: inclusive; None: no bound. A naive datetime is UTC.
        :param end: exclusive; None: no bound.
        :param filters: values by name; names are endpoint, version, ip, group_by, status_class
            ('2xx', '5xx', 'unknown'…) and at most one time unit, as in `fetch_aggregator`.
        :param by: fields to group by; any of the names above but the time units.
        :param timeslice: year, month, week, day, hour or minute: a value for each slice.
        :param is_static: slices sit on the calendar; otherwise they start at `start` and have a
            fixed length.
        :param top: only so many groups, those with most visits.
        :raises ValueError: names the parameter that is wrong.

        >>> from datetime import datetime
        >>> times = (datetime(2018, 4, 25, hour) for hour in (9, 11))
        >>> group = AggregatorGroup(EndpointCall("foo", 5, time, "1", "", "::1") for time in times)
        >>> result = group.query(["total_visits", "median_execution_time"], timeslice="hour")
        >>> result.slices
        ['2018-04-25T09', '2018-04-25T10', '2018-04-25T11']
        >>> result.values
        {'total_visits': [[1, 0, 1]], 'median_execution_time': [[5.0, None, 5.0]]}
        """
        kinds = [statistic_class(name) for name in statistics]
        query = Query.of(self.cube, start, end, filters, by, timeslice, is_static=is_static)
        return answer.answer(query, kinds, top)

    def fetch_aggregator(self, filter_dict: Mapping[str, str] | None = None) -> Aggregator:
        """Return the aggregate of the calls that a filter lets through.

        :param filter_dict: values by name, for instance
            ``{'day': '2018-05-20', 'ip': '127.0.0.1'}``. At most one is a time: 'year' ('2018'),
            'month' ('2018-05'), 'week' ('2018-W17'), 'day' ('2018-05-20'), 'hour'
            ('2018-05-20T20') or 'minute' ('2018-05-20T20-10'). The others are 'endpoint',
            'version', 'ip', 'group_by' and 'status_class'.
        :raises ValueError: a name is unknown, a time is malformed, or there are two times.
        """
        return answer.aggregators(Query.of(self.cube, filters=filter_dict))[0]

    def fetch_aggregator_daterange(
        self, filters: Mapping[str, str], datetime_begin: datetime, datetime_end: datetime
    ) -> Aggregator:
        """Return the aggregate of a range of time.

        :param filters: as in `fetch_aggregator`, without times.
        :param datetime_begin: inclusive.
        :param datetime_end: exclusive.
        """
        _check_timeless(filters)
        query = Query.of(self.cube, datetime_begin, datetime_end, filters)
        return answer.aggregators(query)[0]

    def fetch_aggregator_inclusive_daterange(
        self,
        filters: Mapping[str, str],
        datetime_begin: datetime,
        datetime_end: datetime,
        granularity: str,
    ) -> Aggregator:
        """Return the aggregate of a range of time that includes its end.

        :param filters: as in `fetch_aggregator`, without times.
        :param datetime_begin: inclusive.
        :param datetime_end: inclusive: up to the end of the unit that it lies in.
        :param granularity: that unit, for instance 'day'.
        """
        end = _inclusive_end(datetime_end, granularity, "granularity")
        return self.fetch_aggregator_daterange(filters, datetime_begin, end)

    def fetch_aggregators_per_timeslice(
        self,
        filters: Mapping[str, str],
        timeslice: str,
        start_datetime: datetime,
        end_datetime: datetime,
    ) -> list[tuple[str, Aggregator]]:
        """Return the aggregates of consecutive slices of time, those without calls too.

        :param filters: as in `fetch_aggregator`, without times.
        :param timeslice: 'year', 'month', 'week', 'day', 'hour' or 'minute'.
        :param start_datetime: inclusive.
        :param end_datetime: inclusive: up to the end of the slice that it lies in.
        :returns: label (ISO 8601) and aggregate of each slice, in order of time.
        """
        _check_timeless(filters)
        end = _inclusive_end(end_datetime, timeslice, "timeslice")
        query = Query.of(self.cube, start_datetime, end, filters, timeslice=timeslice)
        labels = query.slices.labels if query.slices else []
        return list(zip(labels, answer.aggregators(query), strict=True))

    def calls(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        filters: Mapping[str, str] | None = None,
    ) -> Iterator[EndpointCallBatch]:
        """Return the calls themselves, in order of time; see `query` for the parameters."""
        return Query.of(self.cube, start, end, filters).calls()

    def histogram(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        filters: Mapping[str, str] | None = None,
        bins: int = 30,
    ) -> tuple[list[float], list[int]]:
        """Return how the execution times are distributed; see `query` for the parameters.

        :param bins: number of bins, at least 1, all of the same width on a logarithmic scale.
        :returns: the edges of the bins (ms, ascending, one more than bins) and the number of calls
            in each; both empty without calls.
        """
        return Query.of(self.cube, start, end, filters).histogram(bins)


def _check_timeless(filters: Mapping[str, str]) -> None:
    unit = split_filters(filters)[1]
    if unit:
        raise ValueError(f"{unit[0]}: a range of time cannot be filtered by time as well")


def _inclusive_end(moment: datetime, unit: str, parameter: str) -> datetime:
    time_units.check_unit(unit, parameter)
    ordinal = time_units.ordinal_of(time_units.to_microseconds(moment), unit)
    _, end = time_units.bounds(ordinal, unit)
    return time_units.to_datetime(min(end, time_units.LATEST))

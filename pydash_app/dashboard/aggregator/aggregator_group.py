"""The documented `AggregatorGroup`: aggregates for any filter and any time range."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from persistent import Persistent

from pydash_app.dashboard.aggregator import Aggregator, partitions
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
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_cube import time_units
from pydash_cube.call_batch import CallBatch
from pydash_cube.cube import Cube
from pydash_cube.query import Query
from pydash_cube.result import Arranged
from pydash_cube.selection import Selection
from pydash_cube.vocabulary import CallField, QueryError, TimeUnit

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
    """The calls of a dashboard, aggregated for any combination of filters.

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
        self.add_endpoint_calls(CallBatch.from_calls(endpoint_calls))

    def add_endpoint_call(self, endpoint_call: EndpointCall) -> None:
        """Add one call; `add_endpoint_calls` is faster for many."""
        self.add_endpoint_calls(CallBatch.from_calls([endpoint_call]))

    def add_endpoint_calls(self, batch: CallBatch) -> None:
        """Add many calls."""
        self.cube.add(batch)

    def calls(self) -> Iterator[CallBatch]:
        """Return the calls in chronological order."""
        return Selection(self.cube, Query()).calls()

    def fetch_aggregator(self, filter_dict: Mapping[str, str] | None = None) -> Aggregator:
        """Return the aggregate of the calls that match a filter.

        :param filter_dict: values by name, for instance
            ``{'day': '2018-05-20', 'ip': '127.0.0.1'}``. At most one is a unit of time: 'year'
            ('2018'), 'month' ('2018-05'), 'week' ('2018-W17'), 'day' ('2018-05-20'), 'hour'
            ('2018-05-20T20') or 'minute' ('2018-05-20T20-10'). The others are 'endpoint',
            'version', 'ip', 'group_by' and 'status_class'.
        :returns: an empty aggregator if a value is invalid.
        :raises QueryError: a name is unknown, or there are two units of time.
        """
        fields, unit = _split_filters(filter_dict or {})
        try:
            start, end = map(_datetime, time_units.parse_unit(*unit)) if unit else (None, None)
            query = Query(start, end, fields)
        except QueryError:
            return Aggregator()
        return self._aggregators(query)[0][1]

    def fetch_aggregator_daterange(
        self, filters: Mapping[str, str], datetime_begin: datetime, datetime_end: datetime
    ) -> Aggregator:
        """Return the aggregate of a time range.

        :param filters: as in `fetch_aggregator`, but without time units.
        :param datetime_begin: inclusive.
        :param datetime_end: exclusive.
        """
        query = Query(datetime_begin, datetime_end, _fields_only(filters))
        return self._aggregators(query)[0][1]

    def fetch_aggregator_inclusive_daterange(
        self,
        filters: Mapping[str, str],
        datetime_begin: datetime,
        datetime_end: datetime,
        granularity: str,
    ) -> Aggregator:
        """Return the aggregate of a time range that includes its end.

        :param filters: as in `fetch_aggregator`, but without time units.
        :param datetime_begin: inclusive.
        :param datetime_end: a moment in the last unit of time, which is included as a whole.
        :param granularity: this unit, for instance 'day'.
        """
        end = _inclusive_end(datetime_end, _unit(granularity, "granularity"))
        return self.fetch_aggregator_daterange(filters, datetime_begin, end)

    def fetch_aggregators_per_timeslice(
        self,
        filters: Mapping[str, str],
        timeslice: str,
        start_datetime: datetime,
        end_datetime: datetime,
    ) -> list[tuple[str, Aggregator]]:
        """Return the aggregate of each slice of a time range, including slices without calls.

        :param filters: as in `fetch_aggregator`, but without time units.
        :param timeslice: 'year', 'month', 'week', 'day', 'hour' or 'minute'.
        :param start_datetime: inclusive.
        :param end_datetime: a moment in the last slice.
        :returns: label (ISO 8601) and aggregate of each slice, in chronological order.
        """
        unit = _unit(timeslice, "timeslice")
        end = _inclusive_end(end_datetime, unit)
        return self._aggregators(Query(start_datetime, end, _fields_only(filters), timeslice=unit))

    def _aggregators(self, query: Query) -> list[tuple[str, Aggregator]]:
        """Return the label and aggregate of each slice; without slices, one with the label ''."""
        kinds = Aggregator.statistics_classes_with_dependencies
        statistics = [kind.cell_statistic() for kind in kinds]
        arranged = Arranged(self.cube, query, statistics)
        columns = [arranged.rows(statistic)[0] for statistic in statistics]
        aggregators = [
            Aggregator.from_values(dict(zip(kinds, values, strict=True)))
            for values in zip(*columns, strict=True)
        ]
        labels = arranged.slices.labels if arranged.slices else [""] * len(aggregators)
        return list(zip(labels, aggregators, strict=True))


def _split_filters(filters: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, str] | None]:
    """Separate the time unit from the fields.

    :raises QueryError: a name is unknown, or there is more than one time unit.
    """
    units = [name for name in filters if name in set(TimeUnit)]
    if len(units) > 1:
        raise QueryError(units[1], f"Cannot be combined with {units[0]}.")
    fields = {}
    for name in filters.keys() - units:
        if name not in set(CallField):
            raise QueryError(name, f"Must be one of {', '.join([*CallField, *TimeUnit])}.")
        fields[name] = filters[name]
    return fields, (units[0], filters[units[0]]) if units else None


def _fields_only(filters: Mapping[str, str] | None) -> dict[str, str]:
    """Return the filters of a query with a time range.

    :raises QueryError: a name is unknown, or a filter is a time unit.
    """
    fields, unit = _split_filters(filters or {})
    if unit:
        raise QueryError(unit[0], "Cannot be combined with a time range.")
    return fields


def _unit(name: str, parameter: str) -> TimeUnit:
    if name not in set(TimeUnit):
        raise QueryError(parameter, f"Must be one of {', '.join(TimeUnit)}.")
    return TimeUnit(name)


def _inclusive_end(moment: datetime, unit: TimeUnit) -> datetime:
    ordinal = time_units.ordinal_of(time_units.to_microseconds(moment), unit)
    return _datetime(time_units.bounds(ordinal, unit)[1])


def _datetime(microseconds: int) -> datetime:
    return time_units.to_datetime(min(microseconds, time_units.LATEST))

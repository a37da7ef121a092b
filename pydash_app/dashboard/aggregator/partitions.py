"""The documented partitions, which are sets of fields by which calls are aggregated."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_cube import time_units


@dataclass(frozen=True, repr=False)
class AggregatorPartitionFun:
    """A field by which calls are aggregated.

    :ivar field_name: its name in filters.
    :ivar category: a partition has at most one field of each category.
    :ivar fun: returns the value of this field for a call, as used in filters.
    """

    field_name: str
    category: str
    fun: Callable[[EndpointCall], str]

    def __repr__(self) -> str:
        return f"<AggregatorPartitionFun field_name={self.field_name} category={self.category} >"


Partition = frozenset[AggregatorPartitionFun]


def partition_by_year_fun(endpoint_call: EndpointCall) -> str:
    """Return the year of a call, for instance '2018'."""
    return _label(endpoint_call, "year")


def partition_by_month_fun(endpoint_call: EndpointCall) -> str:
    """Return the month of a call, for instance '2018-05'."""
    return _label(endpoint_call, "month")


def partition_by_week_fun(endpoint_call: EndpointCall) -> str:
    """Return the ISO week of a call, for instance '2018-W17'."""
    return _label(endpoint_call, "week")


def partition_by_day_fun(endpoint_call: EndpointCall) -> str:
    """Return the day of a call, for instance '2018-05-20'."""
    return _label(endpoint_call, "day")


def partition_by_hour_fun(endpoint_call: EndpointCall) -> str:
    """Return the hour of a call, for instance '2018-05-20T20'."""
    return _label(endpoint_call, "hour")


def partition_by_minute_fun(endpoint_call: EndpointCall) -> str:
    """Return the minute of a call, for instance '2018-05-20T20-10'."""
    return _label(endpoint_call, "minute").replace(":", "-")


def partition_by_version_fun(endpoint_call: EndpointCall) -> str:
    """Return the version of a call."""
    return endpoint_call.version


def partition_by_ip_fun(endpoint_call: EndpointCall) -> str:
    """Return the IP address of a call."""
    return endpoint_call.ip


def partition_by_group_by_fun(endpoint_call: EndpointCall) -> str:
    """Return the `group_by` value of a call."""
    return endpoint_call.group_by


def partition_field_names(partition: Iterable[AggregatorPartitionFun]) -> frozenset[str]:
    """Return the names of a partition's fields."""
    return frozenset(fun.field_name for fun in partition)


def calc_endpoint_call_identifier(
    partition: Iterable[AggregatorPartitionFun], endpoint_call: EndpointCall
) -> Hashable:
    """Return the values of a partition's fields for a call, which identify its cell.

    The field names are included, because version a of group b is not version b of group a.
    """
    return frozenset((fun.field_name, fun.fun(endpoint_call)) for fun in partition)


def powerset_generator(
    i: Iterable[AggregatorPartitionFun],
) -> Iterator[tuple[AggregatorPartitionFun, ...]]:
    """Return all subsets, the smallest first.

    >>> [len(subset) for subset in powerset_generator(partition_funs[:2])]
    [0, 1, 1, 2]
    """
    items = tuple(i)
    for size in range(len(items) + 1):
        yield from combinations(items, size)


def remove_duplicate_categories(
    partition_funs: Iterable[Iterable[AggregatorPartitionFun]],
) -> frozenset[Partition]:
    """Return the sets whose fields are all of different categories."""
    partitions = (frozenset(partition) for partition in partition_funs)
    return frozenset(
        partition
        for partition in partitions
        if len({fun.category for fun in partition}) == len(partition)
    )


def _label(endpoint_call: EndpointCall, unit: str) -> str:
    return time_units.label(time_units.to_microseconds(endpoint_call.time), unit)


partition_funs: Sequence[AggregatorPartitionFun] = (
    AggregatorPartitionFun("year", "time", partition_by_year_fun),
    AggregatorPartitionFun("month", "time", partition_by_month_fun),
    AggregatorPartitionFun("week", "time", partition_by_week_fun),
    AggregatorPartitionFun("day", "time", partition_by_day_fun),
    AggregatorPartitionFun("hour", "time", partition_by_hour_fun),
    AggregatorPartitionFun("minute", "time", partition_by_minute_fun),
    AggregatorPartitionFun("version", "version", partition_by_version_fun),
    AggregatorPartitionFun("ip", "ip", partition_by_ip_fun),
    AggregatorPartitionFun("group_by", "group_by", partition_by_group_by_fun),
)

"""Cases that implementations of aggregation easily get wrong."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pydash_app.dashboard.aggregator import Aggregator
from pydash_app.dashboard.aggregator.aggregator_group import (
    AggregatorGroup,
    calc_endpoint_call_identifier,
    partition_by_minute_fun,
    partition_by_week_fun,
    partition_field_names,
)
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_cube.vocabulary import QueryError

DAY = datetime(2018, 5, 20, tzinfo=UTC)


def call(time: datetime = DAY, execution_time: float = 1.0, **changes: Any) -> EndpointCall:
    fields = {"endpoint": "foo", "version": "1", "group_by": "None", "ip": "::1", **changes}
    return EndpointCall(execution_time=execution_time, time=time, **fields)


def test_an_average_over_days_is_weighted_by_calls() -> None:
    group = AggregatorGroup(
        call(DAY + timedelta(days=day), milliseconds)
        for day, milliseconds in enumerate([10.0, 20.0, 90.0])
    )
    whole = group.fetch_aggregator_daterange({}, DAY, DAY + timedelta(days=3)).as_dict()
    assert whole["average_execution_time"] == 40
    assert whole["median_execution_time"] == 20
    single = [group.fetch_aggregator({"day": f"2018-05-{day}"}) for day in (20, 21, 22)]
    total = sum(single, Aggregator())
    assert isinstance(total, Aggregator)
    assert total.as_dict() == whole


def test_a_range_from_late_evening_to_a_later_midnight() -> None:
    times = [DAY + timedelta(hours=23, minutes=30) + timedelta(minutes=10 * n) for n in range(300)]
    group = AggregatorGroup(map(call, times))
    start, end = times[0], DAY + timedelta(days=2)
    aggregator = group.fetch_aggregator_daterange({}, start, end)
    assert aggregator.statistic("total_visits") == sum(start <= time < end for time in times)


def test_equal_values_of_different_fields_are_distinct() -> None:
    calls = [call(version="a", group_by="b"), call(version="b", group_by="a")]
    group = AggregatorGroup(calls)
    found = group.fetch_aggregator({"version": "a", "group_by": "b"})
    assert found.statistic("total_visits") == 1
    partition = next(
        one
        for one in AggregatorGroup.partitions_set
        if partition_field_names(one) == {"version", "group_by"}
    )
    first, second = (calc_endpoint_call_identifier(partition, one) for one in calls)
    assert first != second


def test_a_week_is_not_split_at_new_year() -> None:
    times = [datetime(2018, 12, 31, tzinfo=UTC), datetime(2019, 1, 6, 23, 59, tzinfo=UTC)]
    group = AggregatorGroup(map(call, times))
    assert [partition_by_week_fun(call(time)) for time in times] == ["2019-W01", "2019-W01"]
    assert group.fetch_aggregator({"week": "2019-W01"}).statistic("total_visits") == 2
    slices = group.fetch_aggregators_per_timeslice({}, "week", times[0], times[1])
    assert [(label, one.statistic("total_visits")) for label, one in slices] == [("2019-W01", 2)]
    assert group.fetch_aggregator({"week": "2018-W53"}).statistic("total_visits") == 0


def test_aggregators_can_be_summed() -> None:
    total = sum([Aggregator([call()]), Aggregator([call(ip="::2")]), Aggregator()])
    assert isinstance(total, Aggregator)
    assert total.as_dict()["visits_per_ip"] == {"::1": 1, "::2": 1}
    assert total.as_dict() == Aggregator([call(), call(ip="::2")]).as_dict()


def test_adding_aggregators_modifies_neither() -> None:
    first, second = Aggregator([call()]), Aggregator([call()])
    before = first.as_dict(), second.as_dict()
    assert (first + second).statistic("total_visits") == 2
    assert (first.as_dict(), second.as_dict()) == before


def test_without_calls_counts_are_zero_and_times_none() -> None:
    empty = AggregatorGroup().fetch_aggregator().as_dict()
    assert empty == Aggregator().as_dict()
    counts = {"total_visits": 0, "total_execution_time": 0.0, "unique_visitors": 0}
    assert {name: empty[name] for name in counts} == counts
    assert (empty["visits_per_ip"], empty["versions"]) == ({}, [])
    times = {name for name in empty if name.endswith("execution_time")} - set(counts)
    assert {empty[name] for name in times} == {None}


def test_a_naive_time_is_utc_and_an_aware_one_is_converted() -> None:
    zone = datetime.fromisoformat("2018-05-20T01:30:00+02:00").tzinfo
    local = datetime(2018, 5, 20, 1, 30, tzinfo=zone)
    naive = datetime(2018, 5, 19, 23, 30)  # noqa: DTZ001 (deliberately naive)
    group = AggregatorGroup([call(naive), call(local)])
    assert group.fetch_aggregator({"minute": "2018-05-19T23-30"}).statistic("total_visits") == 2
    assert partition_by_minute_fun(call(local)) == "2018-05-19T23-30"


def test_times_are_exact_to_the_microsecond() -> None:
    times = [DAY, DAY + timedelta(microseconds=1)]
    (batch,) = AggregatorGroup(map(call, times)).calls()
    assert [one.time for one in batch.calls()] == times


def test_an_integer_execution_time_and_a_missing_group_are_accepted() -> None:
    group = AggregatorGroup()
    group.add_endpoint_call(EndpointCall("foo", 7, DAY, "1", None, "::1"))  # type: ignore[arg-type]
    assert group.fetch_aggregator({"group_by": ""}).statistic("total_execution_time") == 7


def test_the_error_rate_counts_known_statuses_only() -> None:
    statuses = [200, 404, 500, None]
    group = AggregatorGroup(call(status_code=status) for status in statuses)
    assert group.fetch_aggregator().statistic("error_rate") == 0.33
    assert group.fetch_aggregator({"status_class": "unknown"}).statistic("error_rate") is None


def test_an_inclusive_range_includes_the_whole_last_unit() -> None:
    group = AggregatorGroup(call(DAY + timedelta(hours=hour)) for hour in range(48))
    fetch = group.fetch_aggregator_inclusive_daterange
    assert fetch({}, DAY, DAY, "day").statistic("total_visits") == 24
    assert fetch({}, DAY, DAY, "hour").statistic("total_visits") == 1
    slices = group.fetch_aggregators_per_timeslice({}, "day", DAY, DAY + timedelta(days=1))
    assert [label for label, _ in slices] == ["2018-05-20", "2018-05-21"]
    assert [one.statistic("total_visits") for _, one in slices] == [24, 24]


def test_the_number_of_partitions_is_as_documented() -> None:
    assert len(AggregatorGroup.partitions_set) == 56
    assert len(AggregatorGroup.partition_powerset) == 2**9
    for partition in AggregatorGroup.partitions_set:
        assert len({fun.category for fun in partition}) == len(partition)


@pytest.mark.parametrize(
    ("filters", "named"),
    [({"colour": "red"}, "colour"), ({"day": "2018-05-20", "hour": "2018-05-20T20"}, "hour")],
)
def test_an_unknown_or_second_time_filter_is_named(filters: dict[str, str], named: str) -> None:
    with pytest.raises(QueryError, match=f"^{named}:"):
        AggregatorGroup([call()]).fetch_aggregator(filters)


@pytest.mark.parametrize(
    "filters",
    [
        {"day": "2018-05-32"},
        {"day": "2018-5-2"},
        {"minute": "2018-05-20T20"},
        {"status_class": "500"},
        {"ip": "never seen"},
    ],
)
def test_an_invalid_or_unknown_value_gives_an_empty_aggregator(filters: dict[str, str]) -> None:
    found = AggregatorGroup([call()]).fetch_aggregator(filters)
    assert found.as_dict() == Aggregator().as_dict()


def test_a_range_cannot_be_combined_with_a_time_filter() -> None:
    with pytest.raises(ValueError, match=r"^day:"):
        AggregatorGroup().fetch_aggregator_daterange({"day": "2018-05-20"}, DAY, DAY)

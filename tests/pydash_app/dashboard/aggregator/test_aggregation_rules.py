"""The rules that aggregation is easily got wrong by."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
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
from pydash_cube.call_batch import CallBatch
from pydash_cube.cube import Cube
from pydash_cube.vocabulary import QueryError
from tests.pydash_cube.support import ask, select

DAY = datetime(2018, 5, 20, tzinfo=UTC)


def call(time: datetime = DAY, execution_time: float = 1.0, **changes: Any) -> EndpointCall:
    fields = {"endpoint": "foo", "version": "1", "group_by": "None", "ip": "::1", **changes}
    return EndpointCall(execution_time=execution_time, time=time, **fields)


def test_an_average_over_days_weighs_calls_not_days() -> None:
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


def test_every_hour_of_the_day_has_its_own_count() -> None:
    group = AggregatorGroup(call(DAY + timedelta(hours=hour)) for hour in range(24))
    result = ask(group.cube, ["total_visits"], timeslice="hour")
    assert result.values["total_visits"] == [[1] * 24]
    assert result.slices[:2] == ["2018-05-20T00", "2018-05-20T01"]


def test_a_range_may_begin_late_one_day_and_end_at_a_later_midnight() -> None:
    times = [DAY + timedelta(hours=23, minutes=30) + timedelta(minutes=10 * n) for n in range(300)]
    group = AggregatorGroup(map(call, times))
    start, end = times[0], DAY + timedelta(days=2)
    aggregator = group.fetch_aggregator_daterange({}, start, end)
    assert aggregator.statistic("total_visits") == sum(start <= time < end for time in times)


def test_a_range_over_midnight_counts_nothing_twice() -> None:
    times = [DAY + timedelta(hours=23) + timedelta(minutes=15 * n) for n in range(40)]
    group = AggregatorGroup(map(call, times))
    start, end = DAY + timedelta(hours=23, minutes=30), DAY + timedelta(days=1, hours=5)
    result = ask(group.cube, ["total_visits"], start=start, end=end, timeslice="hour")
    assert result.values["total_visits"] == [[2, 4, 4, 4, 4, 4]]


def test_equal_texts_in_different_fields_are_different() -> None:
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


def test_a_week_does_not_split_at_new_year() -> None:
    times = [datetime(2018, 12, 31, tzinfo=UTC), datetime(2019, 1, 6, 23, 59, tzinfo=UTC)]
    group = AggregatorGroup(map(call, times))
    assert [partition_by_week_fun(call(time)) for time in times] == ["2019-W01", "2019-W01"]
    assert group.fetch_aggregator({"week": "2019-W01"}).statistic("total_visits") == 2
    assert ask(group.cube, ["total_visits"], timeslice="week").slices == ["2019-W01"]
    assert group.fetch_aggregator({"week": "2018-W53"}).statistic("total_visits") == 0


def test_aggregators_can_be_summed() -> None:
    total = sum([Aggregator([call()]), Aggregator([call(ip="::2")]), Aggregator()])
    assert isinstance(total, Aggregator)
    assert total.as_dict()["visits_per_ip"] == {"::1": 1, "::2": 1}
    assert total.as_dict() == Aggregator([call(), call(ip="::2")]).as_dict()


def test_adding_aggregators_changes_neither() -> None:
    first, second = Aggregator([call()]), Aggregator([call()])
    before = first.as_dict(), second.as_dict()
    assert (first + second).statistic("total_visits") == 2
    assert (first.as_dict(), second.as_dict()) == before


def test_nothing_is_zero_or_none() -> None:
    empty = AggregatorGroup().fetch_aggregator().as_dict()
    assert empty == Aggregator().as_dict()
    counts = {"total_visits": 0, "total_execution_time": 0.0, "unique_visitors": 0}
    assert {name: empty[name] for name in counts} == counts
    assert (empty["visits_per_ip"], empty["versions"]) == ({}, [])
    times = {name for name in empty if name.endswith("execution_time")} - set(counts)
    assert {empty[name] for name in times} == {None}


def test_of_many_groups_the_largest_are_chosen_whatever_is_asked_about_them() -> None:
    """Room is made for each slice of these alone: of ten million visitors nobody wants all."""
    visits = {"a": 1, "b": 3, "c": 2, "d": 3}
    group = AggregatorGroup(
        call(DAY + timedelta(hours=hour), hour, ip=ip)
        for ip, hours in visits.items()
        for hour in range(hours)
    )
    names = ["slowest_measured_execution_time", "visits_per_ip"]
    result = ask(group.cube, names, by=["ip"], timeslice="hour", top=3)
    assert result.groups == [("b",), ("d",), ("c",)]
    assert result.values[names[0]] == [[0, 1, 2], [0, 1, 2], [0, 1, None]]
    assert result.values[names[1]][2] == [{"c": 1}, {"c": 1}, {}]
    assert ask(group.cube, names, by=["ip"], top=4).groups == [("b",), ("d",), ("c",), ("a",)]
    assert ask(group.cube, names, by=["ip"]).groups == [("a",), ("b",), ("c",), ("d",)]


def test_a_naive_time_is_utc_and_an_aware_one_is_converted() -> None:
    zone = datetime.fromisoformat("2018-05-20T01:30:00+02:00").tzinfo
    local = datetime(2018, 5, 20, 1, 30, tzinfo=zone)
    naive = datetime(2018, 5, 19, 23, 30)  # noqa: DTZ001 (a naive one is meant)
    group = AggregatorGroup([call(naive), call(local)])
    assert group.fetch_aggregator({"minute": "2018-05-19T23-30"}).statistic("total_visits") == 2
    assert partition_by_minute_fun(call(local)) == "2018-05-19T23-30"


def test_a_call_at_a_full_second_and_one_with_a_fraction_are_both_kept_exactly() -> None:
    times = [DAY, DAY + timedelta(microseconds=1)]
    (batch,) = AggregatorGroup(map(call, times)).calls()
    assert [one.time for one in batch.calls()] == times


def test_an_integer_duration_and_a_missing_group_are_fine() -> None:
    group = AggregatorGroup()
    group.add_endpoint_call(EndpointCall("foo", 7, DAY, "1", None, "::1"))  # type: ignore[arg-type]
    assert group.fetch_aggregator({"group_by": "None"}).statistic("total_execution_time") == 7


def test_only_known_statuses_make_an_error_rate() -> None:
    statuses = [200, 404, 500, None]
    group = AggregatorGroup(call(status_code=status) for status in statuses)
    assert group.fetch_aggregator().statistic("error_rate") == 0.33
    assert ask(group.cube, ["error_rate"]).values["error_rate"] == [[1 / 3]]
    assert group.fetch_aggregator({"status_class": "unknown"}).statistic("error_rate") is None
    by_class = ask(group.cube, ["total_visits"], by=["status_class"])
    assert by_class.groups == [("2xx",), ("4xx",), ("5xx",), ("unknown",)]


def test_an_inclusive_range_goes_to_the_end_of_the_unit() -> None:
    group = AggregatorGroup(call(DAY + timedelta(hours=hour)) for hour in range(48))
    fetch = group.fetch_aggregator_inclusive_daterange
    assert fetch({}, DAY, DAY, "day").statistic("total_visits") == 24
    assert fetch({}, DAY, DAY, "hour").statistic("total_visits") == 1
    slices = group.fetch_aggregators_per_timeslice({}, "day", DAY, DAY + timedelta(days=1))
    assert [label for label, _ in slices] == ["2018-05-20", "2018-05-21"]
    assert [one.statistic("total_visits") for _, one in slices] == [24, 24]


def test_there_are_the_documented_partitions() -> None:
    assert len(AggregatorGroup.partitions_set) == 56
    assert len(AggregatorGroup.partition_powerset) == 2**9
    for partition in AggregatorGroup.partitions_set:
        assert len({fun.category for fun in partition}) == len(partition)


@pytest.mark.parametrize(
    ("filters", "named"),
    [({"colour": "red"}, "colour"), ({"day": "2018-05-20", "hour": "2018-05-20T20"}, "hour")],
)
def test_it_names_the_filter_that_is_invalid(filters: dict[str, str], named: str) -> None:
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
def test_a_value_that_no_call_has_gives_an_empty_aggregator(filters: dict[str, str]) -> None:
    found = AggregatorGroup([call()]).fetch_aggregator(filters)
    assert found.as_dict() == Aggregator().as_dict()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"filters": {"status_class": "500"}}, "status_class"),
        ({"timeslice": "minute"}, "timeslice"),
        ({"timeslice": "month", "is_static": False}, "is_static"),
        ({"start": DAY, "end": DAY - timedelta(days=1)}, "end"),
        ({"top": 0}, "top"),
        ({"timezone": "Europe/Berlin"}, "timezone"),
    ],
)
def test_a_query_error_names_its_parameter(options: dict[str, Any], named: str) -> None:
    group = AggregatorGroup([call(), call(DAY + timedelta(days=8))])
    with pytest.raises(QueryError) as raised:
        ask(group.cube, ["total_visits"], **options)
    assert raised.value.parameter == named


def test_a_range_cannot_be_filtered_by_time_as_well() -> None:
    with pytest.raises(ValueError, match=r"^day:"):
        AggregatorGroup().fetch_aggregator_daterange({"day": "2018-05-20"}, DAY, DAY)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("execution_time", [1.0]),
        ("execution_time", [1.0, float("nan")]),
        ("time", [DAY]),
        ("time", np.array(["2018", "NaT"], "datetime64[us]")),
        ("time", np.array(["2018", "10000"], "datetime64[us]")),
        ("status_code", [200, -1]),
        ("status_code", [200, 99]),
        ("ip", ["::1"]),
    ],
)
def test_a_batch_names_the_column_that_is_wrong(column: str, values: list[Any]) -> None:
    columns: dict[str, Any] = {
        "endpoint": ["a", "b"],
        "execution_time": [1.0, 2.0],
        "time": [DAY, DAY],
        "version": ["1", "1"],
        "group_by": ["", ""],
        "ip": ["::1", "::1"],
    }
    with pytest.raises(ValueError, match=f"^{column}:"):
        CallBatch.from_columns(**{**columns, column: values})


def test_a_histogram_has_every_call_once() -> None:
    group = AggregatorGroup(call(execution_time=float(2**n)) for n in range(10))
    edges, counts = select(group.cube).histogram(9)
    assert sum(counts) == 10
    assert [edges[0], edges[-1]] == pytest.approx([1, 512])
    assert len(edges) == 10
    assert select(Cube()).histogram(30) == ([], [])
    _, zeros = select(AggregatorGroup([call(execution_time=0.0)]).cube).histogram(3)
    assert sum(zeros) == 1

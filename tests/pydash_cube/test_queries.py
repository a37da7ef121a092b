"""Queries on small cubes, with results that are obvious."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from pydash_cube.call_batch import Call, CallBatch
from pydash_cube.cube import Cube
from pydash_cube.dictionary import Dictionary
from pydash_cube.vocabulary import QueryError
from tests.pydash_cube.support import run_query, select

DAY = datetime(2018, 5, 20, tzinfo=UTC)


def call(time: datetime = DAY, execution_time: float = 1.0, **changes: Any) -> Call:
    fields = {"endpoint": "foo", "version": "1", "group_by": "None", "ip": "::1", **changes}
    return Call(execution_time=execution_time, time=time, **{"status_code": None, **fields})


def cube_of(calls: Iterable[Call]) -> Cube:
    cube = Cube()
    cube.add(CallBatch.from_calls(calls))
    return cube


def test_each_hour_of_a_day_is_counted_separately() -> None:
    cube = cube_of(call(DAY + timedelta(hours=hour)) for hour in range(24))
    result = run_query(cube, ["total_visits"], timeslice="hour")
    assert result.values["total_visits"] == [[1] * 24]
    assert result.slices[:2] == ["2018-05-20T00", "2018-05-20T01"]


def test_a_range_across_midnight_counts_each_call_once() -> None:
    cube = cube_of(call(DAY + timedelta(hours=23, minutes=15 * n)) for n in range(40))
    start, end = DAY + timedelta(hours=23, minutes=30), DAY + timedelta(days=1, hours=5)
    result = run_query(cube, ["total_visits"], start=start, end=end, timeslice="hour")
    assert result.values["total_visits"] == [[2, 4, 4, 4, 4, 4]]


def test_the_largest_groups_are_kept_whichever_statistics_are_requested() -> None:
    visits = {"a": 1, "b": 3, "c": 2, "d": 3}
    cube = cube_of(
        call(DAY + timedelta(hours=hour), hour, ip=ip)
        for ip, hours in visits.items()
        for hour in range(hours)
    )
    names = ["slowest_measured_execution_time", "visits_per_ip"]
    result = run_query(cube, names, by=["ip"], timeslice="hour", top=3)
    assert result.groups == [("b",), ("d",), ("c",)]
    assert result.values[names[0]] == [[0, 1, 2], [0, 1, 2], [0, 1, None]]
    assert result.values[names[1]][2] == [{"c": 1}, {"c": 1}, {}]
    assert run_query(cube, names, by=["ip"], top=4).groups == [("b",), ("d",), ("c",), ("a",)]
    assert run_query(cube, names, by=["ip"]).groups == [("a",), ("b",), ("c",), ("d",)]


def test_only_the_groups_that_are_kept_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    cube = cube_of(call(ip=ip) for ip in [*map(str, range(500)), "7", "8", "8"])
    decode = Dictionary.decode
    looked_up: list[int] = []

    def recorded(self: Dictionary, codes: Sequence[int]) -> list[str]:
        looked_up.extend(codes)
        return decode(self, codes)

    monkeypatch.setattr(Dictionary, "decode", recorded)
    assert run_query(cube, ["total_visits"], by=["ip"], top=2).groups == [("8",), ("7",)]
    assert len(looked_up) == 2


def test_the_error_rate_counts_known_statuses_only() -> None:
    cube = cube_of(call(status_code=status) for status in (200, 404, 500, None))
    assert run_query(cube, ["error_rate"]).values["error_rate"] == [[1 / 3]]
    unknown = run_query(cube, ["error_rate"], filters={"status_class": "unknown"})
    assert unknown.values["error_rate"] == [[None]]
    by_class = run_query(cube, ["total_visits"], by=["status_class"])
    assert by_class.groups == [("2xx",), ("4xx",), ("5xx",), ("unknown",)]


def test_a_histogram_contains_each_call_once() -> None:
    cube = cube_of(call(execution_time=float(2**n)) for n in range(10))
    edges, counts = select(cube).histogram(9)
    assert sum(counts) == 10
    assert [edges[0], edges[-1]] == pytest.approx([1, 512])
    assert len(edges) == 10
    assert select(Cube()).histogram(30) == ([], [])
    _, zeros = select(cube_of([call(execution_time=0.0)])).histogram(3)
    assert sum(zeros) == 1


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"filters": {"status_class": "500"}}, "status_class"),
        ({"timeslice": "minute"}, "timeslice"),
        ({"timeslice": "month", "is_static": False}, "is_static"),
        ({"start": DAY, "end": DAY - timedelta(days=1)}, "end"),
        ({"top": 0}, "top"),
        ({"timezone": "Europe/Atlantis"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"timezone": "Europe"}, "timezone"),
        ({"timezone": ""}, "timezone"),
    ],
)
def test_a_query_error_names_its_parameter(options: dict[str, Any], named: str) -> None:
    cube = cube_of([call(), call(DAY + timedelta(days=8))])
    with pytest.raises(QueryError) as raised:
        run_query(cube, ["total_visits"], **options)
    assert raised.value.parameter == named


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
def test_an_invalid_batch_names_the_column(column: str, values: list[Any]) -> None:
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

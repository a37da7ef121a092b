"""What is stored of slow requests, profiles and graphs, and how much at most."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_monitoring_dashboard_client import Frame
from pydash_app.diagnosis import GraphLog, Node, OutlierLog, ProfileLog, graphs, outliers, profiles
from pydash_cube.time_units import to_microseconds
from tests.support.remote_exceptions import NOW
from tests.support.remote_performance import CHECK, PAY, SLOW, profile, slow, values


def test_the_newest_and_the_slowest_are_stored() -> None:
    log = OutlierLog()
    slowest = [slow(-1_000 - n, 5_000 - n) for n in range(30)]
    log.add([*slowest, *(slow(n, 100 + n) for n in range(100))])
    assert log.count == 130
    stored = log.select("pay")
    assert len(stored) == outliers.MAX_NEWEST + outliers.MAX_SLOWEST
    assert [each.time for each in stored[:2]] == [NOW + timedelta(minutes=m) for m in (99, 98)]
    by_duration = log.select(order="duration")
    assert [each.duration for each in by_duration[:20]] == [5_000 - n for n in range(20)]
    assert by_duration[20].duration == 199
    # What is not shown any more is not found any more either.
    assert {each.id for each in stored} == {n for n in range(1, 131) if log.find(n)}
    assert log.find(stored[0].id) is stored[0]
    assert log.bytes == sum(each.bytes for each in stored)


def test_a_slow_request_has_its_details() -> None:
    log = OutlierLog()
    log.add([SLOW])
    [stored] = log.select()
    assert stored.details.read() == (SLOW.headers, SLOW.environment, [PAY, CHECK])
    assert (stored.url, stored.cpu, stored.memory) == (SLOW.url, 50.0, 40.0)


def test_slow_requests_are_found_by_endpoint_version_and_time() -> None:
    log = OutlierLog()
    log.add([SLOW, slow(1, version="2.0"), slow(2, endpoint="cart"), slow(3)])

    def found(**conditions: Any) -> list[datetime]:
        return [each.time for each in log.select(**conditions)]

    at = [NOW + timedelta(minutes=n) for n in range(5)]
    assert found() == [at[3], at[2], at[1], at[0]]
    assert found(endpoint="pay") == [at[3], at[1], at[0]]
    assert found(version="2.0") == [at[1]]
    assert found(start=at[1], end=at[3]) == [at[2], at[1]]
    assert found(endpoint="gone") == []


def test_large_details_are_limited_by_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outliers, "MAX_DETAILS_BYTES", 4_000)
    log = OutlierLog()
    log.add(
        slow(n, 9 - n, headers={"X": np.random.default_rng(n).bytes(600).hex()}) for n in range(9)
    )
    kept = [each.time for each in log.select()]
    assert 4 <= len(kept) <= 6
    assert kept[0] == NOW + timedelta(minutes=8)
    log.add([slow(10, 1, headers={"X": np.random.default_rng(0).bytes(3_000).hex()})])
    assert log.select()[0].time == NOW + timedelta(minutes=10)


def test_endpoints_without_slow_requests_for_the_longest_are_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outliers, "MAX_ENDPOINTS", 3)
    log = OutlierLog()
    log.add(slow(n, endpoint=f"e{n}") for n in (3, 1, 4, 2, 5))
    assert {each.endpoint for each in log.select()} == {"e3", "e4", "e5"}
    assert log.count == 3
    log.drop(NOW + timedelta(minutes=5))
    assert [each.endpoint for each in log.select()] == ["e5"]
    log.drop(NOW + timedelta(minutes=6))
    assert (log.select(), log.count, log.bytes) == ([], 0, 0)


def test_slow_requests_that_were_dropped_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outliers, "MAX_NEWEST", 2)
    monkeypatch.setattr(outliers, "MAX_SLOWEST", 1)
    log = OutlierLog()
    # Of these, three are stored, then two.
    log.add(slow(n, 100 - n) for n in range(5))
    assert [number for number in range(1, 6) if log.find(number)] == [1, 4, 5]
    log.drop(NOW + timedelta(minutes=3))
    assert [number for number in range(1, 6) if log.find(number)] == [4, 5]
    # The endpoint is gone, by which they would be found.
    log.drop(NOW + timedelta(minutes=5))
    assert not any(log.find(number) for number in range(1, 6))
    assert log.select() == []


def shape(node: Node) -> dict[str, Any]:
    return {
        f"{child.frame.function}:{child.frame.line}={child.total:g}/{child.self_time:g}": shape(
            child
        )
        for child in node.children.values()
    }


def test_profiles_of_an_endpoint_and_a_version_are_merged() -> None:
    log = ProfileLog()
    head = Frame("shop.py", "shop", 5, "None", own=True, source="def pay():")
    other = replace(PAY, line=8)
    lines = ((0, 100.0, head), (0, 100.0, head), (1, 90.0, PAY), (2, 60.0, CHECK), (1, 10.0, other))
    log.add([profile(*lines), profile((1, 30.0, PAY)), profile(version="2.0", duration=7.0)])
    log.add([profile((1, 10.0, PAY), (2, 5.0, CHECK))])
    merged = log.find("pay", "1.0")
    assert merged is not None
    assert (merged.requests, merged.duration, log.count) == (3, 300.0, 4)
    root = merged.tree()
    assert (root.frame.function, root.frame.line, root.total) == ("pay", 5, 300.0)
    assert shape(root) == {"pay:7=130/65": {"check:3=65/65": {}}, "pay:8=10/10": {}}
    assert root.self_time == 160
    assert log.bytes == sum(each.bytes for each in log.all())


def test_the_lines_of_a_profile_that_take_the_most_time_are_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(profiles, "MAX_NODES", 5)
    log = ProfileLog()
    lines = [(1, float(n), replace(PAY, line=n)) for n in range(1, 20)]
    log.add([profile(*lines, (2, 18.5, CHECK))])
    merged = log.find("pay", "1.0")
    assert merged is not None
    assert shape(merged.tree()) == {
        "pay:17=17/17": {},
        "pay:18=18/18": {},
        "pay:19=19/0.5": {"check:3=18.5/18.5": {}},
    }


def test_profiles_that_are_unused_for_the_longest_are_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(profiles, "MAX_PROFILES", 2)
    log = ProfileLog()
    log.add(profile(version=str(n), time=NOW + timedelta(days=n)) for n in (2, 1, 3))
    assert [each.version for each in log.all()] == ["3", "2"]
    assert log.count == 2
    log.drop(NOW + timedelta(days=3))
    assert [each.version for each in log.all()] == ["3"]
    log.drop(NOW + timedelta(days=4))
    assert (log.count, log.bytes) == (0, 0)


frames = st.builds(replace, st.just(PAY), line=st.integers(1, 3))
profiled = st.lists(
    st.tuples(st.integers(0, 4), st.floats(0, 100).map(lambda ms: round(ms, 3)), frames),
    max_size=8,
)


@given(st.lists(profiled, min_size=1, max_size=4))
def test_a_profile_is_the_same_in_whatever_pages_it_is_fetched(given: list[Any]) -> None:
    at_once, one_by_one = ProfileLog(), ProfileLog()
    at_once.add(profile(*lines) for lines in given)
    for lines in given:
        one_by_one.add([profile(*lines)])
    found = [log.find("pay", "1.0") for log in (at_once, one_by_one)]
    trees = [
        [(depth, node.frame, pytest.approx(node.total)) for depth, node in each.tree().walk()]
        for each in found
        if each
    ]
    assert trees[0] == trees[1]


def read(log: GraphLog, title: str, start: float, end: float) -> list[float]:
    times = [to_microseconds(NOW + timedelta(minutes=each)) for each in (start, end)]
    return list(log.graphs[graphs.id_of(title)].read(*times)[1])


def test_values_of_graphs_are_found_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "CHUNK_POINTS", 3)
    log = GraphLog()
    for start in range(0, 20, 4):
        log.add([*values("Baskets", *range(start, start + 4)), *values("Stock", start)])
    log.add(values("Baskets", 2.5))
    graph = log.graphs[graphs.id_of("Baskets")]
    assert (graph.title, graph.points, log.count) == ("Baskets", 21, 26)
    assert (graph.first, graph.last) == (NOW, NOW + timedelta(minutes=19))
    assert read(log, "Baskets", 2, 5) == [2, 2.5, 3, 4]
    assert read(log, "Stock", -1, 99) == [0, 4, 8, 12, 16]
    assert log.bytes == sum(each.bytes for each in log.graphs.values())
    log.drop(NOW + timedelta(minutes=17))
    assert read(log, "Baskets", 0, 99) == [17, 18, 19]
    assert (list(log.graphs), log.count) == ([graphs.id_of("Baskets")], 3)
    assert log.bytes == graph.bytes


def test_the_oldest_values_and_further_graphs_are_only_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(graphs, "CHUNK_POINTS", 3)
    monkeypatch.setattr(graphs, "MAX_POINTS", 6)
    monkeypatch.setattr(graphs, "MAX_GRAPHS", 1)
    log = GraphLog()
    log.add([*values("Baskets", *range(10)), *values("Stock", 1, 2)])
    assert read(log, "Baskets", 0, 99) == [6, 7, 8, 9]
    assert (log.count, log.others, len(log.graphs)) == (12, 2, 1)

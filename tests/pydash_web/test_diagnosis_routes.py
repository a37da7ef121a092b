"""Slow requests, profiles and graphs of monitored apps through the API."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest

from pydash_app.dashboard import repository
from pydash_app.dashboard.fetching_status import RemoteInfo
from pydash_app.diagnosis.graphs import id_of
from pydash_database import transact
from tests.pydash_web.support.running_site import Visitor, add_rows
from tests.support.remote_performance import CHECK, PAY, SLOW, profile, slow, values


def id_in(shop: str) -> UUID:
    return UUID(shop.rpartition("/")[2])


@pytest.fixture
def outliers(shop: str) -> str:
    """The path of a dashboard's slow requests: of an endpoint with a median of 0.3 ms."""
    rows = [slow(number, 10 - number, endpoint="foo", version="0.1") for number in range(3)]
    add_rows(id_in(shop), "outliers", [*rows, slow(5, 5.5, user="", ip="", status_code=0)])
    return f"{shop}/outliers"


def listed(visitor: Visitor, path: str, **parameters: Any) -> list[int]:
    response = visitor.get(path, params=parameters)
    assert response.ok, response.text
    content = response.json()
    assert content["total"] >= len(content["outliers"])
    return [each["id"] for each in content["outliers"]]


def test_a_slow_request_is_described(alice: Visitor, outliers: str) -> None:
    last, _, _, first = alice.get(outliers).json()["outliers"]
    assert first == {
        "id": 1,
        "time": "2026-11-01T12:00:00Z",
        "endpoint": "foo",
        "version": "0.1",
        "duration": 10.0,
        "median": pytest.approx(0.3, rel=0.1),
        "factor": pytest.approx(10 / first["median"]),
        "url": "http://shop/pay",
        "cpu": 50.0,
        "memory": 40.0,
        "ip": "10.0.0.1",
        "user": "ada",
        "status_code": 200,
    }
    unknown = ("median", "factor", "ip", "user", "status_code")
    assert [last[name] for name in unknown] == [None] * 5
    [alone] = alice.get(outliers, params={"endpoint": "foo", "limit": 1}).json()["outliers"]
    assert alone["median"] == first["median"]


def test_slow_requests_are_sorted_and_filtered(alice: Visitor, outliers: str) -> None:
    assert listed(alice, outliers) == [4, 3, 2, 1]
    assert listed(alice, outliers, sort="duration") == [1, 2, 3, 4]
    for parameters, expected in (
        ({"endpoint": "foo"}, [3, 2, 1]),
        ({"endpoint": "none"}, []),
        ({"version": "1.0"}, [4]),
        ({"start_date": "2026-11-01T12:01", "end_date": "2026-11-01T12:02"}, [2]),
        ({"start_date": "2026-11-01T13:01", "timezone": "Europe/Berlin"}, [4, 3, 2]),
    ):
        assert listed(alice, outliers, **parameters) == expected, parameters


@pytest.mark.parametrize("order", ["time", "duration"])
def test_pages_of_slow_requests_follow_each_other(
    alice: Visitor, outliers: str, order: str
) -> None:
    pages, marker = [], None
    while True:
        parameters = {"limit": 3, "sort": order, "marker": marker}
        page = alice.get(outliers, params=parameters).json()
        assert (page["total"], page["recorded"]) == (4, 4)
        pages += [each["id"] for each in page["outliers"]]
        marker = page["next_marker"]
        if marker is None:
            break
    assert pages == listed(alice, outliers, sort=order)
    # The last one of a page may not match any more.
    assert listed(alice, outliers, marker=4, endpoint="foo") == [3, 2, 1]
    for marker in (0, 9, "x", 2**70):
        refused = alice.get(outliers, params={"marker": marker})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["marker"])


def test_a_single_slow_request_has_its_details(alice: Visitor, outliers: str) -> None:
    found = alice.get(f"{outliers}/1").json()
    assert found["headers"] == SLOW.headers
    assert found["environment"] == SLOW.environment
    assert [frame["function"] for frame in found["stack"]] == ["pay", "check"]
    assert found["stack"][0] == {
        "file": "shop.py",
        "line": 7,
        "function": "pay",
        "own": True,
        "source": None,
    }
    [listed_one] = (each for each in alice.get(outliers).json()["outliers"] if each["id"] == 1)
    assert {name: found[name] for name in listed_one} == listed_one
    for unknown in ("0", "5", "-1", "x", "²", "9" * 40):
        assert alice.get(f"{outliers}/{unknown}").status_code == 404


@pytest.fixture
def profiles(shop: str) -> str:
    """The path of a dashboard's profiles."""
    rows = [
        profile((1, 80.0, PAY), (2, 30.0, CHECK), endpoint="a/b"),
        profile((1, 50.0, PAY), endpoint="a/b"),
        profile((1, 90.0, PAY), endpoint="a/b", version="2.0", time=slow(1).time),
    ]
    add_rows(id_in(shop), "profiles", rows)
    return f"{shop}/profiles"


def test_profiles_are_merged(alice: Visitor, profiles: str) -> None:
    names = ("endpoint", "version", "requests", "duration")
    found = alice.get(profiles).json()["profiles"]
    assert [tuple(each[name] for name in names) for each in found] == [
        ("a/b", "2.0", 1, 100.0),
        ("a/b", "1.0", 2, 200.0),
    ]
    merged = alice.get(f"{profiles}/a/b", params={"version": "1.0", "against": "2.0"}).json()
    assert (merged["version"], merged["requests"], merged["total"]) == ("1.0", 2, 200.0)
    root = merged["tree"]
    assert (root["function"], root["total"], root["self"]) == ("a/b", 200.0, 70.0)
    [pay] = root["children"]
    assert {name: pay[name] for name in ("function", "file", "line", "own", "code")} == {
        "function": "pay",
        "file": "shop.py",
        "line": 7,
        "own": True,
        "code": None,
    }
    assert (pay["total"], pay["self"], len(pay["children"])) == (130.0, 100.0, 1)
    assert merged["against"]["version"] == "2.0"
    assert merged["against"]["tree"]["children"][0]["total"] == 90.0
    # The version that was profiled last.
    newest = alice.get(f"{profiles}/a/b").json()
    assert (newest["version"], newest["against"]) == ("2.0", None)
    for path, parameters in (
        ("a", {}),
        ("a/b", {"version": "3"}),
        ("a/b", {"version": "1.0", "against": ""}),
    ):
        assert alice.get(f"{profiles}/{path}", params=parameters).status_code == 404


@pytest.fixture
def graphs(shop: str) -> str:
    """The path of a dashboard's graphs."""
    add_rows(id_in(shop), "graphs", [*values("Stock", 1), *values("Baskets", *range(0, 90, 10))])
    return f"{shop}/graphs"


def test_graphs_have_values(alice: Visitor, graphs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    baskets, stock = alice.get(graphs).json()["graphs"]
    assert (baskets["title"], stock["title"]) == ("Baskets", "Stock")
    assert (baskets["points"], baskets["first"]) == (9, "2026-11-01T12:00:00Z")
    assert baskets["last"] == "2026-11-01T13:20:00Z"
    path = f"{graphs}/{id_of('Baskets')}"
    part = {"start_date": "2026-11-01T12:10", "end_date": "2026-11-01T12:30"}
    assert alice.get(path, params=part).json() == {
        "title": "Baskets",
        "points": [
            {"time": "2026-11-01T12:10:00Z", "value": 10.0},
            {"time": "2026-11-01T12:20:00Z", "value": 20.0},
        ],
        "slices": None,
        "omitted": 0,
    }
    names = ("slice", "smallest", "mean", "largest")
    hours = {"timeslice": "hour", "timezone": "Europe/Berlin", "end_date": "2026-11-01T15:30"}
    assert alice.get(path, params=hours).json() == {
        "title": "Baskets",
        "points": None,
        "slices": [
            dict(zip(names, values, strict=True))
            for values in (
                ("2026-11-01T13+01:00", 0.0, 25.0, 50.0),
                ("2026-11-01T14+01:00", 60.0, 70.0, 80.0),
                ("2026-11-01T15+01:00", None, None, None),
            )
        ],
        "omitted": 0,
    }
    # Until now, which is weeks later or years earlier, depending on the clock.
    assert len(alice.get(path).json()["points"]) == 9
    assert alice.get(path, params={"start_date": "2999"}).json()["points"] == []
    assert alice.get(path, params={"start_date": "2999", "timeslice": "day"}).json()["slices"] == []
    for bad, field in (
        ({"timeslice": "minute", "start_date": "1970"}, "timeslice"),
        ({"start_date": "2027", "end_date": "2026"}, "end_date"),
    ):
        refused = alice.get(path, params=bad)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    monkeypatch.setattr("pydash_web.controller.diagnosis.MAX_VALUES", 2)
    newest = alice.get(path).json()
    assert ([point["value"] for point in newest["points"]], newest["omitted"]) == ([70.0, 80.0], 7)
    assert alice.get(f"{graphs}/x").status_code == 404


@pytest.mark.parametrize("kind", ["outliers", "profiles", "graphs"])
def test_it_says_how_to_export_a_kind(alice: Visitor, shop: str, kind: str) -> None:
    def know(fmd: str, *kinds: str) -> None:
        status = repository.find(id_in(shop)).fetching
        status.remote = RemoteInfo("http://app", "http://app/dashboard", "exporter", fmd)
        status.kinds, status.exporter_version = frozenset(kinds), "2.0.0"

    # The exporter needs 2.1, although earlier versions store slow requests.
    for fmd, needs_upgrade in (("5.1.0", False), ("2.1.0", False), ("2.0.7", True)):
        transact(partial(know, fmd))
        found = alice.get(f"{shop}/{kind}").json()
        assert not found["available"]
        assert f"pydash_exporter.bind(app, {kind}=True)" in found["hint"]
        assert ("'Flask-MonitoringDashboard>=2.1'" in found["hint"]) == needs_upgrade
    transact(lambda: know("5.1.0", kind))
    found = alice.get(f"{shop}/{kind}").json()
    assert (found["available"], found["hint"], found[kind]) == (True, None, [])

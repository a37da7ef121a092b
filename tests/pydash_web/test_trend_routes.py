"""Trends: NumPy's values by day and version, and what the rules allow."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_database import transact
from tests.pydash_web.support.running_site import (
    Site,
    Visitor,
    empty_database,
    make_dashboard,
    make_user,
)

MEAN, DEVIATION, P95, SLOWEST = (
    "average_execution_time",
    "standard_deviation_execution_time",
    "ninety-fifth_percentile_execution_time",
    "slowest_measured_execution_time",
)
FORMULAS: dict[str, Callable[[list[float]], Any]] = {
    MEAN: np.mean,
    DEVIATION: np.std,
    P95: lambda times: np.quantile(times, 0.95),
    SLOWEST: np.max,
}
START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = [f"2026-03-{number:02}" for number in range(1, 11)]
RANGE = {"start_date": "2026-03-01", "end_date": "2026-03-11"}


def times_of(day: int, endpoint: str) -> list[float]:
    """Return the execution times of a day; a version begins on each third day."""
    if endpoint == "rare":
        return [1.0] if day == 4 else []
    generator = np.random.default_rng([day, len(endpoint)])
    times: list[float] = generator.lognormal(3, 1, 6 if endpoint == "book" else 4).tolist()
    return times


def some_calls() -> list[EndpointCall]:
    return [
        EndpointCall(endpoint, each, START + timedelta(days=day), f"1.{8 + day // 3}", "", "::1")
        for day in range(len(DAYS))
        for endpoint in ("book", "cart", "rare")
        for each in times_of(day, endpoint)
    ]


@pytest.fixture(scope="module")
def alice(lasting_site: Site) -> Visitor:
    transact(empty_database)
    make_user("Alice")
    visitor = lasting_site.visitor()
    assert visitor.sign_in("Alice").ok
    return visitor


@pytest.fixture(scope="module")
def shop(alice: Visitor) -> str:
    owner = UUID(alice.get("/api/user").json()["id"])
    return f"/api/dashboards/{make_dashboard(owner, some_calls)}"


def get(visitor: Visitor, shop: str, **query: Any) -> Any:
    response = visitor.get(f"{shop}/trends", params={**RANGE, **query})
    assert response.ok, response.text
    return response.json()


def add_rule(visitor: Visitor, condition: dict[str, Any], **fields: Any) -> str:
    response = visitor.post("/api/rules", {"condition": condition, **fields})
    assert response.ok, response.text
    rule: str = response.json()["rule"]["id"]
    return rule


@pytest.fixture(autouse=True)
def no_rules(alice: Visitor) -> None:
    for rule in alice.get("/api/rules").json()["rules"]:
        assert alice.post(f"/api/rules/{rule['id']}/delete").ok


@pytest.mark.parametrize("by", ["day", "version"])
def test_values_are_numpys(alice: Visitor, shop: str, by: str) -> None:
    trends = get(alice, shop, by=by)
    groups = [[day] for day in range(10)]
    if by == "version":
        groups = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]
    # Version 1.10 comes after 1.9.
    assert trends["labels"] == (DAYS if by == "day" else ["1.8", "1.9", "1.10", "1.11"])
    endpoints = [each["endpoint"] for each in trends["trends"]]
    assert endpoints == [None, "book", "cart", "rare"]
    for trend, chosen in zip(
        trends["trends"], (endpoints[1:], *([each] for each in endpoints[1:])), strict=True
    ):
        for place, days in enumerate(groups):
            times = [each for day in days for name in chosen for each in times_of(day, name)]
            assert trend["values"]["total_visits"][place] == len(times)
            for name, formula in FORMULAS.items():
                expected = formula(times) if times else None
                assert trend["values"][name][place] == pytest.approx(expected)
    assert (trends["estimates"], trends["resolution"]) == ([], None)


def test_one_endpoint_and_the_largest_ones(alice: Visitor, shop: str) -> None:
    for by in ("day", "version"):
        found = get(alice, shop, by=by, top=1)
        assert [each["endpoint"] for each in found["trends"]] == [None, "book"]
        (one,) = get(alice, shop, by=by, endpoint="book")["trends"]
        assert one == found["trends"][1]


def test_without_requests_there_is_nothing(alice: Visitor, shop: str) -> None:
    nothing = {"start_date": "2020-01-01", "end_date": "2020-01-03"}
    found = get(alice, shop, **nothing)
    assert found["labels"] == ["2020-01-01", "2020-01-02"]
    assert found["trends"][0]["values"][MEAN] == [None, None]
    found = get(alice, shop, **nothing, by="version")
    assert found["labels"] == []


@pytest.mark.parametrize(
    ("condition", "low", "high"),
    [
        ({"kind": "above", "threshold": 30}, None, 30),
        ({"kind": "below", "threshold": 3}, 3, None),
        ({"kind": "outside", "low": 3, "high": 30}, 3, 30),
        ({"kind": "mean_inside", "low": 3, "high": 30, "last": 5}, 3, 30),
        ({"kind": "share_inside", "low": 3, "high": 30, "last": 5, "share": 60}, 3, 30),
    ],
)
@pytest.mark.parametrize("by", ["day", "version"])
def test_thresholds_and_bands_are_drawn_in(
    alice: Visitor, shop: str, by: str, condition: dict[str, Any], low: Any, high: Any
) -> None:
    full = {**condition, "statistic": DEVIATION, "window": 3600, "filters": {"endpoint": "book"}}
    rule_id = add_rule(alice, full, name="Steady", severity="critical")
    found = get(alice, shop, by=by)
    size = len(found["labels"])
    by_endpoint = {each["endpoint"]: each["limits"] for each in found["trends"]}
    (limit,) = by_endpoint.pop("book")
    assert set(map(str, by_endpoint.values())) == {"[]"}
    assert limit.pop("condition").startswith("Standard deviation of endpoint book")
    assert limit == {
        "rule_id": rule_id,
        "rule": "Steady",
        "severity": "critical",
        "statistic": DEVIATION,
        "low": low and [low] * size,
        "high": high and [high] * size,
    }


CHANGED = {"kind": "changed", "statistic": MEAN, "window": 86_400}


@pytest.mark.parametrize(
    ("change", "lag", "low", "high"),
    [
        ({"by": 5}, 1, lambda one: one - 5, lambda one: one + 5),
        ({"factor": 2, "direction": "up"}, 1, None, lambda one: one * 2),
        ({"factor": 2, "direction": "down"}, 1, lambda one: one / 2, None),
        ({"by": 5, "against": "last_week"}, 7, lambda one: one - 5, lambda one: one + 5),
    ],
)
def test_changes_are_drawn_in_by_day(
    alice: Visitor, shop: str, change: dict[str, Any], lag: int, low: Any, high: Any
) -> None:
    add_rule(alice, {**CHANGED, **change})
    trend = get(alice, shop)["trends"][0]
    values = trend["values"][MEAN]
    (limit,) = trend["limits"]
    for formula, bounds in ((low, limit["low"]), (high, limit["high"])):
        assert bounds == (formula and [*[None] * lag, *map(formula, values[:-lag])])
    assert get(alice, shop, by="version")["trends"][0]["limits"] == []


def test_each_condition_of_a_rule_is_drawn_in_where_it_applies(alice: Visitor, shop: str) -> None:
    conditions = [
        {"kind": "above", "statistic": MEAN, "window": 300, "threshold": 1},
        {
            "kind": "or",
            "conditions": [
                {"kind": "above", "statistic": P95, "window": 300, "threshold": 2},
                {"kind": "above", "statistic": "error_rate", "window": 300, "threshold": 3},
            ],
        },
        {"kind": "down"},
    ]
    add_rule(alice, {"kind": "and", "conditions": conditions}, dashboard_id=shop[-36:])
    limits = get(alice, shop)["trends"][0]["limits"]
    assert [(each["statistic"], each["high"][0]) for each in limits] == [(MEAN, 1), (P95, 2)]
    # A rule about all requests says nothing about some of them.
    assert get(alice, shop, ip="::1")["trends"][0]["limits"] == []
    assert get(alice, shop, endpoint="book")["trends"][0]["limits"] == []


def test_a_rule_about_a_version_is_drawn_in_at_it(alice: Visitor, shop: str) -> None:
    question = {"kind": "above", "statistic": MEAN, "window": 300, "threshold": 9}
    add_rule(alice, {**question, "filters": {"version": "1.9"}})
    add_rule(alice, {**question, "filters": {"version": "unknown"}})
    (limit,) = get(alice, shop, by="version")["trends"][0]["limits"]
    assert limit["high"] == [None, 9, None, None]
    assert get(alice, shop)["trends"][0]["limits"] == []
    (limit,) = get(alice, shop, version="1.9")["trends"][0]["limits"]
    assert limit["high"] == [9] * 10


def test_rules_of_other_dashboards_and_disabled_ones_are_not(alice: Visitor, shop: str) -> None:
    question = {"kind": "above", "statistic": MEAN, "window": 300, "threshold": 9}
    owner = UUID(alice.get("/api/user").json()["id"])
    rule_id = add_rule(alice, question)
    add_rule(alice, question, dashboard_id=str(make_dashboard(owner)))
    assert len(get(alice, shop)["trends"][0]["limits"]) == 1
    # What is kept of the response before is not returned.
    assert alice.post(f"/api/rules/{rule_id}/change_settings", {"enabled": False}).ok
    assert get(alice, shop)["trends"][0]["limits"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"by": "week"}, "by"),
        ({"top": 0}, "top"),
        ({"top": 101}, "top"),
        ({"timezone": "Mars"}, "timezone"),
        ({"end_date": "2025"}, "end_date"),
        ({"start_date": "1970"}, "start_date"),
        ({"statistic": MEAN}, "statistic"),
    ],
)
def test_invalid_parameters_are_refused_by_name(
    alice: Visitor, shop: str, query: dict[str, Any], field: str
) -> None:
    response = alice.get(f"{shop}/trends", params={**RANGE, **query})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]

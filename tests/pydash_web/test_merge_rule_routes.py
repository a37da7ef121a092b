"""Rules merge endpoints wherever they are named, past requests included, until they are removed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from pydash_app.dashboard.endpoint_call import EndpointCall
from tests.pydash_web.support.running_site import (
    Site,
    Visitor,
    add_exceptions,
    add_rows,
    make_dashboard,
    make_user,
)
from tests.support.remote_exceptions import FIRST
from tests.support.remote_performance import SLOW

START = datetime(2018, 4, 25, 12, tzinfo=UTC)
# Endpoint, execution time, IP address and version.
CALLS = [
    *(("get_1", 10.0, "::1", "1"), ("get_2", 20.0, "::2", "1"), ("get_2", 90.0, "::1", "2")),
    *(("shop.cart", 5.0, "::1", "1"), ("shop.pay", 7.0, "::3", "2")),
]
FIGURES = "total_visits,unique_visitors,average_execution_time,median_execution_time"


@pytest.fixture(scope="module")
def alice(lasting_site: Site) -> Visitor:
    make_user("Alice")
    visitor = lasting_site.visitor()
    assert visitor.sign_in("Alice").ok
    return visitor


@pytest.fixture
def shop(alice: Visitor) -> str:
    owner = UUID(alice.get("/api/user").json()["id"])

    def calls() -> list[EndpointCall]:
        return [
            EndpointCall(name, time, START + timedelta(minutes=n), version, "", ip)
            for n, (name, time, ip, version) in enumerate(CALLS)
        ]

    return f"/api/dashboards/{make_dashboard(owner, calls)}"


def merge(visitor: Visitor, shop: str, *patterns: str) -> Any:
    response = visitor.post(f"{shop}/merge_rules", {"patterns": list(patterns)})
    assert response.ok, response.text
    return response.json()["rules"]


def counted(visitor: Visitor, shop: str, **options: str) -> dict[str, Any]:
    """Return the figures by endpoint."""
    params = {"statistic": FIGURES, "breakdown": "endpoint", **options}
    groups = visitor.get(f"{shop}/query", params=params).json()["groups"]
    return {
        each["key"]["endpoint"]: [rows[0] for rows in each["values"].values()] for each in groups
    }


def test_merged_endpoints_count_as_one_until_the_rule_goes(alice: Visitor, shop: str) -> None:
    before = counted(alice, shop)
    assert merge(alice, shop, "get_*", "missing*") == [
        {"pattern": "get_*", "endpoints": 2, "names": ["get_1", "get_2"]},
        {"pattern": "missing*", "endpoints": 0, "names": []},
    ]
    apart = {"shop.cart": [1, 1, 5.0, 5.0], "shop.pay": [1, 1, 7.0, 7.0]}
    assert counted(alice, shop) == {"get_*": [3, 2, 40.0, 20.0], **apart}
    assert counted(alice, shop, endpoint_naming="own") == before
    assert counted(alice, shop, endpoint_naming="blueprint") == {
        "": [3, 2, 40.0, 20.0],
        "shop": [2, 2, 6.0, 6.0],
    }
    boxes = alice.get(f"{shop}/endpoint_boxplots").json()
    assert boxes["get_*"]["median_execution_time"] == 20.0
    assert alice.get(f"{shop}/endpoints/get_*/boxplot").json() == boxes["get_*"]
    assert merge(alice, shop) == []
    assert counted(alice, shop) == before
    assert alice.get(f"{shop}/endpoints/get_*/boxplot").status_code == 404


def test_a_filter_selects_all_that_is_merged(alice: Visitor, shop: str) -> None:
    merge(alice, shop, "get_*")
    only = {"endpoint": "get_*"}
    assert counted(alice, shop, **only) == {"get_*": [3, 2, 40.0, 20.0]}
    assert set(counted(alice, shop, **only, endpoint_naming="own")) == {"get_1", "get_2"}
    exported = alice.get(f"{shop}/export", params={**only, "format": "json"}).json()
    assert [each["endpoint"] for each in exported] == ["get_1", "get_2", "get_2"]
    histogram = alice.get(f"{shop}/execution_time_histogram", params=only).json()
    assert sum(histogram["counts"]) == 3
    versions = {"version": "2", "against": "1"}
    compared = alice.get(f"{shop}/versions/compare", params={**only, **versions}).json()
    assert [each["endpoint"] for each in compared["endpoints"]] == ["get_*"]


def test_what_was_recorded_of_merged_endpoints_is_found(alice: Visitor, shop: str) -> None:
    merge(alice, shop, "get_*")
    dashboard_id = shop.rpartition("/")[2]
    add_exceptions(dashboard_id, [replace(FIRST, endpoint="get_1")])
    add_rows(dashboard_id, "outliers", [replace(SLOW, endpoint="get_2", version="1")])
    for name, found in (("get_*", 1), ("get_1", 1), ("get_3", 0), ("shop*", 0)):
        params = {"endpoint": name}
        assert alice.get(f"{shop}/exceptions", params=params).json()["total"] == found
        outliers = alice.get(f"{shop}/outliers", params=params).json()
        assert outliers["total"] == (name == "get_*")
    # It is compared with the requests of its own endpoint.
    (slow,) = alice.get(f"{shop}/outliers").json()["outliers"]
    assert (slow["endpoint"], slow["median"]) == ("get_2", 20.0)


def test_a_merged_endpoint_is_hidden_and_pinned_as_a_whole(alice: Visitor, shop: str) -> None:
    merge(alice, shop, "get_*")
    path = f"{shop}/endpoints/get_*/change_settings"
    changed = alice.post(path, {"hidden": True, "pinned": True}).json()
    assert changed["message"] == "Endpoint hidden and pinned."
    listed = alice.get(f"{shop}/endpoints").json()
    assert listed["merged"] == [{"name": "get_*", "hidden": True, "pinned": True}]
    assert {each["name"]: each["merged_into"] for each in listed["endpoints"]} == {
        "get_1": "get_*",
        "get_2": "get_*",
        "shop.cart": None,
        "shop.pay": None,
    }
    # A rule that is added again begins anew.
    merge(alice, shop)
    merge(alice, shop, "get_*")
    listed = alice.get(f"{shop}/endpoints").json()
    assert listed["merged"] == [{"name": "get_*", "hidden": False, "pinned": False}]


def test_a_preview_counts_what_earlier_rules_leave(alice: Visitor, shop: str) -> None:
    merge(alice, shop, "get_*")
    preview = alice.get(f"{shop}/merge_rules/preview", params={"pattern": "*a*"}).json()
    assert preview == {"pattern": "*a*", "endpoints": 2, "names": ["shop.cart", "shop.pay"]}
    nothing = alice.get(f"{shop}/merge_rules/preview", params={"pattern": "get*"}).json()
    assert nothing == {"pattern": "get*", "endpoints": 0, "names": []}
    assert len(alice.get(f"{shop}/merge_rules").json()["rules"]) == 1


@pytest.mark.parametrize(
    "patterns",
    [
        *("get_*", None, {}, [1], [["x*"]], [""], ["plain"], ["*"], ["* *"], ["a*\x00"]),
        *(["x" * 200 + "*"], [f"{n}*" for n in range(21)]),
    ],
)
def test_a_bad_pattern_is_refused(alice: Visitor, shop: str, patterns: Any) -> None:
    merge(alice, shop, "get_*")
    response = alice.post(f"{shop}/merge_rules", {"patterns": patterns})
    assert response.status_code == 400, response.text
    assert [each["pattern"] for each in alice.get(f"{shop}/merge_rules").json()["rules"]] == [
        "get_*"
    ]
    if isinstance(patterns, list) and len(patterns) == 1 and isinstance(patterns[0], str):
        params = {"pattern": patterns[0]}
        assert alice.get(f"{shop}/merge_rules/preview", params=params).status_code == 400


def test_equal_patterns_are_one_rule(alice: Visitor, shop: str) -> None:
    assert len(merge(alice, shop, "get_*", "get_*")) == 1

"""Versions, their deploys and verdicts, and the comparison of two of them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from pydash_app.dashboard import repository
from pydash_app.verdict import VersionLog, judge_next
from pydash_cube.call_batch import CallBatch
from pydash_database import transact
from tests.pydash_web.support.running_site import (
    Site,
    Visitor,
    empty_database,
    make_dashboard,
    make_user,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def add(
    shop: UUID, version: str, start: datetime, times: Iterable[float], status: int = 200
) -> None:
    """Store requests to two endpoints, one every 15 seconds."""

    def store() -> None:
        rows = [
            (endpoint, time, start + number * timedelta(seconds=15))
            for endpoint in ("book", "home")
            for number, time in enumerate(times)
        ]
        repository.find(shop).add_endpoint_calls(
            CallBatch.from_columns(
                endpoint=[endpoint for endpoint, _, _ in rows],
                execution_time=[time if endpoint == "book" else 10.0 for endpoint, time, _ in rows],
                time=[moment.replace(tzinfo=None) for _, _, moment in rows],
                version=[version] * len(rows),
                group_by=[""] * len(rows),
                ip=["::1"] * len(rows),
                status_code=[status if endpoint == "book" else 200 for endpoint, _, _ in rows],
            )
        )

    transact(store)


def judge(shop: UUID, until: datetime) -> None:
    def work() -> None:
        dashboard = repository.find(shop)
        if dashboard.version_log is None:
            dashboard.version_log = VersionLog()
        while judge_next(dashboard.version_log, dashboard.aggregator_group.cube, until):
            pass

    transact(work)


@pytest.fixture
def alice(lasting_site: Site) -> Visitor:
    transact(empty_database)
    lasting_site.forget_limits()
    visitor = lasting_site.visitor()
    make_user("Alice")
    assert visitor.sign_in("Alice").ok
    return visitor


@pytest.fixture
def shop(alice: Visitor) -> UUID:
    """A dashboard with a version and one that is worse."""
    owner = UUID(alice.get("/api/user").json()["id"])
    dashboard_id = make_dashboard(owner, list)
    add(dashboard_id, "1.0", NOON - HALF_HOUR, [20.0] * 120)
    add(dashboard_id, "1.1", NOON, [20.0] * 60 + [90.0] * 60)
    return dashboard_id


def versions(visitor: Visitor, shop: UUID, query: str = "") -> Any:
    response = visitor.get(f"/api/dashboards/{shop}/versions{query}")
    assert response.status_code == 200, response.text
    return response.json()["versions"]


def test_versions_are_listed_with_their_verdicts(alice: Visitor, shop: UUID) -> None:
    first, second = versions(alice, shop)
    assert first == {
        "name": "1.0",
        "first_seen": "2026-11-23T11:30:00Z",
        "last_seen": "2026-11-23T11:59:45Z",
        "visits": 240,
        "deploy": None,
        "verdict": None,
    }
    assert second["verdict"] is None
    judge(shop, NOON)
    pending = versions(alice, shop)[1]["verdict"]
    assert (pending["state"], pending["after"], pending["endpoints"]) == ("pending", 1_800, [])
    judge(shop, NOON + HALF_HOUR)
    first, second = versions(alice, shop)
    assert first["verdict"] is None
    found = second["verdict"]
    book, home = found.pop("endpoints")
    assert found == {
        "state": "worse",
        "after": 1_800,
        "against": "1.0",
        "against_since": "2026-11-23T11:30:00Z",
        "endpoint_count": 2,
        "checks": [
            {"after": 1_800, "state": "worse"},
            {"after": 7_200, "state": "pending"},
            {"after": 86_400, "state": "pending"},
        ],
    }
    assert book.pop("p") < 1e-9
    assert book == {
        "endpoint": "book",
        "verdict": "worse",
        "latency": "worse",
        "errors": "same",
        "visits": 120,
        "against_visits": 120,
        "p95": 90,
        "against_p95": 20,
        "error_rate": 0,
        "against_error_rate": 0,
        "error_p": 1,
    }
    assert (home["endpoint"], home["verdict"]) == ("home", "same")


def test_only_the_latest_are_listed_if_there_is_a_limit(alice: Visitor, shop: UUID) -> None:
    assert [each["name"] for each in versions(alice, shop, "?limit=1")] == ["1.1"]
    assert [each["name"] for each in versions(alice, shop, "?limit=2")] == ["1.0", "1.1"]


def test_a_version_has_its_latest_deploy(alice: Visitor, shop: UUID) -> None:
    def report(**traits: Any) -> None:
        event = {"event_type": "app.deploy", "dashboard_id": str(shop), "traits": traits}
        assert alice.post("/api/events", event).ok

    report(version="1.1", commit="early", url="https://ci.example/1")
    report(version="1.1", commit="4f2a", url="https://ci.example/2")
    report(version="1.0", url="javascript:alert(1)")
    report(commit="of no version")
    first, second = versions(alice, shop)
    assert second["deploy"] == {
        "time": second["deploy"]["time"],
        "commit": "4f2a",
        "url": "https://ci.example/2",
    }
    # What a browser would run is no link.
    assert (first["deploy"]["commit"], first["deploy"]["url"]) == (None, None)


def test_two_versions_are_compared_side_by_side(alice: Visitor, shop: UUID) -> None:
    add(shop, "1.1", NOON + HALF_HOUR, [90.0] * 20, status=500)
    url = f"/api/dashboards/{shop}/versions/compare"
    found = alice.get(f"{url}?version=1.1&against=1.0&bins=4").json()
    assert (found["version"], found["against"], found["verdict"]) == ("1.1", "1.0", "worse")
    assert [each["endpoint"] for each in found["endpoints"]] == ["book", "home"]
    assert found["endpoint_count"] == 2
    assert found["endpoints"][0]["errors"] == "worse"
    histogram = found["histogram"]
    assert [round(edge) for edge in histogram["edges"]] == [10, 17, 30, 52, 90]
    assert histogram["counts"] == [140, 60, 0, 80]
    assert histogram["against_counts"] == [120, 120, 0, 0]
    mirrored = alice.get(f"{url}?version=1.0&against=1.1").json()
    assert mirrored["verdict"] == "better"
    filtered = alice.get(f"{url}?version=1.1&against=1.0&endpoint=home").json()
    assert [each["endpoint"] for each in filtered["endpoints"]] == ["home"]
    until = alice.get(f"{url}?version=1.1&against=1.0&end_date=2026-11-23T12:30Z").json()
    assert until["endpoints"][0]["errors"] == "same"


def test_versions_that_do_not_exist_have_no_requests(alice: Visitor, shop: UUID) -> None:
    url = f"/api/dashboards/{shop}/versions/compare"
    found = alice.get(f"{url}?version=2&against=3").json()
    assert (found["verdict"], found["endpoints"]) == ("too_little_data", [])
    assert found["histogram"] == {"edges": [], "counts": [], "against_counts": []}


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("?limit=0", "limit"),
        ("?limit=1001", "limit"),
        ("?version=1", "version"),
        ("/compare?version=1.0", "against"),
        ("/compare?against=1.0", "version"),
        ("/compare?version=1.0&against=%00", "against"),
        ("/compare?version=1.0&against=1.1&bins=0", "bins"),
        ("/compare?version=1.0&against=1.1&start_date=2026-01-02&end_date=2026-01-01", "end_date"),
    ],
)
def test_bad_parameters_are_refused_by_name(
    path: str, field: str, alice: Visitor, shop: UUID
) -> None:
    response = alice.get(f"/api/dashboards/{shop}/versions{path}")
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]

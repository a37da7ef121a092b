"""Exceptions of monitored apps through the API, by the fault that they belong to."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from pydash_app.dashboard import repository
from pydash_app.dashboard.fetching_status import RemoteInfo
from pydash_app.event import of_dashboard
from pydash_app.exceptions import entity
from pydash_database import transact
from pydash_events.inbox import inbox
from tests.pydash_web.support.running_site import Visitor, add_exceptions, make_dashboard
from tests.support.remote_exceptions import FIRST, group, later

OTHER, THIRD = group(1), group(2)


def id_of(shop: str) -> UUID:
    return UUID(shop.rpartition("/")[2])


@pytest.fixture
def faults(shop: str) -> str:
    """The path of a dashboard's exceptions: three faults."""
    many = [later(15 * number, message=f"order {number}", user="bob") for number in range(4)]
    other = [later(-60, group=OTHER, type="ValueError", endpoint="cart", message="no price")] * 9
    third = later(600, group=THIRD, type="OSError", version="2.0", user="", ip="", captured=True)
    add_exceptions(id_of(shop), [FIRST, *many, *other, third])
    return f"{shop}/exceptions"


def ids(visitor: Visitor, path: str, **parameters: Any) -> list[str]:
    response = visitor.get(path, params=parameters)
    assert response.ok, response.text
    listed = response.json()
    assert listed["total"] >= len(listed["groups"])
    return [each["id"] for each in listed["groups"]]


def test_a_group_describes_its_exceptions(alice: Visitor, shop: str, faults: str) -> None:
    [found] = alice.get(faults, params={"text": "KEYerr"}).json()["groups"]
    assert found == {
        "id": FIRST.group,
        "dashboard_id": str(id_of(shop)),
        "type": "KeyError",
        "function": "shop:pay",
        "message": "order <n>",
        "state": "ongoing",
        "first_seen": "2026-11-01T12:00:00Z",
        "last_seen": "2026-11-01T12:45:00Z",
        "first_version": "1.0",
        "last_version": "1.0",
        "count": 5,
        "users": 2,
        "addresses": 1,
        "endpoints": ["pay"],
        "versions": ["1.0"],
        "captured": 0,
        "resolved_in": None,
        "ignored_until": None,
        "ignored_times": None,
    }
    [third] = alice.get(faults, params={"version": "2.0"}).json()["groups"]
    assert (third["users"], third["addresses"], third["captured"]) == (None, None, 1)


def test_groups_are_sorted_and_filtered(alice: Visitor, faults: str) -> None:
    by_time = [THIRD, FIRST.group, OTHER]
    assert ids(alice, faults) == ids(alice, faults, sort="first_seen") == by_time
    assert ids(alice, faults, sort="count") == [OTHER, FIRST.group, THIRD]
    assert ids(alice, faults, sort="users") == [FIRST.group, OTHER, THIRD]
    for parameters, expected in (
        ({"endpoint": "cart"}, [OTHER]),
        ({"version": "1.0"}, [FIRST.group, OTHER]),
        ({"text": "PRICE"}, [OTHER]),
        ({"text": "shop:pa"}, by_time),
        ({"text": "17"}, []),
        ({"state": "ongoing"}, by_time),
        ({"state": "new"}, []),
        ({"endpoint": "cart", "version": "2.0"}, []),
    ):
        assert ids(alice, faults, **parameters) == expected, parameters


def test_exceptions_are_counted_within_a_range(alice: Visitor, faults: str) -> None:
    def counts(**parameters: str) -> dict[str, int]:
        groups = alice.get(faults, params=parameters).json()["groups"]
        return {each["id"]: each["count"] for each in groups}

    assert counts() == {FIRST.group: 5, OTHER: 9, THIRD: 1}
    assert counts(start_date="2026-11-01T12:15") == {FIRST.group: 3, THIRD: 1}
    # A quarter of an hour counts as a whole.
    assert counts(start_date="2026-11-01T12:29", end_date="2026-11-01T12:31") == {FIRST.group: 2}
    assert counts(end_date="2026-11-01T12:15") == {FIRST.group: 2, OTHER: 9}
    assert counts(end_date="2026-11-01T12:15", timezone="Europe/Berlin") == {OTHER: 9}
    assert counts(start_date="2027") == {}
    assert ids(alice, faults, start_date="2026-11-01T12:15", sort="count")[0] == FIRST.group


def test_pages_follow_each_other(alice: Visitor, faults: str) -> None:
    pages, marker = [], None
    while True:
        page = alice.get(faults, params={"limit": 1, "sort": "count", "marker": marker}).json()
        assert page["total"] == 3
        pages += [each["id"] for each in page["groups"]]
        marker = page["next_marker"]
        if marker is None:
            break
    assert pages == [OTHER, FIRST.group, THIRD]
    # The last one of a page may not match any more.
    assert ids(alice, faults, marker=OTHER, sort="count", endpoint="pay") == pages[1:]
    for marker in ("x", group(9), f"{uuid4()}:{OTHER}", "\x00", "x" * 101):
        refused = alice.get(faults, params={"marker": marker})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["marker"])


def test_exceptions_beyond_the_limit_of_groups_are_counted(
    alice: Visitor, shop: str, faults: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert alice.get(faults).json()["ungrouped"] == 0
    monkeypatch.setattr(entity, "MAX_FAULTS", 3)
    add_exceptions(id_of(shop), [later(number, group=group(number)) for number in range(3, 7)])
    for path in (faults, "/api/exceptions"):
        listed = alice.get(path).json()
        assert (listed["total"], listed["ungrouped"]) == (3, 4)


def test_all_dashboards_are_listed_together(
    alice: Visitor, charlie: Visitor, shop: str, faults: str
) -> None:
    owner = alice.get("/api/user").json()["id"]
    second = make_dashboard(owner, name="Bank")
    add_exceptions(second, [later(30)])
    everything = ids(alice, "/api/exceptions")
    assert everything == [THIRD, FIRST.group, FIRST.group, OTHER]
    first = alice.get("/api/exceptions", params={"limit": 2}).json()
    rest = alice.get("/api/exceptions", params={"marker": first["next_marker"]}).json()
    listed = [*first["groups"], *rest["groups"]]
    assert [each["id"] for each in listed] == everything
    assert {each["dashboard_id"] for each in listed} == {str(second), str(id_of(shop))}
    assert ids(alice, "/api/exceptions", dashboard_id=second) == [FIRST.group]
    assert ids(charlie, "/api/exceptions") == []
    assert charlie.get(f"/api/exceptions?dashboard_id={second}").status_code == 404
    marker = first["next_marker"]
    assert charlie.get("/api/exceptions", params={"marker": marker}).status_code == 400


def test_the_page_of_a_group_shows_samples_and_a_series(alice: Visitor, faults: str) -> None:
    page = alice.get(f"{faults}/{FIRST.group}", params={"end_date": "2026-11-01T14:30"}).json()
    assert page["group"]["count"] == 5
    assert page["series"] == {"2026-11-01T12": 5, "2026-11-01T13": 0, "2026-11-01T14": 0}
    assert [each["message"] for each in page["samples"]][:2] == ["order 3", "order 2"]
    assert page["samples"][-1] == {
        "id": 1,
        "time": "2026-11-01T12:00:00Z",
        "endpoint": "pay",
        "version": "1.0",
        "message": "order 1",
        "ip": "10.0.0.1",
        "user": "ada",
        "captured": False,
        "duration": 12.5,
        "status_code": 500,
        "stack": [
            {"file": "shop.py", "line": 7, "function": "pay", "own": True, "source": None},
            {"file": "lib.py", "line": 3, "function": "check", "own": False, "source": None},
        ],
    }
    days = {"timeslice": "day", "timezone": "Pacific/Kiritimati", "end_date": "2026-11-03"}
    series = alice.get(f"{faults}/{FIRST.group}", params=days).json()["series"]
    assert series == {"2026-11-02": 5}
    part = {"start_date": "2026-11-01T12:20", "end_date": "2026-11-01T13"}
    page = alice.get(f"{faults}/{FIRST.group}", params=part).json()
    assert (page["group"]["count"], page["series"]) == (3, {"2026-11-01T12": 3})
    # Until now, which is weeks later or years earlier, depending on the clock.
    assert sum(alice.get(f"{faults}/{THIRD}").json()["series"].values()) == 1
    assert alice.get(f"{faults}/{THIRD}", params={"end_date": "2001"}).json()["series"] == {}
    for bad, field in (
        ({"timeslice": "hour", "start_date": "1970"}, "timeslice"),
        ({"timeslice": "minute"}, "timeslice"),
        ({"start_date": "2027", "end_date": "2026"}, "end_date"),
    ):
        refused = alice.get(f"{faults}/{THIRD}", params=bad)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])


def test_an_unknown_group_is_not_found(alice: Visitor, shop: str, faults: str) -> None:
    without = make_dashboard(alice.get("/api/user").json()["id"])
    for path in (f"{faults}/x", f"/api/dashboards/{without}/exceptions/{FIRST.group}"):
        assert alice.get(path).status_code == 404
        for action, body in (("resolve", {}), ("ignore", {"forever": True}), ("reopen", None)):
            assert alice.post(f"{path}/{action}", body).status_code == 404


def test_a_group_is_resolved_ignored_and_reopened(alice: Visitor, shop: str, faults: str) -> None:
    def changed(action: str, body: Any = None) -> tuple[Any, ...]:
        response = alice.post(f"{faults}/{THIRD}/{action}", body)
        assert response.ok, response.text
        found = response.json()["group"]
        assert alice.get(f"{faults}/{THIRD}").json()["group"] == found
        names = ("state", "resolved_in", "ignored_until", "ignored_times")
        return tuple(found[name] for name in names)

    assert changed("resolve", {}) == ("resolved", None, None, None)
    assert changed("resolve", {"in_version": "2.1"}) == ("resolved", "2.1", None, None)
    assert ids(alice, faults, state="resolved") == [THIRD]
    assert changed("ignore", {"forever": True}) == ("ignored", None, None, None)
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    assert changed("ignore", {"until": tomorrow}) == ("ignored", None, tomorrow, None)
    assert changed("ignore", {"times": 3}) == ("ignored", None, None, 3)
    add_exceptions(id_of(shop), [later(601, group=THIRD)])
    assert alice.get(f"{faults}/{THIRD}").json()["group"]["ignored_times"] == 2
    assert changed("reopen")[0] == "ongoing"


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("resolve", {"in_version": ""}, "in_version"),
        ("resolve", {"in_version": 2}, "in_version"),
        ("resolve", {"in_version": "\u202e"}, "in_version"),
        ("resolve", {"version": "2"}, "version"),
        ("ignore", {}, None),
        ("ignore", {"times": 1, "forever": True}, None),
        ("ignore", {"until": "2001-01-01T00:00:00Z"}, "until"),
        ("ignore", {"until": "tomorrow"}, "until"),
        ("ignore", {"times": 0}, "times"),
        ("ignore", {"times": 10**9}, "times"),
        ("ignore", {"forever": False}, "forever"),
    ],
)
def test_an_invalid_decision_is_refused(
    alice: Visitor, faults: str, action: str, body: Any, field: str | None
) -> None:
    response = alice.post(f"{faults}/{THIRD}/{action}", body)
    assert response.status_code == 400
    if field:
        assert list(response.json()["errors"]) == [field]
    assert alice.get(f"{faults}/{THIRD}").json()["group"]["state"] == "ongoing"


def test_decisions_are_events(alice: Visitor, shop: str, faults: str) -> None:
    alice.post(f"{faults}/{THIRD}/resolve", {"in_version": "2.1"})
    alice.post(f"{faults}/{THIRD}/ignore", {"times": 3})
    alice.post(f"{faults}/{THIRD}/reopen")
    recorded = transact(lambda: [row for _, batch in inbox().batches() for row in batch])
    project = of_dashboard(transact(lambda: repository.find(id_of(shop)))).project
    types = [row.event_type for row in recorded if row.project == project]
    assert sorted(types) == ["exception.ignored", "exception.reopened", "exception.resolved"]


@pytest.mark.parametrize(
    ("fmd", "exporter", "steps"),
    [
        ("5.1.0", "2.0.0", ("pydash_exporter.bind(app, exceptions=True)", "restart")),
        ("5.1.0", "1.2.0", ("pip install --upgrade", "exporter", "exceptions=True")),
        ("4.0.0", "2.0.0", ("pydash_exporter.bind(app, exceptions=True)", "restart")),
        ("3.3.2", "2.0.0", ("'Flask-MonitoringDashboard>=4.0'", "exceptions=True")),
        ("1.12", "", ("'Flask-MonitoringDashboard>=4.0'", "pip install --upgrade", "bind(")),
    ],
)
def test_it_says_what_is_missing(
    alice: Visitor, shop: str, fmd: str, exporter: str, steps: Sequence[str]
) -> None:
    def found(*kinds: str) -> None:
        status = repository.find(id_of(shop)).fetching
        info = RemoteInfo("http://app", "http://app", "exporter", fmd)
        status.found_endpoints(datetime.now(UTC), info, frozenset(kinds), exporter)

    never = alice.get(f"{shop}/exceptions").json()
    assert (never["available"], "not reached" in never["hint"]) == (False, True)
    transact(found)
    for path in (f"{shop}/exceptions", "/api/exceptions"):
        listed = alice.get(path).json()
        assert (listed["groups"], listed["available"]) == ([], False)
        for step in steps:
            assert step in listed["hint"]
        has_upgrade = "Flask-MonitoringDashboard>=" in listed["hint"]
        assert has_upgrade == ("'Flask-MonitoringDashboard>=4.0'" in steps)
        assert ("pip install --upgrade" in listed["hint"]) == (fmd < "4" or exporter < "2")
    transact(lambda: found("exceptions"))
    for path in (f"{shop}/exceptions", "/api/exceptions"):
        listed = alice.get(path).json()
        assert (listed["available"], listed["hint"]) == (True, None)

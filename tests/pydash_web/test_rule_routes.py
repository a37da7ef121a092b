"""Rules and alerts over HTTP."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from pydash_app import alert as alerting
from pydash_app.alert import rules
from pydash_app.channel import repository as channels
from pydash_app.channel.entity import Channel
from pydash_app.dashboard import repository
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_app.dashboard.fetching_status import FetchProgress, RemoteInfo
from pydash_app.user.entity import User
from pydash_database import transact
from tests.pydash_web.support.running_site import (
    Site,
    Visitor,
    empty_database,
    find_user,
    make_alert,
    make_dashboard,
    make_user,
)

DOWN = {"kind": "down"}
VISITS = {"statistic": "total_visits", "window": 300}
MANY = {"kind": "above", **VISITS, "threshold": 2}


@pytest.fixture
def world(lasting_site: Site) -> Site:
    transact(empty_database)
    lasting_site.forget_limits()
    return lasting_site


@pytest.fixture
def alice(world: Site) -> Visitor:
    return signed_in(world, "Alice")


@pytest.fixture
def charlie(world: Site) -> Visitor:
    return signed_in(world, "Charlie")


def signed_in(site: Site, name: str) -> Visitor:
    make_user(name)
    visitor = site.visitor()
    assert visitor.sign_in(name).ok
    return visitor


def user_of(visitor: Visitor) -> User:
    return find_user(visitor.get("/api/user").json()["id"])


def add_dashboard(visitor: Visitor, calls: Callable[[], list[EndpointCall]] = list) -> str:
    """Add a dashboard whose history has been fetched."""
    owner = visitor.get("/api/user").json()["id"]
    dashboard_id = make_dashboard(owner, calls)

    def fetch() -> None:
        dashboard = repository.find(dashboard_id)
        now, url = datetime.now(UTC), dashboard.url
        dashboard.fetching.found_endpoints(now, RemoteInfo(url, url, "exporter", "5.1.0"))
        for _ in range(2):
            dashboard.fetching.fetched_page(
                now, cursor={}, has_more=False, progress=FetchProgress()
            )

    transact(fetch)
    return str(dashboard_id)


def add_channel(visitor: Visitor) -> str:
    owner_id = transact(lambda: user_of(visitor).id)
    channel = Channel(
        owner_id, "Hook", "webhook", {"url": "https://hook.example"}, datetime.now(UTC)
    )
    transact(lambda: channels.add(channel))
    return str(channel.id)


def add(visitor: Visitor, condition: dict[str, Any] = DOWN, **settings: Any) -> dict[str, Any]:
    response = visitor.post("/api/rules", {"condition": condition, **settings})
    assert response.status_code == 200, response.text
    rule: dict[str, Any] = response.json()["rule"]
    return rule


def listed(visitor: Visitor, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = visitor.get(f"/api/rules{query}").json()["rules"]
    return found


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (DOWN, {"name": "App down", "for": 0, "keep_firing_for": 0}),
        ({"kind": "fetch_failing"}, {"name": "Fetch failing", "for": 0, "keep_firing_for": 300}),
        ({"kind": "version_worse"}, {"name": "Version worse than the one before", "repeat": 0}),
        (
            {"kind": "above", "statistic": "error_rate", "window": 300, "threshold": 5},
            {"name": "Error rate above 5% (5 min)", "for": 300, "keep_firing_for": 300},
        ),
        (
            {"kind": "or", "conditions": [DOWN, MANY]},
            {"name": "App down or requests above 2 (5 min)", "for": 0},
        ),
    ],
)
def test_a_rule_has_the_documented_defaults(
    condition: dict[str, Any], expected: dict[str, Any], alice: Visitor
) -> None:
    rule = add(alice, condition)
    defaults: dict[str, Any] = {
        "dashboard_id": None,
        "recover_threshold": None,
        "min_calls": None,
        "no_data": "keep",
        "severity": "warning",
        "repeat": 14_400,
        "channels": [],
        "enabled": True,
        "state": "ok",
        "states": [],
        "muted_until": None,
        "muted_until_resolved": False,
    }
    assert {**rule, **defaults, **expected} == rule
    assert listed(alice) == [rule]


def test_all_settings_are_kept(alice: Visitor) -> None:
    settings = {
        "name": "Busy",
        "dashboard_id": add_dashboard(alice),
        "for": 60,
        "recover_threshold": 1.5,
        "keep_firing_for": 120,
        "min_calls": 7,
        "no_data": "alert",
        "severity": "critical",
        "repeat": 600,
        "channels": [add_channel(alice)],
        "enabled": False,
    }
    rule = add(alice, MANY, **settings)
    assert {**rule, **settings} == rule
    assert rule["condition"] == {**MANY, "filters": {}}
    changes = {**settings, "name": None, "for": 0, "recover_threshold": None, "enabled": True}
    path = f"/api/rules/{rule['id']}/change_settings"
    changed = alice.post(path, changes).json()["rule"]
    assert changed == {**rule, **changes, "name": "Requests above 2 (5 min)"}
    assert alice.post(path, {"severity": "info"}).json()["rule"] == {**changed, "severity": "info"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"condition": {"kind": "version_strange"}}, "condition"),
        ({"condition": {**MANY, "window": 301}}, "condition.above.window"),
        ({"condition": {**MANY, "statistic": "versions"}}, "condition.above.statistic"),
        ({"condition": {**MANY, "threshold": "2"}}, "condition.above.threshold"),
        ({"condition": {**MANY, "threshold": 1e300}}, "condition.above.threshold"),
        ({"condition": {**MANY, "filters": {"name": "x"}}}, "condition.above.filters"),
        ({"condition": {**MANY, "filters": {"ip": "\x00"}}}, "condition.above.filters"),
        ({"condition": {**MANY, "days": 3}}, "condition.above.days"),
        ({"condition": {"kind": "outside", **VISITS, "low": 2, "high": 1}}, "condition.outside"),
        ({"condition": {"kind": "changed", **VISITS}}, "condition.changed"),
        ({"condition": {"kind": "and", "conditions": [DOWN]}}, "condition.and.conditions"),
        ({"condition": MANY, "recover_threshold": 3}, "recover_threshold"),
        ({"condition": DOWN, "recover_threshold": 3}, "recover_threshold"),
        ({"condition": DOWN, "repeat": 299}, "repeat"),
        ({"condition": DOWN, "repeat": -1}, "repeat"),
        ({"condition": DOWN, "for": 1.5}, "for"),
        ({"condition": DOWN, "for_": 5}, "for_"),
        ({"condition": DOWN, "channels": ["x"]}, "channels.0"),
        ({"condition": DOWN, "channels": [None]}, "channels.0"),
        ({"condition": DOWN, "dashboard_id": 7}, "dashboard_id"),
        ({"condition": DOWN, "severity": "fatal"}, "severity"),
    ],
)
def test_an_invalid_rule_is_refused_by_its_field(
    body: dict[str, Any], field: str, alice: Visitor
) -> None:
    response = alice.post("/api/rules", body)
    assert response.status_code == 400, response.text
    assert list(response.json()["errors"]) == [field]
    assert listed(alice) == []


def test_conditions_have_at_most_three_levels(alice: Visitor) -> None:
    def group(inner: dict[str, Any]) -> dict[str, Any]:
        return {"kind": "and", "conditions": [inner, DOWN]}

    assert add(alice, group(group(DOWN)))
    for deep in (group(group(group(DOWN))), deepest(group)):
        response = alice.post("/api/rules", {"condition": deep})
        assert response.status_code == 400
    assert len(listed(alice)) == 1


def deepest(group: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    condition: dict[str, Any] = DOWN
    for _ in range(300):
        condition = group(condition)
    return condition


def test_what_belongs_to_others_is_not_found(alice: Visitor, charlie: Visitor) -> None:
    dashboard_id, channel_id = add_dashboard(alice), add_channel(alice)
    rule = add(alice, dashboard_id=dashboard_id)
    for settings in ({"dashboard_id": dashboard_id}, {"channels": [channel_id]}):
        assert charlie.post("/api/rules", {"condition": DOWN, **settings}).status_code == 404
    own = add(charlie)
    path = f"/api/rules/{own['id']}/change_settings"
    assert charlie.post(path, {"channels": [str(uuid4())]}).status_code == 404
    assert listed(charlie) == [own]
    for query in (f"?dashboard_id={dashboard_id}", f"?rule_id={rule['id']}"):
        assert charlie.get(f"/api/alerts{query}").status_code == 404
    assert charlie.get(f"/api/rules?dashboard_id={dashboard_id}").status_code == 404


def test_rules_are_listed_by_dashboard(alice: Visitor) -> None:
    first, second = add_dashboard(alice), add_dashboard(alice)
    general = add(alice)
    own = add(alice, MANY, dashboard_id=first)
    assert [each["id"] for each in listed(alice, f"?dashboard_id={first}")] == [
        *(general["id"], own["id"]),
    ]
    assert [each["id"] for each in listed(alice, f"?dashboard_id={second}")] == [general["id"]]


def test_an_account_has_a_limit_of_rules(alice: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_RULES", 2)
    monkeypatch.setattr(rules, "MAX_GENERAL_RULES", 1)
    dashboard_id = add_dashboard(alice)
    add(alice)
    response = alice.post("/api/rules", {"condition": DOWN})
    assert list(response.json()["errors"]) == ["dashboard_id"]
    own = add(alice, dashboard_id=dashboard_id)
    path = f"/api/rules/{own['id']}/change_settings"
    assert alice.post(path, {"dashboard_id": None}).status_code == 400
    response = alice.post("/api/rules", {"condition": DOWN, "dashboard_id": dashboard_id})
    assert response.status_code == 400
    assert "limit of 2 rules" in response.json()["message"]
    assert len(listed(alice)) == 2


def test_a_rule_is_muted_and_deleted(alice: Visitor) -> None:
    rule = add(alice)
    path = f"/api/rules/{rule['id']}"
    muted = alice.post(f"{path}/mute", {"seconds": 3_600}).json()["rule"]["muted_until"]
    left = datetime.fromisoformat(muted) - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    until = "2030-01-01T00:00:00Z"
    assert alice.post(f"{path}/mute", {"until": until}).json()["rule"]["muted_until"] == until
    assert alice.post(f"{path}/mute", {"seconds": 0}).json()["rule"]["muted_until"] is None
    for body in ({}, {"seconds": 1, "until": until}, {"until_resolved": False}, {"until": 5}):
        assert alice.post(f"{path}/mute", body).status_code == 400
    assert alice.post(f"{path}/delete").status_code == 200
    assert listed(alice) == []
    assert alice.post(f"{path}/delete").status_code == 404


def test_an_alert_is_listed_muted_and_acknowledged(alice: Visitor) -> None:
    dashboard_id = add_dashboard(alice)

    def make() -> str:
        user = user_of(alice)
        return str(make_alert(user, repository.find(dashboard_id).id).id)

    alert_id = transact(make)
    (rule,) = listed(alice)
    assert (rule["state"], rule["states"][0]["dashboard_id"]) == ("firing", dashboard_id)
    muted = alice.post(f"/api/rules/{rule['id']}/mute", {"until_resolved": True}).json()["rule"]
    assert muted["muted_until_resolved"] is True
    (found,) = alice.get("/api/alerts").json()["alerts"]
    assert (found["id"], found["state"], found["text"]) == (alert_id, "firing", "No response.")
    assert found["rule"] == {"id": rule["id"], "name": "App down", "condition": DOWN}
    assert found["dashboard"]["name"] == "Shop"
    path = f"/api/alerts/{alert_id}"
    comment = {"comment": "On it."}
    acknowledged = alice.post(f"{path}/acknowledge", comment).json()["alert"]
    assert acknowledged["acknowledged_by"] == "Alice"
    assert acknowledged["comment"] == "On it."
    details = alice.get(path).json()
    assert {**acknowledged, "messages": []} == details
    alice.post(f"/api/rules/{rule['id']}/delete")
    ended = alice.get(path).json()
    assert (ended["state"], ended["duration"] >= 0) == ("resolved", True)
    assert alice.post(f"{path}/acknowledge", {}).status_code == 409
    events = [each["event_type"] for each in alice.get("/api/events").json()]
    wanted = ["alert.fired", "alert.acknowledged", "alert.resolved"]
    assert [each for each in events if each.startswith("alert")] == wanted


def test_alerts_are_paged_and_filtered(alice: Visitor, charlie: Visitor) -> None:
    first, second = add_dashboard(alice), add_dashboard(alice)

    def make() -> list[str]:
        user = user_of(alice)
        made = [
            make_alert(user, repository.find(each).id) for each in (first, second, first, second)
        ]
        return [str(each.id) for each in made]

    made = transact(make)
    alice.post(f"/api/rules/{listed(alice)[0]['id']}/delete")

    def ids(query: str = "") -> list[str]:
        return [each["id"] for each in alice.get(f"/api/alerts{query}").json()["alerts"]]

    newest = made[::-1]
    assert ids() == newest
    assert ids(f"?dashboard_id={first}") == newest[1::2]
    assert ids("?state=resolved") == newest[3:]
    assert ids("?state=firing") == ids("?state=active") == newest[:3]
    assert ids(f"?state=firing&dashboard_id={first}") == newest[1:2]
    rule_id = listed(alice)[-1]["id"]
    assert ids(f"?rule_id={rule_id}") == newest[:1]
    page = alice.get("/api/alerts?limit=3").json()
    assert page["next_marker"] == newest[2]
    assert ids(f"?limit=3&marker={newest[2]}") == newest[3:]
    assert alice.get(f"/api/alerts?marker={newest[3]}").json() == {
        "alerts": [],
        "next_marker": None,
    }
    for query in ("?marker=x", f"?marker={uuid4()}", "?state=ok", "?limit=0", "?x=1"):
        assert alice.get(f"/api/alerts{query}").status_code == 400, query
    assert charlie.get(f"/api/alerts?marker={newest[0]}").status_code == 400
    assert charlie.get("/api/alerts").json()["alerts"] == []


def test_the_four_suggestions_are_taken_at_once(alice: Visitor) -> None:
    dashboard_id, channel_id = add_dashboard(alice), add_channel(alice)
    add(alice)  # a rule for all dashboards, so that one of them exists
    path = f"/api/dashboards/{dashboard_id}/rules/suggested"
    offered = alice.get(path).json()["rules"]
    assert [each["exists"] for each in offered] == [True, False, False, False]
    taken = alice.post(path, {"channels": [channel_id]}).json()["rules"]
    assert [each["condition"] for each in taken] == [each["condition"] for each in offered[1:]]
    assert {each["channels"][0] for each in taken} == {channel_id}
    assert {each["dashboard_id"] for each in taken} == {dashboard_id}
    assert all(each["exists"] for each in alice.get(path).json()["rules"])
    assert alice.post(path, {"channels": []}).json()["rules"] == []
    body = {name: value for name, value in offered[0].items() if name != "exists"}
    assert alice.post("/api/rules", body).status_code == 200  # what is offered can be posted


def busy_hour() -> list[EndpointCall]:
    """Ten requests each minute, an hour long, that ended two hours ago."""
    start = datetime.now(UTC) - timedelta(hours=3)
    return [
        EndpointCall("home", 5.0, start + timedelta(seconds=6 * number), "1", "", "::1", 200)
        for number in range(600)
    ]


def test_a_rule_is_replayed_over_the_past(alice: Visitor) -> None:
    body = {
        "condition": {**MANY, "threshold": 20},
        "dashboard_id": add_dashboard(alice, busy_hour),
        "days": 1,
        "for": 600,
        "keep_firing_for": 0,
    }
    preview = alice.post("/api/rules/preview", body).json()
    assert (preview["value"], preview["would_fire"]) == (0, False)
    (episode,) = preview["episodes"]
    since, until = (datetime.fromisoformat(episode[name]) for name in ("since", "until"))
    begin = datetime.now(UTC) - timedelta(hours=3)
    assert timedelta(minutes=9) < since - begin < timedelta(minutes=20)
    assert timedelta(minutes=60) < until - begin < timedelta(minutes=72)
    assert alice.post("/api/rules/preview", {**body, "days": 31}).status_code == 400
    assert alice.post("/api/rules/preview", {**body, "recover_threshold": 21}).status_code == 400
    other = {**body, "dashboard_id": str(uuid4())}
    assert alice.post("/api/rules/preview", other).status_code == 404


@pytest.mark.parametrize(
    "condition",
    [
        DOWN,
        {"kind": "fetch_failing"},
        {"kind": "certificate", "days": 14},
        {"kind": "no_data", "window": 1_800},
        {"kind": "changed", **VISITS, "factor": 2, "direction": "up", "against": "last_week"},
        {"kind": "share_inside", **VISITS, "low": 0, "high": 1, "last": 5, "share": 60},
        {"kind": "and", "conditions": [MANY, {"kind": "no_data"}]},
    ],
)
def test_every_kind_can_be_replayed(condition: dict[str, Any], alice: Visitor) -> None:
    body = {"condition": condition, "dashboard_id": add_dashboard(alice, busy_hour), "days": 30}
    response = alice.post("/api/rules/preview", body)
    assert response.status_code == 200, response.text


def test_an_alert_counts_until_it_ends(alice: Visitor) -> None:
    dashboard_id = add_dashboard(alice)
    transact(lambda: make_alert(user_of(alice), repository.find(dashboard_id).id))
    assert transact(lambda: alerting.counts(user_of(alice)).total()) == 1
    alice.post(f"/api/dashboards/{dashboard_id}/delete")
    assert alice.get("/api/alerts").json()["alerts"] == []
    assert listed(alice) == []

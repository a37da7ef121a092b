"""Who may do what: every route for every kind of visitor. A new route needs a row here."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from werkzeug.routing import Rule

from pydash_app import links, maintenance, share, time_slice
from pydash_app.channel import managing
from pydash_app.dashboard import repository
from pydash_app.diagnosis.graphs import id_of
from pydash_app.maintenance.entity import Window
from pydash_app.maintenance.schedule import Once
from pydash_app.status_page import managing as page_managing
from pydash_app.status_page import repository as pages
from pydash_app.status_page import subscribing
from pydash_app.status_page.entity import Incident, IncidentState, Subscriber, new_update
from pydash_app.user import User
from pydash_app.user.api_token import Scope
from pydash_app.user.services import tokens
from pydash_app.user.sessions import MAX_AGE
from pydash_database import transact
from pydash_notify.settings import Gotify
from pydash_web import react_server, status_page
from tests.pydash_web.support.running_site import (
    PASSWORD,
    Site,
    Visitor,
    add_exceptions,
    add_rows,
    empty_database,
    find_user,
    make_alert,
    make_dashboard,
    make_token,
    make_user,
)
from tests.support.remote_exceptions import FIRST
from tests.support.remote_performance import SLOW, profile, values

VISITORS = (
    "anonymous", "unverified", "alice", "charlie", "admin", "read token", "write token", "expired",
)  # fmt: skip

# The statuses for the visitors above; the tokens are Alice's, and so is the dashboard.
ANYBODY = (200,) * 8
ONES_OWN = (401, 401, 200, 200, 200, 200, 200, 401)
ONES_ACCOUNT = (401, 401, 200, 200, 200, 403, 403, 401)
ALICES_ACCOUNT = (401, 401, 200, 404, 404, 403, 403, 401)
ADDING = (401, 401, 200, 200, 200, 403, 200, 401)
READING = (401, 401, 200, 403, 403, 200, 200, 401)
CHANGING = (401, 401, 200, 403, 403, 403, 200, 401)
# Whether something exists that is somebody else's, and no dashboard, is not revealed.
CHANGING_ELSE = (401, 401, 200, 404, 404, 403, 200, 401)
# What needs a secret that was sent by mail, or an address that responds: refused, but not for
# who asks.
ANYBODY_WITH_CODE = (400,) * 8
# What is Alice's, and does not exist for others.
READING_ALICES = (401, 401, 200, 404, 404, 200, 200, 401)
CHANGING_ALICES = (401, 401, 200, 404, 404, 403, 200, 401)
ADMINISTRATORS = (403, 403, 403, 403, 200, 403, 403, 403)
REPORTS = (401, 401, 403, 403, 200, 403, 403, 401)

MATRIX = {
    "login": ANYBODY,
    "login_automatically": ANYBODY,
    "logout": ONES_ACCOUNT,
    "get_user": ONES_OWN,
    "register_user": ANYBODY,
    "verify_user": ANYBODY_WITH_CODE,
    "resend_verification": ANYBODY,
    "request_password_reset": ANYBODY,
    "reset_password": ANYBODY_WITH_CODE,
    "delete_user": ONES_ACCOUNT,
    "change_settings": ONES_ACCOUNT,
    "change_password": ONES_ACCOUNT,
    "get_tokens": ONES_ACCOUNT,
    "create_token": ONES_ACCOUNT,
    "delete_token": ALICES_ACCOUNT,
    "get_sessions": ONES_ACCOUNT,
    "delete_session": ALICES_ACCOUNT,
    "get_dashboards": ONES_OWN,
    "probe_dashboard": ADDING,
    "register_dashboard": (401, 401, 400, 400, 400, 403, 400, 401),
    "get_dashboard": READING,
    "change_dashboard_settings": CHANGING,
    "delete_dashboard": CHANGING,
    "fetch_dashboard": CHANGING,
    "get_progress": READING,
    "get_downtime": READING,
    "get_endpoints": READING,
    "export_calls": READING,
    "get_archive": READING,
    "get_statistic": READING,
    "get_query": READING,
    "get_endpoint_execution_times_boxplots": READING,
    "get_execution_times_boxplot": READING,
    "get_execution_times_per_version_dashboard": READING,
    "get_execution_times_per_version_endpoint": READING,
    "get_execution_time_histogram": READING,
    "get_visitor_heatmap": READING,
    "get_unique_visitor_heatmap": READING,
    "get_dashboard_usage": READING,
    "get_versions": READING,
    "compare_versions": READING,
    "change_endpoint_settings": CHANGING,
    "get_merge_rules": READING,
    "change_merge_rules": CHANGING,
    "preview_merge_rule": READING,
    "mute_dashboard": CHANGING,
    "get_trends": READING,
    "get_exceptions": ONES_OWN,
    "get_dashboard_exceptions": READING,
    "get_exception_group": READING,
    "resolve_exception_group": CHANGING,
    "ignore_exception_group": CHANGING,
    "reopen_exception_group": CHANGING,
    "get_outliers": READING,
    "get_outlier": READING,
    "get_profiles": READING,
    "get_profile": READING,
    "get_graphs": READING,
    "get_graph": READING,
    "get_time_slices": READING,
    "save_time_slice": CHANGING,
    "get_time_slice": READING,
    "delete_time_slice": CHANGING,
    "get_links": READING,
    "create_link": CHANGING,
    "revoke_link": CHANGING,
    # Neither a session nor an API token is a link.
    "get_shared": (404,) * 8,
    "query_shared": (404,) * 8,
    "get_maintenance": ONES_OWN,
    "create_maintenance": ADDING,
    "change_maintenance": CHANGING_ELSE,
    "stop_maintenance": CHANGING_ELSE,
    "delete_maintenance": CHANGING_ELSE,
    "get_events": ONES_OWN,
    "report_events": ADDING,
    "stream_events": ONES_OWN,
    "get_event": (401, 401, 404, 404, 404, 404, 404, 401),
    "get_event_types": ONES_OWN,
    "get_trait_types": ONES_OWN,
    "get_traits": ONES_OWN,
    "get_capabilities": ONES_OWN,
    "get_channels": ONES_OWN,
    "create_channel": ADDING,
    "preview_message": ADDING,
    "change_channel": CHANGING_ALICES,
    # Nobody is asked through hers.
    "ask_recipient": (401, 401, 409, 404, 404, 403, 409, 401),
    "record_consent": (404,) * 8,
    "delete_channel": CHANGING_ALICES,
    "test_channel": CHANGING_ALICES,
    "get_deliveries": READING_ALICES,
    "get_rules": ONES_OWN,
    "create_rule": ADDING,
    "change_rule": CHANGING_ALICES,
    "delete_rule": CHANGING_ALICES,
    "mute_rule": CHANGING_ALICES,
    "preview_rule": CHANGING_ALICES,
    "get_suggested_rules": READING,
    "add_suggested_rules": CHANGING,
    "get_alerts": ONES_OWN,
    "get_alert": READING_ALICES,
    "acknowledge_alert": CHANGING_ALICES,
    "get_status_pages": ONES_OWN,
    "create_status_page": ADDING,
    "change_status_page": CHANGING_ALICES,
    "delete_status_page": CHANGING_ALICES,
    "get_incidents": READING_ALICES,
    "create_incident": CHANGING_ALICES,
    # Her app has had no such outage.
    "draft_incident": (401, 401, 404, 404, 404, 403, 404, 401),
    "change_incident": CHANGING_ALICES,
    "publish_incident": CHANGING_ALICES,
    "delete_incident": CHANGING_ALICES,
    "post_update": CHANGING_ALICES,
    "change_update": CHANGING_ALICES,
    "get_page_outages": READING_ALICES,
    "get_subscribers": READING_ALICES,
    "delete_subscriber": CHANGING_ALICES,
    "status_page": ANYBODY,
    "status_page_history": ANYBODY,
    "status_page_json": ANYBODY,
    "status_page_feed": ANYBODY,
    "status_page_badge": ANYBODY,
    "status_page_app_badge": ANYBODY,
    "no_status_page": (404,) * 8,
    "unlock_status_page": (303,) * 8,
    "subscribe_to_status_page": (400,) * 8,
    "ask_to_confirm": ANYBODY,
    "ask_to_unsubscribe": ANYBODY,
    "confirm_subscription": ANYBODY,
    "unsubscribe": ANYBODY,
    "get_login_usage": REPORTS,
    "post_login_usage": REPORTS,
    "get_raw_login_usage": REPORTS,
    "post_raw_login_usage": REPORTS,
    "get_login_usage_plot": REPORTS,
    "post_login_usage_plot": REPORTS,
    "get_exporter": ANYBODY,
    # No wheel has this name, whoever asks.
    "exporter": (404,) * 8,
    "get_status": ANYBODY,
    "get_contact": ANYBODY,
    "get_system": REPORTS,
    "get_system_summary": REPORTS,
    "upgrade_system": (401, 401, 403, 403, 400, 403, 403, 401),
    "get_sites": REPORTS,
    "metrics": ADMINISTRATORS,
    "status": ANYBODY,
    "healthz": ANYBODY,
    # No fetcher runs here.
    "readyz": (503,) * 8,
    "openapi": ANYBODY,
    "api_docs": ANYBODY,
    "index": ANYBODY,
    "page": ANYBODY,
}

BODIES: dict[str, dict[str, Any]] = {
    "login": {"name": "Alice", "password": PASSWORD},
    "login_automatically": {},
    "register_user": {"password": PASSWORD, "email": "dora@example.com"},
    "resend_verification": {"name": "Bob"},
    "request_password_reset": {"email": "alice@example.com"},
    "reset_password": {"code": "unknown", "new_password": PASSWORD},
    "delete_user": {"password": PASSWORD},
    "change_settings": {"play_sounds": False},
    "change_password": {"current_password": PASSWORD, "new_password": f"{PASSWORD} 2"},
    "create_token": {"name": "mine", "password": PASSWORD},
    "probe_dashboard": {"url": "http://10.0.0.1", "token": "x"},
    "register_dashboard": {"name": "Mine", "url": "http://10.0.0.1", "token": "x"},
    "change_dashboard_settings": {"name": "Renamed"},
    "change_endpoint_settings": {"hidden": True},
    "change_merge_rules": {"patterns": ["fo*"]},
    "mute_dashboard": {"seconds": 60},
    "save_time_slice": {"minTime": "2018-04-24"},
    "create_link": {"name": "Investors", "panels": ["figures"]},
    "resolve_exception_group": {"in_version": "2.0"},
    "ignore_exception_group": {"forever": True},
    "create_maintenance": {"name": "Upgrade", "schedule": {"kind": "now"}},
    "change_maintenance": {"name": "Move"},
    "create_rule": {"condition": {"kind": "down"}},
    "change_rule": {"name": "Renamed"},
    "mute_rule": {"seconds": 3_600},
    "preview_rule": {"condition": {"kind": "down"}},
    "add_suggested_rules": {"channels": []},
    "acknowledge_alert": {},
    "report_events": {"event_type": "app.deploy"},
    "create_channel": {
        "name": "Mine",
        "kind": "gotify",
        "settings": {"url": "http://127.0.0.1:9", "token": "x"},
    },
    "preview_message": {"kind": "mail"},
    "change_channel": {"name": "Renamed"},
    "record_consent": {"code": "unknown", "agrees": True},
    "create_status_page": {"name": "Mine"},
    "change_status_page": {"name": "Renamed"},
    "create_incident": {"title": "Slow", "text": "x"},
    "draft_incident": {"start": "2026-01-01T00:00:00Z"},
    "change_incident": {"title": "Renamed"},
    "publish_incident": {"notify": False},
    "post_update": {"state": "monitoring", "text": "x", "notify": False},
    "change_update": {"text": "y"},
    "post_login_usage": {},
    "post_raw_login_usage": {"aggregate": "d"},
    "post_login_usage_plot": {"content_type": "svg"},
}
# After these, the next visitor would find another world.
DESTRUCTIVE = {
    "login",
    "logout",
    "delete_user",
    "change_password",
    "delete_token",
    "delete_session",
    "delete_dashboard",
    "delete_channel",
    "delete_maintenance",
    "delete_rule",
    "delete_time_slice",
    "revoke_link",
    "delete_status_page",
    "delete_incident",
    "delete_subscriber",
    "unsubscribe",
}
QUERIES = {
    "preview_merge_rule": "?pattern=f*",
    **dict.fromkeys(("get_statistic", "get_query", "query_shared"), "?statistic=total_visits"),
    "compare_versions": "?version=0.1&against=0.2",
}
# This machine may see the metrics; what a proxy on it passes on comes from elsewhere.
HEADERS = {"metrics": {"X-Forwarded-For": "198.51.100.1"}}


@dataclass
class World:
    """The cast, and what is Alice's."""

    visitors: dict[str, Visitor]
    path: dict[str, str]


def make_world(site: Site) -> World:
    transact(empty_database)
    site.forget_limits()
    alice = make_user("Alice")
    make_user("Charlie")
    make_user("Bob", verified=False)
    make_user("Root", admin=True)
    visitors = {name: site.visitor() for name in VISITORS}
    for name, user in (("alice", "Alice"), ("charlie", "Charlie"), ("admin", "Root")):
        assert visitors[name].sign_in(user).ok
    assert visitors["unverified"].sign_in("Bob").status_code == 403
    visitors["expired"].sign_in("Alice")
    expire_last_session(alice)
    for scope in Scope:
        secret = make_token(alice, scope)
        visitors[f"{scope} token"] = site.visitor(Authorization=f"Bearer {secret}")
    elsewhere = site.visitor()
    elsewhere.sign_in("Alice")
    status_page.kept.forget(lambda _: True)
    return World(visitors, alices_things(alice))


def expire_last_session(user_id: UUID) -> None:
    def expire() -> None:
        sessions = find_user(user_id).sessions
        last = sessions.active()[0]
        old = replace(last, created=last.created - MAX_AGE, last_seen=last.last_seen - timedelta(1))
        sessions._sessions = {**sessions._sessions, last.id: old}

    transact(expire)


def alices_things(alice: UUID) -> dict[str, str]:
    dashboard_id = make_dashboard(alice)
    alert = transact(lambda: make_alert(find_user(alice), dashboard_id))
    add_rows(dashboard_id, "outliers", [SLOW])
    add_rows(dashboard_id, "profiles", [profile(endpoint="foo")])
    add_rows(dashboard_id, "graphs", values("Baskets", 1))
    return {
        "dashboard_id": str(dashboard_id),
        "rule_id": str(alert.rule_id),
        "alert_id": str(alert.id),
        "endpoint_name": "foo",
        "group_id": add_exceptions(dashboard_id, [FIRST]),
        "outlier_id": "1",
        "graph_id": id_of("Baskets"),
        "window_id": str(make_window(alice)),
        "time_slice_key": make_time_slice(dashboard_id),
        "link_id": make_link(dashboard_id),
        "path": "login",
        **transact(lambda: make_status_page(find_user(alice), dashboard_id)),
        "verification_code": "unknown",
        "session_id": transact(lambda: find_user(alice).sessions.active()[0].id),
        "channel_id": str(transact(lambda: make_channel(alice))),
        "token_id": str(transact(lambda: tokens.issue(find_user(alice), "x", Scope.READ)[0].id)),
    }


def make_channel(owner: UUID) -> UUID:
    settings = Gotify(url="http://127.0.0.1:9", token="x")
    return managing.create(owner, "gotify", settings, managing.Changes(name="Phone")).id


def make_time_slice(dashboard_id: UUID) -> str:
    content = time_slice.Content(filters={"endpoint": "foo"})

    def make() -> str:
        return time_slice.save(repository.find(dashboard_id), content, None, datetime.now(UTC)).key

    return transact(make)


def make_link(dashboard_id: UUID) -> str:
    def make() -> str:
        app, now = repository.find(dashboard_id), datetime.now(UTC)
        return str(share.create(app, "Investors", [share.Panel.FIGURES], None, now)[0].id)

    return transact(make)


def make_status_page(owner: User, dashboard_id: UUID) -> dict[str, str]:
    """Store a page with an incident and a subscriber; return its IDs, and the tokens of links."""
    now = datetime.now(UTC)
    settings = page_managing.Settings(groups=[("Services", [(dashboard_id, "Shop")])])
    page = page_managing.create(owner, "acme", "Acme", settings, now)
    incident = Incident("Slow", now, new_update(IncidentState.INVESTIGATING, "x"))
    page_managing.open_incident(page, incident, owner, now, notify=False)
    subscriber = Subscriber("bob@example.com", now)
    pages.add_subscriber(page, subscriber)
    return {
        "page_id": str(page.id),
        "incident_id": str(incident.id),
        "update_id": str(incident.updates[0].id),
        "subscriber_id": str(subscriber.id),
        "slug": "acme",
        "month": f"{now:%Y-%m}",
        "key": page.apps[0].key,
        "rest": "acme/unknown",
        "confirm token": links.issue(subscribing.CONFIRM, subscriber.id, now),
        "unsubscribe token": links.issue(subscribing.UNSUBSCRIBE, subscriber.id, now),
    }


def make_window(owner: UUID) -> UUID:
    now = datetime.now(UTC)
    window = Window(owner, "Upgrade", Once(now), now)
    transact(lambda: maintenance.add(window))
    return window.id


@pytest.fixture(scope="module")
def worlds(lasting_site: Site) -> Callable[[bool], World]:
    """Return a world, a new one if the last was changed."""
    current: list[World] = []

    def give(is_changed: bool) -> World:
        if is_changed or not current:
            current[:] = [make_world(lasting_site)]
        lasting_site.forget_limits()
        return current[0]

    return give


@pytest.fixture(scope="module", autouse=True)
def built_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    static: Path = tmp_path_factory.mktemp("static")
    (static / "index.html").write_text("<!doctype html>")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(react_server, "STATIC", static)
        yield


def rules(site: Site) -> list[tuple[str, Rule]]:
    """List every response of the app, with the names of the rows."""
    found = site.app.url_map.iter_rules()
    return [(rule.endpoint.removeprefix("pydash_web."), rule) for rule in found]


def test_every_route_has_its_own_row(lasting_site: Site) -> None:
    assert sorted(MATRIX) == sorted(name for name, _ in rules(lasting_site))
    for _, rule in rules(lasting_site):
        assert len(methods(rule)) == 1, rule


def methods(rule: Rule) -> set[str]:
    assert rule.methods
    return rule.methods - {"HEAD", "OPTIONS"}


def status_of(name: str, rule: Rule, visitor: Visitor, path: dict[str, str]) -> int:
    url = re.sub(r"<\w+:", "<", rule.rule)
    url = re.sub(r"/(confirm|unsubscribe)/<token>", r"/\1/<\1 token>", url)
    for parameter, value in path.items():
        url = url.replace(f"<{parameter}>", value)
    (method,) = methods(rule)
    options: dict[str, Any] = {"headers": HEADERS.get(name, {})}
    if name in BODIES:
        options["json"] = BODIES[name]
    if name == "preview_rule":
        options["json"] = {**BODIES[name], "dashboard_id": path["dashboard_id"]}
    if name == "draft_incident":
        options["json"] = {**BODIES[name], "dashboard_id": path["dashboard_id"]}
    if name == "create_status_page":
        options["json"] = {**BODIES[name], "slug": uuid4().hex}
    if name == "register_user":
        options["json"] = {**BODIES[name], "name": str(uuid4())}
    return visitor.request(method, url + QUERIES.get(name, ""), **options).status_code


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("name", MATRIX)
def test_it_admits_authorized_visitors(
    name: str, visitor: str, worlds: Callable[[bool], World], lasting_site: Site
) -> None:
    world = worlds(False)
    status = status_of(name, dict(rules(lasting_site))[name], world.visitors[visitor], world.path)
    if status == 200 and name in DESTRUCTIVE:
        worlds(True)
    assert status == MATRIX[name][VISITORS.index(visitor)]

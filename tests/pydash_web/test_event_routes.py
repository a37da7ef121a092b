"""The routes of events, and what the routes of accounts and dashboards record."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from pydash_app import configuration
from pydash_app.event import Origin, failed_logins, origin, reporting
from pydash_app.user.api_token import Scope
from pydash_database import transact
from pydash_events import moving
from tests.pydash_web.support.running_site import (
    PASSWORD,
    Site,
    Visitor,
    make_dashboard,
    make_token,
    make_user,
)

Json = dict[str, Any]
DEPLOY = "app.deploy"


def listed(visitor: Visitor, **parameters: Any) -> list[Json]:
    response = visitor.get("/api/events", params=parameters)
    assert response.status_code == 200, response.text
    found: list[Json] = response.json()
    return found


def types_of(visitor: Visitor) -> list[str]:
    return [each["event_type"] for each in listed(visitor)]


def traits_of(event: Json) -> Json:
    return {trait["name"]: trait["value"] for trait in event["traits"]}


def report(visitor: Visitor, *events: Json) -> Json:
    response = visitor.post("/api/events", list(events))
    assert response.status_code == 200, response.text
    body: Json = response.json()
    return body


@pytest.fixture
def shop_id(shop: str) -> str:
    return shop.rpartition("/")[2]


class TestRecorded:
    def test_signing_in_and_out(self, alice: Visitor) -> None:
        alice.post("/api/logout")
        alice.sign_in("Alice")
        assert types_of(alice) == ["user.registered", "user.login", "user.logout", "user.login"]
        assert traits_of(listed(alice)[-1])["ip"] == "127.0.0.1"

    def test_account_changes(self, alice: Visitor) -> None:
        body = {"name": "ci", "scope": "read", "password": PASSWORD}
        created = alice.post("/api/user/tokens", body)
        alice.post(f"/api/user/tokens/{created.json()['token']['id']}/delete")
        new = {"current_password": PASSWORD, "new_password": "another long password"}
        assert alice.post("/api/user/change_password", new).ok
        assert types_of(alice)[2:] == ["token.created", "token.revoked", "user.password.changed"]

    def test_no_secret_is_recorded(self, alice: Visitor) -> None:
        self.test_account_changes(alice)
        text = json.dumps(listed(alice))
        assert PASSWORD not in text
        assert "another long" not in text

    def test_failed_attempts_of_a_minute_are_one_event(
        self, alice: Visitor, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "pydash_web.controller.login._failed_logins", failed_logins.FailedLogins()
        )
        stranger = site.visitor()
        for _ in range(3):
            assert stranger.sign_in("Alice", "wrong password").status_code == 401
        failures = [each for each in listed(alice) if each["event_type"] == "user.login.failed"]
        assert [traits_of(each)["count"] for each in failures] == [1]

    def test_a_later_event_counts_the_attempts_before(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = 0.0
        monkeypatch.setattr("pydash_app.event.failed_logins.time.monotonic", lambda: now)
        attempts = failed_logins.FailedLogins()
        assert [attempts.count("a") for _ in range(3)] == [1, 0, 0]
        assert attempts.count("b") == 1
        now = 60.0
        assert attempts.count("a") == 3

    def test_an_unknown_name_is_not_recorded(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "pydash_web.controller.login._failed_logins", failed_logins.FailedLogins()
        )
        make_user("Root", admin=True)
        visitor = site.visitor()
        visitor.sign_in("my secret password", "wrong password")
        visitor.sign_in("Root")
        [failure] = listed(visitor, event_type="user.login.failed")
        assert "my secret" not in json.dumps(failure)

    def test_changes_of_dashboards(self, alice: Visitor, shop: str, shop_id: str) -> None:
        assert alice.post(f"{shop}/change_settings", {"name": "Store"}).ok
        [changed] = listed(alice, dashboard_id=shop_id)
        assert changed["event_type"] == "app.changed"
        assert traits_of(changed)["settings"] == "name"
        assert alice.post(f"{shop}/delete").ok
        assert traits_of(listed(alice, event_type="app.deleted")[0])["dashboard"] == "Store"


class TestReporting:
    def test_a_deploy_is_one_request(self, alice: Visitor, site: Site, shop_id: str) -> None:
        owner = UUID(alice.get("/api/user").json()["id"])
        token = make_token(owner, Scope.WRITE)
        script = site.visitor(Authorization=f"Bearer {token}")
        event = {"event_type": DEPLOY, "dashboard_id": shop_id, "traits": {"version": "1.2"}}
        response = script.post("/api/events", event)
        assert response.status_code == 200
        [found] = listed(alice, dashboard_id=shop_id)
        assert found["message_id"] == response.json()["events"][0]["message_id"]
        assert traits_of(found) == {
            "version": "1.2",
            "dashboard": "Shop",
            "dashboard_id": shop_id,
        }

    def test_values_keep_their_types(self, alice: Visitor) -> None:
        values = {
            "integer": 2**40,
            "zero": 0,
            "float": 0.5,
            "text": "",
            "number as text": "7",
            "time": "2026-11-30T09:00:00+01:00",
        }
        report(alice, {"event_type": "ci.run", "traits": values, "raw": {"a": [1, None]}})
        [found] = listed(alice, event_type="ci.run")
        assert {each["name"]: (each["type"], each["value"]) for each in found["traits"]} == {
            "integer": ("integer", 2**40),
            "zero": ("integer", 0),
            "float": ("float", 0.5),
            "text": ("string", ""),
            "number as text": ("string", "7"),
            "time": ("datetime", "2026-11-30T08:00:00Z"),
        }
        assert found["raw"] == {"a": [1, None]}

    def test_the_same_id_is_recorded_once(self, alice: Visitor) -> None:
        event = {"event_type": DEPLOY, "message_id": "build-1"}
        assert report(alice, event)["events"][0]["problem"] == 0
        assert report(alice, event)["events"][0]["problem"] == 1
        assert len(listed(alice, event_type=DEPLOY)) == 1

    def test_an_invalid_event_does_not_prevent_the_others(self, alice: Visitor) -> None:
        body = report(
            alice,
            {"event_type": "user.login"},
            {"event_type": DEPLOY},
            {"event_type": DEPLOY, "generated": "yesterday"},
            {"traits": {}},
            {"event_type": DEPLOY, "traits": {"deep": [1]}},
        )
        assert [each["problem"] for each in body["events"]] == [2, 0, 2, 2, 2]
        messages = [each["message"] for each in body["events"]]
        assert messages[0] == "Only PyDash itself records events of this type."
        assert "generated" in messages[2]
        assert "event_type" in messages[3]

    def test_it_is_400_if_all_are_invalid(self, alice: Visitor) -> None:
        response = alice.post("/api/events", [{"event_type": "alert.fired"}])
        assert response.status_code == 400
        assert response.json()["events"][0]["problem"] == 2

    @pytest.mark.parametrize("body", [[], [{"event_type": DEPLOY}] * 1_001, "text", [1]])
    def test_a_malformed_body_is_400(self, alice: Visitor, body: Any) -> None:
        assert alice.post("/api/events", body).status_code == 400
        assert DEPLOY not in types_of(alice)

    def test_a_trait_keeps_its_type(self, alice: Visitor) -> None:
        report(alice, {"event_type": "ci.run", "traits": {"seconds": 1.5}})
        body = report(
            alice,
            {"event_type": "ci.run", "traits": {"seconds": 2}},
            {"event_type": "ci.run", "traits": {"seconds": 2.5}},
        )
        assert [each["problem"] for each in body["events"]] == [0, 0]
        response = alice.post(
            "/api/events", [{"event_type": "ci.run", "traits": {"seconds": "long"}}]
        )
        assert response.status_code == 400
        assert response.json()["events"][0]["problem"] == 3

    def test_only_for_own_dashboards(self, charlie: Visitor, alice: Visitor, shop_id: str) -> None:
        event = {"event_type": DEPLOY, "dashboard_id": shop_id}
        assert charlie.post("/api/events", [{"event_type": DEPLOY}, event]).status_code == 404
        assert types_of(charlie) == ["user.registered", "user.login"]
        assert listed(alice, dashboard_id=shop_id) == []

    def test_not_with_a_token_of_scope_read(self, alice: Visitor, site: Site) -> None:
        owner = UUID(alice.get("/api/user").json()["id"])
        token = make_token(owner, Scope.READ)
        script = site.visitor(Authorization=f"Bearer {token}")
        assert script.post("/api/events", {"event_type": DEPLOY}).status_code == 403

    def test_the_number_per_day_is_limited(
        self, alice: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reporting, "MAX_PER_DAY", 3)
        report(alice, *[{"event_type": DEPLOY}] * 2)
        assert alice.post("/api/events", [{"event_type": DEPLOY}] * 2).status_code == 429
        assert len(listed(alice, event_type=DEPLOY)) == 2

    def test_types_and_traits_are_limited(
        self, alice: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = len(set(types_of(alice)))
        monkeypatch.setattr(reporting, "MAX_TYPES", before + 1)
        body = report(alice, {"event_type": "a"}, {"event_type": "b"}, {"event_type": "a"})
        assert [each["problem"] for each in body["events"]] == [0, 2, 0]
        assert "types of events" in body["events"][1]["message"]
        monkeypatch.setattr(reporting, "MAX_TRAITS", 0)
        response = alice.post("/api/events", [{"event_type": "a", "traits": {"new": 1}}])
        assert "traits" in response.json()["events"][0]["message"]

    def test_their_size_is_limited(self, alice: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        changed = configuration.current().model_copy(update={"max_user_megabytes": 0})
        monkeypatch.setattr(configuration, "_current", changed)
        response = alice.post("/api/events", {"event_type": DEPLOY})
        assert response.status_code == 400
        assert "limit" in response.json()["message"]


class TestSearching:
    @pytest.fixture(autouse=True)
    def _events(self, alice: Visitor) -> None:
        start = datetime(2026, 11, 1, tzinfo=UTC)
        report(
            alice,
            *(
                {
                    "event_type": "ci.run",
                    "message_id": f"run-{number}",
                    "generated": (start + timedelta(hours=number)).isoformat(),
                    "traits": {"branch": "main" if number % 2 else "dev", "seconds": number},
                }
                for number in range(5)
            ),
        )

    def ids(self, visitor: Visitor, **parameters: Any) -> list[str]:
        found = listed(visitor, event_type="ci.run", **parameters)
        return [each["message_id"].removeprefix("run-") for each in found]

    @pytest.mark.parametrize(
        ("op", "kind", "value", "found"),
        [
            ("eq", "integer", "3", "3"),
            ("ne", "integer", "3", "0124"),
            ("lt", "integer", "2", "01"),
            ("le", "integer", "2", "012"),
            ("gt", "integer", "2", "34"),
            ("ge", "integer", "2", "234"),
            ("in", "integer", "1,4,9", "14"),
            ("exists", "integer", "", "01234"),
            ("eq", "string", "3", ""),
        ],
    )
    def test_operators(self, alice: Visitor, op: str, kind: str, value: str, found: str) -> None:
        condition = {"q.field": "seconds", "q.op": op, "q.type": kind, "q.value": value}
        assert "".join(self.ids(alice, **condition)) == found

    def test_conditions_all_apply(self, alice: Visitor) -> None:
        parameters = {"q.field": ["branch", "seconds"], "q.op": ["eq", "gt"]}
        parameters |= {"q.type": ["string", "integer"], "q.value": ["main", "1"]}
        assert self.ids(alice, **parameters) == ["3"]

    def test_conditions_as_json(self, alice: Visitor) -> None:
        conditions = [
            {"field": "branch", "value": "dev"},
            {"field": "seconds", "op": "ge", "type": "integer", "value": 2},
        ]
        assert self.ids(alice, q=json.dumps(conditions)) == ["2", "4"]
        response = alice.get("/api/events", json=conditions)
        assert [each["message_id"] for each in response.json()] == ["run-2", "run-4"]

    def test_several_types(self, alice: Visitor) -> None:
        report(alice, {"event_type": "ci.done", "message_id": "done"}, {"event_type": "ci.other"})
        several = {"q.field": "event_type", "q.op": "in", "q.value": "ci.done,ci.run"}
        found = [each["message_id"] for each in listed(alice, **several, sort="generated:desc")]
        assert found == ["done", "run-4", "run-3", "run-2", "run-1", "run-0"]
        as_json = [{"field": "event_type", "op": "in", "value": ["ci.done"]}]
        assert [each["message_id"] for each in listed(alice, q=json.dumps(as_json))] == ["done"]

    def test_fields_as_conditions(self, alice: Visitor) -> None:
        conditions = [
            {"field": "event_type", "value": "ci.run"},
            {"field": "start_timestamp", "op": "ge", "value": "2026-11-01T03:00:00"},
        ]
        found = listed(alice, q=json.dumps(conditions))
        assert [each["message_id"] for each in found] == ["run-3", "run-4"]

    def test_times_are_inclusive(self, alice: Visitor) -> None:
        bounds = {"start_timestamp": "2026-11-01T01:00:00", "end_timestamp": "2026-11-01T03:00:00Z"}
        assert self.ids(alice, **bounds) == ["1", "2", "3"]

    @pytest.mark.parametrize("sort", ["generated:asc", "generated:desc", "message_id:desc"])
    def test_pages_are_linked(self, alice: Visitor, sort: str) -> None:
        whole = self.ids(alice, sort=sort)
        parts, path = [], f"/api/events?event_type=ci.run&limit=2&sort={sort}"
        while path:
            response = alice.get(path)
            parts.append([each["message_id"] for each in response.json()])
            url = response.links.get("next", {}).get("url", "")
            path = url[url.index("/api/") :] if url else ""
        assert [len(each) for each in parts] == [2, 2, 1]
        assert [each.removeprefix("run-") for part in parts for each in part] == whole

    def test_a_marker_is_exclusive(self, alice: Visitor) -> None:
        assert self.ids(alice, marker="run-2") == ["3", "4"]

    @pytest.mark.parametrize(
        "parameters",
        [
            {"marker": "unknown"},
            {"cursor": "unknown"},
            {"cursor": "WzEsMiwzXQ=="},
            {"limit": 0},
            {"limit": 1_001},
            {"sort": "color"},
            {"sort": "generated:up"},
            {"start_timestamp": "soon"},
            {"unknown": "1"},
            {"dashboard_id": "1"},
            {"q.field": "a", "q.op": ["eq", "ne"]},
            {"q.field": "a", "q.op": "like", "q.value": "b"},
            {"q.field": "event_type", "q.op": "in", "q.value": ""},
            {"q.field": "event_type", "q.op": "in", "q.value": "a,b", "event_type": "a"},
            {"q.field": "event_type", "q.op": "in", "q.value": ",".join(map(str, range(21)))},
            {"q.field": ["event_type"] * 2, "q.op": ["in", "in"], "q.value": ["a", "b"]},
            {"q.field": "a", "q.type": "color", "q.value": "b"},
            {"q.field": "a", "q.type": "integer", "q.value": "b"},
            {"q.field": "a", "q.type": "float", "q.value": "inf"},
            {"q.field": "a"},
            {"q.field": "message_id", "q.op": "gt", "q.value": "b"},
            {"q": "{"},
            {"q": "{}"},
            {"q": "[1]"},
            {"q": '[{"field": "a", "color": 1}]'},
            {"q": json.dumps([{"field": "a", "op": "exists"}] * 21)},
        ],
    )
    def test_an_invalid_search_is_400(self, alice: Visitor, parameters: Json) -> None:
        response = alice.get("/api/events", params=parameters)
        assert response.status_code == 400, response.text
        assert response.json()["message"]

    def test_csv(self, alice: Visitor) -> None:
        report(alice, {"event_type": "ci.run", "message_id": "=1", "traits": {"branch": "=2"}})
        for options in ({"params": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}):
            response = alice.get("/api/events?event_type=ci.run", **options)
            assert response.headers["Content-Type"].startswith("text/csv")
            rows = list(csv.DictReader(io.StringIO(response.text)))
            assert [row["branch"] for row in rows] == ["dev", "main", "dev", "main", "dev", "'=2"]
            assert [row["message_id"] for row in rows][-1] == "'=1"

    def test_one_event(self, alice: Visitor, charlie: Visitor) -> None:
        assert alice.get("/api/events/run-1").json()["event_type"] == "ci.run"
        assert alice.get("/api/events/run-9").status_code == 404
        assert charlie.get("/api/events/run-1").status_code == 404

    def test_one_event_of_several_dashboards(self, alice: Visitor, shop_id: str) -> None:
        report(alice, {"event_type": DEPLOY, "message_id": "run-1", "dashboard_id": shop_id})
        assert alice.get("/api/events/run-1").status_code == 409
        one = alice.get("/api/events/run-1", params={"dashboard_id": shop_id})
        assert one.json()["event_type"] == DEPLOY
        assert alice.get("/api/events?marker=run-1").status_code == 400

    def test_types_and_traits(self, alice: Visitor) -> None:
        types = alice.get("/api/event_types").json()
        assert types == ["ci.run", "user.login", "user.registered"]
        assert alice.get("/api/event_types/ci.run/traits").json() == [
            {"name": "branch", "type": "string"},
            {"name": "seconds", "type": "integer"},
        ]
        values = alice.get("/api/event_types/ci.run/traits/branch").json()
        assert [each["value"] for each in values] == ["dev", "main"]
        assert alice.get("/api/event_types/ci.run/traits/color").json() == []

    def test_capabilities(self, alice: Visitor) -> None:
        body = alice.get("/api/capabilities").json()
        assert body["api"]["events:query:simple"] is True


class TestStream:
    def read(self, visitor: Visitor, last: str | None = None) -> tuple[str, list[Json]]:
        headers = {} if last is None else {"Last-Event-ID": last}
        response = visitor.get("/api/events/stream", headers=headers)
        assert response.headers["Content-Type"].startswith("text/event-stream")
        blocks = [
            dict(line.split(": ", 1) for line in block.splitlines())
            for block in response.text.strip().split("\n\n")
        ]
        assert blocks[0] == {"retry": "2000"}
        ids = [block["id"] for block in blocks if "id" in block]
        events = [json.loads(block["data"]) for block in blocks if "data" in block]
        return ids[-1] if ids else (last or ""), [each for each in events if each]

    def test_it_sends_what_is_new(self, alice: Visitor) -> None:
        moving.move()
        last, events = self.read(alice)
        assert events == []
        report(alice, {"event_type": DEPLOY, "message_id": "1", "generated": "2020-01-01T00:00"})
        assert self.read(alice, last) == (last, []), "it has no place in the sequence yet"
        moving.move()
        last, events = self.read(alice, last)
        assert [each["message_id"] for each in events] == ["1"]
        assert self.read(alice, last) == (last, [])

    def test_it_sends_only_what_is_visible(self, alice: Visitor, charlie: Visitor) -> None:
        moving.move()
        last, _ = self.read(charlie)
        report(alice, {"event_type": DEPLOY})
        moving.move()
        assert self.read(charlie, last) == (last, [])

    @pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 30])
    def test_an_invalid_id_is_400(self, alice: Visitor, last: str) -> None:
        response = alice.get("/api/events/stream", headers={"Last-Event-ID": last})
        assert response.status_code == 400


class TestVisibility:
    """Who sees the events of whom: each route for each role."""

    ROUTES = (
        "/api/events",
        "/api/events?event_type=app.deploy",
        "/api/event_types",
        "/api/event_types/app.deploy/traits",
        "/api/event_types/app.deploy/traits/version",
        "/api/events/deploy-1",
    )

    @pytest.mark.parametrize("route", ROUTES)
    def test_only_the_owner_sees_events_of_a_dashboard(
        self, route: str, alice: Visitor, charlie: Visitor, site: Site, shop_id: str
    ) -> None:
        event = {"event_type": DEPLOY, "message_id": "deploy-1", "dashboard_id": shop_id}
        report(alice, {**event, "traits": {"version": "7.7.7"}})
        make_user("Root", admin=True)
        root = site.visitor()
        root.sign_in("Root")
        secrets = ("7.7.7", "app.deploy", "deploy-1", "version")
        assert any(text in alice.get(route).text for text in secrets)
        for other in (charlie, root):
            if route == "/api/events/deploy-1":
                assert other.get(route).status_code == 404
                continue
            assert not any(text in other.get(route).text for text in secrets)
        limited = {"dashboard_id": shop_id}
        for other in (charlie, root):
            assert other.get(route, params=limited).status_code == 404
        assert site.visitor().get(route).status_code == 401

    def test_administrators_see_the_installation(self, alice: Visitor, site: Site) -> None:
        make_user("Root", admin=True)
        root = site.visitor()
        root.sign_in("Root")
        assert alice.post("/api/user/delete", {"password": PASSWORD}).ok
        assert traits_of(listed(root, event_type="user.deleted")[0])["user"] == "Alice"

    def test_deleting_a_dashboard_hides_its_events(
        self, alice: Visitor, shop: str, shop_id: str
    ) -> None:
        report(alice, {"event_type": DEPLOY, "dashboard_id": shop_id})
        alice.post(f"{shop}/delete")
        assert DEPLOY not in types_of(alice)


def test_reported_events_of_a_deleted_account_are_not_counted(alice: Visitor) -> None:
    report(alice, {"event_type": DEPLOY})
    assert alice.post("/api/user/delete", {"password": PASSWORD}).ok

    def counts() -> int:
        from pydash_database import database_root

        return len(database_root()[reporting._REPORTED])

    assert transact(counts) == 0


def test_another_owner_has_other_ids(alice: Visitor, charlie: Visitor) -> None:
    event = {"event_type": DEPLOY, "message_id": "build-1"}
    assert report(alice, event)["events"][0]["problem"] == 0
    assert report(charlie, event)["events"][0]["problem"] == 0
    assert make_dashboard(UUID(alice.get("/api/user").json()["id"]))


def test_what_a_thread_does_after_a_request_has_another_origin(site: Site, alice: Visitor) -> None:
    client = site.app.test_client()
    for name, value in alice.http.cookies.items():
        client.set_cookie(name, value or "")
    assert client.get("/api/user").get_json()["name"] == "Alice"
    assert origin.get() == Origin()

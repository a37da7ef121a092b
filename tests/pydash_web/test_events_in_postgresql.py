"""The app with a PostgreSQL server as its event store, or none that can be read."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import pydash_app
from pydash_app import clock
from pydash_app.configuration import Configuration
from pydash_app.fetcher import housekeeping
from pydash_database import DatabaseUnavailable, transact
from pydash_events import impl_sqlalchemy
from tests.pydash_web.support.running_site import Site, Visitor, make_user
from tests.support.database_servers import DatabaseServer

THREADS = 8
DEPLOY = {"event_type": "app.deploy", "traits": {"version": "1.2"}}


@pytest.fixture
def server(postgresql_server: DatabaseServer) -> DatabaseServer:
    return postgresql_server


@pytest.fixture
def site(zeo_database: Configuration, server: DatabaseServer) -> Iterator[Site]:
    """The web server with an empty event store, which this process uses, too."""
    uri = server.create_database(drivername="postgresql")
    running = Site(configured(zeo_database, uri))
    yield running
    running.stop()


def configured(configuration: Configuration, uri: str) -> Configuration:
    changed = configuration.model_copy(update={"port": 0, "events_uri": uri})
    pydash_app.configure(changed)
    return changed


def types_of(visitor: Visitor) -> list[str]:
    response = visitor.get("/api/events")
    assert response.status_code == 200, response.text
    return [each["event_type"] for each in response.json()]


def connections(server: DatabaseServer, site: Site) -> int:
    """Return how many connections to the event store are open."""
    name = site.configuration.events_uri.partition("?")[0].rpartition("/")[2]
    query = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'"
    [count] = server.select(query)
    return int(count)


def test_what_happens_is_moved_to_the_store_and_listed(alice: Visitor) -> None:
    assert types_of(alice) == []
    housekeeping.move_events()
    assert types_of(alice) == ["user.registered", "user.login"]
    alice.post("/api/logout")
    alice.sign_in("Alice")
    housekeeping.move_events()
    assert types_of(alice)[2:] == ["user.logout", "user.login"]
    traits = alice.get("/api/event_types/user.login/traits").json()
    assert {"name": "user", "type": "string"} in traits


def test_reported_events_are_found_by_their_traits(alice: Visitor) -> None:
    body = alice.post("/api/events", [DEPLOY, {**DEPLOY, "traits": {"version": 2}}]).json()
    assert [each["problem"] for each in body["events"]] == [0, 3]
    query = {"q.field": "version", "q.value": "1.2"}
    [found] = alice.get("/api/events", params=query).json()
    assert found["message_id"] == body["events"][0]["message_id"]
    assert alice.get(f"/api/events/{found['message_id']}").json() == found


def test_the_stream_sends_what_was_moved_since(alice: Visitor) -> None:
    first = alice.get("/api/events/stream").text
    assert "id: 0\n" in first
    housekeeping.move_events()
    sent = alice.get("/api/events/stream", headers={"Last-Event-ID": "0"}).text
    assert sent.count("data: ") == 2
    assert "id: 2\n" in sent
    alice.post("/api/events", DEPLOY)
    sent = alice.get("/api/events/stream", headers={"Last-Event-ID": "2"}).text
    assert sent.count("data: ") == 1
    assert "app.deploy" in sent


def test_expired_events_are_deleted(alice: Visitor) -> None:
    def confirm_clock() -> None:
        now = datetime.now(UTC)
        for step in range(clock.STEADY // clock.MAX_PAUSE, -1, -1):
            clock.record(now - step * clock.MAX_PAUSE)

    transact(confirm_clock)
    now = datetime.now(UTC)
    for days in (401, 399):
        alice.post("/api/events", {**DEPLOY, "generated": str(now - timedelta(days=days))})
    assert types_of(alice) == ["app.deploy"] * 2
    housekeeping.expire_events()
    assert types_of(alice) == ["app.deploy"]


def test_the_connections_to_the_server_are_shared(
    alice: Visitor, site: Site, server: DatabaseServer
) -> None:
    def use(_: int) -> None:
        # On a busy machine, some may fail.
        alice.post("/api/events", DEPLOY)
        alice.get("/api/events")
        alice.get("/api/event_types/app.deploy/traits")
        with suppress(DatabaseUnavailable):
            housekeeping.move_events()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(use, range(10 * THREADS)))
    # The pool's threads, and those of the web server.
    assert connections(server, site) <= 2 * THREADS


def test_the_schema_is_upgraded_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade, calls = impl_sqlalchemy.Connection.upgrade, []

    def count(connection: impl_sqlalchemy.Connection) -> None:
        calls.append(connection)
        upgrade(connection)

    monkeypatch.setattr(impl_sqlalchemy.Connection, "upgrade", count)
    for _ in range(3):
        housekeeping.move_events()
    assert len(calls) == 1


def test_connections_that_the_server_closed_are_replaced(
    alice: Visitor, server: DatabaseServer
) -> None:
    housekeeping.move_events()
    server.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    )
    assert types_of(alice) == ["user.registered", "user.login"]


def test_without_the_server_requests_fail_and_events_wait(
    zeo_database: Configuration, server: DatabaseServer, alice: Visitor, site: Site
) -> None:
    configured(zeo_database, "postgresql://127.0.0.1:9/events")
    for response in (
        alice.get("/api/events"),
        alice.get("/api/events/stream"),
        alice.post("/api/events", DEPLOY),
    ):
        assert response.status_code == 503
    assert alice.post("/api/logout").ok
    assert alice.sign_in("Alice").ok
    configured(zeo_database, site.configuration.events_uri)
    housekeeping.move_events()
    assert types_of(alice) == ["user.registered", "user.login", "user.logout", "user.login"]


def test_events_of_requests_at_the_same_time_are_recorded_once(
    alice: Visitor, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both change the count of the account, so the transaction of one of them is repeated."""
    record_events, both = impl_sqlalchemy.Connection.record_events, threading.Barrier(2)
    calls: list[int] = []

    def record_together(connection: impl_sqlalchemy.Connection, events: Any) -> list[int]:
        calls.append(1)
        if len(calls) <= 2:
            both.wait(10)
        return record_events(connection, events)

    monkeypatch.setattr(impl_sqlalchemy.Connection, "record_events", record_together)
    with ThreadPoolExecutor(2) as pool:
        responses = list(pool.map(lambda _: alice.post("/api/events", DEPLOY), range(2)))
    assert [each.status_code for each in responses] == [200, 200]
    assert types_of(alice) == ["app.deploy"] * 2


def test_accounts_do_not_find_events_of_others(alice: Visitor, site: Site) -> None:
    make_user("Bob")
    bob = site.visitor()
    bob.sign_in("Bob")
    housekeeping.move_events()
    assert alice.post("/api/events", {**DEPLOY, "message_id": "build"}).ok
    assert types_of(bob) == ["user.registered", "user.login"]
    assert bob.get("/api/events/build").status_code == 404


def test_a_log_records_events_and_shows_none(zeo_database: Configuration, alice: Visitor) -> None:
    configured(zeo_database, "log://")
    assert alice.post("/api/events", DEPLOY).ok
    assert types_of(alice) == []
    assert alice.get("/api/events/stream").ok
    assert alice.get("/api/event_types").json() == []
    assert alice.get("/api/capabilities").json()["api"] == {"events:query:simple": False}
    housekeeping.extract_usage()

"""What administrators see of this installation and of others."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

import pydash_app
import pydash_database
from periodic_tasks import SchedulerFigures
from pydash_app import event
from pydash_app.configuration import Configuration
from pydash_app.fetcher.lease import LeaseKeeper
from pydash_app.upgrade import LOCK
from pydash_app.user.api_token import Scope
from pydash_app.user.services import mail_requests
from pydash_database import transact
from pydash_events import EventFilter
from pydash_http import Limits
from pydash_logger import Logger
from pydash_web.controller import system
from tests.pydash_web.support.running_site import (
    FIRST_CALL,
    PASSWORD,
    Site,
    Visitor,
    empty_database,
    make_dashboard,
    make_token,
    make_user,
)
from tests.support.scripted_server import ScriptedServer, http

if TYPE_CHECKING:
    from tests.conftest import ZeoServer

Settings = dict[str, Any]
TOGETHER = 6
# Seconds: this machine may be busy.
PATIENCE = 5.0


@pytest.fixture
def settings() -> Settings:
    """What is configured besides the database."""
    return {}


@pytest.fixture
def site(zeo_server: "ZeoServer", tmp_path: Path, settings: Settings) -> Iterator[Site]:
    environ = {"PYDASH_DATA_DIR": str(tmp_path), "PYDASH_DATABASE_URI": zeo_server.uri, **settings}
    configuration = Configuration.from_environment(environ, port=0)
    pydash_app.configure(configuration)
    transact(empty_database)
    running = Site(configuration)
    yield running
    running.stop()
    pydash_database.close()


@pytest.fixture
def root(site: Site) -> Visitor:
    make_user("Root", admin=True)
    visitor = site.visitor()
    assert visitor.sign_in("Root").ok
    return visitor


def test_it_shows_the_processes_and_what_waits(root: Visitor) -> None:
    before = root.get("/api/system").json()
    assert [each["name"] for each in before["processes"]] == ["web"]
    assert (before["fetching"], before["waiting_mails"], before["dashboards"]) == (False, 0, 0)
    keeper = LeaseKeeper("example.com/42/x")
    assert keeper.try_to_acquire()
    keeper.send_heartbeat(SchedulerFigures(tasks=7, queue_length=3, failures=1, lag_p99=0.5))
    make_dashboard(make_user("Alice"))
    root.post("/api/user/request_password_reset", {"email": "alice@example.com"})
    mail_requests.process_all()
    shown = root.get("/api/system").json()
    fetcher = shown["processes"][1]
    assert (fetcher["host"], fetcher["pid"], fetcher["alive"]) == ("example.com", 42, True)
    assert (shown["fetching"], shown["waiting_mails"], shown["dashboards"]) == (True, 1, 1)
    figures = {name: shown["fetcher"][name] for name in ("tasks", "queue_length", "lag_p99")}
    assert figures == {"tasks": 7, "queue_length": 3, "lag_p99": 0.5}
    assert shown["database_bytes"] > 1_000
    assert shown["processes"][0]["peak_memory_bytes"] > 1_000_000


def test_it_shows_all_web_processes_of_the_same_supervisor(
    root: Visitor, site: Site, tmp_path: Path
) -> None:
    (tmp_path / LOCK).write_text(json.dumps({"pid": os.getpid()}))
    environment = {**os.environ, "PYDASH_DATA_DIR": str(tmp_path), "PYDASH_PORT": "0"}
    environment["PYDASH_DATABASE_URI"] = site.configuration.database_uri
    command = [sys.executable, "-m", "pydash", "web"]
    # This process is also the parent of those that it starts for other purposes.
    with (
        patch("os.getppid", os.getpid),
        subprocess.Popen(["sleep", "600"]) as sleeping,
        subprocess.Popen(command, env=environment) as other,
    ):
        try:
            processes = root.get("/api/system").json()["processes"]
        finally:
            other.kill()
            sleeping.kill()
    assert [each["pid"] for each in processes] == [os.getpid(), other.pid]
    assert processes[1]["name"] == "web"
    assert processes[1]["peak_memory_bytes"] > 0
    age = datetime.now(UTC) - datetime.fromisoformat(processes[1]["started"])
    assert abs(age) < timedelta(hours=1)


def test_an_upgrade_needs_to_be_configured(root: Visitor) -> None:
    response = root.post("/api/system/upgrade", {"password": PASSWORD})
    assert response.status_code == 409
    assert response.json()["message"].endswith(root.get("/api/system").json()["upgrade_command"])


@pytest.mark.parametrize("settings", [{"PYDASH_UPGRADE": "exit"}])
def test_an_upgrade_needs_a_supervisor_that_started_this_process(
    root: Visitor, tmp_path: Path
) -> None:
    for content in (None, "", "{}", f'{{"pid": {os.getpid()}}}'):
        if content is not None:
            (tmp_path / LOCK).write_text(content)
        response = root.post("/api/system/upgrade", {"password": PASSWORD})
        assert response.status_code == 409
        assert "pydash up" in response.json()["message"]
    assert root.get("/api/system").json()["upgrade_command"] is None


@pytest.mark.parametrize("settings", [{"PYDASH_UPGRADE": "exit"}])
def test_an_upgrade_needs_the_password_again_and_happens_once_in_ten_minutes(
    root: Visitor, tmp_path: Path
) -> None:
    with subprocess.Popen(["sleep", "600"]) as process:
        try:
            # The parent process of a web process is the supervisor.
            with patch("os.getppid", return_value=process.pid):
                (tmp_path / LOCK).write_text(json.dumps({"pid": process.pid}))
                for body in ({"password": "wrong"}, {"password": 42}, {}):
                    response = root.post("/api/system/upgrade", body)
                    assert response.status_code == (401 if body == {"password": "wrong"} else 400)
                    assert process.poll() is None
                response = root.post("/api/system/upgrade", {"password": PASSWORD})
                assert response.status_code == 200, response.text
                assert process.wait(10) == -signal.SIGTERM
                response = root.post("/api/system/upgrade", {"password": PASSWORD})
                assert response.status_code == 429
                assert 500 < int(response.headers["Retry-After"]) <= 600
        finally:
            process.kill()
    [requested] = event.store("installation").get_events(
        EventFilter(event_type="system.upgrade_requested")
    )
    assert {trait.name: trait.value for trait in requested.traits}["actor"] == "Root"


def test_it_shows_the_last_errors_of_pydash(root: Visitor, tmp_path: Path) -> None:
    assert root.get("/api/system").json()["errors"] == []
    logger = Logger("pydash_app.example")
    logger.info("Nothing happened")
    for number in range(60):
        logger.error("Failed\n2026-01-01T00:00:00Z ERROR forged: line", number=number)
    shown = root.get("/api/system").json()["errors"]
    assert len(shown) == 50
    assert {each["source"] for each in shown} == {"pydash_app.example"}
    assert shown[0]["message"].endswith("number=59")
    age = datetime.now(UTC) - datetime.fromisoformat(shown[0]["time"])
    assert age.total_seconds() < 60


def test_the_summary_is_for_tokens_of_administrators(root: Visitor, site: Site) -> None:
    shown = root.get("/api/system/summary").json()
    assert shown == {"fetching": False, "minutes_since_last_call": None}
    alice = make_user("Alice")
    make_dashboard(alice)
    assert LeaseKeeper("host/1/x").try_to_acquire()
    admin = make_user("Ops", admin=True)
    script = site.visitor(Authorization=f"Bearer {make_token(admin, Scope.READ)}")
    shown = script.get("/api/system/summary").json()
    minutes = (datetime.now(UTC) - FIRST_CALL).total_seconds() / 60
    assert shown == {
        "fetching": True,
        "minutes_since_last_call": pytest.approx(minutes, abs=1),
    }


class TestContact:
    @pytest.fixture
    def settings(self) -> Settings:
        return {"PYDASH_CONTACT": "The operators, room 4-2"}

    def test_everyone_sees_whom_to_ask(self, browser: Visitor) -> None:
        assert browser.get("/api/contact").json() == {"contact": "The operators, room 4-2"}


class TestSites:
    @pytest.fixture(autouse=True)
    def patience(self, monkeypatch: pytest.MonkeyPatch) -> None:
        limits = Limits(PATIENCE, PATIENCE, PATIENCE, max_bytes=system._LIMITS.max_bytes)
        monkeypatch.setattr(system, "_LIMITS", limits)

    @pytest.fixture
    def other(self) -> Iterator[ScriptedServer]:
        server = ScriptedServer()
        yield server
        server.close()

    @pytest.fixture
    def waiting(self) -> Iterator[ScriptedServer]:
        """A server that responds when as many as there are wait for it at the same time."""
        server, barrier = ScriptedServer(), threading.Barrier(TOGETHER)

        def wait(connection: socket.socket, path: str) -> None:
            with contextlib.suppress(threading.BrokenBarrierError):
                barrier.wait(PATIENCE * 0.8)
                connection.sendall(http("Alive"))

        server.behave = wait
        yield server
        server.close()

    @pytest.fixture
    def settings(
        self,
        other: ScriptedServer,
        waiting: ScriptedServer,
        tmp_path: Path,
    ) -> Settings:
        file = tmp_path / "tokens"
        file.write_text("geneva=the-token\nunknown=another\n")
        many = [f"waiting{number}={waiting.url}" for number in range(TOGETHER)]
        sites = [f"geneva={other.url}/pydash", "gone=http://127.0.0.1:1", *many]
        return {"PYDASH_SITES": ",".join(sites), "PYDASH_SITE_TOKENS_FILE": str(file)}

    def states(self, visitor: Visitor) -> dict[str, Any]:
        return {each["name"]: each for each in visitor.get("/api/sites").json()["sites"]}

    def test_all_are_asked_at_once_and_seldom(self, root: Visitor, other: ScriptedServer) -> None:
        summary = b'{"fetching": true, "minutes_since_last_call": 1.5}'
        other.behave = lambda connection, path: connection.sendall(
            http(summary.decode() if "summary" in path else "Alive")
        )
        states = self.states(root)
        together = [f"waiting{number}" for number in range(TOGETHER)]
        assert list(states) == ["geneva", "gone", *together]
        assert [states[name]["up"] for name in together] == [True] * TOGETHER
        geneva = states["geneva"]
        assert (geneva["up"], geneva["error"]) == (True, None)
        assert geneva["summary"] == {"fetching": True, "minutes_since_last_call": 1.5}
        assert (states["gone"]["up"], states["gone"]["error"]) == (
            False,
            "Connection refused by 127.0.0.1:1.",
        )
        asked = len(other.requests)
        assert [line.split()[1] for line in other.requests] == [
            "/pydash/status",
            "/pydash/api/system/summary",
        ]
        assert "the-token" not in other.requests[0]
        assert "Bearer the-token" in other.requests[1]
        assert self.states(root) == states
        assert len(other.requests) == asked

    @pytest.mark.parametrize(
        ("response", "error"),
        [
            (http("DB failed", status="500 Internal Server Error"), "HTTP status 500: DB failed."),
            (http("<html>", status="404 Not Found"), "HTTP status 404."),
            (http("Hello"), "HTTP status 200."),
            (
                http("", status="302 Found", Location="http://127.0.0.1:1/"),
                "HTTP status 302.",
            ),
        ],
    )
    def test_a_site_that_is_not_alive_has_an_error(
        self, root: Visitor, other: ScriptedServer, response: bytes, error: str
    ) -> None:
        other.respond(response)
        geneva = self.states(root)["geneva"]
        assert (geneva["up"], geneva["error"], geneva["summary"]) == (False, error, None)
        assert len(other.requests) == 1, "a token is not sent to it"

    @pytest.mark.parametrize("summary", ["{}", "[]", "\xff", '{"fetching": "maybe"}'])
    def test_a_summary_that_is_none_is_an_error(
        self, root: Visitor, other: ScriptedServer, summary: str
    ) -> None:
        other.behave = lambda connection, path: connection.sendall(
            http(summary if "summary" in path else "Alive")
        )
        geneva = self.states(root)["geneva"]
        assert (geneva["up"], geneva["error"]) == (True, "The summary is not one of PyDash.")


class TestSlowSite:
    @pytest.fixture
    def hanging(self) -> Iterator[ScriptedServer]:
        server = ScriptedServer()

        def hang(connection: socket.socket, path: str) -> None:
            server.stopped.wait()

        server.behave = hang
        yield server
        server.close()

    @pytest.fixture
    def settings(self, hanging: ScriptedServer) -> Settings:
        return {"PYDASH_SITES": f"slow={hanging.url}"}

    def test_it_is_given_up(self, root: Visitor) -> None:
        [slow] = root.get("/api/sites").json()["sites"]
        assert (slow["up"], slow["error"]) == (False, "The server took too long to respond.")
        assert slow["seconds"] >= 0.4

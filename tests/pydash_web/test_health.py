"""Whether PyDash works, as other programs check it: without an account, in one word."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

import pydash_app
import pydash_database
from periodic_tasks import SchedulerFigures
from pydash_app.configuration import Configuration
from pydash_app.fetcher import lease
from pydash_app.fetcher.lease import LeaseKeeper
from pydash_database import transact
from tests.pydash_web.support.running_site import Site, Visitor, empty_database

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import ZeoServer


@pytest.fixture
def site(own_zeo_server: "ZeoServer", tmp_path: "Path") -> Iterator[Site]:
    environ = {"PYDASH_DATA_DIR": str(tmp_path), "PYDASH_DATABASE_URI": own_zeo_server.uri}
    configuration = Configuration.from_environment(environ, port=0)
    pydash_app.configure(configuration)
    transact(empty_database)
    running = Site(configuration)
    yield running
    running.stop()
    pydash_database.close()


def get(visitor: Visitor, path: str) -> tuple[int, str]:
    response = visitor.get(path)
    assert response.headers["Content-Type"].startswith("text/plain")
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_code, response.text


def beat(keeper: LeaseKeeper, age: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    """Store a heartbeat of some time ago."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(UTC) - age

    with monkeypatch.context() as patch:
        patch.setattr(lease, "datetime", Clock)
        keeper.send_heartbeat(SchedulerFigures())


def test_it_is_alive_until_the_database_fails(
    browser: Visitor, own_zeo_server: "ZeoServer"
) -> None:
    assert get(browser, "/status") == (200, "Alive")
    assert get(browser, "/healthz") == (200, "OK")
    assert get(browser, "/readyz?only=database") == (200, "Ready")
    own_zeo_server.kill()
    assert get(browser, "/status") == (500, "DB failed")
    assert get(browser, "/healthz") == (200, "OK")
    for path in ("/readyz", "/readyz?only=database"):
        assert get(browser, path) == (503, "The database is unavailable.")


def test_it_is_ready_while_a_fetcher_sends_heartbeats(
    browser: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    not_running = (503, "The fetcher is not running.")
    assert get(browser, "/readyz") == not_running
    keeper = LeaseKeeper("host/1/x")
    assert keeper.try_to_acquire()
    assert get(browser, "/readyz") == (200, "Ready")
    beat(keeper, timedelta(seconds=16), monkeypatch)
    assert get(browser, "/readyz") == not_running
    assert get(browser, "/status") == (200, "Alive")
    assert get(browser, "/readyz?only=database") == (200, "Ready")
    beat(keeper, timedelta(seconds=13), monkeypatch)
    assert get(browser, "/readyz") == (200, "Ready")
    keeper.release()
    assert get(browser, "/readyz") == not_running


@pytest.mark.parametrize("query", ["only=fetcher", "only=", "only=database&only=database"])
def test_another_question_is_400(browser: Visitor, query: str) -> None:
    assert get(browser, f"/readyz?{query}")[0] == 400

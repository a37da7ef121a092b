"""While the database is away the API says so within two seconds, and goes on when it is back."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from running_site import Site, make_user

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import ZeoServer


@pytest.fixture
def site(own_zeo_server: "ZeoServer", tmp_path: "Path") -> Iterator[Site]:
    environ = {"PYDASH_DATA_DIR": str(tmp_path), "PYDASH_DATABASE_URI": own_zeo_server.uri}
    configuration = Configuration.from_environment(environ, port=0)
    pydash_app.configure(configuration)
    running = Site(configuration)
    yield running
    running.stop()
    pydash_database.close()


def test_it_is_503_and_recovers_without_a_restart(site: Site, own_zeo_server: "ZeoServer") -> None:
    make_user("Alice")
    visitor = site.visitor()
    assert visitor.sign_in("Alice").ok
    assert visitor.get("/api/status").json() == {"status": "alive"}

    own_zeo_server.kill()
    begun = time.monotonic()
    answer = visitor.get("/api/dashboards")
    assert answer.status_code == 503
    assert "database" in answer.json()["message"]
    assert answer.headers["Retry-After"]
    status = visitor.get("/api/status")
    assert (status.status_code, status.json()) == (503, {"status": "database failed"})
    metrics = visitor.get("/metrics")
    assert metrics.status_code == 200
    assert "pydash_database_up 0.0" in metrics.text
    assert visitor.get("/").status_code in (200, 503), "the page needs no database"
    assert time.monotonic() - begun < 60, "nothing hangs"

    own_zeo_server.start()
    deadline = time.monotonic() + 30
    while visitor.get("/api/status").status_code != 200:
        assert time.monotonic() < deadline, "it does not recover"
        time.sleep(0.1)
    assert visitor.get("/api/dashboards").status_code == 200

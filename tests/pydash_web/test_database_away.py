"""While the database is away the API says so within two seconds, and goes on when it is back."""

import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from ZEO.Exceptions import ClientDisconnected

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.user.services import settings
from pydash_web.http import session
from tests.pydash_web.support.running_site import Site, Visitor, make_user

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import ZeoServer


@pytest.fixture
def site(own_zeo_server: "ZeoServer", tmp_path: "Path") -> Iterator[Site]:
    environ = {"PYDASH_DATA_DIR": str(tmp_path), "PYDASH_DATABASE_URI": own_zeo_server.uri}
    # So few threads that one which waits holds up many requests.
    configuration = Configuration.from_environment(environ, port=0, web_threads=2)
    pydash_app.configure(configuration)
    running = Site(configuration)
    yield running
    running.stop()
    pydash_database.close()


@pytest.fixture
def alice(site: Site) -> Visitor:
    """Alice, signed in."""
    make_user("Alice")
    visitor = site.visitor()
    assert visitor.sign_in("Alice").ok
    return visitor


def test_it_is_503_and_recovers_without_a_restart(
    alice: Visitor, own_zeo_server: "ZeoServer"
) -> None:
    assert alice.get("/api/status").json() == {"status": "alive"}

    own_zeo_server.kill()
    response = alice.get("/api/dashboards")
    assert response.status_code == 503
    assert "database" in response.json()["message"]
    assert response.headers["Retry-After"]
    status = alice.get("/api/status")
    assert (status.status_code, status.json()) == (503, {"status": "database failed"})
    metrics = alice.get("/metrics")
    assert metrics.status_code == 200
    assert "pydash_database_up 0.0" in metrics.text
    assert alice.get("/").status_code in (200, 503), "the page needs no database"

    own_zeo_server.start()
    wait_until_it_is_back(alice)
    assert alice.get("/api/dashboards").status_code == 200


def test_a_full_disk_is_503_with_the_reason(alice: Visitor, own_zeo_server: "ZeoServer") -> None:
    process = own_zeo_server.process.pid
    resource.prlimit(process, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    response = alice.post("/api/user/change_settings", {"username": "Alicia"})
    assert response.status_code == 503
    assert "disk is full" in response.json()["message"]
    assert response.headers["Retry-After"]
    assert alice.get("/api/user").json()["name"] == "Alice", "reading goes on"

    resource.prlimit(process, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    assert alice.post("/api/user/change_settings", {"username": "Alicia"}).ok


def test_a_request_that_reads_does_not_hang_with_the_database(
    alice: Visitor, own_zeo_server: "ZeoServer", monkeypatch: pytest.MonkeyPatch
) -> None:
    pydash_database.close()  # with all that this process had read
    read = repository.of_user

    def hang_and_read(*given: Any) -> Any:
        own_zeo_server.hang()
        return read(*given)

    with own_zeo_server.recovering(), monkeypatch.context() as patch:
        patch.setattr(repository, "of_user", hang_and_read)
        assert alice.get("/api/dashboards").status_code == 503
    wait_until_it_is_back(alice)
    assert alice.get("/api/dashboards").json() == []


def test_a_request_that_writes_does_not_hang_with_the_database(
    alice: Visitor, own_zeo_server: "ZeoServer", monkeypatch: pytest.MonkeyPatch
) -> None:
    change = settings.change_settings

    def change_and_hang(*given: Any, **changes: Any) -> None:
        change(*given, **changes)
        own_zeo_server.hang()

    with own_zeo_server.recovering(), monkeypatch.context() as patch:
        patch.setattr(settings, "change_settings", change_and_hang)
        response = alice.post("/api/user/change_settings", {"username": "Alicia"})
        assert response.status_code == 503
    wait_until_it_is_back(alice)
    assert alice.get("/api/user").json()["name"] == "Alice", "nothing is stored"


@pytest.mark.parametrize("trouble", ["hang", "kill"])
def test_requests_do_not_queue_for_an_unavailable_database(
    site: Site, alice: Visitor, own_zeo_server: "ZeoServer", trouble: str
) -> None:
    with own_zeo_server.recovering(), ThreadPoolExecutor(50) as pool:
        getattr(own_zeo_server, trouble)()
        asked = [pool.submit(site.visitor().get, "/api/status") for _ in range(50)]
        assert {request.result().status_code for request in asked} == {503}
    if trouble == "kill":
        own_zeo_server.start()
    wait_until_it_is_back(alice)


def wait_until_it_is_back(visitor: Visitor) -> None:
    deadline = time.monotonic() + 30
    while visitor.get("/api/status").status_code != 200:
        assert time.monotonic() < deadline, "it does not recover"
        time.sleep(0.05)


def test_it_is_503_if_it_fails_between_two_transactions(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user("Alice")
    visitor = site.visitor()
    assert visitor.sign_in("Alice").ok

    def load_in_vain() -> None:
        raise ClientDisconnected

    monkeypatch.setattr(session, "require_xsrf_token", load_in_vain)
    assert visitor.get("/api/user").status_code == 503

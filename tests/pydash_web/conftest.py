"""A running site on a real database, and its visitors."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.user import passwords
from pydash_database import transact
from tests.pydash_web.support.apps_to_watch import WatchedApp
from tests.pydash_web.support.running_site import (
    Site,
    Visitor,
    empty_database,
    make_dashboard,
    make_user,
)

if TYPE_CHECKING:
    from tests.conftest import ZeoServer


@pytest.fixture(scope="module", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hash passwords with less work: how hard they are to guess is tested where they are made."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", quick)
        passwords._dummy_hash.cache_clear()
        yield
    passwords._dummy_hash.cache_clear()


@pytest.fixture
def site(zeo_database: Configuration) -> Iterator[Site]:
    """The web server, on an empty database of a real ZEO server."""
    running = Site(zeo_database.model_copy(update={"port": 0}))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def lasting_site(
    zeo_server: "ZeoServer", tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The same, for the tests of a module that only look, or clean up themselves."""
    environ = {
        "PYDASH_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "PYDASH_DATABASE_URI": zeo_server.uri,
        "PYDASH_FETCH_ALLOW": "global,loopback",
    }
    configuration = Configuration.from_environment(environ, port=0)
    pydash_app.configure(configuration)
    transact(empty_database)
    running = Site(configuration)
    yield running
    running.stop()
    pydash_database.close()


@pytest.fixture
def browser(site: Site) -> Visitor:
    """Nobody in particular."""
    return site.visitor()


@pytest.fixture
def alice(site: Site) -> Visitor:
    """Alice, signed in; she owns things."""
    return _signed_in(site, "Alice")


@pytest.fixture
def charlie(site: Site) -> Visitor:
    """Charlie, signed in; a stranger."""
    return _signed_in(site, "Charlie")


@pytest.fixture
def shop(alice: Visitor) -> str:
    """The path of Alice's dashboard, which has five calls."""
    owner = alice.get("/api/user").json()["id"]
    return f"/api/dashboards/{make_dashboard(owner)}"


@pytest.fixture(scope="session")
def watched_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WatchedApp]:
    """A real monitored app that can be read."""
    app = WatchedApp(tmp_path_factory.mktemp("watched"))
    yield app
    app.stop()


@pytest.fixture(scope="session")
def app_without_exporter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WatchedApp]:
    """A real monitored app that cannot be read."""
    app = WatchedApp(tmp_path_factory.mktemp("unreadable"), exporter=False)
    yield app
    app.stop()


def _signed_in(site: Site, name: str) -> Visitor:
    make_user(name)
    visitor = site.visitor()
    assert visitor.sign_in(name).ok
    return visitor

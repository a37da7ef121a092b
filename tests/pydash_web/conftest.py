"""A running site on a real database, and its visitors."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))

from apps_to_watch import WatchedApp
from running_site import Site, Visitor, make_dashboard, make_user

from pydash_app.configuration import Configuration


@pytest.fixture
def site(zeo_database: Configuration) -> Iterator[Site]:
    """The web server, on an empty database of a real ZEO server."""
    from dataclasses import replace

    running = Site(replace(zeo_database, port=0))
    yield running
    running.stop()


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

"""Exceptions from a real app, through the exporter, the fetcher and the database, to the API."""

import contextlib
import logging
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pydash_app.dashboard import repository
from pydash_app.dashboard.services import fetching
from pydash_database import transact
from tests.conftest import ZeoServer
from tests.exporter.test_diagnosis import PLANTED, running, use
from tests.exporter.test_exporter import TOKEN, App
from tests.pydash_web.support.running_site import Site, make_dashboard, make_user

MOVES = 4
# What most of the secrets contain.
NEEDLE = "lanted"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app that raises, with secrets everywhere, and exports all kinds and its source."""
    kinds = ("exceptions", "outliers", "profiles", "graphs", "source")
    with running(tmp_path_factory.mktemp("app"), *kinds) as app:
        use(app, moves=MOVES)
        yield app


@pytest.mark.slow
def test_faults_are_counted_and_no_secret_is_kept(
    app: App, site: Site, zeo_server: ZeoServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    owner = make_user("Alice")
    dashboard_id = make_dashboard(owner, list, url=app.url)
    transact(lambda: setattr(repository.find(dashboard_id), "token", TOKEN))
    fetching.fetch_and_update_historic_dashboard_info(dashboard_id)
    alice = site.visitor()
    assert alice.sign_in("Alice").ok
    path = f"/api/dashboards/{dashboard_id}"
    responses = ["", *(alice.get(each).text for each in ("/api/dashboards", path, "/api/events"))]

    def get(url: str) -> Any:
        response = alice.get(url)
        assert response.ok, response.text
        responses.append(response.text)
        return response.json()

    listed = get(f"{path}/exceptions?limit=200")
    assert (listed["available"], listed["hint"]) == (True, None)
    [[total]] = app.sql('SELECT COUNT(*) FROM "ExceptionOccurrence"')
    assert sum(each["count"] for each in listed["groups"]) == total
    [moved] = get(f"{path}/exceptions?endpoint=captured")["groups"]
    assert (moved["count"], moved["captured"], moved["function"]) == (MOVES, MOVES, "moving:pay")
    raised = get(f"{path}/exceptions?endpoint=raised&sort=count")["groups"]
    assert [each["count"] for each in raised] == [2, 1, 1]
    for each in listed["groups"]:
        page = get(f"{path}/exceptions/{each['id']}")
        assert sum(page["series"].values()) == each["count"]
        assert all(sample["stack"] for sample in page["samples"])
    assert any("[masked]" in text for text in responses)

    assert len(set(PLANTED)) >= 60
    stored = b"".join(each.read_bytes() for each in Path(zeo_server.data_dir).glob("*.fs"))
    texts = {
        "responses": "".join(responses),
        "database": (stored + unpacked(stored)).decode("latin-1"),
        "log": caplog.text,
    }
    assert "moving" in texts["database"]
    for name, text in texts.items():
        assert NEEDLE not in text.lower(), name
        assert not [each for each in PLANTED if each in text], name


def unpacked(stored: bytes) -> bytes:
    """Return what is compressed in a database."""
    found = []
    start = stored.find(b"\x78\x9c")
    while start >= 0:
        with contextlib.suppress(zlib.error):
            found.append(zlib.decompressobj().decompress(stored[start:]))
        start = stored.find(b"\x78\x9c", start + 1)
    assert any(b'"function":"pay"' in each for each in found)
    return b"".join(found)

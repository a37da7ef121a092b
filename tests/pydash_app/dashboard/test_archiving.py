"""The sample archive: what is in it, and that its replay gives the same numbers."""

import io
import json
import math
import random
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from waitress.server import create_server

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import archiving, fetching, registration
from pydash_app.user.entity import User
from pydash_cube.call_batch import CallBatch
from pydash_cube.query import Query
from pydash_cube.vocabulary import CallField, StatisticName, TimeUnit
from pydash_database import transact
from pydash_demo import behaviour, replay
from tests.pydash_app.fetching.support.owners import make_owner

NOW = datetime(2026, 5, 20, 15, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 5, 20, tzinfo=UTC)
TOKEN = "a token of the replay"
# Sums of floats depend on the order of the calls.
INEXACT = (
    StatisticName.VISITS_PER_IP,
    StatisticName.TOTAL_EXECUTION_TIME,
    StatisticName.AVERAGE_EXECUTION_TIME,
    StatisticName.STANDARD_DEVIATION,
)


def demo_calls(rng: random.Random, number: int) -> CallBatch:
    """Draw requests to the demo app of the last eight days, some by odd names and addresses."""
    pages = [behaviour.draw_page(rng) for _ in range(number)]
    visitors = [behaviour.draw_visitor(rng) for _ in range(number)]
    names = {"book": "book_of_ada@example.com", "author": "author_42"}
    return CallBatch.from_columns(
        endpoint=[names.get(page.endpoint, page.endpoint) for page in pages],
        execution_time=[page.execution_time(rng, behaviour.NEW_VERSION) for page in pages],
        time=sorted(NOW - timedelta(seconds=rng.uniform(0, 8 * 86_400)) for _ in range(number)),
        version=rng.choices([behaviour.NEW_VERSION, behaviour.OLD_VERSION], k=number),
        group_by=[customer or None for customer, _ in visitors],
        ip=[address for _, address in visitors],
        status_code=[page.status_code(rng, behaviour.NEW_VERSION) for page in pages],
    )


@pytest.fixture
def make_dashboard(alice: User) -> Callable[[CallBatch], UUID]:
    def make(batch: CallBatch) -> UUID:
        def store() -> UUID:
            dashboard = Dashboard("http://app.example.com", "the app's token", alice.id, "Bookshop")
            dashboard.add_endpoint_calls(batch)
            dashboard.add_endpoint(Endpoint("never_used_7", is_monitored=False))
            repository.add(dashboard)
            return dashboard.id

        return transact(store)

    return make


def archived(dashboard_id: UUID, now: datetime = NOW) -> bytes:
    return transact(
        lambda: b"".join(archiving.archive(repository.find(dashboard_id), now)), timeout=30
    )


def contents(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert file.testzip() is None
        return {name: json.loads(file.read(name)) for name in file.namelist()}


def columns(batch: CallBatch, mask: list[bool]) -> CallBatch:
    """Return some of the calls."""
    return CallBatch.from_calls(
        call for call, is_chosen in zip(batch.calls(), mask, strict=True) if is_chosen
    )


@contextmanager
def replayed(path: Path) -> Iterator[str]:
    """Serve an archive; yield the URL."""
    server = create_server(
        replay.create_app(replay.Archive(path), TOKEN), host=replay.HOST, port=0, threads=1
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://{replay.HOST}:{server.effective_port}/dashboard"
    finally:
        server.trigger.pull_trigger(server.close)
        thread.join()


def numbers(dashboard_id: UUID, query: Query) -> dict[str, Any]:
    """Read what must be the same of the original and the replay."""

    def read() -> dict[str, Any]:
        dashboard = repository.find(dashboard_id)
        shown = [name for name in StatisticName if name not in INEXACT]
        by_day = Query(query.start, query.end, timeslice=TimeUnit.DAY)
        by = {
            field: dashboard.query(shown, Query(query.start, query.end, by=(field,)))
            for field in (CallField.ENDPOINT, CallField.IP, CallField.GROUP_BY, CallField.VERSION)
        }
        return {
            "all": dashboard.query(shown, query).values,
            "by day": dashboard.query(shown, by_day).values,
            # The names differ; the numbers of each do not.
            **{field: sorted(zip(*groups(result), strict=True)) for field, result in by.items()},
        }

    return transact(read)


def groups(result: Any) -> list[list[Any]]:
    exact = ("total_visits", "fastest_measured_execution_time", "slowest_measured_execution_time")
    return [[row[0] for row in result.values[name]] for name in (*exact, "median_execution_time")]


def test_a_replay_gives_the_same_numbers_in_another_installation(
    make_dashboard: Callable[[CallBatch], UUID], tmp_path: Path
) -> None:
    batch = demo_calls(random.Random(1), 4_000)
    original = make_dashboard(batch)
    path = tmp_path / "archive.zip"
    path.write_bytes(archived(original))
    expected = numbers(original, Query(MIDNIGHT - timedelta(days=5), MIDNIGHT))
    pydash_database.close()
    second = {
        "PYDASH_DATA_DIR": str(tmp_path / "second"),
        "PYDASH_DATABASE_URI": f"file://{tmp_path / 'second' / 'pydash.fs'}",
        "PYDASH_FETCH_ALLOW": "loopback",
    }
    pydash_app.configure(Configuration.from_environment(second))
    try:
        assert transact(repository.count) == 0
        with replayed(path) as url:
            dashboard = registration.register(make_owner(), "Replay", url, TOKEN)
            fetching.fetch_and_add_endpoints(dashboard)
            fetching.fetch_and_add_historic_endpoint_calls(dashboard)
        copy = transact(lambda: repository.find(dashboard.id))
        assert copy.fetching.error is None
        assert numbers(dashboard.id, Query()) == expected
        assert len(copy.endpoints) == len(behaviour.PAGES) + 1
        of_original = {text for call in batch.calls() for text in (call.ip, call.group_by or "")}
        assert not of_original & names(dashboard.id, CallField.IP)
        # Requests without a group remain without one.
        assert of_original & names(dashboard.id, CallField.GROUP_BY) == {""}
    finally:
        pydash_database.close()


def names(dashboard_id: UUID, field: CallField) -> set[Any]:
    """Return the values of a field."""
    query = Query(by=(field,))
    return transact(
        lambda: {
            name
            for (name,) in repository.find(dashboard_id)
            .query([StatisticName.TOTAL_VISITS], query)
            .groups
        }
    )


def test_it_names_no_address_and_no_user(make_dashboard: Callable[[CallBatch], UUID]) -> None:
    batch = demo_calls(random.Random(2), 2_000)
    dashboard_id = make_dashboard(batch)
    first, second = archived(dashboard_id), archived(dashboard_id)
    with zipfile.ZipFile(io.BytesIO(first)) as file:
        text = "\n".join(file.read(name).decode() for name in file.namelist())
    hidden = {*filter(None, batch.group_by), *batch.ip, "book_of_ada@example.com", "author_42"}
    hidden |= {"never_used_7", "Bookshop", "app.example.com", "the app's token"}
    words = set(re.findall(r'"([^"]*)"', text))
    assert len(hidden) > 30
    assert hidden.isdisjoint(words)
    assert [each for each in hidden if not each.isalpha() and each in text] == []
    assert {"home", "cart"} <= words
    # Nobody can compare two archives.
    pages = [contents(content)["data-0001.json"]["data"] for content in (first, second)]
    for name in ("ip", "group_by"):
        values = [set(page[name]["values"]) - {None} for page in pages]
        assert values[0].isdisjoint(values[1])
    assert pages[0]["duration"] == pages[1]["duration"]


def test_it_has_the_newest_complete_days(make_dashboard: Callable[[CallBatch], UUID]) -> None:
    batch = demo_calls(random.Random(3), 500)
    found = contents(archived(make_dashboard(batch)))
    start = MIDNIGHT - timedelta(days=5)
    assert found["manifest.json"]["start"] == start.isoformat()
    assert found["manifest.json"]["end"] == MIDNIGHT.isoformat()
    times = [call.time for call in batch.calls() if start <= call.time < MIDNIGHT]
    assert found["manifest.json"]["calls"] == len(times) > 200
    # Of an app without recent calls, the last days with some.
    old = contents(archived(make_dashboard(batch), NOW + timedelta(days=90)))
    assert old["manifest.json"]["end"] == (MIDNIGHT + timedelta(days=1)).isoformat()


def test_it_is_bounded(
    make_dashboard: Callable[[CallBatch], UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = demo_calls(random.Random(4), 800)
    dashboard_id = make_dashboard(batch)
    monkeypatch.setattr(archiving, "MAX_CALLS", 250)
    manifest = contents(archived(dashboard_id))["manifest.json"]
    start = datetime.fromisoformat(manifest["start"])
    assert (MIDNIGHT - start).days == 2
    assert manifest["calls"] == sum(start <= call.time < MIDNIGHT for call in batch.calls())
    monkeypatch.setattr(archiving, "MAX_CALLS", 10)
    assert contents(archived(dashboard_id))["manifest.json"]["calls"] == 10


def test_an_app_without_requests_has_an_empty_one(
    make_dashboard: Callable[[CallBatch], UUID], tmp_path: Path
) -> None:
    batch = demo_calls(random.Random(4), 1)
    path = tmp_path / "archive.zip"
    path.write_bytes(archived(make_dashboard(columns(batch, [False]))))
    found = replay.Archive(path).page(0, 100)
    assert (found["data"]["id"], found["has_more"]) == ([], False)


@pytest.mark.parametrize("limit", [1, 7, 100, 1000])
def test_pages_of_a_replay_are_continuous(tmp_path: Path, limit: int) -> None:
    path = tmp_path / "archive.zip"
    sizes = (3, 50, 1, 46)
    with zipfile.ZipFile(path, "w") as file:
        pages, first = [], 1
        for number, size in enumerate(sizes):
            ids = list(range(first, first + size))
            coded = {"values": ["x", None], "codes": [id_ % 2 for id_ in ids]}
            data = dict.fromkeys(("duration", "time_requested", "status_code", "id"), ids)
            data |= dict.fromkeys(("endpoint", "version_requested", "group_by", "ip"), coded)  # type: ignore[arg-type]
            file.writestr(f"data-{number:04}.json", json.dumps({"data": data}))
            pages.append({"name": f"data-{number:04}.json", "first_id": first, "calls": size})
            first += size
        file.writestr("manifest.json", json.dumps({"format": 1, "calls": 100, "pages": pages}))
        file.writestr("details.json", json.dumps({"database-id": "d"}))
        file.writestr("rules.json", json.dumps({"data": []}))
    archive, after, seen, requests = replay.Archive(path), 0, [], 0
    while True:
        page = archive.page(after, limit)
        seen += page["data"]["id"]
        after, requests = page["next_after_id"], requests + 1
        assert [id_ % 2 for id_ in page["data"]["id"]] == [
            page["data"]["ip"]["values"][code] != "x" for code in page["data"]["ip"]["codes"]
        ]
        if not page["has_more"]:
            break
    assert seen == list(range(1, 101))
    assert requests == math.ceil(100 / limit)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("manifest.json", "[]", "is not a sample archive"),
        ("manifest.json", '{"format": 2}', "has format 2, not 1"),
        ("manifest.json", '{"format": 1}', "is not a sample archive"),
        ("other.json", "{}", "missing or damaged"),
        (
            "manifest.json",
            '{"format": 1, "calls": 1, "pages": [{"name": "../x", "first_id": 1}]}',
            "unknown names",
        ),
        ("manifest.json", " " * 65 * 1024**2, "too large"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, content: str, reason: str) -> None:
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    with pytest.raises(replay.InvalidArchiveError, match=reason):
        replay.Archive(path)
    path.write_text("not a ZIP file")
    with pytest.raises(replay.InvalidArchiveError, match="not a sample archive"):
        replay.Archive(path)

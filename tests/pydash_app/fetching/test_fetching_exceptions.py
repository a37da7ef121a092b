"""Fetching the exceptions of a real app, which raises them."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pydash_app import diagnosis, exceptions
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import fetching
from pydash_app.exceptions import ExceptionLog
from pydash_database import transact
from tests.exporter.test_diagnosis import KINDS, MOVES, running, visit
from tests.exporter.test_exporter import TOKEN, App

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="module")
def raising(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running(tmp_path_factory.mktemp("raising"), *KINDS, "source") as app:
        visit(app, "GET", f"/captured/{MOVES}", headers={"X-User": "ada"})
        for number in (1, 2, 3, 1):
            visit(app, "GET", f"/raised/{number}")
        for seconds in ("0", "0", "0.2"):
            headers = {"X-User": "bob", "X-Password": "planted", "X-Seconds": seconds}
            visit(app, "GET", "/files/a?api_key=planted&size=7", headers=headers)
        visit(app, "GET", "/value/1.5")
        yield app


def add_dashboard(url: str, token: str = TOKEN) -> Dashboard:
    dashboard = Dashboard(url, token, uuid.uuid4())
    transact(lambda: repository.add(dashboard))
    return dashboard


def fetched(dashboard: Dashboard) -> ExceptionLog:
    """Fetch, and return the exceptions."""
    fetching.fetch_and_update_historic_dashboard_info(dashboard.id)
    log = transact(lambda: exceptions.find(dashboard.id))
    assert log is not None
    return log


def test_it_fetches_what_explains_a_fault(raising: App) -> None:
    log = fetched(add_dashboard(raising.url))
    [[expected]] = raising.sql("SELECT COUNT(*) FROM ExceptionOccurrence")
    assert log.count == expected == MOVES + 4
    assert (log.others, log.set_aside) == (0, 0)
    by_function: dict[str, list[Any]] = {}
    for fault in log.faults.values():
        by_function.setdefault(fault.function, []).append(fault)
    assert sorted(fault.count for fault in by_function["diagnosis_app:raised"]) == [1, 1, 2]
    [moved] = by_function["moving:pay"]
    assert (moved.type, moved.message) == ("KeyError", "<text>")
    assert moved.count == moved.captured == sum(moved.counts().values()) == MOVES
    assert (moved.endpoints, moved.versions) == (("captured",), ("7.1",))
    assert (moved.user_count, moved.address_count) == (1, 1)
    assert moved.first_seen <= moved.last_seen <= datetime.now(UTC)
    samples = moved.samples
    assert len(samples.samples) == MOVES
    newest = samples.samples[0]
    assert newest.user == "ada"
    assert newest.ip == "127.0.0.1"
    assert newest.message.startswith("'order-")
    outer, inner = samples.stack_of(newest)
    assert (outer.module, inner.module) == ("diagnosis_app", "moving")
    assert inner.source.strip() == "return basket[order]"


def test_it_fetches_what_explains_slowness(raising: App) -> None:
    dashboard = add_dashboard(raising.url)
    fetching.fetch_and_update_historic_dashboard_info(dashboard.id)
    slow: Any
    profiled: Any
    graphs: Any
    slow, profiled, graphs = (
        transact(partial(diagnosis.find, kind, dashboard.id))
        for kind in (diagnosis.OutlierLog, diagnosis.ProfileLog, diagnosis.GraphLog)
    )
    assert slow.count == len(raising.sql(KINDS["outliers"]))
    slowest = slow.select("work", order="duration")[0]
    assert slowest.duration > 200
    assert (slowest.version, slowest.user, slowest.ip) == ("7.1", "bob", "127.0.0.1")
    assert slowest.url.endswith("/files/a?api_key=[masked]&size=7")
    assert 0 <= slowest.cpu <= 100
    assert 0 < slowest.memory <= 100
    headers, environment, stack = slowest.details.read()
    assert (headers["X-User"], headers["X-Password"]) == ("bob", "[masked]")
    assert environment["PATH_INFO"] == "/files/a"
    # Under load, FMD may look at the stack before the function begins.
    assert {frame.module for frame in stack if frame.own} <= {"diagnosis_app"}
    assert profiled.count == len(raising.sql(KINDS["profiles"]))
    profile = profiled.find("work", "7.1")
    root = profile.tree()
    [[expected]] = raising.sql(
        "SELECT COUNT(*) FROM Request JOIN Endpoint ON Endpoint.id = endpoint_id"
        " WHERE name = 'work'"
    )
    assert (profile.requests, root.frame.function) == (expected, "work")
    assert root.total == pytest.approx(profile.duration)
    assert any("time.sleep" in node.frame.source for _, node in root.walk())
    [graph] = graphs.graphs.values()
    assert (graph.title, graph.points, graphs.count) == ("Baskets", 1, 1)


def test_apps_that_export_no_exceptions_are_fetched_without(tmp_path: Path) -> None:
    with running(tmp_path) as app:
        visit(app, "GET", "/raised/1")
        dashboard = add_dashboard(app.url)
        fetching.fetch_and_update_historic_dashboard_info(dashboard.id)
    assert dashboard.fetching.error is None
    assert transact(lambda: exceptions.find(dashboard.id)) is None

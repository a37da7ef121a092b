"""Fetching the exceptions of a real app, which raises them."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flask_monitoring_dashboard_client import exporter_dialect
from pydash_app import configuration, exceptions
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import fetching, quota, registration, retention
from pydash_app.exceptions import ExceptionLog
from pydash_app.fetcher import housekeeping
from pydash_database import transact
from tests.exporter.test_diagnosis import MOVES, running, visit
from tests.exporter.test_exporter import TOKEN, App
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def raising(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running(tmp_path_factory.mktemp("raising"), "exceptions", "source") as app:
        visit(app, "GET", f"/captured/{MOVES}", headers={"X-User": "ada"})
        for number in (1, 2, 3, 1):
            visit(app, "GET", f"/raised/{number}")
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


def test_apps_that_export_no_exceptions_are_fetched_without(tmp_path: Path) -> None:
    with running(tmp_path) as app:
        visit(app, "GET", "/raised/1")
        dashboard = add_dashboard(app.url)
        fetching.fetch_and_update_historic_dashboard_info(dashboard.id)
    assert dashboard.fetching.error is None
    assert transact(lambda: exceptions.find(dashboard.id)) is None


def test_an_app_may_stop_to_export_them(
    monitored_app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitored_app.write_calls([("alpha", NOW, 1.0)])
    dashboard = add_dashboard(monitored_app.url, monitored_app.token)
    fetching.fetch_and_update_historic_dashboard_info(dashboard.id)
    assert "exceptions" in dashboard.fetching.kinds
    # The route of a kind that it does not export, and that of an exporter without any.
    for route in ("get_json_graphs", "get_json_nothing"):
        monkeypatch.setattr(exporter_dialect, "EXCEPTIONS_ROUTE", route)
        assert fetching.fetch_and_update_new_dashboard_info(dashboard.id) is None
        assert dashboard.fetching.error is None


@pytest.fixture
def app(monitored_app: MonitoredApp, monkeypatch: pytest.MonkeyPatch) -> MonitoredApp:
    """An app with exceptions, which are fetched in small pages."""
    monkeypatch.setattr(exporter_dialect, "MAX_EXCEPTIONS", 7)
    monitored_app.write_calls([("alpha", NOW, 1.0)])
    monitored_app.write_exceptions(30)
    return monitored_app


def test_each_is_counted_once_however_often_fetching_fails(
    app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    dashboard = add_dashboard(app.url, app.token)
    fetching.fetch_and_add_endpoints(dashboard)
    failures = 0
    for success in range(1, 12):
        # Whichever transaction of the run fails, after the first pages or before.
        monkeypatch.setattr(fetching, "transact", failing_after(success, transact))
        try:
            fetching.fetch_and_update_new_dashboard_info(dashboard.id)
        except ZeroDivisionError:
            failures += 1
        monkeypatch.undo()
        monkeypatch.setattr(exporter_dialect, "MAX_EXCEPTIONS", 7)
        app.write_exceptions(5)
    assert failures > 5
    assert fetched(dashboard).count == app.count_exceptions()
    assert fetched(dashboard).count == app.count_exceptions()


def failing_after(times: int, work: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that works a number of times, fails once, and then works again."""
    left = iter([*[False] * times, True])

    def call(*arguments: Any, **options: Any) -> Any:
        return 1 / 0 if next(left, False) else work(*arguments, **options)

    return call


def test_a_page_that_another_process_has_stored_is_dropped(
    app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    dashboard = add_dashboard(app.url, app.token)
    fetch = exporter_dialect.ExporterDialect.fetch_exceptions

    def fetch_twice(self: Any, cursor: dict[str, Any] | None) -> Any:
        monkeypatch.setattr(exporter_dialect.ExporterDialect, "fetch_exceptions", fetch)
        fetching.fetch_and_update_historic_dashboard_info(dashboard.id)
        return fetch(self, cursor)

    monkeypatch.setattr(exporter_dialect.ExporterDialect, "fetch_exceptions", fetch_twice)
    assert fetched(dashboard).count == app.count_exceptions()


def test_exceptions_that_become_visible_late_are_counted(app: MonitoredApp) -> None:
    dashboard = add_dashboard(app.url, app.token)
    fetched(dashboard)
    [[last]] = app.select("select max(id) from ExceptionOccurrence")
    columns = "exception_type_id, exception_msg_id, stack_trace_snapshot_id, is_user_captured"
    for offset in (40, 5, 20):
        app.change(
            f"insert into ExceptionOccurrence (id, request_id, {columns}) "
            f"select {last + offset}, request_id, {columns} from ExceptionOccurrence limit 1"
        )
        assert fetched(dashboard).count == app.count_exceptions()


def test_deleting_a_dashboard_deletes_its_exceptions(app: MonitoredApp) -> None:
    dashboard = add_dashboard(app.url, app.token)
    fetched(dashboard)
    transact(lambda: registration.delete(dashboard.id))
    assert transact(lambda: exceptions.find(dashboard.id)) is None


def test_faults_that_were_not_seen_for_long_are_dropped(app: MonitoredApp) -> None:
    dashboard = add_dashboard(app.url, app.token)
    count = fetched(dashboard).count
    days = configuration.current().exceptions_retention
    assert days == 90
    for elapsed, expected in ((days - 1, count), (days + 1, 0)):
        retention.drop_expired(dashboard.id, NOW + timedelta(days=elapsed))
        assert transact(lambda: exceptions.find(dashboard.id)).count == expected  # type: ignore[union-attr]


def test_their_size_counts_for_the_quotas(
    app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    dashboard = add_dashboard(app.url, app.token)
    log = fetched(dashboard)
    owner = dashboard.user_id
    stored = transact(lambda: (dashboard.stored.bytes, log.bytes))
    assert stored[1] > 2_000
    assert transact(lambda: repository.stored_of_user(owner)).bytes == sum(stored)
    monkeypatch.setattr(quota, "MEGABYTE", 1)
    for most in (sum(stored) + 1, sum(stored)):
        limited = configuration.current().model_copy(update={"max_dashboard_megabytes": most})
        monkeypatch.setattr(configuration, "_current", limited)
        if most == sum(stored):
            with pytest.raises(quota.QuotaExceeded, match="This dashboard has"):
                transact(lambda: quota.check(dashboard))
        else:
            transact(lambda: quota.check(dashboard))
    retention.drop_expired(dashboard.id, NOW + timedelta(days=91))
    assert transact(lambda: repository.stored_of_user(owner)).bytes < sum(stored) - stored[1] // 2


@pytest.mark.usefixtures("steady_clock")
def test_exceptions_of_no_dashboard_are_deleted(app: MonitoredApp) -> None:
    # As a fetch leaves them that is stored while the dashboard is being deleted.
    stray = uuid.uuid4()
    transact(lambda: exceptions.get_or_create(stray))
    dashboard = add_dashboard(app.url, app.token)
    fetched(dashboard)
    housekeeping.drop_expired_calls()
    assert transact(lambda: exceptions.find(stray)) is None
    assert transact(lambda: exceptions.find(dashboard.id)) is not None

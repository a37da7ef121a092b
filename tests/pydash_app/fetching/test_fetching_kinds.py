"""Fetching what explains calls, each kind of a real app."""

import contextlib
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from flask_monitoring_dashboard_client import KINDS, exporter_dialect
from pydash_app import configuration, diagnosis, exceptions
from pydash_app.dashboard import news, repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import fetching, quota, registration, retention
from pydash_app.fetcher import housekeeping
from pydash_database import transact
from pydash_events.inbox import inbox
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
TABLES = ("ExceptionOccurrence", "Outlier", "StackLine", "CustomGraphData", "Request")


def add_dashboard(app: MonitoredApp) -> Dashboard:
    dashboard = Dashboard(app.url, app.token, uuid.uuid4())
    transact(lambda: repository.add(dashboard))
    return dashboard


def find(dashboard_id: uuid.UUID, kind: str) -> Any:
    return transact(lambda: diagnosis.find(diagnosis.LOGS[kind], dashboard_id))


def fetched(dashboard: Dashboard, kind: str) -> int:
    """Fetch, and return the number of rows of a kind."""
    fetching.fetch_and_update_historic_dashboard_info(dashboard.id)
    return int(find(dashboard.id, kind).count)


@pytest.fixture
def app(monitored_app: MonitoredApp, monkeypatch: pytest.MonkeyPatch) -> MonitoredApp:
    """An app with two rows of each kind, which are fetched in small pages."""
    monkeypatch.setattr(exporter_dialect, "MAX_ROWS", 15)
    for table in TABLES:
        monitored_app.change(f"delete from {table}")
    monitored_app.write_calls([("alpha", NOW, 1.0)] * 2)
    for kind in KINDS:
        monitored_app.write_rows(kind, 2)
    return monitored_app


def test_an_app_may_stop_to_export_them(app: MonitoredApp, monkeypatch: pytest.MonkeyPatch) -> None:
    dashboard = add_dashboard(app)
    fetching.fetch_and_add_endpoints(dashboard)
    assert dashboard.fetching.kinds == set(KINDS)
    # The exporter responds to this route like one that does not know the kind at all.
    monkeypatch.setattr(exporter_dialect, "KINDS", {**KINDS, "others": KINDS["graphs"]})
    logs = {"others": diagnosis.OutlierLog, "graphs": diagnosis.GraphLog}
    monkeypatch.setattr(diagnosis, "LOGS", logs)
    transact(lambda: setattr(dashboard.fetching, "kinds", frozenset(logs)))
    fetching.fetch_and_update_historic_dashboard_info(dashboard.id)
    assert dashboard.fetching.error is None
    assert find(dashboard.id, "others") is None
    assert find(dashboard.id, "graphs").count == app.count_rows("graphs")


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_counted_once_however_often_fetching_fails(
    kind: str, app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    dashboard = add_dashboard(app)
    fetching.fetch_and_add_endpoints(dashboard)
    monkeypatch.setattr(diagnosis, "LOGS", {kind: diagnosis.LOGS[kind]})
    app.write_rows(kind, 20)
    failures = 0
    for success in range(1, 9):
        # Whichever transaction of the run fails, after the first pages or before.
        with monkeypatch.context() as patch:
            patch.setattr(fetching, "transact", failing_after(success, transact))
            try:
                fetching.fetch_and_update_new_dashboard_info(dashboard.id)
            except ZeroDivisionError:
                failures += 1
        app.write_rows(kind, 5)
    assert failures > 3
    assert fetched(dashboard, kind) == app.count_rows(kind)
    assert fetched(dashboard, kind) == app.count_rows(kind)


def failing_after(times: int, work: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that works a number of times, fails once, and then works again."""
    left = iter([*[False] * times, True])

    def call(*arguments: Any, **options: Any) -> Any:
        return 1 / 0 if next(left, False) else work(*arguments, **options)

    return call


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_that_another_process_has_stored_is_dropped(
    kind: str, app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    dashboard = add_dashboard(app)
    fetch = exporter_dialect.ExporterDialect.fetch_kind

    def fetch_twice(self: Any, wanted: str, cursor: dict[str, Any] | None) -> Any:
        if wanted == kind:
            monkeypatch.setattr(exporter_dialect.ExporterDialect, "fetch_kind", fetch)
            fetching.fetch_and_update_historic_dashboard_info(dashboard.id)
        return fetch(self, wanted, cursor)

    monkeypatch.setattr(exporter_dialect.ExporterDialect, "fetch_kind", fetch_twice)
    assert fetched(dashboard, kind) == app.count_rows(kind)


@pytest.mark.parametrize(
    ("kind", "insert"),
    [
        (
            "exceptions",
            "insert into ExceptionOccurrence (id, request_id, exception_type_id, exception_msg_id, "
            "stack_trace_snapshot_id, is_user_captured) select {id}, request_id, exception_type_id,"
            " exception_msg_id, stack_trace_snapshot_id, 0 from ExceptionOccurrence limit 1",
        ),
        (
            "outliers",
            "insert into Outlier (id, request_id, request_header, request_environment, request_url)"
            " select {id}, max(id), '', '{{}}', '' from Request",
        ),
        (
            "graphs",
            "insert into CustomGraphData (id, graph_id, time, value) "
            "values ({id}, 1, '2026-11-01 12:00:00.000000', 7.5)",
        ),
    ],
)
def test_those_that_become_visible_late_are_counted(
    kind: str, insert: str, app: MonitoredApp
) -> None:
    dashboard = add_dashboard(app)
    fetched(dashboard, kind)
    last = app.count_rows(kind)
    for offset in (40, 20):
        app.change(insert.format(id=last + offset))
        assert fetched(dashboard, kind) == app.count_rows(kind)


def test_profiles_that_become_visible_late_are_counted(app: MonitoredApp) -> None:
    # As FMD stores a request before its profile.
    app.write_rows("profiles", 25)
    dashboard = add_dashboard(app)
    [[last]] = app.select("select max(request_id) from StackLine")
    hidden = f"between {last - 20} and {last - 10}"
    app.change(
        f"create table if not exists Late as select * from StackLine where request_id {hidden}"
    )
    app.change(f"delete from StackLine where request_id {hidden}")
    assert fetched(dashboard, "profiles") == app.count_rows("profiles")
    app.change("insert into StackLine select * from Late")
    assert fetched(dashboard, "profiles") == app.count_rows("profiles")


def test_deleting_a_dashboard_deletes_them(app: MonitoredApp) -> None:
    dashboard = add_dashboard(app)
    fetched(dashboard, "graphs")
    transact(lambda: registration.delete(dashboard.id))
    assert [find(dashboard.id, kind) for kind in KINDS] == [None] * len(KINDS)


def test_those_from_before_their_retention_are_dropped(app: MonitoredApp) -> None:
    dashboard = add_dashboard(app)
    counts = {kind: fetched(dashboard, kind) for kind in KINDS}
    assert all(counts.values())
    days = configuration.current().exceptions_retention
    assert days == 90
    retention.drop_expired(dashboard.id, NOW + timedelta(days=days - 1))
    assert {kind: find(dashboard.id, kind).count for kind in KINDS} == counts
    retention.drop_expired(dashboard.id, NOW + timedelta(days=days + 1))
    for kind in KINDS:
        assert (find(dashboard.id, kind).count, find(dashboard.id, kind).bytes) == (0, 0)


def test_their_size_counts_for_the_quotas(
    app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    dashboard = add_dashboard(app)
    fetched(dashboard, "exceptions")
    owner = dashboard.user_id
    sizes = [find(dashboard.id, kind).bytes for kind in KINDS]
    assert all(sizes)
    total = transact(lambda: dashboard.stored.bytes) + sum(sizes)
    assert transact(lambda: repository.stored_of_user(owner)).bytes == total
    monkeypatch.setattr(quota, "MEGABYTE", 1)
    for most in (total + 1, total):
        limited = configuration.current().model_copy(
            update={"max_dashboard_megabytes": most, "max_user_megabytes": 9 * most}
        )
        monkeypatch.setattr(configuration, "_current", limited)
        if most == total:
            with pytest.raises(quota.QuotaExceeded, match="This dashboard has"):
                transact(lambda: quota.check(dashboard))
        else:
            transact(lambda: quota.check(dashboard))
    retention.drop_expired(dashboard.id, NOW + timedelta(days=91))
    assert transact(lambda: repository.stored_of_user(owner)).bytes <= total - sum(sizes)


@pytest.mark.usefixtures("steady_clock")
def test_those_of_no_dashboard_are_deleted(app: MonitoredApp) -> None:
    # As a fetch leaves them that is stored while the dashboard is being deleted.
    stray = uuid.uuid4()
    for log in diagnosis.LOGS.values():
        transact(partial(diagnosis.get_or_create, log, stray))
    dashboard = add_dashboard(app)
    fetched(dashboard, "graphs")
    housekeeping.drop_expired_calls()
    for kind in KINDS:
        assert find(stray, kind) is None
        assert find(dashboard.id, kind) is not None


def test_a_database_that_is_reset_adds_only_what_is_newer(app: MonitoredApp) -> None:
    dashboard = add_dashboard(app)
    count = fetched(dashboard, "graphs")
    app.change("delete from CustomGraphData")
    for minute in (0, 1):
        app.change(
            "insert into CustomGraphData (graph_id, time, value) "
            f"values (1, '2026-11-01 12:0{minute}:00.000000', 7.5)"
        )
    assert fetched(dashboard, "graphs") == count + 1


def test_changes_of_states_are_recorded_once_however_often_fetching_fails(
    app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.write_rows("exceptions", 20)
    dashboard = add_dashboard(app)
    fetched(dashboard, "exceptions")
    [fault] = find(dashboard.id, "exceptions").faults.values()
    # What was raised before the first fetch is not new.
    assert recorded("exception.") == []

    def decide(decision: Any) -> None:
        transact(lambda: exceptions.decide(dashboard, fault, decision))

    [[version]] = app.select("select distinct version_requested from Request")
    for step, (decision, expected) in enumerate(
        [
            (exceptions.Resolved(NOW - timedelta(days=1)), "exception.regressed"),
            (exceptions.Resolved(NOW, version), "exception.regressed"),
            (exceptions.Resolved(NOW + timedelta(days=1)), None),
            # A version that was never seen is later than all that were.
            (exceptions.Resolved(NOW, "9.9"), None),
            (exceptions.Ignored(until_count=20 + 2 + 5 * 17), "exception.reopened"),
            (exceptions.Ignored(), None),
        ]
    ):
        decide(decision)
        before = Counter(recorded("exception."))
        app.write_rows("exceptions", 17)
        for success in range(3, 6):
            with monkeypatch.context() as patch, contextlib.suppress(ZeroDivisionError):
                patch.setattr(fetching, "transact", failing_after(success + step % 2, transact))
                fetching.fetch_and_update_new_dashboard_info(dashboard.id)
        assert fetched(dashboard, "exceptions") == app.count_rows("exceptions")
        added = list((Counter(recorded("exception.")) - before).elements())
        assert added == ([expected] if expected else []), decision


def test_a_new_fault_is_an_event_and_news_for_rules(
    app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.change("delete from ExceptionOccurrence")
    dashboard = add_dashboard(app)
    fetched(dashboard, "exceptions")
    app.write_rows("exceptions", 3)
    transact(lambda: news.watch(dashboard.user_id))
    monkeypatch.setattr(fetching, "_fetch_pages", lambda *_: False)
    for _ in range(2):
        fetched(dashboard, "exceptions")
    assert recorded("exception.") == ["exception.new"]
    assert list(transact(news.waiting)) == [dashboard.id]


def recorded(prefix: str) -> list[str]:
    """Return the types of the events that were recorded, in any order."""
    batches = transact(lambda: inbox().batches())
    types = [row.event_type for _, batch in batches for row in batch]
    return [each for each in types if each.startswith(prefix)]

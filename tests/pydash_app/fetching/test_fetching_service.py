import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flask_monitoring_dashboard_client import RemoteUnreachable, WrongToken
from periodic_tasks import TaskScheduler
from pydash_app import secrets
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard, DashboardState
from pydash_app.dashboard.services import fetching, registration
from pydash_app.dashboard.summary import DayFigures, start_of_day
from pydash_app.user import repository as users
from pydash_app.user.entity import User
from pydash_cube.query import Query
from pydash_database import transact
from pydash_web.controller.dashboard_info import dashboard_info
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
"""A full second, because the app's database may store such times without a fraction."""

pytestmark = pytest.mark.usefixtures("database")


def add_dashboard(app: MonitoredApp, **changes: str) -> Dashboard:
    """Store a dashboard for the app."""
    given = {"url": app.url, "token": app.token, **changes}
    dashboard = Dashboard(given["url"], given["token"], uuid.uuid4())
    transact(lambda: repository.add(dashboard))
    return dashboard


def state_of(dashboard: Dashboard) -> DashboardState:
    return dashboard.fetching.state


def visits(dashboard: Dashboard) -> int:
    count: int = dashboard.statistic("total_visits")
    return count


def write(app: MonitoredApp, count: int, endpoint: str = "alpha", start: datetime = NOW) -> None:
    app.write_calls((endpoint, start + timedelta(seconds=n), 10.0 + n) for n in range(count))


@pytest.fixture
def app(monitored_app: MonitoredApp) -> MonitoredApp:
    """The app, without calls."""
    monitored_app.delete_calls()
    return monitored_app


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PAGE_CALLS", 10)


def test_it_fetches_endpoints_then_the_history_then_new_calls(app: MonitoredApp) -> None:
    write(app, 30)
    dashboard = add_dashboard(app)
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    assert state_of(dashboard) is DashboardState.initialized_endpoint_calls
    assert sorted(dashboard.endpoints) == ["alpha", "beta"]
    assert visits(dashboard) == 30
    write(app, 5, "beta")
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    assert state_of(dashboard) is DashboardState.fetched_endpoint_calls
    assert visits(dashboard) == 35
    assert visits(dashboard.endpoints["beta"]) == 5


def test_it_fetches_all_fields_of_a_call(app: MonitoredApp) -> None:
    write(app, 3)
    dashboard = add_dashboard(app)
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    calls = [call for batch in dashboard.calls(Query()) for call in batch.calls()]
    assert [call.time for call in calls] == [NOW + timedelta(seconds=n) for n in range(3)]
    assert [call.execution_time for call in calls] == [10.0, 11.0, 12.0]
    first = calls[0]
    assert (first.endpoint, first.version, first.ip) == ("alpha", "1.0", "127.0.0.1")
    assert (first.group_by, first.status_code) == ("", 200)


def test_calls_with_implausible_times_are_set_aside_and_counted_as_such(app: MonitoredApp) -> None:
    write(app, 3)
    app.write_calls([("alpha", datetime(1970, 1, 1, tzinfo=UTC), 1.0)] * 2)
    app.write_calls([("alpha", datetime.now(UTC) + timedelta(hours=72), 1.0)])
    dashboard = add_dashboard(app)
    for _ in range(2):
        fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    assert visits(dashboard) == 3
    assert transact(lambda: dashboard_info(dashboard)).set_aside == 3


def test_it_never_counts_a_call_twice(app: MonitoredApp) -> None:
    write(app, 10)
    dashboard = add_dashboard(app)
    for _ in range(3):
        fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    assert visits(dashboard) == 10


def test_it_counts_each_of_several_calls_at_the_same_time(app: MonitoredApp) -> None:
    app.write_calls([("alpha", NOW, 1.0)] * 4)
    dashboard = add_dashboard(app)
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    app.write_calls([("alpha", NOW, 1.0)] * 3)
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    assert visits(dashboard) == 7


@pytest.mark.usefixtures("small_pages")
def test_it_resumes_an_interrupted_history(
    app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(app, 45)
    dashboard = add_dashboard(app)
    monkeypatch.setattr(fetching, "transact", failing_after(4, transact))
    with pytest.raises(ZeroDivisionError):
        fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    monkeypatch.undo()
    assert state_of(dashboard) is DashboardState.initialize_endpoint_calls_failure
    assert visits(dashboard) == dashboard.fetching.progress.calls == 20
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    assert state_of(dashboard) is DashboardState.initialized_endpoint_calls
    assert visits(dashboard) == 45


def failing_after(times: int, work: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that works a number of times, fails once, and then works again."""
    left = iter([*[False] * times, True])

    def call(*arguments: Any, **options: Any) -> Any:
        return 1 / 0 if next(left, False) else work(*arguments, **options)

    return call


@pytest.mark.usefixtures("small_pages")
def test_it_stores_the_progress_of_the_history(
    app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "RUN_SECONDS", 0.000001)
    write(app, 40)
    dashboard = add_dashboard(app)
    fractions = []
    while fetching.fetch_and_update_new_dashboard_info(dashboard.id) is not None:
        fractions.append(dashboard.fetching.progress.fraction)
        assert state_of(dashboard) is DashboardState.initialized_endpoints
    assert fractions == [0.25, 0.5, 0.75]
    assert dashboard.fetching.progress.fraction == 1.0
    assert (dashboard.fetching.progress.seconds_left, visits(dashboard)) == (0.0, 40)


@pytest.mark.usefixtures("small_pages")
def test_a_run_is_short_so_that_a_long_history_does_not_delay_others(
    app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "RUN_SECONDS", 0.000001)
    write(app, 25)
    dashboard = add_dashboard(app)
    assert fetching.fetch_and_update_new_dashboard_info(dashboard.id) == timedelta()
    assert visits(dashboard) == 10


@pytest.mark.usefixtures("small_pages")
def test_the_historic_fetch_continues_to_the_end(
    app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "RUN_SECONDS", 0.000001)
    write(app, 35)
    dashboard = add_dashboard(app)
    fetching.fetch_and_update_historic_dashboard_info(dashboard.id)
    assert visits(dashboard) == 35


def test_each_step_does_what_its_name_says(app: MonitoredApp) -> None:
    write(app, 3)
    dashboard = add_dashboard(app)
    fetching.fetch_and_add_endpoints(dashboard)
    assert state_of(dashboard) is DashboardState.initialized_endpoints
    assert sorted(dashboard.endpoints) == ["alpha", "beta"]
    fetching.fetch_and_add_historic_endpoint_calls(dashboard)
    assert state_of(dashboard) is DashboardState.initialized_endpoint_calls
    write(app, 2)
    fetching.fetch_and_add_endpoint_calls(dashboard)
    assert state_of(dashboard) is DashboardState.fetched_endpoint_calls
    assert visits(dashboard) == 5


def test_a_page_that_another_process_has_stored_is_dropped(
    app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(app, 10)
    dashboard = add_dashboard(app)
    convert = fetching._batch

    def store_elsewhere_first(page: Any) -> Any:
        monkeypatch.setattr(fetching, "_batch", convert)
        fetching.fetch_and_update_new_dashboard_info(dashboard.id)
        return convert(page)

    monkeypatch.setattr(fetching, "_batch", store_elsewhere_first)
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    assert visits(dashboard) == 10


@pytest.mark.parametrize("change", ["delete", "move"])
def test_a_page_of_a_deleted_or_moved_dashboard_is_dropped(
    app: MonitoredApp, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    write(app, 10)
    dashboard = add_dashboard(app)
    convert = fetching._batch

    def change_and_convert(page: Any) -> Any:
        if change == "delete":
            transact(lambda: repository.delete(dashboard))
        else:
            transact(lambda: setattr(dashboard, "url", "http://elsewhere.example.com"))
        return convert(page)

    monkeypatch.setattr(fetching, "_batch", change_and_convert)
    assert fetching.fetch_and_update_new_dashboard_info(dashboard.id) is None
    assert dashboard.first_endpoint_call_time() is None


def test_a_deleted_dashboard_is_ignored() -> None:
    assert fetching.fetch_and_update_new_dashboard_info(uuid.uuid4()) is None


def test_it_stores_the_reason_of_a_failure_and_recovers(app: MonitoredApp) -> None:
    write(app, 3)
    dashboard = add_dashboard(app)
    for state in (
        DashboardState.initialize_endpoints_failure,
        DashboardState.fetch_endpoint_calls_failure,
    ):
        app.kill()
        with pytest.raises(RemoteUnreachable):
            fetching.fetch_and_update_new_dashboard_info(dashboard.id)
        assert state_of(dashboard) is state
        assert "Connection refused by" in (dashboard.fetching.error or "")
        app.start()
        fetching.fetch_and_update_new_dashboard_info(dashboard.id)
        assert not dashboard.fetching.state.is_failure
        assert dashboard.fetching.error is None
    assert visits(dashboard) == 3


def test_a_success_without_new_calls_clears_the_error(app: MonitoredApp) -> None:
    dashboard = add_dashboard(app)
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    transact(lambda: dashboard.fetching.failed(NOW, "The app did not respond."))
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    assert dashboard.fetching.error is None
    assert state_of(dashboard) is DashboardState.fetched_endpoint_calls


def test_it_stores_that_the_token_is_wrong(app: MonitoredApp) -> None:
    dashboard = add_dashboard(app, token="wrong")
    with pytest.raises(WrongToken):
        fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    assert "token" in (dashboard.fetching.error or "")


def test_it_stores_the_http_status_of_a_failing_app(app: MonitoredApp, tmp_path: Path) -> None:
    dashboard = add_dashboard(app)
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    with app.broken_database():
        with pytest.raises(Exception, match="HTTP status"):
            fetching.fetch_and_update_new_dashboard_info(dashboard.id)
        assert dashboard.fetching.http_status in (500, 503)
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    assert dashboard.fetching.http_status is None


def test_it_notifies_the_user_that_the_app_lost_its_calls(app: MonitoredApp) -> None:
    write(app, 20)
    dashboard = add_dashboard(app)
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    app.delete_calls()
    write(app, 2, start=NOW + timedelta(hours=1))
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    [notice] = dashboard.fetching.notices
    assert "reset" in notice.text
    assert visits(dashboard) == 22


def test_it_stores_the_details_of_endpoints(app: MonitoredApp) -> None:
    app.visit("beta")
    dashboard = add_dashboard(app)
    fetching.fetch_and_add_endpoints(dashboard)
    endpoint = dashboard.endpoints["beta"]
    assert endpoint.is_monitored
    assert endpoint.version_added == "1.0"
    assert endpoint.time_added is not None


def test_it_stores_the_details_of_the_remote_side(app: MonitoredApp) -> None:
    dashboard = add_dashboard(app, url=app.url.removesuffix("/dashboard"))
    fetching.fetch_and_add_endpoints(dashboard)
    remote = dashboard.fetching.remote
    assert remote is not None
    assert (remote.url, remote.dialect, remote.default_token) == (app.url, "exporter", False)
    assert remote.fmd_version.startswith("5.")


def test_tasks_scheduled_after_a_restart_fetch_the_dashboard(
    app: MonitoredApp,
) -> None:
    dashboard = add_dashboard(app)
    scheduler = RecordingScheduler()
    fetching.schedule_all_periodic_dashboards_tasks(timedelta(minutes=1), scheduler)
    fetching.schedule_historic_dashboard_fetching(dashboard, scheduler)
    fetching.schedule_periodic_dashboard_fetching(dashboard, timedelta(minutes=5), scheduler)
    assert {name for name, _ in scheduler.added} == {("fetch", dashboard.id)}
    for _, task in scheduler.added:
        task()
    assert state_of(dashboard) is DashboardState.fetched_endpoint_calls


class RecordingScheduler(TaskScheduler):
    """Records the added tasks."""

    def __init__(self) -> None:
        super().__init__()
        self.added: list[tuple[Any, Callable[[], object]]] = []

    def add_periodic_task(
        self, name: Any, interval: timedelta, task: Callable[[], object], *_: Any, **__: Any
    ) -> None:
        self.added.append((name, task))


def test_it_stores_that_the_token_cannot_be_decrypted(app: MonitoredApp) -> None:
    dashboard = add_dashboard(app)
    secrets.configure("a key other than the one before")
    with pytest.raises(secrets.UnreadableSecret):
        fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    assert state_of(dashboard) is DashboardState.initialize_endpoints_failure
    assert dashboard.fetching.error == secrets.UnreadableSecret.message
    registration.change_settings(dashboard.id, token=app.token)
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    assert dashboard.fetching.error is None


def test_it_prepares_the_overview_in_the_time_zones_of_the_owner(
    app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = User("Alice", "correct horse", "alice@example.com")
    user.read_overview_in("Asia/Kathmandu")
    transact(lambda: users.add(user))
    now = datetime.now(UTC)
    write(app, 3, start=now.replace(microsecond=0) - timedelta(seconds=3))
    dashboard = add_dashboard(app)
    transact(lambda: setattr(dashboard, "user_id", user.id))
    fetching.fetch_and_update_new_dashboard_info(dashboard.id)
    monkeypatch.setattr(DayFigures, "since", None)
    start = start_of_day(now, "Asia/Kathmandu")
    assert transact(lambda: dashboard.summary.of_day(start, dashboard)).visits == 3

"""A dashboard that has reached a limit: what is stored, what its owner is told, how it goes on."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pydash_app import configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.retention import Retention
from pydash_app.dashboard.services import fetching, quota
from pydash_app.dashboard.services.retention import drop_expired
from pydash_app.dashboard.stored import Stored
from pydash_app.errors import InvalidInput
from pydash_app.event import reporting
from pydash_cube.query import Query
from pydash_cube.vocabulary import MAX_DISTINCT, CallField
from pydash_database import database_root, transact
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime.now(UTC).replace(microsecond=0)
OLD = NOW - timedelta(days=40)


@pytest.fixture
def app(monitored_app: MonitoredApp, monkeypatch: pytest.MonkeyPatch) -> MonitoredApp:
    """The app, without calls, fetched in pages of ten."""
    monitored_app.delete_calls()
    monkeypatch.setattr(fetching, "PAGE_CALLS", 10)
    return monitored_app


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that changes settings."""

    def change(**settings: int) -> None:
        changed = configuration.current().model_copy(update=settings)
        monkeypatch.setattr(configuration, "_current", changed)

    return change


def add_dashboard(app: MonitoredApp, owner: uuid.UUID | None = None) -> Dashboard:
    dashboard = Dashboard(app.url, app.token, owner or uuid.uuid4())
    transact(lambda: repository.add(dashboard))
    return dashboard


def write(app: MonitoredApp, count: int, start: datetime = NOW) -> None:
    start -= timedelta(minutes=5)
    app.write_calls(("alpha", start + timedelta(seconds=n), 1.0) for n in range(count))


def fetch(dashboard: Dashboard) -> int:
    """Fetch all there is; return the number of requests that are counted afterwards."""
    fetching.fetch_and_update_historic_dashboard_info(dashboard.id)
    count: int = transact(lambda: dashboard.statistic("total_visits"))
    return count


def test_fetching_stops_at_the_limit_and_resumes_where_it_stopped(
    app: MonitoredApp, limit: Any
) -> None:
    write(app, 45)
    dashboard = add_dashboard(app)
    limit(max_dashboard_requests=20)
    assert fetch(dashboard) == 20
    assert dashboard.stored.calls == 20
    cursor = dashboard.fetching.cursor
    assert "reached the limit of 20 stored requests" in (dashboard.fetching.error or "")
    assert dashboard.fetching.state.is_failure
    assert fetch(dashboard) == 20
    assert dashboard.fetching.cursor == cursor
    limit(max_dashboard_requests=1_000)
    assert fetch(dashboard) == 45
    assert dashboard.fetching.error is None


def test_dropped_requests_free_space(app: MonitoredApp, limit: Any) -> None:
    write(app, 30, OLD)
    write(app, 10)
    dashboard = add_dashboard(app)
    limit(max_dashboard_requests=30)
    assert fetch(dashboard) == 30
    transact(lambda: setattr(dashboard, "retention", Retention(calls_days=7)))
    drop_expired(dashboard.id, NOW)
    assert repository.stored_of_user(dashboard.user_id) == dashboard.stored
    assert dashboard.stored.calls == 0
    assert fetch(dashboard) == 40
    assert dashboard.fetching.error is None


def test_the_size_is_limited(app: MonitoredApp, limit: Any) -> None:
    write(app, 30)
    dashboard = add_dashboard(app)
    limit(max_dashboard_megabytes=0)
    assert fetch(dashboard) == 0
    assert "reached the limit of 0 MB of storage" in (dashboard.fetching.error or "")
    limit(max_dashboard_megabytes=1)
    assert fetch(dashboard) == 30
    assert 0 < dashboard.stored.bytes < 100_000


def test_all_dashboards_of_a_user_share_a_limit(app: MonitoredApp, limit: Any) -> None:
    write(app, 15)
    owner = uuid.uuid4()
    first, second = add_dashboard(app, owner), add_dashboard(app, owner)
    stranger = add_dashboard(app)
    limit(max_user_requests=15)
    assert [fetch(each) for each in (first, second, stranger)] == [15, 0, 15]
    assert "Your account has reached the limit of 15 stored requests" in (
        second.fetching.error or ""
    )
    transact(lambda: repository.delete(first))
    assert fetch(second) == 15
    assert transact(lambda: repository.stored_of_user(owner)).calls == 15


def test_events_and_dashboards_of_a_user_share_a_limit(app: MonitoredApp, limit: Any) -> None:
    write(app, 15)
    dashboard = add_dashboard(app)
    limit(max_user_megabytes=1)
    transact(lambda: reporting.count(dashboard.user_id, 1, 999_999, NOW))
    # The first page exceeds the limit.
    assert fetch(dashboard) == 10
    assert "Your account has reached the limit of 1 MB" in (dashboard.fetching.error or "")
    transact(lambda: quota.check_events(uuid.uuid4(), 1_000_000))
    with pytest.raises(InvalidInput, match="limit of 1 MB of storage"):
        transact(lambda: quota.check_events(dashboard.user_id, 1))
    transact(lambda: reporting.forget(dashboard.user_id))
    assert fetch(dashboard) == 15
    transact(lambda: quota.check_events(dashboard.user_id, 900_000))
    with pytest.raises(InvalidInput):
        transact(lambda: quota.check_events(dashboard.user_id, 1_000_000))


def test_a_deleted_dashboard_and_user_leave_nothing(app: MonitoredApp) -> None:
    write(app, 15)
    dashboard = add_dashboard(app)
    other = add_dashboard(app, dashboard.user_id)
    assert [fetch(each) for each in (dashboard, other)] == [15, 15]

    def delete(each: Dashboard) -> Stored:
        transact(lambda: repository.delete(each))
        return transact(lambda: repository.stored_of_user(dashboard.user_id))

    assert delete(dashboard) == other.stored
    assert delete(other) == (0, 0)
    assert not transact(lambda: list(database_root()["stored"]))


def test_endpoints_beyond_the_limit_are_not_listed(
    app: MonitoredApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MAX_DISTINCT, CallField.ENDPOINT, 1)
    app.write_calls((name, NOW, 1.0) for name in ("alpha", "beta", "beta"))
    dashboard = add_dashboard(app)
    assert fetch(dashboard) == 3
    assert list(dashboard.endpoints) == ["alpha"]
    assert dashboard.endpoints["alpha"].statistic("total_visits") == 1
    assert dashboard.fetching.overflow_names == {"endpoint": "(other)"}
    groups = dashboard.query([], Query(by=(CallField.ENDPOINT,))).groups
    assert sorted(groups) == [("(other)",), ("alpha",)]


def test_calls_of_an_endpoint_beyond_the_limit_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(MAX_DISTINCT, CallField.ENDPOINT, 1)
    dashboard = Dashboard("http://app", "token", uuid.uuid4())
    dashboard.add_endpoints(Endpoint(name, True) for name in ("first", "second"))
    assert list(dashboard.endpoints) == ["first"]
    dashboard.add_endpoint(Endpoint("first", False))
    assert not dashboard.endpoints["first"].is_monitored

"""The events that fetching records."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flask_monitoring_dashboard_client import WrongToken
from pydash_app import event
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import fetching
from pydash_cube.vocabulary import MAX_DISTINCT, CallField
from pydash_database import transact
from pydash_events import Event, EventFilter
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("database")


def events_of(dashboard: Dashboard) -> list[Event]:
    store = event.store(event.of_dashboard(dashboard).project)
    return list(store.get_events(EventFilter()))


def types_of(dashboard: Dashboard) -> list[str]:
    return [each.event_type for each in events_of(dashboard)]


def traits_of(found: Event) -> dict[str, Any]:
    return {trait.name: trait.value for trait in found.traits}


@pytest.fixture
def app(monitored_app: MonitoredApp) -> MonitoredApp:
    """The app, without calls."""
    monitored_app.delete_calls()
    return monitored_app


@pytest.fixture
def dashboard(app: MonitoredApp) -> Dashboard:
    dashboard = Dashboard(app.url, app.token, uuid.uuid4())
    transact(lambda: repository.add(dashboard))
    return dashboard


def fetch(dashboard: Dashboard) -> None:
    fetching.fetch_and_update_historic_dashboard_info(dashboard.id)


def test_a_version_began_with_its_first_call(app: MonitoredApp, dashboard: Dashboard) -> None:
    app.write_calls([("alpha", NOW + timedelta(hours=1), 1.0), ("alpha", NOW, 1.0)])
    fetch(dashboard)
    app.write_calls([("alpha", NOW + timedelta(hours=2), 1.0)])
    fetch(dashboard)
    [found] = [each for each in events_of(dashboard) if each.event_type == "app.version"]
    assert found.generated == NOW
    assert traits_of(found)["version"]
    assert traits_of(found)["dashboard_id"] == str(dashboard.id)


def forget_endpoints(dashboard: Dashboard) -> None:
    """Remove the endpoints, which are then new when they are called."""
    transact(lambda: dashboard.endpoints.clear())


def test_endpoints_after_the_history_are_new(app: MonitoredApp, dashboard: Dashboard) -> None:
    app.write_calls([("alpha", NOW, 1.0)])
    fetch(dashboard)
    assert "endpoint.added" not in types_of(dashboard)
    forget_endpoints(dashboard)
    app.write_calls([("beta", NOW, 1.0)] * 3)
    fetch(dashboard)
    found = [each for each in events_of(dashboard) if each.event_type == "endpoint.added"]
    assert [traits_of(each)["endpoint"] for each in found] == ["beta"]


def test_many_new_endpoints_are_some_events(
    app: MonitoredApp, dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MAX_ENDPOINT_EVENTS", 1)
    fetch(dashboard)
    forget_endpoints(dashboard)
    app.write_calls([("alpha", NOW, 1.0), ("beta", NOW, 1.0)])
    fetch(dashboard)
    assert types_of(dashboard).count("endpoint.added") == 1


def test_endpoints_beyond_the_limit_are_no_events(
    app: MonitoredApp, dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MAX_DISTINCT, CallField.ENDPOINT, 1)
    app.write_calls([("alpha", NOW, 1.0), ("beta", NOW, 1.0)])
    fetch(dashboard)
    for _ in range(3):
        app.write_calls([("beta", NOW, 1.0)])
        fetch(dashboard)
    assert len(dashboard.endpoints) == 1
    assert "endpoint.added" not in types_of(dashboard)


def test_a_failure_and_the_recovery_are_one_event_each(
    app: MonitoredApp, dashboard: Dashboard
) -> None:
    transact(lambda: setattr(dashboard, "token", "wrong"))
    for _ in range(2):
        with pytest.raises(WrongToken):
            fetch(dashboard)
    assert types_of(dashboard) == ["app.fetch.failed"]
    assert "token" in traits_of(events_of(dashboard)[0])["reason"]
    transact(lambda: setattr(dashboard, "token", app.token))
    fetch(dashboard)
    fetch(dashboard)
    assert types_of(dashboard).count("app.fetch.recovered") == 1


def test_a_reset_is_recorded(app: MonitoredApp, dashboard: Dashboard) -> None:
    app.write_calls([("alpha", NOW, 1.0)] * 3)
    fetch(dashboard)
    app.delete_calls()
    app.write_calls([("alpha", NOW + timedelta(hours=1), 1.0)])
    fetch(dashboard)
    assert types_of(dashboard).count("app.reset") == 1


def test_an_aborted_page_records_nothing(
    app: MonitoredApp, dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.write_calls([("alpha", NOW, 1.0)])

    def fail(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(Dashboard, "update_summary", fail)
        with pytest.raises(MemoryError):
            fetch(dashboard)
    assert "app.version" not in types_of(dashboard)
    fetch(dashboard)
    assert types_of(dashboard).count("app.version") == 1

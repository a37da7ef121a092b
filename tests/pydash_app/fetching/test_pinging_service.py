import threading
import uuid
from collections.abc import Callable, Hashable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from periodic_tasks import TaskScheduler
from pydash_app import event
from pydash_app.dashboard import repository
from pydash_app.dashboard.downtime import PING_INTERVAL
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import pinging
from pydash_database import transact
from pydash_events import Event, EventFilter

LONG_AGO, FAR_AHEAD = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("database")


class _App(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _App) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/dashboard"
        server.shutdown()
        thread.join()


@pytest.fixture
def dashboard(url: str) -> Dashboard:
    dashboard = Dashboard(url, "token", uuid.uuid4())
    dashboard.monitor_downtime = True
    transact(lambda: repository.add(dashboard))
    return dashboard


class RunningScheduler(TaskScheduler):
    """Runs each task once, when it is added."""

    def add_periodic_task(
        self, name: Hashable, interval: timedelta, task: Callable[[], object], *_: Any, **__: Any
    ) -> None:
        task()


def is_down(dashboard: Dashboard) -> bool:
    return dashboard.downtime.down_since is not None


def latencies(dashboard: Dashboard) -> list[float]:
    return [latency for _, latency in dashboard.downtime.latency(LONG_AGO, FAR_AHEAD)]


@pytest.mark.parametrize("status", [200, 302, 401, 404])
def test_any_response_but_a_server_error_counts_as_up(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr(_App, "status", status)
    pinging.ping_dashboard(dashboard.id)
    [latency] = latencies(dashboard)
    assert 0 < latency < 10_000
    assert dashboard.downtime.last_ping is not None


@pytest.mark.parametrize("failure", ["server error", "connection refused"])
def test_three_failed_pings_in_a_row_make_an_outage(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    if failure == "server error":
        monkeypatch.setattr(_App, "status", 503)
    else:
        transact(lambda: setattr(dashboard, "url", "http://127.0.0.1:1/"))
    for _ in range(2):
        pinging.ping_dashboard(dashboard.id)
        assert not is_down(dashboard)
    pinging.ping_dashboard(dashboard.id)
    assert is_down(dashboard)
    assert latencies(dashboard) == []


def test_a_ping_counts_for_the_interval_in_force(dashboard: Dashboard) -> None:
    hour = timedelta(hours=1)
    pinging.schedule_periodic_pinging(dashboard, hour, RunningScheduler())
    last = dashboard.downtime.last_ping
    assert last is not None
    assert dashboard.downtime.percentage(LONG_AGO, FAR_AHEAD, last + 3 * hour) == 0
    assert dashboard.downtime.percentage(LONG_AGO, FAR_AHEAD, last + 4 * hour) is None


def test_a_failed_ping_is_repeated_earlier(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the app is down, at the shorter interval, so that recovery is noticed as fast."""
    minute, second = timedelta(minutes=1), timedelta(seconds=1)
    delays = []
    for status in (200, 500, 500, 500, 200, 200):
        monkeypatch.setattr(_App, "status", status)
        delays.append(pinging.ping_dashboard(dashboard.id, minute, 15 * second))
    assert delays == [None, *4 * [15 * second], None]
    monkeypatch.setattr(_App, "status", 500)
    delays = [pinging.ping_dashboard(dashboard.id, 30 * second, minute) for _ in range(3)]
    assert delays == [minute, minute, 30 * second]


def test_the_retries_belong_to_one_outage_although_pings_take_their_time(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ping that fails after ten seconds is later than three intervals of one second."""
    monkeypatch.setattr(_App, "status", 500)
    start, second = datetime.now(UTC), timedelta(seconds=1)

    class Clock(datetime):
        reading = start

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return cls.reading

    monkeypatch.setattr(pinging, "datetime", Clock)
    for number in range(3):
        Clock.reading = start + 11 * number * second
        pinging.ping_dashboard(dashboard.id, second, second)
    assert dashboard.downtime.down_since == start


@pytest.mark.parametrize(
    ("url", "kind", "reason"),
    [
        ("http://127.0.0.1:1/", "refused", "Connection refused by 127.0.0.1:1."),
        ("http://shop.invalid/", "dns", "Unknown host: shop.invalid."),
        ("http://192.0.2.1/", "address", "from which this PyDash must not fetch"),
    ],
)
def test_the_failure_says_why(dashboard: Dashboard, url: str, kind: str, reason: str) -> None:
    transact(lambda: setattr(dashboard, "url", url))
    pinging.ping_dashboard(dashboard.id)
    failure = dashboard.downtime.last_failure
    assert failure is not None
    assert failure.kind == kind
    assert reason in failure.reason


def test_it_does_not_ping_unless_monitoring_is_switched_on(dashboard: Dashboard) -> None:
    transact(lambda: setattr(dashboard, "monitor_downtime", False))
    pinging.ping_dashboard(dashboard.id)
    assert dashboard.downtime.last_ping is None


def test_switching_monitoring_off_ends_the_outage(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_App, "status", 503)
    for _ in range(3):
        pinging.ping_dashboard(dashboard.id)
    assert is_down(dashboard)
    pinging.stop_monitoring(dashboard.id)
    assert not is_down(dashboard)
    assert dashboard.downtime.last_ping is None


def test_a_deleted_dashboard_is_ignored() -> None:
    pinging.ping_dashboard(uuid.uuid4())
    pinging.stop_monitoring(uuid.uuid4())


def outage_events(dashboard: Dashboard) -> list[Event]:
    store = event.store(event.of_dashboard(dashboard).project)
    return list(store.get_events(EventFilter()))


def traits_of(event: Event) -> dict[str, Any]:
    return {trait.name: trait.value for trait in event.traits}


def test_the_begin_and_the_end_of_an_outage_are_events(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(_App, "status", 503)
        for _ in range(3):
            pinging.ping_dashboard(dashboard.id)
    [began] = outage_events(dashboard)
    assert (began.event_type, began.generated) == (
        "app.outage.began",
        dashboard.downtime.down_since,
    )
    assert traits_of(began)["cause"] == "status"
    assert traits_of(began)["reason"] == "The app responded with HTTP status 503."
    pinging.ping_dashboard(dashboard.id)
    assert len(outage_events(dashboard)) == 1
    pinging.ping_dashboard(dashboard.id)
    _, ended = outage_events(dashboard)
    traits = traits_of(ended)
    assert traits["cause"] == "status"
    assert ended.event_type == "app.outage.ended"
    assert traits["since"] == began.generated
    elapsed = (ended.generated - began.generated) / timedelta(milliseconds=1)
    assert traits["duration_ms"] == pytest.approx(elapsed)


def test_an_outage_ends_with_the_last_ping_before_monitoring_stops(dashboard: Dashboard) -> None:
    start = datetime.now(UTC) - timedelta(hours=1)

    def fail() -> None:
        for number in range(3):
            dashboard.downtime.record(start + number * PING_INTERVAL, None)

    transact(fail)
    pinging.stop_monitoring(dashboard.id)
    [ended] = outage_events(dashboard)
    assert ended.event_type == "app.outage.ended"
    assert ended.generated == start + 2 * PING_INTERVAL


class TestAvailability:
    """What is shown before an outage is certain."""

    def test_it_is_unknown_until_the_first_ping(self, dashboard: Dashboard) -> None:
        assert dashboard.availability is None

    def test_failed_pings_are_checked_and_the_third_one_is_an_outage(
        self, dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found = []
        for status in (200, 500, 500, 500, 200, 200):
            monkeypatch.setattr(_App, "status", status)
            pinging.ping_dashboard(dashboard.id)
            found.append(dashboard.availability)
        assert found == ["up", "checking", "checking", "down", "down", "up"]

    @pytest.mark.parametrize(
        ("status", "shown"), [(None, "checking"), (502, "checking"), (401, "up")]
    )
    def test_a_failed_fetch_is_checked_until_the_next_ping(
        self, dashboard: Dashboard, status: int | None, shown: str
    ) -> None:
        pinging.ping_dashboard(dashboard.id)
        failure = (datetime.now(UTC), "The fetch failed.", status)
        transact(lambda: dashboard.fetching.failed(*failure))
        assert dashboard.availability == shown
        pinging.ping_dashboard(dashboard.id)
        assert dashboard.availability == "up"

    def test_it_is_unknown_while_uptime_is_not_monitored(self, dashboard: Dashboard) -> None:
        pinging.ping_dashboard(dashboard.id)
        dashboard.monitor_downtime = False
        assert dashboard.availability is None
        transact(lambda: setattr(repository.find(dashboard.id), "monitor_downtime", False))

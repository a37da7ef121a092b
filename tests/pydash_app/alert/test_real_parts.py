"""Alerts of a real app, on a real database server, and by fetchers that are killed or overlap."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
import requests

from pydash_app import alert, channel
from pydash_app.alert import rules
from pydash_app.alert.condition import Above, Down
from pydash_app.alert.repository import Scope, alerts
from pydash_app.channel import repository as channels
from pydash_app.channel.entity import Channel
from pydash_app.configuration import Configuration
from pydash_app.dashboard import news, repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.fetching_status import FetchProgress, RemoteInfo
from pydash_app.dashboard.services import fetching, pinging
from pydash_app.user.entity import User
from pydash_app.user.services import registration
from pydash_cube.vocabulary import StatisticName
from pydash_database import transact
from tests.conftest import PASSWORD
from tests.pydash_app.fetching.support.fetcher_process import FetcherProcess
from tests.pydash_web.support.apps_to_watch import WatchedApp
from tests.support.receiver import Receiver, running_receiver
from tests.support.waiting import wait_for

PATIENCE_SECONDS = 60.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def owner(zeo_database: Configuration) -> User:
    return transact(
        lambda: registration.create("Alice", PASSWORD, "alice@example.com", verified=True)
    )


@pytest.fixture
def channel_id(owner: User, receiver: Receiver) -> UUID:
    settings = {"url": receiver.url, "secret": "a secret of a receiver"}
    hook = Channel(owner.id, "Hook", "webhook", settings, datetime.now(UTC))
    hook.group_wait = hook.group_interval = timedelta()
    transact(lambda: channels.add(hook))
    return hook.id


def add_dashboard(owner: User, url: str, token: str = "token", name: str = "Shop") -> UUID:
    def add() -> UUID:
        dashboard = Dashboard(url, token, owner.id, name)
        dashboard.monitor_downtime = True
        repository.add(dashboard)
        return dashboard.id

    return transact(add)


def told(receiver: Receiver) -> list[tuple[str, str]]:
    """Return the kind of condition and the state of each alert that was received."""
    channel.send_due()
    found = [each for body in receiver.bodies for each in body["alerts"]]
    return [(each["rule"]["condition"]["kind"], each["state"]) for each in found]


def test_a_real_app_that_is_visited_and_stopped(
    owner: User, channel_id: UUID, receiver: Receiver, tmp_path: Path
) -> None:
    app = WatchedApp(tmp_path)
    try:
        dashboard_id = add_dashboard(owner, app.url, app.token)
        visits = Above(statistic=StatisticName.TOTAL_VISITS, window=300, threshold=2)
        settings = {"for_": 0, "channels": [channel_id]}
        transact(lambda: rules.create(owner, visits, settings))
        transact(lambda: rules.create(owner, Down(), settings))
        fetch = partial(fetching.fetch_and_update_historic_dashboard_info, dashboard_id)
        fetch()
        pinging.ping_dashboard(dashboard_id)
        alert.evaluate_due()
        assert told(receiver) == []
        for _ in range(3):
            assert requests.get(app.url, timeout=10).ok
        # The app stores requests after it has responded.
        wait_for(lambda: fetch() or transact(lambda: has_requests(dashboard_id, 3)))
        alert.evaluate_due()
        assert told(receiver) == [("above", "firing")]
    finally:
        app.stop()
    for _ in range(3):
        pinging.ping_dashboard(dashboard_id)
        alert.evaluate_due()
    assert told(receiver)[1:] == [("down", "firing")]
    found = transact(lambda: list(alerts(Scope("dashboard", dashboard_id))))
    assert "refused" in found[0].text


def test_two_fetchers_at_once_repeat_and_lose_nothing(
    owner: User, channel_id: UUID, receiver: Receiver
) -> None:
    count = 12
    settings = {"for_": 0, "keep_firing_for": 0, "channels": [channel_id]}
    condition = Above(statistic=StatisticName.TOTAL_VISITS, window=300, threshold=-1)
    shops = [
        add_dashboard(owner, f"http://shop-{number}.example", name=str(number))
        for number in range(count)
    ]
    transact(lambda: rules.create(owner, condition, settings))
    for dashboard_id in shops:
        transact(partial(set_up, dashboard_id))
    now = datetime.now(UTC)
    with ThreadPoolExecutor(2) as fetchers:
        assert list(fetchers.map(alert.evaluate_due, [now, now]))
    names = []
    while channel.send_due():
        pass
    for body in receiver.bodies:
        names += [each["dashboard"]["name"] for each in body["alerts"]]
    assert sorted(names, key=int) == [str(number) for number in range(count)]
    assert transact(lambda: len(list(alerts(Scope("open", owner.id))))) == count
    assert transact(news.waiting) == {}


def test_a_fetcher_that_is_killed_tells_once_that_an_app_is_down(
    owner: User,
    channel_id: UUID,
    receiver: Receiver,
    zeo_database: Configuration,
    tmp_path: Path,
) -> None:
    settings = {
        "PYDASH_DATA_DIR": str(tmp_path / "data"),
        "PYDASH_DATABASE_URI": zeo_database.database_uri,
        "PYDASH_FETCH_ALLOW": "loopback",
        "PYDASH_FETCH_WORKERS": "2",
        "PYDASH_PING_INTERVAL": "1",
        "PYDASH_PING_RETRY": "1",
        "PYDASH_SECRET_KEY": zeo_database.secret_key,
    }
    # Nothing listens there.
    dashboard_id = add_dashboard(owner, "http://127.0.0.1:9")
    transact(lambda: rules.create(owner, Down(), {"channels": [channel_id]}))
    open_alerts = Scope("open", owner.id)
    with fetcher(settings):
        wait_for(lambda: transact(lambda: list(alerts(open_alerts))), PATIENCE_SECONDS)
    with fetcher(settings):
        wait_for(lambda: receiver.received, PATIENCE_SECONDS)
        transact(lambda: news.add(dashboard_id, owner.id))
        wait_for(lambda: not transact(news.waiting), PATIENCE_SECONDS)
    assert len({body["id"] for body in receiver.bodies}) == 1
    (found,) = transact(lambda: list(alerts(open_alerts)))
    assert {each["id"] for body in receiver.bodies for each in body["alerts"]} == {str(found.id)}


@contextmanager
def fetcher(settings: dict[str, str]) -> Iterator[None]:
    """Run a fetcher, and kill it."""
    process = FetcherProcess(settings)
    try:
        yield
    finally:
        process.kill()


def has_requests(dashboard_id: UUID, count: int) -> bool:
    return bool(repository.find(dashboard_id).aggregator_group.cube.rows >= count)


def set_up(dashboard_id: UUID) -> None:
    """Let the history of a dashboard be fetched, which has no requests."""
    dashboard = repository.find(dashboard_id)
    now, url = datetime.now(UTC), dashboard.url
    dashboard.fetching.found_endpoints(now, RemoteInfo(url, url, "exporter", "5.1.0"))
    dashboard.fetching.fetched_page(now, cursor={}, has_more=False, progress=FetchProgress())
    news.add(dashboard_id, dashboard.user_id)

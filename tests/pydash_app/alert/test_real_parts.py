"""Alerts of a real app, on a real database server, and by fetchers that are killed or overlap."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
from tests.pydash_web.support.apps_to_watch import WatchedApp
from tests.support.receiver import Receiver, running_receiver


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
        fetch()
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


def set_up(dashboard_id: UUID) -> None:
    """Let the history of a dashboard be fetched, which has no requests."""
    dashboard = repository.find(dashboard_id)
    now, url = datetime.now(UTC), dashboard.url
    dashboard.fetching.found_endpoints(now, RemoteInfo(url, url, "exporter", "5.1.0"))
    dashboard.fetching.fetched_page(now, cursor={}, has_more=False, progress=FetchProgress())
    news.add(dashboard_id, dashboard.user_id)

"""An account with apps and rules, a channel to a real receiver, and a clock that the test sets."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from pydash_app import alert, channel
from pydash_app.alert import condition as conditions
from pydash_app.alert import rules
from pydash_app.alert.entity import Alert, Rule
from pydash_app.alert.machine import State
from pydash_app.alert.repository import Scope, alerts, find, states_of
from pydash_app.channel import repository as channels
from pydash_app.channel.entity import Channel
from pydash_app.dashboard import news, repository
from pydash_app.dashboard.downtime import Failure
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.fetching_status import FetchProgress, RemoteInfo
from pydash_app.user.entity import User
from pydash_cube.call_batch import CallBatch
from pydash_database import transact
from pydash_http import FailureKind
from tests.support.receiver import Receiver, running_receiver

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
REFUSED = Failure(FailureKind.REFUSED, "The app refused the connection.")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def watch(database: None, alice: User, receiver: Receiver) -> "Watch":
    """Alice's account, at noon."""
    return Watch(alice, receiver)


@pytest.fixture
def watch_of_bob(database: None, bob: User, receiver: Receiver) -> "Watch":
    """Bob's account, at noon."""
    return Watch(bob, receiver, "/bob")


@dataclass
class Watch:
    """An account whose apps are watched."""

    owner: User
    receiver: Receiver
    path: str = "/"
    now: datetime = NOON

    def __post_init__(self) -> None:
        settings = {"url": self.receiver.url + self.path, "secret": "a secret of a receiver"}
        hook = Channel(self.owner.id, "Hook", "webhook", settings, self.now)
        hook.group_wait = hook.group_interval = timedelta()
        transact(lambda: channels.add(hook))
        self.channel_id = hook.id

    # -- What happens ---------------------------------------------------------------------------

    def add_app(self, name: str = "Shop", host: str = "shop.example", **settings: Any) -> UUID:
        """Add an app whose history has been fetched."""

        def add() -> UUID:
            dashboard = Dashboard(f"http://{host}/dashboard", "token", self.owner.id, name)
            remote = RemoteInfo(dashboard.url, dashboard.url, "exporter", "5.1.0")
            dashboard.fetching.found_endpoints(self.now, remote)
            for attribute, value in {"monitor_downtime": True, **settings}.items():
                setattr(dashboard, attribute, value)
            repository.add(dashboard)
            return dashboard.id

        dashboard_id = transact(add)
        self.fetch(dashboard_id)
        return dashboard_id

    def fetch(
        self,
        dashboard_id: UUID,
        times: Sequence[float] = (),
        *,
        statuses: Sequence[int] = (),
        endpoint: str = "home",
        ago: timedelta = timedelta(),
    ) -> None:
        """Fetch requests.

        :param times: their execution times (ms).
        :param statuses: their statuses, 200 by default.
        :param ago: how long before now they were made; a second by default.
        """

        def store() -> None:
            dashboard = repository.find(dashboard_id)
            moment = self.now - (ago or timedelta(seconds=1))
            count = len(times)
            batch = CallBatch.from_columns(
                endpoint=[endpoint] * count,
                execution_time=list(times),
                time=[moment.replace(tzinfo=None)] * count,
                version=["1"] * count,
                group_by=[""] * count,
                ip=["127.0.0.1"] * count,
                status_code=list(statuses) or [200] * count,
            )
            if count:
                dashboard.add_endpoint_calls(batch)
            dashboard.fetching.fetched_page(
                self.now, cursor={}, has_more=False, progress=FetchProgress()
            )
            news.add(dashboard_id, self.owner.id)

        transact(store)

    def fail_to_fetch(self, dashboard_id: UUID, reason: str = "The token is wrong.") -> None:
        def store() -> None:
            repository.find(dashboard_id).fetching.failed(self.now, reason)
            news.add(dashboard_id, self.owner.id)

        transact(store)

    def ping(self, *dashboard_ids: UUID, is_up: bool = True) -> None:
        """Ping apps once."""

        def store() -> None:
            for dashboard_id in dashboard_ids:
                log = repository.find(dashboard_id).downtime
                failure = None if is_up else REFUSED
                log.record(self.now, 5.0 if is_up else None, failure=failure)
                news.add(dashboard_id, self.owner.id)

        transact(store)

    def take_down(self, *dashboard_ids: UUID) -> None:
        """Ping apps that are down until this is certain."""
        for _ in range(3):
            self.ping(*dashboard_ids, is_up=False)
            self.evaluate(seconds=15)

    # -- What is done about it ------------------------------------------------------------------

    def add_rule(self, condition: dict[str, Any], **settings: Any) -> UUID:
        """Add a rule without delays, unless they are given."""
        values = {"for_": 0, "keep_firing_for": 0, "channels": [self.channel_id], **settings}
        parsed = conditions.parse(condition)
        return transact(lambda: rules.create(self.owner, parsed, values).id)

    def evaluate(self, *, seconds: float = 0) -> None:
        """Let time pass, and evaluate what is due."""
        self.now += timedelta(seconds=seconds)
        alert.evaluate_due(self.now)

    def state(self, rule_id: UUID, dashboard_id: UUID) -> State:
        def read() -> State:
            states = states_of(dashboard_id)
            return states.of(rule_id) if states else State()

        return transact(read)

    @property
    def alerts(self) -> list[Alert]:
        """All alerts, the latest first."""
        return transact(lambda: list(alerts(Scope("owner", self.owner.id))))

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The alerts of all messages that were received."""
        channel.send_due(self.now)
        received = [each for each in self.receiver.received if each.path == self.path]
        return [each for request in received for each in request.json["alerts"]]

    @property
    def told(self) -> list[str]:
        """The states in all messages that were received."""
        return [each["state"] for each in self.messages]

    def change(self, rule_id: UUID, work: Callable[[Rule], object]) -> None:
        """Change a rule."""

        def run() -> None:
            rule = find(rule_id)
            assert rule is not None
            work(rule)

        transact(run)

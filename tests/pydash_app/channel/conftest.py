"""A channel that delivers to a real receiver, by a clock that the test sets."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from pydash_app import channel as channels
from pydash_app.channel import repository
from pydash_app.channel.entity import Channel
from pydash_app.user.entity import User
from pydash_database import transact
from pydash_notify.message import Alert, Dashboard, Rule
from tests.support.receiver import Receiver, running_receiver

START = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
SECRET = "a secret of the receiver"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def make_channel(alice: User, receiver: Receiver) -> Callable[..., Channel]:
    """Add a webhook of Alice to the receiver."""

    def make(path: str = "/", **attributes: Any) -> Channel:
        settings = {"url": receiver.url + path, "secret": SECRET}
        channel = Channel(alice.id, "Hook", "webhook", settings, START)
        for name, value in attributes.items():
            setattr(channel, name, value)
        transact(lambda: repository.add(channel))
        return channel

    return make


def alert(number: int = 1, dashboard: str | Dashboard | None = "shop", **fields: Any) -> Alert:
    """Return an alert, by default that a dashboard is down."""
    if isinstance(dashboard, str):
        dashboard_id = str(uuid5(NAMESPACE_URL, dashboard))
        dashboard = Dashboard(dashboard_id, dashboard.title(), f"https://pydash/{dashboard}")
    values: dict[str, Any] = {
        "id": f"episode-{number}",
        "state": "firing",
        "rule": Rule("rule-1", "Down", {"kind": "down"}),
        "dashboard": dashboard,
        "severity": "critical",
        "since": START,
        "text": "Connection refused.",
        "url": f"https://pydash/alerts/{number}",
    }
    return Alert(**{**values, **fields})


def notify(channel: Channel | UUID, *alerts: Alert, at: float = 0) -> None:
    """Queue alerts.

    :param at: seconds after `START`.
    """
    channel_id = channel.id if isinstance(channel, Channel) else channel
    now = START + timedelta(seconds=at)

    def queue() -> None:
        for each in alerts:
            channels.notify(channel_id, each, now)

    transact(queue)


def send_at(seconds: float) -> int:
    """Send what is due that many seconds after `START`."""
    return channels.send_due(START + timedelta(seconds=seconds))

"""A channel that delivers to a real receiver, by a clock that the test sets."""

import email
import email.policy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from pydash_app import channel as channels
from pydash_app import configuration as configurations
from pydash_app.channel import repository
from pydash_app.channel.entity import Channel
from pydash_app.configuration import Configuration
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


class Mailbox:
    """Receives mails; responds to each recipient with `response`."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.response = "250 OK"

    async def handle_DATA(  # noqa: N802 (named by aiosmtpd)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return self.response


@pytest.fixture
def mailbox(
    configuration: Configuration, database: None, start_mail_server: Callable[..., int]
) -> Mailbox:
    """A real mail server, which this process uses."""
    mailbox = Mailbox()
    url = f"smtp://127.0.0.1:{start_mail_server(mailbox)}"
    configurations.install(configuration.model_copy(update={"mail_url": url}))
    return mailbox


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


def content(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


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

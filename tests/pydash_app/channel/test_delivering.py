"""What a message says, how mail reaches its owner, and what is recorded of it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from pydash_app import configuration as configurations
from pydash_app import secrets
from pydash_app.channel import managing, repository
from pydash_app.channel.entity import Channel
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.entity import Dashboard as StoredDashboard
from pydash_app.event import EventType
from pydash_app.user.entity import User
from pydash_database import transact
from pydash_events.inbox import inbox
from pydash_notify import wording
from pydash_notify.message import Alert, Dashboard
from tests.pydash_app.channel.conftest import START, Mailbox, alert, content, notify, send_at
from tests.support.receiver import Receiver, Response

MakeChannel = Callable[..., Channel]


@pytest.fixture
def mail_channel(alice: User, mailbox: Mailbox) -> Channel:
    """A mail channel of Alice that does not wait."""
    channel = Channel(alice.id, "Mail", "mail", {"address": alice.mail}, START)
    channel.group_wait = timedelta()
    transact(lambda: repository.add(channel))
    return channel


def deliveries(channel: Channel) -> list[Any]:
    return transact(lambda: list(repository.deliveries(channel.id)))


def test_a_mail_says_what_happened(mail_channel: Channel, mailbox: Mailbox) -> None:
    notify(mail_channel, alert(text="<b>Connection</b> refused."))
    assert send_at(0) == 1
    (mail,) = mailbox.mails
    assert (mail["To"], mail["Subject"]) == ("alice@example.com", "Shop is down")
    assert "<b>Connection</b> refused.\nSince 25 November 2026" in content(mail, "plain")
    assert "&lt;b&gt;Connection&lt;/b&gt;" in content(mail, "html")
    assert 'href="https://pydash/alerts/1"' in content(mail, "html")


def test_a_name_with_a_line_break_adds_no_header(mail_channel: Channel, mailbox: Mailbox) -> None:
    nasty = Dashboard(str(uuid4()), "Shop\r\nBcc: eve@example.com", "")
    notify(mail_channel, alert(dashboard=nasty, text="Bcc: x\r\n.\r\nMAIL FROM:<eve@example.com>"))
    assert send_at(0) == 1
    (mail,) = mailbox.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Shop Bcc: eve@example.com is down"


def test_a_mail_keeps_its_id_at_each_attempt(mail_channel: Channel, mailbox: Mailbox) -> None:
    mailbox.response = "451 try again later"
    notify(mail_channel, alert())
    assert send_at(0) == send_at(5) == 0
    (delivery,) = deliveries(mail_channel)
    assert delivery.error == "The mail server did not accept the mail."
    mailbox.response = "250 OK"
    assert send_at(15) == 1
    assert {mail["Message-ID"] for mail in mailbox.mails} == {f"<{delivery.id}@localhost>"}


def test_a_mail_is_tried_for_three_days(
    mail_channel: Channel, configuration: Configuration
) -> None:
    # Port 9 (discard) is closed on the loopback interface.
    configurations.install(configuration.model_copy(update={"mail_url": "smtp://127.0.0.1:9"}))
    notify(mail_channel, alert())
    send_at(0)
    (delivery,) = deliveries(mail_channel)
    for hours, state in ((71, "waiting"), (72, "failed")):
        waited = timedelta(hours=hours)
        transact(lambda waited=waited: setattr(delivery, "waited", waited))  # type: ignore[misc]
        send_at(3_600 * hours)
        assert delivery.state == state


@pytest.mark.parametrize("what", ["changed", "unverified"])
def test_no_mail_goes_to_an_address_that_is_not_the_verified_one(
    mail_channel: Channel, mailbox: Mailbox, alice: User, what: str
) -> None:
    def change() -> None:
        if what == "changed":
            alice.change_mail("new@example.com")
            alice.confirm_mail()
        else:
            alice._verified = False

    transact(change)
    notify(mail_channel, alert())
    assert send_at(0) == 0
    assert deliveries(mail_channel)[0].error == "The address is not verified any more."
    assert not mailbox.mails


def test_a_template_words_the_message(make_channel: MakeChannel, receiver: Receiver) -> None:
    channel = make_channel(group_wait=timedelta(), template="{{ title }}!")
    notify(channel, alert())
    send_at(0)
    assert (receiver.bodies[0]["title"], receiver.bodies[0]["text"]) == (
        "Shop is down",
        "Shop is down!",
    )


def test_a_template_that_fails_is_replaced_by_our_own_words(
    make_channel: MakeChannel, receiver: Receiver
) -> None:
    """It is checked with examples, but another alert may have no dashboard, for instance."""
    template = "{% for a in alerts %}{{ a.dashboard.name }}{% endfor %}"
    channel = make_channel(group_wait=timedelta(), template=template)
    notify(channel, alert(dashboard=None))
    assert send_at(0) == 1
    assert receiver.bodies[0]["text"].startswith("Down: firing\nConnection refused.")


def test_settings_that_cannot_be_decrypted_fail_one_channel_only(
    make_channel: MakeChannel, receiver: Receiver, alice: User
) -> None:
    lost = make_channel("/lost", group_wait=timedelta())
    secrets.configure("another key, long enough")
    channel = make_channel("/kept", group_wait=timedelta())
    notify(lost, alert())
    notify(channel, alert())
    assert send_at(0) == 1
    assert [request.path for request in receiver.received] == ["/kept"]
    (delivery,) = deliveries(lost)
    assert delivery.state == "failed"
    assert "PYDASH_SECRET_KEY has changed" in delivery.error
    result, _ = managing.test(str(lost.id), alice)
    assert "PYDASH_SECRET_KEY has changed" in str(result.error)


def test_settings_are_encrypted_at_rest(make_channel: MakeChannel) -> None:
    channel = make_channel("/secret-path")
    stored = repr(transact(channel.__getstate__))
    assert "secret-path" not in stored
    assert channel.settings["url"].endswith("/secret-path")


def test_a_bug_in_one_kind_does_not_stop_the_others(
    make_channel: MakeChannel, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    broken = make_channel(group_wait=timedelta())
    transact(lambda: setattr(broken, "settings", {"url": "http://token@x"}))
    other = make_channel(group_wait=timedelta())
    notify(broken, alert())
    notify(other, alert())
    assert send_at(0) == 1
    assert deliveries(broken)[0].state == "waiting"
    log = caplog.text + str([vars(record) for record in caplog.records])
    assert "KeyError" in log
    assert "token" not in log


def test_a_bug_in_the_words_of_one_message_does_not_stop_the_others(
    make_channel: MakeChannel, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = wording.text_of

    def fail_once(alerts: Sequence[Alert]) -> str:
        if alerts[0].id == "episode-1":
            raise RuntimeError("a bug")
        return words(alerts)

    monkeypatch.setattr(wording, "text_of", fail_once)
    channel = make_channel(group_wait=timedelta(), group_interval=timedelta())
    for number in (1, 2):
        notify(channel, alert(number))
        send_at(number)
    assert [each["id"] for body in receiver.bodies for each in body["alerts"]] == ["episode-2"]


def test_what_was_sent_or_given_up_is_recorded(
    make_channel: MakeChannel, receiver: Receiver, alice: User
) -> None:
    channel = make_channel(group_wait=timedelta(), group_interval=timedelta())
    shop = StoredDashboard("https://shop", "token", alice.id, "Shop")
    transact(lambda: dashboards.add(shop))
    known = Dashboard(str(shop.id), "Shop", "")
    notify(channel, alert(1, known), alert(2, None), alert(4, "deleted"))
    send_at(0)
    receiver.respond = lambda request: Response(404)
    notify(channel, alert(3, known), at=1)
    send_at(1)
    rows = transact(lambda: [row for _, rows in inbox().batches() for row in rows])
    found = [row for row in rows if row.event_type.startswith("alert.")]
    assert [row.event_type for row in found] == [EventType.ALERT_NOTIFIED, EventType.ALERT_FAILED]
    assert {row.project for row in found} == {f"dashboard:{shop.id}"}
    traits = str(found[0].traits)

    for value in (channel.id, "episode-1", "rule-1", "critical"):
        assert str(value) in traits

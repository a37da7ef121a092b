"""Mail to others than the owner of a channel: only if they agree, and until they refuse."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from pydash_app import deletion, links, outbox
from pydash_app.channel import consent, managing, repository
from pydash_app.channel.entity import Channel, Consent
from pydash_app.errors import Conflict, Forbidden, NotFound, TooManyRequests
from pydash_app.user.entity import User
from pydash_database import database_root, transact
from pydash_notify.settings import Mail
from tests.pydash_app.channel.conftest import Mailbox, alert, content, notify, send_at

NOW = datetime.now(UTC)
AT_ONCE = managing.Changes(name="buy at evil.example", group_wait=timedelta())
DAVE = "dave@elsewhere.example"


def add(owner: User, address: str = DAVE) -> Channel:
    settings = Mail(address=address)
    return transact(lambda: managing.create(owner.id, "mail", settings, AT_ONCE))


def change(channel: Channel, address: str) -> None:
    transact(lambda: managing.change(channel, Mail(address=address), managing.Changes()))


def state(channel: Channel) -> Consent:
    return transact(lambda: channel.consent)


def respond(code: str, *, agrees: bool, after: timedelta = timedelta()) -> None:
    transact(lambda: consent.record_response(code, agrees=agrees, now=datetime.now(UTC) + after))


def code_in(mailbox: Mailbox) -> str:
    """Return the code of the last mail, which has the same link in plain text and HTML."""
    codes = [
        re.findall(r"/consent/([\w-]+)", content(mailbox.mails[-1], kind))
        for kind in ("plain", "html")
    ]
    (code,) = {each for found in codes for each in found}
    return str(code)


def ask(owner: User, mailbox: Mailbox, address: str = DAVE) -> tuple[Channel, str]:
    """Add a channel, and return the code that its recipient gets."""
    channel = add(owner, address)
    assert outbox.send_due() == 1
    return channel, code_in(mailbox)


def told(channel: Channel, mailbox: Mailbox, number: int) -> bool:
    """Return whether the recipient of a channel gets an alert."""
    before = len(mailbox.mails)
    notify(channel, alert(number), at=1_000 * number)
    send_at(1_000 * number)
    outbox.send_due()
    return len(mailbox.mails) > before


def test_somebody_else_gets_one_mail_and_no_alerts_until_they_agree(
    alice: User, mailbox: Mailbox
) -> None:
    channel, code = ask(alice, mailbox)
    (mail,) = mailbox.mails
    assert mail["To"] == DAVE
    for kind in ("plain", "html"):
        text = content(mail, kind)
        assert "Alice" in text
        assert "evil" not in text, "the owner can advertise with the name of a channel"
    assert "List-Unsubscribe" not in mail
    assert state(channel) is Consent.AWAITED
    assert not told(channel, mailbox, 1)
    result, _ = managing.test(str(channel.id), alice)
    assert result.error == "The recipient has not agreed yet to receive messages."
    assert len(mailbox.mails) == 1
    assert (channel.failures, channel.enabled) == (0, True)

    respond(code, agrees=True)
    assert told(channel, mailbox, 2)
    message = mailbox.mails[-1]
    assert (message["To"], message["Subject"]) == (DAVE, "Shop is down")
    assert message["List-Unsubscribe"] == f"<{consent.url_of(code)}>"
    assert code_in(mailbox) == code
    assert "because you agreed" in content(message, "plain")


def test_who_agreed_can_stop_at_any_time_and_begin_again(alice: User, mailbox: Mailbox) -> None:
    channel, code = ask(alice, mailbox)
    respond(code, agrees=True)
    years = timedelta(days=2_000)
    respond(code, agrees=False, after=years)
    assert state(channel) is Consent.REFUSED
    assert not told(channel, mailbox, 1)
    result, _ = managing.test(str(channel.id), alice)
    assert result.error == "The recipient does not want messages."
    respond(code, agrees=True, after=years)
    assert told(channel, mailbox, 2)


def test_what_waits_when_the_recipient_stops_it_is_not_sent(alice: User, mailbox: Mailbox) -> None:
    channel, code = ask(alice, mailbox)
    respond(code, agrees=True)
    mailbox.response = "451 try again later"
    notify(channel, alert())
    send_at(0)
    mailbox.response = "250 OK"
    respond(code, agrees=False)
    count = len(mailbox.mails)
    send_at(3_600)
    assert len(mailbox.mails) == count
    (delivery,) = transact(lambda: list(repository.deliveries(channel.id)))
    assert delivery.error == "The channel was stopped by its recipient."


def test_who_refused_is_not_asked_again_by_this_account(
    alice: User, bob: User, mailbox: Mailbox
) -> None:
    channel, code = ask(alice, mailbox)
    respond(code, agrees=False)
    with pytest.raises(Conflict):
        transact(lambda: managing.ask_again(channel))
    own = add(alice, "alice@example.com")
    for forbidden in (lambda: add(alice, f"Dave+1@{DAVE.partition('@')[2]}"),
                      lambda: change(own, DAVE)):  # fmt: skip
        with pytest.raises(Forbidden):
            forbidden()
    assert transact(lambda: len(repository.of_owner(alice.id))) == 2
    assert outbox.send_due() == 0
    assert add(bob).consent is Consent.AWAITED
    assert outbox.send_due() == 1


def test_a_link_expires_unless_the_recipient_agreed(alice: User, mailbox: Mailbox) -> None:
    channel, code = ask(alice, mailbox)
    with pytest.raises(NotFound):
        respond(code, agrees=True, after=links.LIFETIME + timedelta(seconds=1))
    assert state(channel) is Consent.AWAITED
    transact(lambda: managing.ask_again(channel))
    assert outbox.send_due() == 1
    with pytest.raises(NotFound):
        respond(code, agrees=True)
    respond(code_in(mailbox), agrees=True)
    assert state(channel) is Consent.GIVEN
    with pytest.raises(Conflict):
        transact(lambda: managing.ask_again(channel))


def test_asking_again_is_limited(alice: User, mailbox: Mailbox) -> None:
    channel = add(alice)
    for _ in range(links.MAX_PER_RECIPIENT - 1):
        transact(lambda: managing.ask_again(channel))
    with pytest.raises(TooManyRequests):
        transact(lambda: managing.ask_again(channel))
    with pytest.raises(TooManyRequests):
        add(alice)
    assert outbox.send_due() == links.MAX_PER_RECIPIENT


def test_many_accounts_together_cannot_bombard_anybody_and_do_not_notice(
    make_user: Callable[[str], User], mailbox: Mailbox
) -> None:
    owners = [make_user(name) for name in ("Ann", "Ben", "Cleo", "Dan", "Eli", "Fay", "Gus")]
    assert {add(owner).consent for owner in owners} == {Consent.AWAITED}
    assert transact(outbox.repository.count) == links.MAX_PER_MAILBOX


def test_a_new_recipient_is_asked_and_the_former_link_is_void(
    alice: User, mailbox: Mailbox
) -> None:
    channel, code = ask(alice, mailbox)
    respond(code, agrees=True)
    change(channel, "erin@elsewhere.example")
    assert state(channel) is Consent.AWAITED
    with pytest.raises(NotFound):
        respond(code, agrees=True)
    assert outbox.send_due() == 1
    assert mailbox.mails[-1]["To"] == "erin@elsewhere.example"
    assert not told(channel, mailbox, 1)


def test_other_changes_do_not_ask_again(alice: User, mailbox: Mailbox) -> None:
    channel, code = ask(alice, mailbox)
    for agrees in (None, True):
        if agrees:
            respond(code, agrees=True)
        change(channel, DAVE)
        assert outbox.send_due() == 0
    assert state(channel) is Consent.GIVEN


def test_the_address_of_the_account_needs_no_consent(alice: User, mailbox: Mailbox) -> None:
    channel = add(alice, "Alice@Example.com")
    assert outbox.send_due() == 0
    assert told(channel, mailbox, 1)
    assert "List-Unsubscribe" not in mailbox.mails[-1]

    def move() -> None:
        alice.change_mail("new@example.com")
        alice.confirm_mail()

    transact(move)
    assert not told(channel, mailbox, 2), "it is not the address of the account any more"
    change(channel, "Alice@Example.com")
    assert state(channel) is Consent.AWAITED
    change(channel, "new@example.com")
    assert state(channel) is Consent.NOT_REQUIRED
    assert told(channel, mailbox, 3)


@pytest.mark.parametrize("what", ["channel", "account"])
def test_the_link_to_what_was_deleted_is_void(alice: User, mailbox: Mailbox, what: str) -> None:
    channel, code = ask(alice, mailbox)

    def delete() -> None:
        if what == "channel":
            deletion.delete_channel(channel)
        else:
            deletion.delete_account(alice)

    transact(delete)
    with pytest.raises(NotFound):
        respond(code, agrees=True)
    assert not transact(lambda: len(database_root()["links"]))

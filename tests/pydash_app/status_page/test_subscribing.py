"""Mails to subscribers: only who confirmed gets them, each once, and never after unsubscribing."""

import email
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import Message
from functools import partial

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from pydash_app import configuration as configurations
from pydash_app import deletion, event, links, outbox, secrets, status_page
from pydash_app.configuration import Configuration
from pydash_app.errors import Conflict, NotFound, TooManyRequests
from pydash_app.links import MAX_PER_MAILBOX
from pydash_app.outbox.entity import OutgoingMail
from pydash_app.status_page import managing, repository, subscribing
from pydash_app.status_page.entity import (
    Incident,
    IncidentState,
    StatusPage,
    Subscriber,
    new_update,
)
from pydash_app.status_page.subscribing import BATCH, MAX_MAILED, MAX_REQUESTS
from pydash_app.user.entity import User
from pydash_database import database_root, transact
from pydash_events import EventFilter, moving
from tests.pydash_app.status_page.conftest import NOW

DAY = timedelta(days=1)
MakePage = Callable[..., StatusPage]


class Killed(BaseException):
    """The process is killed at this point."""


@pytest.fixture
def page(make_page: MakePage) -> StatusPage:
    return make_page()


def waiting() -> list[OutgoingMail]:
    return transact(lambda: list(database_root()["outbox"].values()))


def stored(name: str) -> int:
    return transact(lambda: len(database_root()[name]))


def ask(page: StatusPage, address: str) -> list[OutgoingMail]:
    """Request a subscription; return all mails that wait then."""
    transact(lambda: subscribing.request(page, address))
    status_page.mail_due()
    return waiting()


def token_in(mail: OutgoingMail) -> str:
    (link,) = (word for word in mail.plain.split() if "/subscriptions/" in word)
    return link.rpartition("/")[2]


def subscribe(page: StatusPage, address: str) -> None:
    (mail,) = (each for each in ask(page, address) if each.recipient == address)
    transact(lambda: subscribing.confirm(token_in(mail), datetime.now(UTC)))
    transact(lambda: outbox.repository.remove(mail))


def subscribe_many(page: StatusPage, count: int) -> None:
    """Without mails, because this is about what follows."""

    def add() -> None:
        for number in range(count):
            subscriber = Subscriber(f"s{number}@example.com", NOW)
            repository.add_subscriber(page, subscriber)
            repository.confirm(page, subscriber, NOW)

    transact(add)


def publish(page: StatusPage, owner: User, title: str = "Slow", text: str = "Text") -> Incident:
    now = datetime.now(UTC)
    incident = Incident(title, now, new_update(IncidentState.INVESTIGATING, text, now))
    transact(lambda: managing.open_incident(page, incident, owner, now, notify=True))
    return incident


def addresses(page: StatusPage) -> list[str]:
    return transact(lambda: [each.address for each in page.confirmed(None, 1_000)])


class TestOptIn:
    def test_who_has_not_confirmed_gets_one_mail_only(self, alice: User, page: StatusPage) -> None:
        (mail,) = ask(page, "bob@example.com")
        assert addresses(page) == []
        publish(page, alice)
        status_page.mail_due()
        assert waiting() == [mail]

    def test_who_confirms_gets_news(self, alice: User, page: StatusPage) -> None:
        subscribe(page, "bob@example.com")
        publish(page, alice, "Slow", "**very** slow")
        status_page.mail_due()
        (mail,) = waiting()
        assert (mail.recipient, mail.subject) == ("bob@example.com", "[Acme] Investigating: Slow")
        assert "<strong>very</strong>" in mail.html
        assert "**very** slow" in mail.plain

    def test_a_mail_to_a_stranger_has_no_words_of_the_owner(
        self, alice: User, page: StatusPage
    ) -> None:
        settings = managing.Settings(name="Buy at evil.example", description="Cheap pills")
        transact(lambda: managing.change(page, alice, settings))
        (mail,) = ask(page, "bob@example.com")
        for text in (mail.subject, mail.plain, mail.html):
            assert "evil" not in text
            assert "pills" not in text

    def test_confirming_again_changes_nothing(self, page: StatusPage) -> None:
        (mail,) = ask(page, "bob@example.com")
        for _ in range(2):
            transact(lambda: subscribing.confirm(token_in(mail), datetime.now(UTC)))
        assert addresses(page) == ["bob@example.com"]
        assert page.pending() == 0
        # Another request says nothing to who is subscribed.
        assert ask(page, "Bob+again@example.com") == [mail]

    @pytest.mark.usefixtures("steady_clock")
    def test_who_does_not_confirm_in_time_is_forgotten(self, page: StatusPage) -> None:
        (mail,) = ask(page, "bob@example.com")
        later = datetime.now(UTC) + DAY + timedelta(minutes=1)
        with pytest.raises(NotFound):
            transact(lambda: subscribing.confirm(token_in(mail), later))
        transact(lambda: subscribing.forget_unconfirmed(later))
        assert (len(page.subscribers), page.pending()) == (0, 0)
        for name in ("links", "links_of_target", "status_page_expiry", "status_page_subscribers"):
            assert stored(name) == 0
        assert waiting() == []

    def test_who_has_confirmed_is_not_forgotten(self, page: StatusPage) -> None:
        subscribe(page, "bob@example.com")
        transact(lambda: subscribing.forget_unconfirmed(datetime.now(UTC) + 2 * DAY))
        assert addresses(page) == ["bob@example.com"]

    def test_a_page_has_a_limited_number_of_subscribers(
        self, page: StatusPage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(subscribing, "MAX_SUBSCRIBERS", 1)
        monkeypatch.setattr(subscribing, "MAX_PENDING", 1)
        subscribe(page, "a@example.com")
        (mail,) = ask(page, "b@example.com")
        with pytest.raises(Conflict):
            transact(lambda: subscribing.confirm(token_in(mail), datetime.now(UTC)))
        assert ask(page, "c@example.com") == [mail]

    def test_a_page_that_is_off_takes_no_subscribers(self, alice: User, page: StatusPage) -> None:
        transact(lambda: managing.change(page, alice, managing.Settings(enabled=False)))
        assert ask(page, "bob@example.com") == []


class TestSpam:
    def test_a_page_asks_a_mailbox_a_few_times(self, page: StatusPage) -> None:
        for number in range(MAX_REQUESTS + 3):
            # The mailbox is the same.
            mails = ask(page, f"Bob+{number}@example.com")
        assert len(mails) == MAX_REQUESTS
        assert len(page.subscribers) == 1

    def test_all_pages_together_ask_a_mailbox_a_few_times_a_day(self, make_page: MakePage) -> None:
        for number in range(MAX_PER_MAILBOX + 3):
            mails = ask(make_page(slug=f"page-{number}"), "bob@example.com")
        assert len(mails) == MAX_PER_MAILBOX
        later = datetime.now(UTC) + DAY + timedelta(minutes=1)
        assert transact(lambda: links.count_visit("bob@example.com", later))

    def test_requests_that_nobody_processes_are_limited(
        self, page: StatusPage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(subscribing, "MAX_WAITING_REQUESTS", 32)

        def flood() -> None:
            for number in range(100):
                transact(partial(subscribing.request, page, f"{number}@example.com"))

        with pytest.raises(TooManyRequests):
            flood()
        assert len(transact(repository.requests)) <= 32

    def test_subscribers_are_notified_a_limited_number_of_times(
        self, alice: User, page: StatusPage
    ) -> None:
        for _ in range(MAX_MAILED):
            publish(page, alice)
        with pytest.raises(TooManyRequests):
            publish(page, alice)
        assert len(list(page.incidents())) == MAX_MAILED
        transact(lambda: setattr(page, "mailed", tuple(t - DAY for t in page.mailed)))
        publish(page, alice)


class TestUnsubscribing:
    def test_what_waits_is_not_sent(self, alice: User, page: StatusPage) -> None:
        subscribe(page, "bob@example.com")
        subscribe(page, "eve@example.com")
        for _ in range(3):
            publish(page, alice)
        status_page.mail_due()
        mine = [each for each in waiting() if each.recipient == "bob@example.com"]
        assert len(waiting()) == 6
        token = str(mine[0].unsubscribe_url).rpartition("/")[2]
        transact(lambda: subscribing.unsubscribe(token, datetime.now(UTC)))
        assert {each.recipient for each in waiting()} == {"eve@example.com"}
        assert addresses(page) == ["eve@example.com"]
        with pytest.raises(NotFound):
            transact(lambda: subscribing.unsubscribe(token, datetime.now(UTC)))

    def test_the_link_of_an_old_mail_works_and_that_after_a_change_of_the_key(
        self, alice: User, page: StatusPage
    ) -> None:
        subscribe(page, "bob@example.com")
        publish(page, alice)
        status_page.mail_due()
        old = str(waiting()[0].unsubscribe_url)
        transact(lambda: outbox.repository.remove(waiting()[0]))
        secrets.configure("another secret key")
        publish(page, alice)
        status_page.mail_due()
        new = str(waiting()[0].unsubscribe_url)
        assert old != new
        for url in (old, new):
            token, purpose = url.rpartition("/")[2], subscribing.UNSUBSCRIBE
            found, _ = transact(partial(subscribing.find, purpose, token, datetime.now(UTC)))
            assert found is page

    def test_a_mail_that_is_being_sent_meanwhile_does_no_harm(
        self, alice: User, page: StatusPage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        subscribe(page, "bob@example.com")
        publish(page, alice)
        status_page.mail_due()
        token = str(waiting()[0].unsubscribe_url).rpartition("/")[2]
        monkeypatch.setattr(
            outbox,
            "send",
            lambda *_, **__: transact(lambda: subscribing.unsubscribe(token, datetime.now(UTC))),
        )
        assert outbox.send_due() == 1
        assert waiting() == []

    def test_a_deleted_page_and_account_leave_nothing(
        self, alice: User, make_page: MakePage
    ) -> None:
        pages = [make_page(slug="first"), make_page(slug="second")]
        for each in pages:
            subscribe(each, "bob@example.com")
        for each in pages:
            ask(each, "unconfirmed@example.com")
            publish(each, alice)
        status_page.mail_due()
        transact(lambda: managing.delete(pages[0]))
        assert {each.subject[:6] for each in waiting()} == {"Confir", "[Acme]"}
        assert len(waiting()) == 2
        publish(pages[1], alice)
        transact(lambda: deletion.delete_account(alice))
        status_page.mail_due()
        assert waiting() == []
        for name in ("links", "links_of_target", "status_page_expiry", "status_page_announcements"):
            assert stored(name) == 0


class TestKilled:
    def test_each_subscriber_gets_each_update_once(
        self, alice: User, page: StatusPage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        subscribe_many(page, 2 * BATCH + 7)
        publish(page, alice)
        write = outbox.write
        fuel = {"left": 0}

        def write_or_die(*arguments: object, **options: object) -> OutgoingMail:
            fuel["left"] -= 1
            if fuel["left"] < 0:
                raise Killed
            return write(*arguments, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(outbox, "write", write_or_die)
        for run in range(12):
            fuel["left"] = 13 * run
            try:
                status_page.mail_due()
            except Killed:
                continue
            break
        recipients = sorted(each.recipient for each in waiting())
        assert recipients == sorted(f"s{number}@example.com" for number in range(2 * BATCH + 7))
        assert transact(lambda: len(database_root()["status_page_announcements"])) == 0

    def test_a_request_that_was_taken_is_not_lost(
        self, page: StatusPage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        transact(lambda: subscribing.request(page, "bob@example.com"))
        with monkeypatch.context() as patch:
            patch.setattr(outbox, "write", lambda *_: (_ for _ in ()).throw(Killed))
            with pytest.raises(Killed):
                status_page.mail_due()
        assert page.pending() == 0
        status_page.mail_due()
        assert len(waiting()) == 1

    def test_each_attempt_has_the_same_message_id(
        self, alice: User, page: StatusPage, mails: "Mails"
    ) -> None:
        subscribe(page, "bob@example.com")
        publish(page, alice)
        status_page.mail_due()
        mails.refusing = True
        assert outbox.send_due() == 0
        mails.refusing = False
        assert outbox.send_due(datetime.now(UTC) + timedelta(minutes=2)) == 1
        assert len({mail["Message-ID"] for mail in mails.seen}) == 1
        assert len(mails.seen) == 2

    def test_a_deleted_incident_is_not_announced(self, alice: User, page: StatusPage) -> None:
        subscribe(page, "bob@example.com")
        incident = publish(page, alice)
        transact(lambda: page.remove_incident(incident))
        status_page.mail_due()
        assert waiting() == []


class Mails:
    """What a real mail server was sent; also what it then refused."""

    def __init__(self) -> None:
        self.seen: list[Message] = []
        self.refusing = False

    async def handle_DATA(  # noqa: N802 (named by aiosmtpd)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.seen.append(email.message_from_bytes(envelope.content))
        return "451 later" if self.refusing else "250 OK"


@pytest.fixture
def mails(
    configuration: Configuration, database: None, start_mail_server: Callable[..., int]
) -> Mails:
    received = Mails()
    settings = {
        "mail_url": f"smtp://127.0.0.1:{start_mail_server(received)}",
        "public_url": "https://pydash.a-host-with-a-rather-long-name.example.com/pydash",
    }
    configurations.install(configuration.model_copy(update=settings))
    return received


def test_mails_are_unsubscribed_from_with_one_click(
    alice: User, page: StatusPage, mails: Mails
) -> None:
    """The headers of RFC 8058, whole and unencoded."""
    subscribe(page, "bob@example.com")
    publish(page, alice, "Ünavailable: " + "very " * 20 + "slow")
    status_page.mail_due()
    (waits,) = waiting()
    outbox.send_due()
    (mail,) = mails.seen
    assert mail["List-Unsubscribe"] == f"<{waits.unsubscribe_url}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = mail["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    transact(lambda: subscribing.unsubscribe(token, datetime.now(UTC)))
    assert addresses(page) == []


@pytest.mark.parametrize("title", ["x\r\nBcc: eve@example.com", "x\nSubject: y", "x\x00y"])
def test_a_title_cannot_become_a_header(
    alice: User, page: StatusPage, mails: Mails, title: str
) -> None:
    """The API refuses such titles; whatever gets by is not sent."""
    subscribe(page, "bob@example.com")
    publish(page, alice, title)
    status_page.mail_due()
    outbox.send_due()
    for mail in mails.seen:
        assert mail["Bcc"] is None
        assert len(mail.get_all("Subject", [])) == 1


def test_mails_of_accounts_are_sent_before_those_of_subscriptions(
    alice: User, page: StatusPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe_many(page, 3)
    publish(page, alice)
    status_page.mail_due()
    transact(lambda: outbox.write("alice@example.com", "Set a new password", "x", "x"))
    monkeypatch.setattr(outbox, "_BATCH", 1)
    sent: list[str] = []
    monkeypatch.setattr(outbox, "send", lambda message, **_: sent.append(message.subject))
    outbox.send_due()
    assert sent == ["Set a new password"]


def test_mails_of_subscriptions_are_neither_limited_nor_counted(
    alice: User, page: StatusPage, mails: Mails
) -> None:
    subscribe(page, "bob@example.com")
    for _ in range(outbox.MAX_PER_MAILBOX + 2):
        publish(page, alice)
    status_page.mail_due()
    assert outbox.send_due() == outbox.MAX_PER_MAILBOX + 2
    assert transact(lambda: len(database_root()["sent_mails"])) == 0


def test_what_happens_to_incidents_is_recorded(alice: User, page: StatusPage) -> None:
    incident = publish(page, alice)

    def post(state: IncidentState) -> None:
        update = new_update(state, "Text")
        transact(lambda: managing.post(page, incident, update, alice, notify=False))

    for state in (IncidentState.MONITORING, IncidentState.RESOLVED, IncidentState.POST_MORTEM):
        post(state)
    moving.move()
    project = event.of_user(alice).project
    found = [
        (each.event_type, {trait.name: trait.value for trait in each.traits}["state"])
        for each in event.store(project).get_events(EventFilter())
        if each.event_type.startswith("incident.")
    ]
    assert found == [
        ("incident.opened", "investigating"),
        ("incident.updated", "monitoring"),
        ("incident.resolved", "resolved"),
        ("incident.updated", "post_mortem"),
    ]

"""Mails are sent if and only if their cause was stored, and survive an unavailable server."""

import email
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import Message
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from pydash_app import configuration as configurations
from pydash_app import outbox, secrets
from pydash_app.configuration import Configuration
from pydash_app.migrations import MIGRATIONS
from pydash_app.outbox.entity import MAX_ATTEMPTS, MAX_DELAY, OutgoingMail
from pydash_app.user import verify
from pydash_app.user.services import registration
from pydash_database import database_root, schema, transact
from pydash_mail import sending

PASSWORD = "correct horse battery staple"


class Mailbox:
    """Receives mails; refuses those to addresses in `refused`."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.refused: set[str] = set()

    async def handle_RCPT(  # noqa: N802 (named by aiosmtpd)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 (named by aiosmtpd)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(email.message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def start(
    mailbox: Mailbox,
    configuration: Configuration,
    database: None,
    start_mail_server: Callable[..., int],
) -> Callable[[], None]:
    """Start a mail server, and configure this process to send mails to it."""

    def start() -> None:
        url = f"smtp://127.0.0.1:{start_mail_server(mailbox)}"
        configurations.install(configuration.model_copy(update={"mail_url": url}))

    return start


def write(recipient: str = "alice@example.com") -> None:
    transact(lambda: outbox.write(recipient, "Subject", "plain", "<p>html</p>"))


def count() -> int:
    return transact(outbox.repository.count)


def plain_text(mail: Message) -> str:
    return str(mail.get_payload(0).get_payload(decode=True).decode()).strip()  # type: ignore[union-attr]


def use_closed_port(configuration: Configuration) -> None:
    # Port 9 (discard) is closed on the loopback interface.
    configurations.install(configuration.model_copy(update={"mail_url": "smtp://127.0.0.1:9"}))


def test_a_mail_arrives_and_leaves_the_outbox(mailbox: Mailbox, start: Callable[[], None]) -> None:
    start()
    write()
    assert outbox.send_due() == 1
    assert [mail["To"] for mail in mailbox.mails] == ["alice@example.com"]
    assert count() == 0
    assert outbox.send_due() == 0


def test_the_link_of_a_registration_mail_works_once_even_if_the_server_was_unavailable(
    mailbox: Mailbox, start: Callable[[], None], configuration: Configuration
) -> None:
    use_closed_port(configuration)
    alice = transact(lambda: registration.register("Alice", PASSWORD, "alice@example.com"))
    assert outbox.send_due() == 0
    start()
    assert outbox.send_due() == 0, "the next attempt is due in a minute"
    assert outbox.send_due(datetime.now(UTC) + timedelta(minutes=2)) == 1
    (mail,) = mailbox.mails
    code = plain_text(mail).partition("/verify/")[2].split()[0]
    assert transact(lambda: verify(code))
    assert transact(alice.is_verified)


def test_an_unavailable_server_is_contacted_once_per_batch(
    configuration: Configuration, database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_closed_port(configuration)
    attempts: list[Any] = []

    def count_and_send(message: Any, **more: Any) -> None:
        attempts.append(message)
        sending.send(message, **more)

    monkeypatch.setattr(outbox, "send", count_and_send)
    for _ in range(5):
        write()
    assert outbox.send_due() == 0
    assert len(attempts) == 1
    assert count() == 5


def test_a_refused_mail_does_not_block_the_others(
    mailbox: Mailbox, start: Callable[[], None]
) -> None:
    start()
    mailbox.refused = {"bob@example.com"}
    for recipient in ("bob@example.com", "alice@example.com"):
        write(recipient)
    assert outbox.send_due() == 1
    assert count() == 1


def test_a_mail_that_was_encrypted_with_another_key_does_not_block_the_others(
    mailbox: Mailbox, start: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    start()
    write("bob@example.com")
    secrets.configure("another key, long enough")
    write()
    assert outbox.send_due() == 1
    assert [mail["To"] for mail in mailbox.mails] == ["alice@example.com"]
    assert count() == 0
    assert "PYDASH_SECRET_KEY has changed" in str([vars(record) for record in caplog.records])


def test_a_mailbox_gets_at_most_five_mails_of_a_kind_per_hour(
    mailbox: Mailbox, start: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    """Anyone can have mails sent to any address, by registering it under many names."""
    start()
    now = datetime.now(UTC) + timedelta(minutes=1)
    for number in range(20):
        tag, dots = ("+" if number % 2 else "", "." * (number % 3 == 0))
        address = f"Vic{dots}tim{tag}@GMail.com"
        transact(partial(registration.register, f"User {number}", PASSWORD, address))
        outbox.send_due(now)
    assert len(mailbox.mails) == 5
    assert count() == 0, "excess mails do not wait for the next hour"
    dropped = [vars(record) for record in caplog.records if record.name == "pydash_app.outbox"]
    assert len(dropped) == 15
    assert "ictim" not in str(dropped), "the log does not contain the address"

    write("victim@gmail.com")
    write()
    assert outbox.send_due(now) == 2, "mails of other kinds and to others are still sent"
    transact(lambda: registration.register("Later", PASSWORD, "victim@gmail.com"))
    assert outbox.send_due(now + outbox.MAILBOX_PERIOD) == 1, "and an hour later also of this kind"


def test_the_newest_of_too_many_mails_are_sent_in_the_order_of_writing(
    mailbox: Mailbox, start: Callable[[], None]
) -> None:
    """The code in a newer mail invalidates those in older ones."""
    start()
    for number in range(8):
        transact(partial(outbox.write, "a@example.com", "Code", str(number), ""))
    assert outbox.send_due() == 5
    assert [plain_text(mail) for mail in mailbox.mails] == ["3", "4", "5", "6", "7"]


def test_a_database_from_before_mails_were_counted_is_migrated(
    mailbox: Mailbox, start: Callable[[], None]
) -> None:
    start()

    def downgrade() -> None:
        root = database_root()
        del root["sent_mails"]
        root[schema.VERSION] = 1

    transact(downgrade)
    assert transact(lambda: schema.upgrade(database_root(), MIGRATIONS)) == len(MIGRATIONS) - 1
    write()
    assert outbox.send_due() == 1


def test_an_unexpected_error_with_one_mail_does_not_block_the_others(
    mailbox: Mailbox, start: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    start()

    def send_unless_to_bob(message: Any, **more: Any) -> None:
        if message.recipient == "bob@example.com":
            raise RuntimeError("a bug")
        sending.send(message, **more)

    monkeypatch.setattr(outbox, "send", send_unless_to_bob)
    write("bob@example.com")
    write()
    assert outbox.send_due() == 1
    assert count() == 1, "it is retried, like one that was refused"
    for hour in range(1, 4 * 24):
        outbox.send_due(datetime.now(UTC) + timedelta(hours=hour))
    assert count() == 0


def test_it_gives_up_after_three_days(mailbox: Mailbox, start: Callable[[], None]) -> None:
    start()
    mailbox.refused = {"alice@example.com"}
    write()
    (mail,) = transact(lambda: outbox.repository.due(datetime.now(UTC), 1))
    transact(lambda: setattr(mail, "attempts", MAX_ATTEMPTS - 2))
    outbox.send_due()
    assert count() == 1
    outbox.send_due(datetime.now(UTC) + MAX_DELAY)
    assert count() == 0


def test_one_reading_of_a_clock_that_is_ahead_drops_no_mail(
    mailbox: Mailbox, start: Callable[[], None]
) -> None:
    start()
    mailbox.refused = {"alice@example.com"}
    write()
    outbox.send_due()
    outbox.send_due(datetime.now(UTC) + timedelta(days=500))
    mailbox.refused = set()
    assert outbox.send_due(datetime.now(UTC)) == 1, "although its next attempt is in 500 days"


@pytest.mark.parametrize("back", [timedelta(minutes=50), timedelta(days=500)])
def test_a_mail_is_sent_immediately_when_the_clock_was_set_back(
    mailbox: Mailbox, start: Callable[[], None], back: timedelta
) -> None:
    start()
    write()
    assert outbox.send_due(datetime.now(UTC) - back) == 1


def test_mails_that_were_sent_by_a_clock_that_was_ahead_do_not_fill_the_mailbox(
    mailbox: Mailbox, start: Callable[[], None]
) -> None:
    start()
    for _ in range(outbox.MAX_PER_MAILBOX):
        write()
        assert outbox.send_due(datetime.now(UTC) + timedelta(days=500)) == 1
    write()
    assert outbox.send_due() == 1


def test_the_limit_of_a_mailbox_holds_when_the_clock_was_set_back(
    mailbox: Mailbox, start: Callable[[], None]
) -> None:
    start()
    for minutes in range(0, 50, 10):
        write()
        assert outbox.send_due(datetime.now(UTC) - timedelta(minutes=minutes)) == 1
    write()
    assert outbox.send_due(datetime.now(UTC) - timedelta(minutes=50)) == 0


def test_the_delays_grow_up_to_an_hour() -> None:
    mail = OutgoingMail("alice@example.com", "", "", "")
    delays = []
    for _ in range(20):
        mail.begin_attempt(mail.written)
        delays.append(mail.due - mail.written)
    assert delays[:3] == [timedelta(minutes=minutes) for minutes in (1, 2, 4)]
    assert delays == sorted(delays)
    assert delays[-1] == MAX_DELAY
    attempts_left = MAX_ATTEMPTS - 1 - len(delays)
    waiting = sum(delays, attempts_left * MAX_DELAY)
    assert timedelta() <= waiting - timedelta(days=3) < MAX_DELAY


def test_without_a_server_mails_become_files_readable_by_the_owner_alone(
    configuration: Configuration, database: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    transact(lambda: registration.register("Alice", PASSWORD, "alice@example.com"))
    assert outbox.send_due() == 1
    (path,) = Path(configuration.data_dir / "mail").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    mail = email.message_from_bytes(path.read_bytes())
    assert mail["To"] == "alice@example.com"
    (record,) = [record for record in caplog.records if "Wrote a mail" in record.message]
    assert vars(record)["pydash_fields"] == {"path": path}


def test_no_code_is_ever_logged(
    mailbox: Mailbox,
    start: Callable[[], None],
    configuration: Configuration,
    caplog: pytest.LogCaptureFixture,
) -> None:
    start()
    caplog.set_level("DEBUG", "pydash_app")
    caplog.set_level("DEBUG", "pydash_mail")
    mailbox.refused = {"alice@example.com"}
    transact(lambda: registration.register("Alice", PASSWORD, "alice@example.com"))
    transact(lambda: registration.register("Bob", PASSWORD, "bob@example.com"))
    assert outbox.send_due() == 1
    log = caplog.text + str([vars(record) for record in caplog.records])
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    codes = [mail.plain for mail in transact(lambda: outbox.repository.due(tomorrow, 9))]
    codes += [plain_text(mail) for mail in mailbox.mails]
    assert len(codes) == 2
    for text in codes:
        assert text.partition("/verify/")[2].split()[0] not in log
    assert PASSWORD not in log

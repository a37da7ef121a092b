"""What visitors ask to be sent is noted, and seen to by the fetcher."""

from collections.abc import Callable
from functools import partial

import pytest

from pydash_app.fetcher import housekeeping
from pydash_app.outbox.entity import OutgoingMail
from pydash_app.user import mail_request_repository, repository
from pydash_app.user.entity import User
from pydash_app.user.services import mail_requests, registration, settings
from pydash_app.user.services.mail_requests import Kind
from pydash_database import transact

pytestmark = pytest.mark.usefixtures("database")

PASSWORD = "correct horse battery staple"

Mails = Callable[[], list[OutgoingMail]]


def request(kind: Kind, whose: str) -> None:
    transact(partial(mail_requests.add, kind, whose))


def test_existing_users_get_the_requested_mail(
    alice: User, register: Callable[..., User], waiting_mails: Mails
) -> None:
    register("Bob")
    (first,) = waiting_mails()
    request(Kind.PASSWORD_RESET, "alice@example.com")
    request(Kind.PASSWORD_RESET, "nobody@example.com")
    request(Kind.VERIFICATION, "Bob")
    request(Kind.VERIFICATION, "Nobody")
    mail_requests.process_all()
    written = [mail for mail in waiting_mails() if mail is not first]
    assert [(mail.recipient, mail.subject.split()[0]) for mail in written] == [
        ("alice@example.com", "Set"),
        ("bob@example.com", "Verify"),
    ]
    assert transact(mail_request_repository.waiting) == []


def test_a_request_does_not_look_up_the_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise its duration would reveal whether the account exists."""

    def look(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(repository, "_users", look)
    for kind in Kind:
        request(kind, "alice@example.com")


def test_the_fetcher_sends_them(alice: User, waiting_mails: Mails) -> None:
    request(Kind.PASSWORD_RESET, "alice@example.com")
    housekeeping.send_mails()
    assert transact(mail_request_repository.waiting) == []
    assert waiting_mails() == [], "it has been sent"


def test_the_owner_of_an_address_is_notified_when_someone_else_enters_it(
    alice: User, waiting_mails: Mails
) -> None:
    bob = transact(partial(registration.create, "Bob", PASSWORD, "bob@example.com", verified=True))
    transact(partial(registration.register, "Mallory", PASSWORD, "ALICE@example.com"))
    transact(partial(settings.change_settings, bob, mail=alice.mail, current_password=PASSWORD))
    before = waiting_mails()
    mail_requests.process_all()
    notices = [mail for mail in waiting_mails() if mail not in before]
    assert [(mail.recipient, mail.subject) for mail in notices] == [
        ("alice@example.com", "Someone entered your email address at PyDash")
    ] * 2
    assert ["Mallory" in mail.plain for mail in notices] == [True, False]
    assert ["Bob" in mail.plain for mail in notices] == [False, True]


def test_an_address_without_an_owner_gets_no_notice(
    register: Callable[..., User], waiting_mails: Mails
) -> None:
    """Who has not verified an address does not own it."""
    for name in ("Alice", "Alicia"):
        transact(partial(registration.register, name, PASSWORD, "alice@example.com"))
    before = waiting_mails()
    mail_requests.process_all()
    assert waiting_mails() == before


def test_taken_and_free_addresses_are_treated_alike_until_the_fetcher_looks(
    alice: User, waiting_mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the response or its duration would reveal that an address is taken."""
    bob = transact(partial(registration.create, "Bob", PASSWORD, "bob@example.com", verified=True))
    invitations = [transact(registration.invite) for _ in range(2)]

    def look(_mail: str) -> None:
        raise AssertionError

    monkeypatch.setattr(repository, "all_with_mail", look)
    mails = []
    for number, mail in enumerate(("alice@example.com", "nobody@example.com")):
        written = len(waiting_mails())
        name = f"Mallory the {number}."
        transact(partial(registration.register, name, PASSWORD, mail, invitations[number]))
        transact(partial(settings.change_settings, bob, mail=mail, current_password=PASSWORD))
        mails.append([each.subject for each in waiting_mails()[written:]])
    assert mails[0] == mails[1]

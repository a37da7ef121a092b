"""What visitors ask to be sent is noted, and seen to by the fetcher."""

from collections.abc import Callable
from functools import partial

import pytest

from pydash_app.fetcher import housekeeping
from pydash_app.outbox.entity import OutgoingMail
from pydash_app.user import mail_request_repository, repository
from pydash_app.user.entity import User
from pydash_app.user.services import mail_requests
from pydash_app.user.services.mail_requests import Kind
from pydash_database import transact

pytestmark = pytest.mark.usefixtures("database")

Mails = Callable[[], list[OutgoingMail]]


def ask(kind: Kind, whose: str) -> None:
    transact(partial(mail_requests.add, kind, whose))


def test_existing_users_get_the_requested_mail(
    alice: User, register: Callable[..., User], waiting_mails: Mails
) -> None:
    register("Bob")
    (first,) = waiting_mails()
    ask(Kind.PASSWORD_RESET, "alice@example.com")
    ask(Kind.PASSWORD_RESET, "nobody@example.com")
    ask(Kind.VERIFICATION, "Bob")
    ask(Kind.VERIFICATION, "Nobody")
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
        ask(kind, "alice@example.com")


def test_the_fetcher_sends_them(alice: User, waiting_mails: Mails) -> None:
    ask(Kind.PASSWORD_RESET, "alice@example.com")
    housekeeping.send_mails()
    assert transact(mail_request_repository.waiting) == []
    assert waiting_mails() == [], "it has been sent"

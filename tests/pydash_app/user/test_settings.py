"""Users change their settings, and are deleted with all that is theirs."""

from collections.abc import Callable
from typing import Any

import pytest

from pydash_app import deletion
from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.entity import Dashboard
from pydash_app.errors import NotAuthenticated
from pydash_app.outbox.entity import OutgoingMail
from pydash_app.user import authenticate, repository, verification, verify
from pydash_app.user.api_token import Scope
from pydash_app.user.entity import User
from pydash_app.user.services import (
    password_reset,
    settings,
    tokens,
)
from pydash_database import transact

PASSWORD = "correct horse battery staple"

pytestmark = pytest.mark.usefixtures("database")

Register = Callable[..., User]
Mails = Callable[[], list[OutgoingMail]]
CodeIn = Callable[[OutgoingMail], str]
ReasonsFor = Callable[[str, Callable[[], Any]], list[str]]


def change_mail(user: User, mail: str) -> None:
    settings.change_settings(user, mail=mail, current_password=PASSWORD)


def test_a_new_address_applies_once_it_is_verified(
    alice: User, waiting_mails: Mails, code_in: CodeIn
) -> None:
    transact(lambda: change_mail(alice, "new@example.com"))
    assert transact(lambda: (alice.mail, alice.pending_mail)) == (
        "alice@example.com",
        "new@example.com",
    )
    notice, mail = waiting_mails()
    assert (notice.recipient, mail.recipient) == ("alice@example.com", "new@example.com")
    transact(lambda: verify(code_in(mail)))
    assert transact(lambda: (alice.mail, alice.pending_mail)) == ("new@example.com", None)
    assert transact(lambda: repository.all_with_mail("NEW@example.com")) == [alice]


def test_a_new_address_requires_the_password(
    alice: User, waiting_mails: Mails, reasons_for: ReasonsFor
) -> None:
    """Otherwise a stolen session gives access to the account, by a reset mail to the thief."""

    def change(password: str | None) -> None:
        settings.change_settings(alice, mail="thief@example.com", current_password=password)

    assert reasons_for("current_password", lambda: change(None))
    with pytest.raises(NotAuthenticated):
        transact(lambda: change("wrong"))
    assert (transact(lambda: alice.pending_mail), waiting_mails()) == (None, [])


def test_requesting_a_new_address_again_sends_a_new_code(
    alice: User, waiting_mails: Mails, code_in: CodeIn
) -> None:
    for _ in range(2):
        transact(lambda: change_mail(alice, "new@example.com"))
    _, old, _, new = waiting_mails()
    with pytest.raises(verification.InvalidVerificationCodeError):
        transact(lambda: verify(code_in(old)))
    assert transact(lambda: verify(code_in(new)))


def test_returning_to_the_old_address_invalidates_the_code(
    alice: User, waiting_mails: Mails, code_in: CodeIn
) -> None:
    transact(lambda: change_mail(alice, "new@example.com"))
    transact(lambda: settings.change_settings(alice, mail="alice@example.com"))
    _, mail = waiting_mails()
    with pytest.raises(verification.InvalidVerificationCodeError):
        transact(lambda: verify(code_in(mail)))


@pytest.mark.parametrize("how", ["change", "reset"])
def test_a_new_password_cancels_a_pending_change_of_address(
    how: str, alice: User, waiting_mails: Mails, code_in: CodeIn
) -> None:
    """A thief of the old password may have requested it, to return with a reset mail."""
    transact(lambda: change_mail(alice, "thief@example.com"))
    if how == "change":
        transact(lambda: settings.change_password(alice, PASSWORD, "another good password"))
    else:
        transact(lambda: password_reset.request("alice@example.com"))
        code = code_in(waiting_mails()[-1])
        transact(lambda: password_reset.reset(code, "another good password"))
    with pytest.raises(verification.InvalidVerificationCodeError):
        transact(lambda: verify(code_in(waiting_mails()[1])))


def test_a_verified_new_address_invalidates_a_reset_code_sent_to_the_old_one(
    alice: User, waiting_mails: Mails, code_in: CodeIn, reasons_for: ReasonsFor
) -> None:
    transact(lambda: password_reset.request("alice@example.com"))
    transact(lambda: change_mail(alice, "new@example.com"))
    reset, _, change = waiting_mails()
    transact(lambda: verify(code_in(change)))
    assert reasons_for("code", lambda: password_reset.reset(code_in(reset), PASSWORD))


def test_saving_unchanged_settings_changes_nothing(alice: User, waiting_mails: Mails) -> None:
    transact(lambda: settings.change_settings(alice, name="Alice", mail="alice@example.com"))
    assert waiting_mails() == []
    assert transact(alice.is_verified)


@pytest.mark.parametrize("name", ["", "  ", "a\x00b"])
def test_it_refuses_an_invalid_new_name(alice: User, name: str, reasons_for: ReasonsFor) -> None:
    assert reasons_for("username", lambda: settings.change_settings(alice, name=name))


def test_it_refuses_a_new_name_that_is_taken(
    alice: User, bob: User, reasons_for: ReasonsFor
) -> None:
    assert (
        "taken" in reasons_for("username", lambda: settings.change_settings(alice, name="BOB"))[0]
    )
    transact(lambda: settings.change_settings(alice, name="ALICE", play_sounds=False))
    assert transact(lambda: (alice.name, alice.play_sounds)) == ("ALICE", False)


def test_a_new_password_ends_the_other_sessions(alice: User) -> None:
    mine = transact(lambda: alice.sessions.begin("mine"))
    transact(lambda: alice.sessions.begin("another"))
    new = "another good password"
    transact(lambda: settings.change_password(alice, PASSWORD, new, keep_session=mine.id))
    assert transact(lambda: [session.id for session in alice.sessions.active()]) == [mine.id]
    assert transact(lambda: authenticate("Alice", new)) is alice


def test_a_new_password_requires_the_current_one(alice: User, reasons_for: ReasonsFor) -> None:
    with pytest.raises(NotAuthenticated):
        transact(lambda: settings.change_password(alice, "wrong", "another good password"))
    assert reasons_for(
        "new_password", lambda: settings.change_password(alice, PASSWORD, "password")
    )


def test_deleting_a_user_deletes_all_their_data(alice: User, bob: User) -> None:
    def give_things_to(owner: User) -> str:
        dashboards.add(Dashboard("http://example.com", "token", owner.id))
        return tokens.issue(owner, "script", Scope.READ)[1]

    secret = transact(lambda: give_things_to(alice))
    bobs_secret = transact(lambda: give_things_to(bob))
    alice_id = alice.id
    transact(lambda: deletion.delete_account(alice))
    assert transact(lambda: repository.find(alice_id)) is None
    assert transact(lambda: [board.user_id for board in dashboards.all()]) == [bob.id]
    assert transact(lambda: tokens.use(secret)) is None
    assert transact(lambda: tokens.use(bobs_secret)) is not None

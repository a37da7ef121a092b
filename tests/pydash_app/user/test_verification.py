"""Verification codes work once, for seven days; who never uses one is pruned."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from pydash_app.outbox.entity import OutgoingMail
from pydash_app.user import repository, verification, verify
from pydash_app.user.entity import MAX_UNVERIFIED, User
from pydash_app.user.services import (
    pruning,
    registration,
)
from pydash_app.user.verification_code import VerificationCode
from pydash_database import transact

PASSWORD = "correct horse battery staple"

pytestmark = pytest.mark.usefixtures("database")

Register = Callable[..., User]
Mails = Callable[[], list[OutgoingMail]]
CodeIn = Callable[[OutgoingMail], str]
ReasonsFor = Callable[[str, Callable[[], Any]], list[str]]


def expire(user: User) -> None:
    """Make the user's verification code expire."""

    def set_expired_code() -> None:
        user._verification_code = VerificationCode(timedelta(0))
        repository.update(user)

    transact(set_expired_code)


def test_a_verification_code_works_once(
    register: Register, waiting_mails: Mails, code_in: CodeIn
) -> None:
    register()
    code = code_in(waiting_mails()[0])
    transact(lambda: verify(code))
    with pytest.raises(verification.InvalidVerificationCodeError):
        transact(lambda: verify(code))


@pytest.mark.parametrize("code", ["", "no-such-code", "\ud800", uuid4(), VerificationCode()])
def test_it_refuses_an_unknown_code(code: Any, register: Register) -> None:
    register()
    with pytest.raises(verification.InvalidVerificationCodeError):
        transact(lambda: verify(code))


def test_a_code_is_valid_for_seven_days(register: Register) -> None:
    before = datetime.now(UTC)
    expires = register().get_verification_code_expiration_date()
    assert expires is not None
    assert timedelta(days=7) <= expires - before < timedelta(days=7, minutes=1)


@pytest.mark.usefixtures("steady_clock")
def test_using_an_expired_code_changes_nothing_and_the_user_is_pruned(register: Register) -> None:
    alice = register()
    expire(alice)
    code = transact(lambda: alice._verification_code)
    assert code is not None
    for _ in range(2):
        with pytest.raises(verification.VerificationCodeExpiredError):
            transact(lambda: verify(code))
    assert pruning.prune_unverified_users() == 1
    assert register("Alice").name == "Alice"


@pytest.mark.usefixtures("steady_clock")
def test_pruning_keeps_verified_users_and_those_with_a_valid_code(
    alice: User, register: Register
) -> None:
    register("Bob")
    expire(register("Charlie"))
    assert pruning.prune_unverified_users() == 1
    names = transact(lambda: sorted(user.name for user in repository.all()))
    assert names == ["Alice", "Bob"]


def test_nobody_is_pruned_by_a_clock_that_is_not_confirmed(register: Register) -> None:
    expire(register())
    assert pruning.prune_unverified_users() == 0
    assert transact(lambda: repository.find_by_name("Alice")) is not None


def test_a_new_code_replaces_the_old_one(
    register: Register, waiting_mails: Mails, code_in: CodeIn
) -> None:
    alice = register()
    old = code_in(waiting_mails()[0])
    expire(alice)
    transact(lambda: registration.resend_verification("alice"))
    _, mail = waiting_mails()
    with pytest.raises(verification.InvalidVerificationCodeError):
        transact(lambda: verify(old))
    assert transact(lambda: verify(code_in(mail)))


@pytest.mark.parametrize(("age", "left"), [(0, 7), (22, 7), (28, 2)])
def test_a_new_code_is_valid_for_seven_days_but_not_beyond_thirty_after_registration(
    age: int, left: int, register: Register
) -> None:
    alice = register()

    def ask_again() -> timedelta:
        now = datetime.now(UTC)
        alice.registered_at = now - timedelta(days=age)
        registration.resend_verification("Alice")
        expires = alice.get_verification_code_expiration_date()
        assert expires is not None
        return expires - now

    assert abs(transact(ask_again) - timedelta(days=left)) < timedelta(minutes=1)


@pytest.mark.usefixtures("steady_clock")
def test_requesting_codes_repeatedly_does_not_reserve_a_name(
    register: Register, waiting_mails: Mails
) -> None:
    alice = register()

    def ask_too_late() -> None:
        alice.registered_at -= MAX_UNVERIFIED
        registration.resend_verification("Alice")

    expire(alice)
    transact(ask_too_late)
    assert [mail.recipient for mail in waiting_mails()] == ["alice@example.com"]
    assert pruning.prune_unverified_users() == 1


def test_a_new_address_may_be_verified_however_old_the_account_is(alice: User) -> None:
    def change_mail() -> None:
        alice.registered_at = datetime.now(UTC) - timedelta(days=1000)
        alice.change_mail("new@example.com")

    transact(change_mail)
    assert not transact(alice.has_verification_code_expired)


def test_verified_and_unknown_users_get_no_code(alice: User, waiting_mails: Mails) -> None:
    transact(lambda: registration.resend_verification("Nobody"))
    transact(lambda: registration.resend_verification("Alice"))
    assert waiting_mails() == []

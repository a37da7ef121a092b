"""Signing in, and setting a new password when the old one is forgotten."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.outbox.entity import OutgoingMail
from pydash_app.user import authenticate, find_by_name, passwords, verify
from pydash_app.user.entity import User
from pydash_app.user.services import password_reset, registration, settings
from pydash_database import transact

PASSWORD = "correct horse battery staple"

pytestmark = pytest.mark.usefixtures("database")

Register = Callable[..., User]
Mails = Callable[[], list[OutgoingMail]]
CodeIn = Callable[[OutgoingMail], str]
ReasonsFor = Callable[[str, Callable[[], Any]], list[str]]


def test_it_authenticates_by_name_in_any_case(alice: User) -> None:
    assert transact(lambda: authenticate("aLICE", PASSWORD)) is alice
    assert transact(lambda: authenticate("Alice ", PASSWORD)) is alice, "as phones complete it"
    assert transact(lambda: authenticate("Alice", PASSWORD.upper())) is None
    assert transact(lambda: authenticate("Alice", "\ud800")) is None
    assert transact(lambda: authenticate("Nobody", PASSWORD)) is None


def test_an_unknown_name_takes_a_full_password_check(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    real = passwords._hasher.verify

    class Recording:
        def verify(self, password_hash: str, password: bytes) -> bool:
            checked.append(password_hash)
            return real(password_hash, password)

    passwords.verify_dummy_password("warm up")
    monkeypatch.setattr(passwords, "_hasher", Recording())
    assert transact(lambda: authenticate("Nobody", PASSWORD)) is None
    (password_hash,) = checked
    assert password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_hash_with_outdated_parameters_is_renewed_at_sign_in(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as weaker:
        weaker.setattr(passwords, "_hasher", PasswordHasher(1, 8, 1))
        transact(lambda: alice.set_password(PASSWORD))
    old = transact(lambda: alice._password_hash)
    assert transact(lambda: authenticate("Alice", PASSWORD)) is alice
    new = transact(lambda: alice._password_hash)
    assert new != old
    transact(lambda: authenticate("Alice", PASSWORD))
    assert transact(lambda: alice._password_hash) == new


def test_a_reset_code_sets_the_password_once_and_ends_all_sessions(
    alice: User, waiting_mails: Mails, code_in: CodeIn, reasons_for: ReasonsFor
) -> None:
    transact(lambda: alice.sessions.begin("a browser"))
    transact(lambda: password_reset.request("ALICE@example.com"))
    (mail,) = waiting_mails()
    code = code_in(mail)
    transact(lambda: password_reset.reset(code, "another good password"))
    assert transact(lambda: authenticate("Alice", "another good password")) is alice
    assert transact(alice.sessions.active) == []
    assert reasons_for("code", lambda: password_reset.reset(code, "yet another password"))


def test_only_the_hash_of_a_reset_code_is_stored(
    alice: User, waiting_mails: Mails, code_in: CodeIn
) -> None:
    transact(lambda: password_reset.request("alice@example.com"))
    (mail,) = waiting_mails()
    assert code_in(mail) not in str(transact(lambda: vars(alice)))


def test_codes_are_stored_nowhere_but_encrypted_in_the_mail(
    configuration: Configuration, tmp_path: Path, waiting_mails: Mails, code_in: CodeIn
) -> None:
    path = tmp_path / "stored.fs"
    pydash_database.close()
    pydash_app.configure(configuration.model_copy(update={"database_uri": f"file://{path}"}))
    transact(lambda: registration.register("Alice", PASSWORD, "alice@example.com"))
    transact(lambda: verify(code_in(waiting_mails()[0])))

    def change_mail() -> None:
        alice = find_by_name("Alice")
        assert alice is not None
        settings.change_settings(alice, mail="new@example.com", current_password=PASSWORD)

    transact(change_mail)
    transact(lambda: password_reset.request("alice@example.com"))
    codes = [code_in(mail) for mail in waiting_mails() if "forgot" not in mail.plain]
    pydash_database.close()
    stored = path.read_bytes()
    assert b"alice@example.com" in stored
    assert len(codes) == 3
    for code in codes:
        assert code.encode() not in stored


def test_a_reset_code_expires(
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
    waiting_mails: Mails,
    code_in: CodeIn,
    reasons_for: ReasonsFor,
) -> None:
    monkeypatch.setattr("pydash_app.user.entity.RESET_CODE_LIFETIME", timedelta(0))
    transact(lambda: password_reset.request("alice@example.com"))
    (mail,) = waiting_mails()
    assert reasons_for("code", lambda: password_reset.reset(code_in(mail), PASSWORD))


def test_a_weak_password_does_not_consume_the_reset_code(
    alice: User, waiting_mails: Mails, code_in: CodeIn, reasons_for: ReasonsFor
) -> None:
    transact(lambda: password_reset.request("alice@example.com"))
    (mail,) = waiting_mails()
    code = code_in(mail)
    assert reasons_for("new_password", lambda: password_reset.reset(code, "password"))
    assert transact(lambda: password_reset.reset(code, "another good password")) is alice


def test_only_a_verified_address_gets_a_reset_mail(
    register: Register, waiting_mails: Mails
) -> None:
    register()
    transact(lambda: password_reset.request("alice@example.com"))
    transact(lambda: password_reset.request("nobody@example.com"))
    assert ["Verify" in mail.subject for mail in waiting_mails()] == [True]

"""Who may register, and under which name, address and password; development's own users."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from pydash_app import user as users
from pydash_app.errors import Conflict, Forbidden, InvalidInput
from pydash_app.migrations import MIGRATIONS
from pydash_app.outbox.entity import OutgoingMail
from pydash_app.user import find_by_name, names, repository, verify
from pydash_app.user.entity import User
from pydash_app.user.services import (
    registration,
    seeding,
    settings,
)
from pydash_database import database_root, schema, transact

PASSWORD = "correct horse battery staple"

pytestmark = pytest.mark.usefixtures("database")

Register = Callable[..., User]
Mails = Callable[[], list[OutgoingMail]]
CodeIn = Callable[[OutgoingMail], str]
ReasonsFor = Callable[[str, Callable[[], Any]], list[str]]


def test_a_new_user_gets_a_mail_that_verifies_the_address(
    register: Register, waiting_mails: Mails, code_in: CodeIn
) -> None:
    alice = register()
    assert not alice.is_verified()
    (mail,) = waiting_mails()
    assert mail.recipient == "alice@example.com"
    assert transact(lambda: verify(code_in(mail))) is True
    assert transact(alice.is_verified)


def test_a_failed_registration_leaves_neither_user_nor_mail(waiting_mails: Mails) -> None:
    def register_and_fail() -> None:
        registration.register("Alice", PASSWORD, "alice@example.com")
        raise RuntimeError("later in the same request")

    with pytest.raises(RuntimeError):
        transact(register_and_fail)
    assert transact(lambda: find_by_name("Alice")) is None
    assert waiting_mails() == []


@pytest.mark.parametrize(
    "name",
    [
        *("", "   ", "x" * 65, "a\nb", "a\x00b", "a\x1bb", "\ud800", "a\u2028b"),
        *("a\u200bb", "\u202eevil", "a\tb", "\u200d", "\u3164", "\ufe0f\u200c"),
    ],
)
def test_it_refuses_an_invalid_name(name: str, reasons_for: ReasonsFor) -> None:
    def create() -> User:
        return registration.create(name, PASSWORD, "a@example.com")

    assert reasons_for("name", create)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "x",
            "x" * 64,
            "Zoë",
            "李雷",
            "two words",
            "W-M",
            "O'Neil",
            "🦊",
            "👩‍👩‍👧‍👦",
            "🏴󠁧󠁢󠁷󠁬󠁳󠁿",
            "نیم‌فاصله",
        ),
        *(
            "Алиса",
            "山田タロウ",
            "김철수 Kim",
            "ada.lovelace",
            "J.R. Ewing",
            "v1.2",
            "httpie",
            "क्‍ष",
        ),
    ],
)
def test_it_accepts_a_valid_name(name: str) -> None:
    user = transact(lambda: registration.create(name, PASSWORD, "a@example.com"))
    assert user.name == name


@pytest.mark.parametrize("name", ["alice", "ALICE", " Alice ", "Ａlice"])
def test_names_must_differ_by_more_than_case_and_encoding(name: str, register: Register) -> None:
    register("Alice")
    with pytest.raises(Conflict, match="taken"):
        register(name)


@pytest.mark.parametrize(
    "name",
    [
        *("раураl", "Аlice", "αdmin", "ada李Алиса"),
        *(
            "evil.com",
            "Free money: evil.com!",
            "EVIL.COM",
            "evil。com",
            "ｅｖｉｌ．ｃｏｍ",
            "evil․com",
        ),
        *("http evil", "https://evil", "ftp://evil", "www.evil", "ada@example.com", "пример.рф"),
        *(
            "x.xn--p1ai",
            "evil.com.lovelace",
            "evil\u200d.com",
            "evil\U000e0100.com",
            "call 198.51.100.7",
        ),
    ],
)
def test_it_refuses_a_name_of_mixed_scripts_or_like_a_link(
    name: str, reasons_for: ReasonsFor
) -> None:
    def create() -> User:
        return registration.create(name, PASSWORD, "a@example.com")

    assert reasons_for("name", create)


@pytest.mark.parametrize(
    ("name", "look_alike"),
    [
        ("cocoa", "сосоа"),
        ("larry", "Iarry"),
        ("user1", "userl"),
        ("tom0", "tomO"),
        ("modem", "modern"),
        ("Alice", "Ali\u200dce"),
        ("Al\u200cice", "Alice"),
        ("Zoë", "Zoe\u0308"),
        ("two words", "two  words"),
        ("🦊", "🦊\ufe0f"),
        ("Alice", "Alice\U000e0100"),
        ("Alice", "Alice\U000e0080"),
        ("Alice", "Ali\U0001d159ce"),
    ],
)
def test_it_refuses_a_name_that_looks_like_another(name: str, look_alike: str) -> None:
    transact(lambda: registration.create(name, PASSWORD, "a@example.com"))
    with pytest.raises(Conflict, match="looks like"):
        transact(lambda: registration.create(look_alike, PASSWORD, "b@example.com"))


def test_names_stored_by_a_version_that_detected_fewer_look_alikes_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as former:
        former.setattr(names, "appearance", str.casefold)
        transact(lambda: registration.create("Alice\U000e0100", PASSWORD, "a@example.com"))

    def upgrade() -> None:
        database_root()[schema.VERSION] = MIGRATIONS.index(repository.index_appearances) + 1
        schema.upgrade(database_root(), MIGRATIONS)

    transact(upgrade)
    with pytest.raises(Conflict, match="looks like"):
        transact(lambda: registration.create("Alice", PASSWORD, "b@example.com"))


def test_existing_users_keep_their_names(alice: User) -> None:
    """They may be older than the rules, and even look alike."""

    def add_former_users() -> list[User]:
        former = [User(name, PASSWORD, "a@example.com") for name in ("evil.com", "AIice")]
        for user in former:
            users.add_to_repository(user)
        return former

    def save_settings(user: User) -> None:
        settings.change_settings(user, name=user.name, play_sounds=False)

    for user in [alice, *transact(add_former_users)]:
        transact(partial(save_settings, user))
        assert transact(partial(find_by_name, user.name)) == user


@pytest.mark.parametrize(
    "mail",
    ["", "alice", "@example.com", "a@b@c.de", "a b@example.com", "a@example.com\nBcc: b@c.de"],
)
def test_it_refuses_an_invalid_address(mail: str, reasons_for: ReasonsFor) -> None:
    assert reasons_for("email", lambda: registration.create("Alice", PASSWORD, mail))


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "8 to 128"),
        ("seven77", "8 to 128"),
        ("x" * 129, "8 to 128"),
        ("password", "most common"),
        ("PassWord1", "most common"),
        ("trustno1", "most common"),
        ("Alice the First", "username"),
        (f"{PASSWORD}\r", "control characters"),
        (f"{PASSWORD}\x00", "control characters"),
        (f"\u202e{PASSWORD}", "control characters"),
    ],
)
def test_it_refuses_a_weak_password(password: str, reason: str, reasons_for: ReasonsFor) -> None:
    def create() -> User:
        return registration.create("alice the first", password, "a@example.com")

    assert reason in reasons_for("password", create)[0]


def test_it_reports_all_invalid_fields_at_once() -> None:
    with pytest.raises(InvalidInput) as refusal:
        transact(lambda: registration.create("", "", ""))
    assert set(refusal.value.errors) == {"name", "password", "email"}


def test_nobody_can_register_if_registration_is_closed(
    use_settings: Callable[..., None], register: Register
) -> None:
    use_settings(registration="closed")
    with pytest.raises(Forbidden):
        register()


def test_registration_by_invitation_requires_an_unused_one(
    use_settings: Callable[..., None], register: Register
) -> None:
    use_settings(registration="invite")

    invitation = transact(registration.invite)
    assert register("Alice", invitation).name == "Alice"
    for code in (invitation, "guessed", None):
        with pytest.raises(InvalidInput, match="invitation"):
            register("Bob", code)


def test_seeding_refuses_where_users_exist(alice: User) -> None:
    with pytest.raises(Forbidden, match="has users"):
        transact(seeding.seed)


def test_seeding_refuses_outside_development(use_settings: Callable[..., None]) -> None:
    use_settings(environment="production")
    with pytest.raises(Forbidden, match="PYDASH_ENVIRONMENT"):
        transact(seeding.seed)

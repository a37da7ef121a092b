"""Secrets are encrypted with the key of the installation, or stored as hashes."""

import doctest

import pytest

from pydash_app import errors, identifiers, secrets
from pydash_app.errors import NotConfigured
from pydash_app.outbox import entity as outgoing_mail


def test_only_the_same_key_decrypts() -> None:
    secrets.configure("one key")
    encrypted = secrets.encrypt("a token ☃")
    assert "token" not in encrypted
    secrets.configure("another key")
    with pytest.raises(secrets.UnreadableSecret, match="PYDASH_SECRET_KEY"):
        secrets.decrypt(encrypted)
    secrets.configure("one key")
    assert secrets.decrypt(encrypted) == "a token ☃"


def test_encrypting_twice_returns_two_texts() -> None:
    secrets.configure("one key")
    assert secrets.encrypt("token") != secrets.encrypt("token")


def test_it_requires_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_cipher", None)
    with pytest.raises(NotConfigured):
        secrets.encrypt("token")


def test_codes_are_long_and_unique() -> None:
    codes = {secrets.new_code() for _ in range(100)}
    assert len(codes) == 100
    assert min(map(len, codes)) >= 43


@pytest.mark.parametrize("module", [secrets, errors, identifiers, outgoing_mail])
def test_its_examples_run(module: object) -> None:
    failures, examples = doctest.testmod(module)  # type: ignore[arg-type]
    assert (failures, examples > 0) == (0, True)


@pytest.mark.usefixtures("database")
def test_a_derived_code_is_the_same_until_the_secret_key_changes() -> None:
    first = secrets.derived_code("unsubscribe 1")
    assert secrets.derived_code("unsubscribe 1") == first
    assert secrets.derived_code("unsubscribe 2") != first
    assert len(first) == 43  # 256 bits in base64
    secrets.configure("another secret key")
    assert secrets.derived_code("unsubscribe 1") != first

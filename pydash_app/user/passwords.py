"""Password hashes and password requirements."""

import re
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

MIN_LENGTH, MAX_LENGTH = 8, 128
# The API rejects control characters and characters that change the text direction, so nobody could
# sign in with them.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
COMMON = 10_000

# argon2id with 19 MiB and two passes, as recommended by OWASP. It takes about 20 ms, and fifty
# concurrent sign-ins need less than 1 GiB.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with its parameters."""
    return _hasher.hash(_encodable(password))


def verify_password(password_hash: str, password: str) -> bool:
    """Return whether a password matches a hash."""
    try:
        return _hasher.verify(password_hash, _encodable(password))
    except VerifyMismatchError:
        return False


def verify_dummy_password(password: str) -> None:
    """Take as long as `verify_password`, so that response times do not reveal accounts."""
    verify_password(_dummy_hash(), password)


def needs_rehash(password_hash: str) -> bool:
    """Return whether a hash has outdated parameters."""
    return _hasher.check_needs_rehash(password_hash)


def password_problems(password: str, name: str = "") -> list[str]:
    """Return a message for the user for each requirement that a new password does not meet.

    >>> password_problems("Alice in Wonderland", "alice")
    []
    >>> password_problems("password1")
    ['This password is one of the 10,000 most common ones.']
    """
    problems = []
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        problems.append(f"A password must have {MIN_LENGTH} to {MAX_LENGTH} characters.")
    if _FORBIDDEN.search(password):
        problems.append("A password must not contain control characters.")
    if password.casefold() in _common_passwords():
        problems.append(f"This password is one of the {COMMON:,} most common ones.")
    if name and password.casefold() == name.casefold():
        problems.append("A password must not be the username.")
    return problems


@cache
def _common_passwords() -> frozenset[str]:
    # A large import, which only processes that set passwords need.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"][:COMMON])


@cache
def _dummy_hash() -> str:
    return hash_password("not the password of any user")


def _encodable(password: str) -> bytes:
    # Lone surrogates cannot be encoded as UTF-8, but must not raise an error here.
    return password.encode("utf-8", "surrogatepass")

"""Password hashes, and which passwords are good enough."""

import re
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

SHORTEST, LONGEST = 8, 128
# The API takes neither control characters nor anything that turns the direction of the text around:
# whoever had them in a password could never sign in.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
COMMON = 10_000

# argon2id with 19 MiB and two passes (OWASP's recommendation): about 20 ms, and fifty people who
# sign in at once do not use up the memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """Hash a password with argon2id; the result names its parameters."""
    return _hasher.hash(_encodable(password))


def verify_password(password_hash: str, password: str) -> bool:
    """Tell whether this is the password of a hash."""
    try:
        return _hasher.verify(password_hash, _encodable(password))
    except VerifyMismatchError:
        return False


def waste_the_time_of_a_check(password: str) -> None:
    """Take as long as `verify_password`, so that nobody can tell by the time who has an account."""
    verify_password(_hash_of_nobody(), password)


def needs_rehash(password_hash: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def password_problems(password: str, name: str = "") -> list[str]:
    """List what is wrong with a new password, in sentences for the user; `[]` if it is good.

    >>> password_problems("Alice in Wonderland", "alice")
    []
    >>> password_problems("password1")
    ['This password is one of the 10,000 most common ones.']
    """
    problems = []
    if not SHORTEST <= len(password) <= LONGEST:
        problems.append(f"A password has {SHORTEST} to {LONGEST} characters.")
    if _FORBIDDEN.search(password):
        problems.append("A password has no control characters or line ends.")
    if password.casefold() in _common_passwords():
        problems.append(f"This password is one of the {COMMON:,} most common ones.")
    if name and password.casefold() == name.casefold():
        problems.append("A password must not be the user name.")
    return problems


@cache
def _common_passwords() -> frozenset[str]:
    # Here, for it is a lot of text which only a process that judges passwords needs.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"][:COMMON])


@cache
def _hash_of_nobody() -> str:
    return hash_password("nobody has this password")


def _encodable(password: str) -> bytes:
    # A lone surrogate is no text, but it must not make the check fail in another way.
    return password.encode("utf-8", "surrogatepass")

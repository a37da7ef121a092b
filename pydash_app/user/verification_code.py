"""One-time codes that verify email addresses."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydash_app.secrets import hash_code, new_code

LIFETIME = timedelta(days=7)


class VerificationCode:
    """The hash of a code, with its expiry. The code itself is only in the mail.

    :param expiration_time: the time until it expires.
    :param code: the code; by default a random one that nobody knows.

    >>> VerificationCode().is_expired()
    False
    >>> VerificationCode(timedelta(0)).is_expired()
    True
    """

    def __init__(self, expiration_time: timedelta = LIFETIME, code: str | None = None) -> None:
        self.code_hash = hash_code(code or new_code())
        self.expiration_date = datetime.now(UTC) + expiration_time

    def is_expired(self) -> bool:
        """Return whether the code has expired."""
        return datetime.now(UTC) >= self.expiration_date

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Load a stored code. Earlier versions stored the code itself."""
        if "value" in state:
            state = {**state, "code_hash": hash_code(state["value"])}
            del state["value"]
        self.__dict__.update(state)

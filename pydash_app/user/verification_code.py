"""One-time codes that verify email addresses."""

import uuid
from datetime import UTC, datetime, timedelta

LIFETIME = timedelta(days=7)


class VerificationCode:
    """A randomly generated code (a random UUID) with an expiration date.

    :param expiration_time: how long it is valid from now on.

    >>> VerificationCode().is_expired()
    False
    >>> VerificationCode(timedelta(0)).is_expired()
    True
    """

    def __init__(self, expiration_time: timedelta = LIFETIME) -> None:
        self.value = str(uuid.uuid4())
        self.expiration_date = datetime.now(UTC) + expiration_time

    def is_expired(self) -> bool:
        """Return whether the code has expired."""
        return datetime.now(UTC) >= self.expiration_date

    def __str__(self) -> str:
        return self.value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerificationCode) and other.value == self.value

    def __hash__(self) -> int:
        return hash(self.value)

"""One-time codes that prove that an e-mail address is the user's."""

import uuid
from datetime import UTC, datetime, timedelta

LIFETIME = timedelta(days=7)


class VerificationCode:
    """A randomly generated code (a random UUID) that knows when it expires.

    :param expiration_time: how long it lives from now on.

    >>> VerificationCode().is_expired()
    False
    >>> VerificationCode(timedelta(0)).is_expired()
    True
    """

    def __init__(self, expiration_time: timedelta = LIFETIME) -> None:
        self.value = str(uuid.uuid4())
        self.expiration_date = datetime.now(UTC) + expiration_time

    def is_expired(self) -> bool:
        """Tell whether it is too late to use the code."""
        return datetime.now(UTC) >= self.expiration_date

    def __str__(self) -> str:
        return self.value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerificationCode) and other.value == self.value

    def __hash__(self) -> int:
        return hash(self.value)

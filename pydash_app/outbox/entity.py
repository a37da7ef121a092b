"""A mail that is waiting to be sent."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from persistent import Persistent

from pydash_app.secrets import decrypt, encrypt

FIRST_DELAY = timedelta(minutes=1)
MAX_DELAY = timedelta(hours=1)
MAX_CLOCK_DIFFERENCE = timedelta(days=1)
# Three days of these delays: six attempts in the first hour, then one per hour.
MAX_ATTEMPTS = 78


class OutgoingMail(Persistent):
    """A mail and the state of the attempts to send it.

    The bodies are encrypted, because they contain codes that are otherwise stored only as hashes.

    :param recipient: an email address.
    :param plain: the body as plain text.
    :param html: the same body as HTML.
    """

    def __init__(self, recipient: str, subject: str, plain: str, html: str) -> None:
        self.id = str(uuid4())
        self.recipient = recipient
        self.subject = subject
        self._plain = encrypt(plain)
        self._html = encrypt(html)
        self.written = datetime.now(UTC)
        # Immediately, even if the clock is then set back, or another machine's clock is behind.
        self.due = self.written - MAX_CLOCK_DIFFERENCE
        self.attempts = 0

    @property
    def plain(self) -> str:
        """The body as plain text.

        :raises UnreadableSecret: the secret key has changed.
        """
        return decrypt(self._plain)

    @property
    def html(self) -> str:
        """The body as HTML.

        :raises UnreadableSecret: the secret key has changed.
        """
        return decrypt(self._html)

    def begin_attempt(self, now: datetime) -> None:
        """Count an attempt, and schedule the next one in case it fails.

        The delays grow: 1, 2, 4, … minutes, at most an hour.
        """
        self.due = now + min(MAX_DELAY, FIRST_DELAY * 2 ** min(self.attempts, 10))
        self.attempts += 1

    @property
    def kind(self) -> tuple[str, str]:
        """The mailbox and the subject."""
        return mailbox(self.recipient), self.subject

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Load a stored mail; earlier versions did not encrypt the bodies."""
        bodies = {f"_{name}": encrypt(state[name]) for name in ("plain", "html") if name in state}
        super().__setstate__(
            {name: value for name, value in state.items() if name not in ("plain", "html")} | bodies
        )


def mailbox(address: str) -> str:
    """Return the mailbox of an email address, whose tag is ignored.

    >>> mailbox("Alice+Shop@Example.com")
    'alice@example.com'
    """
    name, _, domain = address.casefold().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"

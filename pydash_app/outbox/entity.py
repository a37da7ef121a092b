"""A mail that is waiting to be sent."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from persistent import Persistent

FIRST_DELAY = timedelta(minutes=1)
MAX_DELAY = timedelta(hours=1)
MAX_CLOCK_DIFFERENCE = timedelta(days=1)
# In three days, at these delays: 6 in the first hour, then one per hour.
MAX_ATTEMPTS = 78


class OutgoingMail(Persistent):
    """A mail and the state of the attempts to send it.

    :param recipient: an email address.
    :param plain: the body as plain text.
    :param html: the same body as HTML.
    """

    def __init__(self, recipient: str, subject: str, plain: str, html: str) -> None:
        self.id = str(uuid4())
        self.recipient = recipient
        self.subject = subject
        self.plain = plain
        self.html = html
        self.written = datetime.now(UTC)
        # At once, even if the clock is then put back, or another machine's is behind.
        self.due = self.written - MAX_CLOCK_DIFFERENCE
        self.attempts = 0

    def begin_attempt(self, now: datetime) -> None:
        """Count an attempt, and schedule the next one in case this one fails.

        The delays grow: 1, 2, 4, … minutes, at most an hour.
        """
        self.due = now + min(MAX_DELAY, FIRST_DELAY * 2 ** min(self.attempts, 10))
        self.attempts += 1

    @property
    def kind(self) -> tuple[str, str]:
        """Mailbox and subject; addresses with a tag (`alice+tag@…`) are the same mailbox."""
        name, _, domain = self.recipient.casefold().rpartition("@")
        return f"{name.partition('+')[0]}@{domain}", self.subject

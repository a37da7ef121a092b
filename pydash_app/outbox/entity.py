"""A mail that waits to be sent."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from persistent import Persistent

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)


class OutgoingMail(Persistent):
    """A mail with what is known about the attempts to send it.

    :param recipient: an e-mail address.
    :param plain: the text; :param html: the same as HTML.
    """

    def __init__(self, recipient: str, subject: str, plain: str, html: str) -> None:
        self.id = str(uuid4())
        self.recipient = recipient
        self.subject = subject
        self.plain = plain
        self.html = html
        self.written = self.due = datetime.now(UTC)
        self.attempts = 0

    def begin_attempt(self, now: datetime) -> None:
        """Count an attempt, and set when the next one is due if this one fails.

        The pauses grow: 1, 2, 4, … minutes, at most an hour.
        """
        self.due = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self.attempts, 10))
        self.attempts += 1

    @property
    def kind(self) -> tuple[str, str]:
        """To whom it goes and what about; a mailbox is the same with any tag (`alice+tag@…`)."""
        name, _, domain = self.recipient.casefold().rpartition("@")
        return f"{name.partition('+')[0]}@{domain}", self.subject

    def is_hopeless(self, now: datetime) -> bool:
        """Tell whether sending it was tried for too long."""
        return now - self.written >= GIVE_UP_AFTER

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
    :param unsubscribe_url: with which the recipient ends the subscription that the mail is a part
        of; None if it is no subscription. Mails of subscriptions are sent after all others.
    """

    # For mails that were stored before it existed.
    _unsubscribe_url: str | None = None

    def __init__(
        self,
        recipient: str,
        subject: str,
        plain: str,
        html: str,
        unsubscribe_url: str | None = None,
    ) -> None:
        self.id = str(uuid4())
        self.recipient = recipient
        self.subject = subject
        self._plain = encrypt(plain)
        self._html = encrypt(html)
        if unsubscribe_url is not None:
            self._unsubscribe_url = encrypt(unsubscribe_url)
        self.written = datetime.now(UTC)
        # Immediately, even if the clock is then set back, or another machine's clock is behind.
        margin = MAX_CLOCK_DIFFERENCE / 2 if self.is_of_subscription else MAX_CLOCK_DIFFERENCE
        self.due = self.written - margin
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

    @property
    def is_of_subscription(self) -> bool:
        """Whether its recipient asked for mails of its kind and can end that."""
        return self._unsubscribe_url is not None

    @property
    def unsubscribe_url(self) -> str | None:
        """See the parameter.

        :raises UnreadableSecret: the secret key has changed.
        """
        return None if self._unsubscribe_url is None else decrypt(self._unsubscribe_url)

    def begin_attempt(self, now: datetime) -> None:
        """Count an attempt, and schedule the next one in case it fails.

        The delays grow: 1, 2, 4, … minutes, at most an hour.
        """
        self.due = now + min(MAX_DELAY, FIRST_DELAY * 2 ** min(self.attempts, 10))
        self.attempts += 1

    @property
    def kind(self) -> tuple[str, str]:
        """The inbox and the subject."""
        return inbox(self.recipient), self.subject

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


def inbox(address: str) -> str:
    """Return where the mails of a mailbox arrive, whose limits all spellings share.

    Gmail ignores dots and has two domains, so one person has thousands of mailboxes there. Unlike
    `mailbox`, it must not be stored for long: what providers ignore may change.

    >>> inbox("A.Lice+Shop@googlemail.com"), inbox("a.lice@example.com")
    ('alice@gmail.com', 'a.lice@example.com')
    """
    name, _, domain = mailbox(address).rpartition("@")
    if domain in ("gmail.com", "googlemail.com"):
        return f"{name.replace('.', '')}@gmail.com"
    return f"{name}@{domain}"

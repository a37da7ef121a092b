"""The outbox. Mails are written in the transaction that causes them and sent by the fetcher.

A mail is therefore sent only if its cause was stored, and an unavailable mail server does not delay
requests.

Anyone can enter someone else's address, who then gets a mail. Therefore at most `MAX_PER_MAILBOX`
mails of each kind are sent to a mailbox within `MAILBOX_PERIOD`. They are counted here rather than
in requests, so that neither a response nor its duration reveals whether a mail is sent. Mails of
subscriptions are not counted: their recipients have confirmed that they want them.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from pydash_app import configuration
from pydash_app.outbox import repository
from pydash_app.outbox.entity import MAX_ATTEMPTS, OutgoingMail, inbox, mailbox
from pydash_app.secrets import UnreadableSecret
from pydash_database import transact
from pydash_logger.logger import Logger
from pydash_mail.sending import MailNotSent, MailServerUnavailable, Message, send

__all__ = ["OutgoingMail", "inbox", "mailbox", "send_due", "write"]

logger = Logger(__name__)

MAX_PER_MAILBOX = 5
MAILBOX_PERIOD = timedelta(hours=1)
_BATCH = 50


@dataclass(frozen=True)
class _Attempt:
    """The data required to send a mail outside the transaction that read it."""

    mail: OutgoingMail
    message: Message
    is_last: bool


def write(
    recipient: str, subject: str, plain: str, html: str, unsubscribe_url: str | None = None
) -> OutgoingMail:
    """Add a mail to the outbox, as part of the caller's transaction, and return it.

    :param unsubscribe_url: see `OutgoingMail`.
    """
    mail = OutgoingMail(recipient, subject, plain, html, unsubscribe_url)
    repository.add(mail)
    return mail


def send_due(now: datetime | None = None) -> int:
    """Send the due mails. Return how many were sent.

    The fetcher calls this every few seconds, outside any transaction. A mail that fails is
    retried with increasing delays for three days. If the server is unavailable, the rest of the
    batch is not attempted.
    """
    now = now or datetime.now(UTC)
    settings = configuration.current()
    sent = 0
    for attempt in transact(lambda: _begin_attempts(now)):
        try:
            send(
                attempt.message,
                sender=settings.mail_from,
                mail_url=settings.mail_url,
                directory=settings.data_dir / "mail",
            )
        except MailServerUnavailable as error:
            logger.warning("The mail server is unavailable", reason=error)
            break
        except Exception as error:  # noqa: BLE001 (a faulty mail must not block others)
            _log_failure(error, attempt.is_last)
            if attempt.is_last:
                transact(partial(repository.remove, attempt.mail))
        else:
            transact(partial(repository.move_to_sent, attempt.mail, now))
            sent += 1
    return sent


def _begin_attempts(now: datetime) -> list[_Attempt]:
    """Postpone the due mails to their next attempt, and return them.

    Other senders therefore skip them, and a crash loses no mail. Mails beyond the limit of a
    mailbox are dropped, oldest first, because a newer code invalidates an older one. Mails that
    were encrypted with another secret key are dropped, too.
    """
    attempts: list[_Attempt] = []
    # After the clock was set back a little, mails that seem to be sent in the future count, too.
    sent = Counter(repository.kinds_sent(now - MAILBOX_PERIOD, now + MAILBOX_PERIOD))
    for mail in sorted(repository.due(now, _BATCH), key=lambda mail: mail.written, reverse=True):
        repository.remove(mail)
        if not mail.is_of_subscription and sent[mail.kind] >= MAX_PER_MAILBOX:
            logger.warning("Dropped a mail: too many for its recipient", subject=mail.subject)
            continue
        try:
            message = Message(
                *(mail.recipient, mail.subject, mail.plain, mail.html),
                id=mail.id,
                unsubscribe_page=mail.unsubscribe_url,
                has_one_click=mail.is_of_subscription,
            )
        except UnreadableSecret as error:
            logger.warning(
                "Dropped a mail that cannot be decrypted", subject=mail.subject, reason=error
            )
            continue
        sent[mail.kind] += 1
        mail.begin_attempt(now)
        repository.add(mail)
        attempts.append(_Attempt(mail, message, mail.attempts >= MAX_ATTEMPTS))
    return attempts[::-1]


def _log_failure(error: Exception, is_last: bool) -> None:
    if isinstance(error, MailNotSent):
        logger.warning("Could not send a mail", reason=error, last_attempt=is_last)
    else:
        # Only the type, because the text may contain the recipient.
        kind = type(error).__name__
        logger.error("Unexpected error while sending a mail", kind=kind, last_attempt=is_last)

"""The outbox: mails are written in the transaction that causes them and sent by the fetcher.

So a mail is sent only if its cause was stored, and a mail server that is down slows nobody.

Anybody can enter the address of somebody else who will then get a mail. Therefore only `MOST` of
each kind go to one mailbox in an hour. They are counted here, where all of them pass, and not in
the requests: no answer, and no time that it takes, tells to whom there was something to send.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from pydash_app import configuration
from pydash_app.outbox import repository
from pydash_app.outbox.entity import OutgoingMail
from pydash_database import transact
from pydash_logger.logger import Logger
from pydash_mail.sending import MailNotSent, MailServerUnavailable, Message, send

__all__ = ["OutgoingMail", "send_due", "write"]

logger = Logger(__name__)

MOST = 5
MOST_WITHIN = timedelta(hours=1)
_BATCH = 50


@dataclass(frozen=True)
class _Attempt:
    """What is needed to send a mail outside of the transaction that read it."""

    mail: OutgoingMail
    message: Message
    is_last: bool


def write(recipient: str, subject: str, plain: str, html: str) -> None:
    """Write a mail into the outbox, as a part of the caller's transaction."""
    repository.add(OutgoingMail(recipient, subject, plain, html))


def send_due(now: datetime | None = None) -> int:
    """Send the mails that are due; answer how many were sent.

    It is called every few seconds by the fetcher, outside of any transaction. What fails is tried
    again later, with growing pauses, for three days. When the server does not answer at all, the
    rest of the batch is not even tried.
    """
    now = now or datetime.now(UTC)
    sent = 0
    for attempt in transact(lambda: _begin_attempts(now)):
        try:
            _send(attempt)
        except MailServerUnavailable as error:
            logger.warning("The mail server is away", reason=error)
            break
        except Exception as error:  # noqa: BLE001 (whatever is wrong with a mail, the others go on)
            _note_failure(attempt, error)
        else:
            transact(partial(_note_sent, attempt.mail, now))
            sent += 1
    return sent


def _begin_attempts(now: datetime) -> list[_Attempt]:
    """Take the mails that are due off the front of the queue until their next attempt is due.

    So another sender leaves them alone, and a crash in the middle costs no mail. What is too much
    for one mailbox is dropped, the oldest first, for a newer code makes an older one void.
    """
    attempts: list[_Attempt] = []
    sent = Counter(repository.kinds_sent(now - MOST_WITHIN))
    for mail in sorted(repository.due(now, _BATCH), key=lambda mail: mail.written, reverse=True):
        repository.remove(mail)
        if sent[mail.kind] >= MOST:
            logger.warning("Dropped a mail: its recipient has had too many", subject=mail.subject)
            continue
        sent[mail.kind] += 1
        mail.begin_attempt(now)
        repository.add(mail)
        message = Message(mail.recipient, mail.subject, mail.plain, mail.html)
        attempts.append(_Attempt(mail, message, mail.is_hopeless(now)))
    return attempts[::-1]


def _send(attempt: _Attempt) -> None:
    settings = configuration.current()
    send(
        attempt.message,
        sender=settings.mail_from,
        mail_url=settings.mail_url,
        directory=settings.data_dir / "mail",
    )


def _note_failure(attempt: _Attempt, error: Exception) -> None:
    if isinstance(error, MailNotSent):
        logger.warning("A mail was not sent", reason=error, last_attempt=attempt.is_last)
    else:
        # Only its kind: the text may tell the recipient.
        kind = type(error).__name__
        logger.error("A mail failed unforeseen", kind=kind, last_attempt=attempt.is_last)
    if attempt.is_last:
        transact(partial(repository.remove, attempt.mail))


def _note_sent(mail: OutgoingMail, now: datetime) -> None:
    repository.remove(mail)
    repository.note_sent(mail, now)

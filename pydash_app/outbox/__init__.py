"""The outbox: mails are written in the transaction that causes them and sent by the fetcher.

So a mail is sent if and only if its cause was stored, and a mail server that is down slows nobody.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from pydash_app import configuration
from pydash_app.outbox import repository
from pydash_app.outbox.entity import OutgoingMail
from pydash_database import transact
from pydash_logger.logger import Logger
from pydash_mail.sending import MailNotSent, MailServerAway, Message, send

__all__ = ["OutgoingMail", "send_due", "write"]

logger = Logger(__name__)

_BATCH = 50


@dataclass(frozen=True)
class _Attempt:
    """What is needed to send a mail outside of the transaction that read it."""

    mail: OutgoingMail
    message: Message | None
    is_last: bool


def write(recipient: str | None, subject: str, plain: str, html: str) -> None:
    """Write a mail into the outbox, as a part of the caller's transaction.

    :param recipient: an e-mail address, or `None` for a mail that nobody gets, see `OutgoingMail`.
    """
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
            sent += _send(attempt)
        except MailServerAway as error:
            logger.warning("The mail server is away", reason=error)
            break
        except MailNotSent as error:
            logger.warning("A mail was not sent", reason=error, last_attempt=attempt.is_last)
            if not attempt.is_last:
                continue
        _remove(attempt.mail)
    return sent


def _begin_attempts(now: datetime) -> list[_Attempt]:
    """Take the mails that are due off the front of the queue until their next attempt is due.

    So another sender leaves them alone, and a crash in the middle costs no mail.
    """
    attempts = []
    for mail in repository.due(now, _BATCH):
        repository.remove(mail)
        mail.begin_attempt(now)
        repository.add(mail)
        attempts.append(_Attempt(mail, _message(mail), mail.is_hopeless(now)))
    return attempts


def _message(mail: OutgoingMail) -> Message | None:
    if mail.recipient is None:
        return None
    return Message(mail.recipient, mail.subject, mail.plain, mail.html)


def _send(attempt: _Attempt) -> int:
    if attempt.message is None:
        return 0
    settings = configuration.current()
    send(
        attempt.message,
        sender=settings.mail_from,
        mail_url=settings.mail_url,
        directory=settings.data_dir / "mail",
    )
    return 1


def _remove(mail: OutgoingMail) -> None:
    transact(lambda: repository.remove(mail))

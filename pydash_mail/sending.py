"""Sends mails by SMTP, or writes them to files where no mail server is configured."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import pydash_files
from pydash_logger.logger import Logger

logger = Logger(__name__)

_TIMEOUT_SECONDS = 10.0


class MailNotSent(Exception):  # noqa: N818 (it says what went wrong)
    """A mail was not sent; the message says why, without the mail's content."""


class MailServerAway(MailNotSent):
    """No mail can be sent now: the server does not answer, or does not let us in."""


@dataclass(frozen=True)
class Message:
    """A mail to one recipient, with the same text plain and as HTML."""

    recipient: str
    subject: str
    plain: str
    html: str


def send(message: Message, *, sender: str, mail_url: str | None, directory: Path) -> None:
    """Send a mail.

    :param sender: the address it comes from, with a name if need be.
    :param mail_url: `smtp://[USER:PASSWORD@]HOST[:PORT]` or `smtps://…`; percent-encoded. TLS is
        used whenever the server has it, and a password is never sent without it.
    :param directory: where the mail is written as a file if there is no `mail_url`.
    :raises MailServerAway: the server does not answer, or refuses the login.
    :raises MailNotSent: the server refuses this mail.
    """
    mail = _compose(message, sender)
    if mail_url is None:
        _write_file(mail, directory)
        return
    with _connection(urlsplit(mail_url)) as connection:
        try:
            connection.send_message(mail)
        except smtplib.SMTPServerDisconnected as error:
            raise MailServerAway(_reason(error)) from error
        except (smtplib.SMTPException, ValueError) as error:
            raise MailNotSent(_reason(error)) from error


def _compose(message: Message, sender: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.plain)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _write_file(mail: EmailMessage, directory: Path) -> None:
    name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
    path = directory / f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}-{name}.eml"
    pydash_files.create(path, mail.as_bytes())
    logger.info("Wrote a mail, for no mail server is configured", path=path)


@contextmanager
def _connection(url: SplitResult) -> Iterator[smtplib.SMTP]:
    try:
        connection = _connect(url)
    except (OSError, smtplib.SMTPException) as error:
        raise MailServerAway(_reason(error)) from error
    try:
        try:
            _log_in(connection, url)
        except (OSError, smtplib.SMTPException) as error:
            raise MailServerAway(_reason(error)) from error
        yield connection
    finally:
        _part(connection)


def _connect(url: SplitResult) -> smtplib.SMTP:
    host = url.hostname or "localhost"
    if url.scheme == "smtps":
        return smtplib.SMTP_SSL(
            host,
            url.port or smtplib.SMTP_SSL_PORT,
            timeout=_TIMEOUT_SECONDS,
            context=ssl.create_default_context(),
        )
    return smtplib.SMTP(host, url.port or smtplib.SMTP_PORT, timeout=_TIMEOUT_SECONDS)


def _part(connection: smtplib.SMTP) -> None:
    """Say goodbye; whatever the answer is, a mail that was accepted is sent."""
    with suppress(OSError, smtplib.SMTPException):
        connection.quit()
    connection.close()


def _log_in(connection: smtplib.SMTP, url: SplitResult) -> None:
    connection.ehlo()
    encrypted = url.scheme == "smtps"
    if not encrypted and connection.has_extn("starttls"):
        connection.starttls(context=ssl.create_default_context())
        encrypted = True
    if url.username is None:
        return
    if not encrypted and not _is_loopback(url.hostname or "localhost"):
        raise smtplib.SMTPException("the server has no TLS, so the password is not sent to it")
    connection.login(unquote(url.username), unquote(url.password or ""))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reason(error: Exception) -> str:
    """Say what the server said; its answers hold addresses at most, never the mail's content."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {error.smtp_error!r}"
    return f"{type(error).__name__}: {error}"

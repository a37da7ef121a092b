"""Sends mails by SMTP, or writes them to files if no mail server is configured."""

import smtplib
import ssl
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pydash_files
from pydash_logger.logger import Logger

logger = Logger(__name__)

_TIMEOUT_SECONDS = 10.0


class MailNotSent(Exception):  # noqa: N818 (the name describes what went wrong)
    """A mail was not sent; the message gives the reason, without the content of the mail."""


class MailServerUnavailable(MailNotSent):
    """No mail can be sent now: the server does not respond, or refuses the login."""


@dataclass(frozen=True)
class Message:
    """A mail to one recipient, with the same content as plain text and as HTML."""

    recipient: str
    subject: str
    plain: str
    html: str


def send(message: Message, *, sender: str, mail_url: str | None, directory: Path) -> None:
    """Send a mail.

    :param sender: the sender's address, optionally with a name.
    :param mail_url: `smtp://[USER:PASSWORD@]HOST[:PORT]` or `smtps://…`, percent-encoded. TLS is
        used if the server supports it, and a password is never sent without it.
    :param directory: where the mail is written to a file if `mail_url` is None.
    :raises MailServerUnavailable: the server does not respond, or refuses the login.
    :raises MailNotSent: the server refuses this mail.
    """
    mail = _compose(message, sender)
    if mail_url is None:
        name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        path = directory / f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}-{name}.eml"
        pydash_files.create(path, mail.as_bytes())
        logger.info("Wrote a mail to a file, because no mail server is configured", path=path)
        return
    try:
        connection = _connect(mail_url)
    except (OSError, smtplib.SMTPException) as error:
        raise MailServerUnavailable(_reason(error)) from error
    try:
        connection.send_message(mail)
    except smtplib.SMTPServerDisconnected as error:
        raise MailServerUnavailable(_reason(error)) from error
    except (smtplib.SMTPException, ValueError) as error:
        raise MailNotSent(_reason(error)) from error
    finally:
        # An accepted mail is sent, whatever the server responds to this.
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()
        connection.close()


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


def _connect(mail_url: str) -> smtplib.SMTP:
    """Connect to the mail server, with TLS if it supports it, and log in."""
    url = urlsplit(mail_url)
    host = url.hostname or "localhost"
    context = ssl.create_default_context()
    connection: smtplib.SMTP
    if url.scheme == "smtps":
        port = url.port or smtplib.SMTP_SSL_PORT
        connection = smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_SECONDS, context=context)
    else:
        connection = smtplib.SMTP(host, url.port or smtplib.SMTP_PORT, timeout=_TIMEOUT_SECONDS)
    with ExitStack() as on_failure:
        on_failure.callback(connection.close)
        connection.ehlo()
        if url.scheme == "smtp" and connection.has_extn("starttls"):
            connection.starttls(context=context)
        if url.username is not None:
            if not isinstance(connection.sock, ssl.SSLSocket) and not _is_loopback(host):
                raise smtplib.SMTPException("the server has no TLS, so no password is sent to it")
            connection.login(unquote(url.username), unquote(url.password or ""))
        on_failure.pop_all()
    return connection


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reason(error: Exception) -> str:
    """Return the server's response, which may hold addresses, but never the mail's content."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {error.smtp_error!r}"
    return f"{type(error).__name__}: {error}"

"""Sends mails by SMTP, or writes them to files if no mail server is configured."""

import smtplib
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path

import pydash_files
from pydash_logger.logger import Logger
from pydash_mail.server import MailServer

logger = Logger(__name__)

_TIMEOUT_SECONDS = 10.0
# Long lines, because a URL that does not fit into one would be encoded, which nobody decodes.
_POLICY = policy.SMTP.clone(max_line_length=998)


class MailNotSent(Exception):  # noqa: N818 (the name describes what went wrong)
    """A mail could not be sent. The message gives the reason, without the content of the mail."""


class MailServerUnavailable(MailNotSent):
    """No mail can be sent, because the server does not respond or refuses the login."""


@dataclass(frozen=True)
class Message:
    """A mail to one recipient, with the same content as plain text and as HTML.

    :param id: the same at each attempt to send it, so that mail programs show it once; by default,
        a random one.
    :param unsubscribe_page: the URL of a page on which the recipient can stop such mails.
    :param has_one_click: whether a POST request to that page does so at once (RFC 8058).
    """

    recipient: str
    subject: str
    plain: str
    html: str
    id: str | None = None
    unsubscribe_page: str | None = None
    has_one_click: bool = False


def send(message: Message, *, sender: str, mail_url: str | None, directory: Path) -> None:
    """Send a mail.

    :param sender: the sender's address, optionally with a name.
    :param mail_url: see `MailServer.parse`. TLS is used if the server supports it. Without TLS, a
        password is only sent to a server on this machine.
    :param directory: the directory in which the mail is written to a file if `mail_url` is None.
    :raises MailServerUnavailable: the server does not respond, or refuses the login.
    :raises MailNotSent: the server refuses this mail.
    """
    if mail_url is None:
        # Not encoded, so that a link can be copied from the file.
        mail = _compose(message, sender, transfer_encoding="8bit")
        name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        path = directory / f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}-{name}.eml"
        pydash_files.create(path, mail.as_bytes(policy=_POLICY.clone(linesep="\n")))
        logger.info("Wrote a mail to a file, because no mail server is configured", path=path)
        return
    mail = _compose(message, sender)
    try:
        connection = _connect(MailServer.parse(mail_url))
    except (OSError, smtplib.SMTPException) as error:
        raise MailServerUnavailable(_reason(error)) from error
    try:
        connection.send_message(mail)
    except smtplib.SMTPServerDisconnected as error:
        raise MailServerUnavailable(_reason(error)) from error
    except (smtplib.SMTPException, ValueError) as error:
        raise MailNotSent(_reason(error)) from error
    finally:
        # An accepted mail counts as sent, whatever the response to QUIT.
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()
        connection.close()


def _compose(message: Message, sender: str, transfer_encoding: str | None = None) -> EmailMessage:
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(datetime.now(UTC))
    domain = parseaddr(sender)[1].rpartition("@")[2]
    mail["Message-ID"] = f"<{message.id}@{domain}>" if message.id else make_msgid(domain=domain)
    mail["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe_page:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe_page}>"
        if message.has_one_click:
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.plain, cte=transfer_encoding)
    mail.add_alternative(message.html, subtype="html", cte=transfer_encoding)
    return mail


def _connect(server: MailServer) -> smtplib.SMTP:
    """Connect to a mail server, with TLS if possible, and log in."""
    connection: smtplib.SMTP
    context = server.tls_context()
    if server.is_smtps:
        port = server.port or smtplib.SMTP_SSL_PORT
        connection = smtplib.SMTP_SSL(server.host, port, timeout=_TIMEOUT_SECONDS, context=context)
    else:
        port = server.port or smtplib.SMTP_PORT
        connection = smtplib.SMTP(server.host, port, timeout=_TIMEOUT_SECONDS)
    with ExitStack() as on_failure:
        on_failure.callback(connection.close)
        connection.ehlo()
        has_tls = server.is_smtps
        if not has_tls and server.starttls != "off" and connection.has_extn("starttls"):
            connection.starttls(context=context)
            has_tls = True
        if not has_tls and server.starttls == "required":
            raise smtplib.SMTPException("the server does not support STARTTLS")
        if server.username is not None:
            if not has_tls and not server.is_loopback:
                raise smtplib.SMTPException("passwords are not sent without TLS")
            connection.login(server.username, server.password)
        on_failure.pop_all()
    return connection


def _reason(error: Exception) -> str:
    """Return the server's response, which may contain addresses, but never the mail's content."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {error.smtp_error!r}"
    return f"{type(error).__name__}: {error}"

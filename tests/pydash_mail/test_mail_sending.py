"""Mails are well-formed, and passwords are sent only over safe connections."""

import email
import email.policy
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from pydash_mail.sending import MailNotSent, MailServerUnavailable, Message, send
from pydash_mail.server import MailServer

SENDER = "PyDash <pydash@example.org>"
MESSAGE = Message("zoe@example.com", "Grüße", "Hallo Zoë", "<p>Hallo Zoë</p>")


class Mailbox(MessageHandler):
    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.mails.append(message)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def serve(mailbox: Mailbox, start_mail_server: Callable[..., int]) -> Callable[..., int]:
    """Start a mail server for the mailbox; return its port."""
    return lambda **options: start_mail_server(mailbox, **options)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for `localhost`, with its key."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", path, "-out", path.with_suffix(".crt")),
        ],
        check=True,
        capture_output=True,
    )
    with path.open("a") as both:
        both.write(path.with_suffix(".crt").read_text())
    return path


@pytest.fixture
def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this process trust the certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))


def deliver(url: str) -> None:
    send(MESSAGE, sender=SENDER, mail_url=url, directory=Path("unused"))


def test_the_page_that_stops_mails_is_not_encoded(
    mailbox: Mailbox, serve: Callable[..., int]
) -> None:
    """However long it is: mail programs do not decode it."""
    url = f"https://pydash.monitoring.example.com/{'path/' * 20}consent/{'x' * 43}"
    mail = replace(MESSAGE, unsubscribe_page=url)
    address = f"smtp://127.0.0.1:{serve()}"
    send(mail, sender=SENDER, mail_url=address, directory=Path("unused"))
    assert mailbox.mails[0]["List-Unsubscribe"] == f"<{url}>"


def accept_alice(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    is_known = (data.login, data.password) == (b"alice@x", b"p@ss/word")
    return AuthResult(success=is_known, handled=False)


def test_a_mail_has_all_headers_and_both_contents(
    mailbox: Mailbox, serve: Callable[..., int]
) -> None:
    deliver(f"smtp://127.0.0.1:{serve()}")
    (mail,) = mailbox.mails
    assert mail["From"] == SENDER
    assert mail["To"] == MESSAGE.recipient
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@example.org>")
    assert mail["Date"]
    plain, html = mail.get_payload()
    assert plain.get_payload(decode=True).decode().strip() == "Hallo Zoë"
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")


def test_a_password_is_sent_over_starttls(
    mailbox: Mailbox,
    serve: Callable[..., int],
    server_context: ssl.SSLContext,
    trusted: None,
) -> None:
    port = serve(tls_context=server_context, auth_required=True, authenticator=accept_alice)
    deliver(f"smtp://alice%40x:p%40ss%2Fword@localhost:{port}")
    with pytest.raises(MailServerUnavailable, match="535"):
        deliver(f"smtp://alice%40x:wrong@localhost:{port}")
    assert len(mailbox.mails) == 1


def test_smtps_uses_tls_from_the_start(
    mailbox: Mailbox,
    serve: Callable[..., int],
    server_context: ssl.SSLContext,
    trusted: None,
) -> None:
    port = serve(ssl_context=server_context, auth_require_tls=False, authenticator=accept_alice)
    deliver(f"smtps://alice%40x:p%40ss%2Fword@localhost:{port}")
    assert len(mailbox.mails) == 1


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat the mail server as one on another machine."""
    monkeypatch.setattr(MailServer, "is_loopback", False)


@pytest.mark.usefixtures("remote")
def test_it_refuses_an_untrusted_certificate(
    mailbox: Mailbox, serve: Callable[..., int], server_context: ssl.SSLContext
) -> None:
    port = serve(tls_context=server_context)
    with pytest.raises(MailServerUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
        deliver(f"smtp://localhost:{port}")
    assert mailbox.mails == []


@pytest.mark.usefixtures("remote")
def test_it_trusts_the_certificates_in_a_given_file(
    mailbox: Mailbox,
    serve: Callable[..., int],
    server_context: ssl.SSLContext,
    certificate: Path,
) -> None:
    port = serve(tls_context=server_context, require_starttls=True)
    deliver(f"smtp://localhost:{port}?ca={certificate.with_suffix('.crt')}")
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_on_this_machine_may_have_a_self_signed_certificate(
    mailbox: Mailbox,
    serve: Callable[..., int],
    server_context: ssl.SSLContext,
    host: str,
    scheme: str,
) -> None:
    if scheme == "smtps":
        port = serve(ssl_context=server_context)
    else:
        port = serve(tls_context=server_context, require_starttls=True)
    deliver(f"{scheme}://{host}:{port}")
    assert len(mailbox.mails) == 1


def test_starttls_can_be_required(mailbox: Mailbox, serve: Callable[..., int]) -> None:
    with pytest.raises(MailServerUnavailable, match="STARTTLS"):
        deliver(f"smtp://127.0.0.1:{serve()}?starttls=required")
    assert mailbox.mails == []


def test_starttls_can_be_off(
    mailbox: Mailbox, serve: Callable[..., int], server_context: ssl.SSLContext
) -> None:
    required = serve(tls_context=server_context, require_starttls=True)
    with pytest.raises(MailNotSent, match="530"):
        deliver(f"smtp://127.0.0.1:{required}?starttls=off")
    deliver(f"smtp://127.0.0.1:{serve(tls_context=server_context)}?starttls=off")
    assert len(mailbox.mails) == 1


@pytest.mark.usefixtures("remote")
def test_a_password_is_not_sent_without_tls(mailbox: Mailbox, serve: Callable[..., int]) -> None:
    port = serve(authenticator=accept_alice, auth_require_tls=False)
    with pytest.raises(MailServerUnavailable, match="without TLS"):
        deliver(f"smtp://alice%40x:p%40ss%2Fword@127.0.0.1:{port}")
    assert mailbox.mails == []


@pytest.mark.parametrize("name", ["Zoë", "Zoe"])
def test_a_link_can_be_copied_from_a_file(tmp_path: Path, name: str) -> None:
    link = f"https://pydash.example.com/verify/{'0123456789abcdef' * 8}?next=a&b=c"
    message = Message("zoe@example.com", "Grüße", f"Hello {name}\n\n{link}\n", f"<a href='{link}'>")
    send(message, sender=SENDER, mail_url=None, directory=tmp_path / "mail")
    (path,) = (tmp_path / "mail").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    lines = path.read_text(encoding="utf-8").splitlines()
    assert link in lines
    assert f"Hello {name}" in lines
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content() == message.plain


def test_a_closed_port_is_reported_as_unavailable() -> None:
    with pytest.raises(MailServerUnavailable, match="ConnectionRefused"):
        deliver("smtp://127.0.0.1:9")


@pytest.mark.parametrize("goodbye", ["421 too busy to quit", "500 what?", "", "\0"])
def test_a_failure_after_an_accepted_mail_is_ignored(
    goodbye: str, mailbox: Mailbox, serve: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail was sent; otherwise it would be sent again, for days."""

    async def respond(server: SMTP, session: Session, envelope: Envelope) -> str:
        return goodbye

    monkeypatch.setattr(mailbox, "handle_QUIT", respond, raising=False)
    deliver(f"smtp://127.0.0.1:{serve()}")
    assert len(mailbox.mails) == 1


def test_the_reason_of_a_refusal_is_reported(serve: Callable[..., int]) -> None:
    port = serve(data_size_limit=10)
    with pytest.raises(MailNotSent, match="552"):
        deliver(f"smtp://127.0.0.1:{port}")

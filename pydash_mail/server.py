"""Parses the URL of a mail server."""

import ssl
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from pydash_http.hosts import is_loopback


@dataclass(frozen=True)
class MailServer:
    """The connection settings of a mail server.

    :param port: None for the standard port of the protocol.
    :param is_smtps: whether TLS starts with the connection.
    :param starttls: whether a connection is upgraded to TLS: if the server supports it (`auto`),
        always (`required`) or never (`off`).
    :param ca: the path of certificates to trust instead of those of the system; empty for none.
    """

    host: str
    port: int | None
    is_smtps: bool
    username: str | None
    password: str
    starttls: str
    ca: str

    @classmethod
    def parse(cls, url: str) -> "MailServer":
        """Parse a URL: `smtp://[USER:PASSWORD@]HOST[:PORT][?OPTIONS]`, or `smtps://…`.

        :param url: percent-encoded; the options are `starttls` and `ca`, joined by `&`.
        :raises ValueError: it is invalid. The message completes a sentence that begins with a name.

        >>> server = MailServer.parse("smtp://ada:99%231@mail.example.com?starttls=required")
        >>> server.host, server.password, server.starttls
        ('mail.example.com', '99#1', 'required')
        """
        invalid = ValueError("must be smtp:// or smtps:// with a host, and a port up to 65535")
        try:
            parsed = urlsplit(url)
            port = parsed.port
        except ValueError:
            raise invalid from None
        if parsed.scheme not in ("smtp", "smtps") or not parsed.hostname or port == 0:
            raise invalid
        # A "#", "?" or "/" in the password ends the host part, and "ada" would become the host.
        if "@" in parsed.path + parsed.query + parsed.fragment:
            raise ValueError(
                "must have '#', '?' and '/' in its username and password percent-encoded"
            )
        options = dict(parse_qsl(parsed.query, keep_blank_values=True))
        server = cls(
            host=parsed.hostname,
            port=port,
            is_smtps=parsed.scheme == "smtps",
            username=None if parsed.username is None else unquote(parsed.username),
            password=unquote(parsed.password or ""),
            starttls=options.pop("starttls", "auto"),
            ca=options.pop("ca", ""),
        )
        if options or server.starttls not in ("auto", "required", "off"):
            raise ValueError("must have no options but starttls=required, starttls=off and ca=FILE")
        try:
            server.tls_context()
        except OSError as error:
            raise ValueError(f"must name a readable certificate file with ca=: {error}") from None
        return server

    @property
    def is_loopback(self) -> bool:
        """Whether the server runs on this machine."""
        return is_loopback(self.host)

    def tls_context(self) -> ssl.SSLContext:
        """Return the settings of TLS connections to the server.

        The certificate is verified unless the server runs on this machine, where connections cannot
        be intercepted, and its certificate is often a self-signed one.

        :raises OSError: the file of trusted certificates cannot be read.
        """
        context = ssl.create_default_context(cafile=self.ca or None)
        if self.is_loopback and not self.ca:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

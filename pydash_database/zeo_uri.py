"""The address of a ZEO server, and the TLS settings of connections to it."""

import ssl
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

DEFAULT_PORT = 9991


@dataclass(frozen=True)
class ZeoUri:
    """The parts of a `zeo://` URI.

    :param address: the path of a Unix socket, or host and port.
    :param ca: the path of the certificate of the authority that signed the certificates of server
        and clients; empty for connections without TLS.
    :param cert: the path of the own certificate.
    :param key: the path of its key; empty if it is in the same file.
    """

    address: str | tuple[str, int]
    ca: str = ""
    cert: str = ""
    key: str = ""

    @classmethod
    def parse(cls, uri: str) -> "ZeoUri":
        """Parse a URI: `zeo:///PATH/OF/SOCKET` or `zeo://HOST[:PORT][?ca=FILE&cert=FILE&key=FILE]`.

        >>> ZeoUri.parse("zeo:///srv/pydash/zeo.sock").address
        '/srv/pydash/zeo.sock'
        >>> ZeoUri.parse("zeo://db.example.com?ca=/tls/ca.pem&cert=/tls/web.pem").address
        ('db.example.com', 9991)
        """
        parsed = urlsplit(uri)
        if not parsed.hostname:
            return cls(unquote(parsed.path))
        options = dict(parse_qsl(parsed.query))
        return cls(
            (parsed.hostname, parsed.port or DEFAULT_PORT),
            options.get("ca", ""),
            options.get("cert", ""),
            options.get("key", ""),
        )

    def tls_context(self, purpose: ssl.Purpose) -> ssl.SSLContext | None:
        """Return the TLS settings of one side, which verifies the certificate of the other.

        :param purpose: `SERVER_AUTH` for a client, `CLIENT_AUTH` for the server. The server
            requires a certificate, because a client can read and change everything.
        :returns: None for connections without TLS.
        :raises OSError: a file cannot be read, or holds no certificate.
        """
        if not self.ca:
            return None
        context = ssl.create_default_context(purpose, cafile=self.ca)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(self.cert, self.key or None)
        return context

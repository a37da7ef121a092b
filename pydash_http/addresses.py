"""Reads the URLs that users type."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from pydash_http.errors import AddressRefused
from pydash_http.hosts import url_host

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_LENGTH = 2_000


@dataclass(frozen=True)
class Url:
    """A URL of which every part has been looked at.

    :param scheme: "http" or "https".
    :param host: in ASCII and lower case, without brackets.
    :param port: 1 to 65535.
    :param path: empty, or with a leading slash; quoted.
    :param query: without the question mark; empty if there is none.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""

    @classmethod
    def parse(cls, text: str) -> "Url":
        """Read a URL.

        :raises AddressRefused: if it is none, or one that PyDash does not fetch from.

        >>> str(Url.parse("HTTPS://Shop.Example:443/dashboard/#/overview"))
        'https://shop.example/dashboard/'
        >>> str(Url.parse("http://[::1]:5000"))
        'http://[::1]:5000'
        >>> Url.parse("shop.example")
        Traceback (most recent call last):
        pydash_http.errors.AddressRefused: \
The address must begin with http:// or https://.
        """
        text = text.strip()
        if len(text) > MAX_LENGTH or any(c <= " " or c in "\\\x7f" for c in text):
            raise AddressRefused("The address is too long or has characters that none can have.")
        try:
            parts = urlsplit(text)
            host, port = _ascii_host(parts.hostname or ""), parts.port
        except ValueError as error:
            raise AddressRefused("The address is not a valid URL.") from error
        if parts.scheme not in DEFAULT_PORTS:
            raise AddressRefused("The address must begin with http:// or https://.")
        if not host or port == 0:
            raise AddressRefused("The address is not a valid URL.")
        if "@" in parts.netloc:
            raise AddressRefused("The address must not contain a user name or a password.")
        path = quote(parts.path, safe="/%:@!$&'()*+,;=~")
        query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
        return cls(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme], path, query)

    @property
    def origin(self) -> tuple[str, str, int]:
        """What two URLs share that are served by the same server: scheme, host and port."""
        return self.scheme, self.host, self.port

    @property
    def target(self) -> str:
        """The path and query as they stand in a request."""
        return (self.path or "/") + (f"?{self.query}" if self.query else "")

    def __str__(self) -> str:
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{url_host(self.host)}{port}{self.path}" + (
            f"?{self.query}" if self.query else ""
        )


def _ascii_host(host: str) -> str:
    if "%" in host:
        raise ValueError("a host has no escapes and no zone")
    return host if host.isascii() else host.encode("idna").decode("ascii")

"""Parses the URLs that users enter."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from pydash_http.errors import AddressRefused
from pydash_http.hosts import url_host

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_LENGTH = 2_000


@dataclass(frozen=True)
class Url:
    """A validated URL.

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
        """Parse a URL.

        :raises AddressRefused: if it is invalid, or PyDash does not fetch such URLs.

        >>> str(Url.parse("HTTPS://Shop.Example:443/dashboard/#/overview"))
        'https://shop.example/dashboard/'
        >>> str(Url.parse("http://[::1]:5000"))
        'http://[::1]:5000'
        >>> Url.parse("shop.example")
        Traceback (most recent call last):
        pydash_http.errors.AddressRefused: The URL must begin with http:// or https://.
        """
        text = text.strip()
        if len(text) > MAX_LENGTH or any(c <= " " or c in "\\\x7f" for c in text):
            raise AddressRefused("The URL is too long or contains invalid characters.")
        try:
            parts = urlsplit(text)
            host, port = parts.hostname or "", parts.port
            if not host.isascii():
                host = host.encode("idna").decode("ascii")
        except ValueError as error:
            raise AddressRefused("The URL is invalid.") from error
        if parts.scheme not in DEFAULT_PORTS:
            raise AddressRefused("The URL must begin with http:// or https://.")
        # A percent sign would be an escape or an IPv6 zone.
        if not host or "%" in host or port == 0:
            raise AddressRefused("The URL is invalid.")
        if "@" in parts.netloc:
            raise AddressRefused("The URL must not contain a username or password.")
        path = quote(parts.path, safe="/%:@!$&'()*+,;=~")
        query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
        return cls(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme], path, query)

    def __str__(self) -> str:
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{url_host(self.host)}{port}{self.path}{query}"

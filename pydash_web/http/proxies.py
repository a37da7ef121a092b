"""Finds the address of the client behind reverse proxies."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

from pydash_app.configuration import Network

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


FROM_PROXY = "pydash.from_proxy"
"""The key in the environment of a request: whether a configured proxy sent it."""

_WITH_PORT = re.compile(r"\[(?P<v6>[^]]+)\](?::\d+)?|(?P<v4>[\d.]+):\d+", re.ASCII)


class TrustedProxies:
    """WSGI middleware that trusts `X-Forwarded-For` and `-Proto` of configured proxies only.

    Clients can send these headers, too. The addresses are therefore read from the right, where the
    nearest proxy added one. The first that is not a configured proxy is the client.

    >>> from ipaddress import ip_network
    >>> proxies = TrustedProxies(lambda environ, start: [], [ip_network("10.0.0.0/8")])
    >>> proxies.client("10.0.0.1", "1.2.3.4, 198.51.100.7, 10.0.0.2")
    '198.51.100.7'
    >>> proxies.client("203.0.113.9", "1.2.3.4")
    '203.0.113.9'

    Some proxies add ports, and IPv6 sockets have their own notation for IPv4 addresses.

    >>> proxies.client("::ffff:10.0.0.1", "[2001:db8::1]:4711, 10.0.0.2:80")
    '2001:db8::1'
    """

    def __init__(self, app: "WSGIApplication", networks: Iterable[Network]) -> None:
        self._app = app
        self._networks = tuple(networks)

    def __call__(  # noqa: D102 (WSGI)
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        remote = environ.get("REMOTE_ADDR", "")
        environ[FROM_PROXY] = self._is_proxy(remote)
        if environ[FROM_PROXY]:
            environ["REMOTE_ADDR"] = self.client(remote, environ.get("HTTP_X_FORWARDED_FOR", ""))
            protocol = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip()
            if protocol in ("http", "https"):
                environ["wsgi.url_scheme"] = protocol
        return self._app(environ, start_response)

    def client(self, remote: str, forwarded_for: str) -> str:
        """Return the client's address, given that of the connection and the header."""
        chain = [part.strip() for part in forwarded_for.split(",") if part.strip()]
        while self._is_proxy(remote) and chain and (before := _address(chain.pop())):
            remote = str(before)
        return remote

    def _is_proxy(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._networks)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Parse an address with or without a port; return None if it is invalid.

    >>> [str(_address(text)) for text in ("1.2.3.4:80", "[::1]", "::1", "::ffff:1.2.3.4", "x:80")]
    ['1.2.3.4', '::1', '::1', '1.2.3.4', 'None']
    """
    written = _WITH_PORT.fullmatch(text)
    try:
        address = ip_address(written["v6"] or written["v4"] if written else text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address

"""Finds out who really asks, when PyDash stands behind a reverse proxy."""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from pydash_app.configuration import Network

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class TrustedProxies:
    """WSGI middleware that believes `X-Forwarded-For` and `-Proto` of configured proxies only.

    A client can send these headers too. So the addresses are read from the right, where the
    nearest proxy wrote, and the first that is not a proxy of ours is the client.

    >>> from ipaddress import ip_network
    >>> proxies = TrustedProxies(lambda environ, start: [], [ip_network("10.0.0.0/8")])
    >>> proxies.client("10.0.0.1", "1.2.3.4, 198.51.100.7, 10.0.0.2")
    '198.51.100.7'
    >>> proxies.client("203.0.113.9", "1.2.3.4")
    '203.0.113.9'
    """

    def __init__(self, app: "WSGIApplication", networks: Iterable[Network]) -> None:
        self._app = app
        self._networks = tuple(networks)

    def __call__(  # noqa: D102 (WSGI)
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        remote = environ.get("REMOTE_ADDR", "")
        if self._is_proxy(remote):
            environ["REMOTE_ADDR"] = self.client(remote, environ.get("HTTP_X_FORWARDED_FOR", ""))
            protocol = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip()
            if protocol in ("http", "https"):
                environ["wsgi.url_scheme"] = protocol
        return self._app(environ, start_response)

    def client(self, remote: str, forwarded_for: str) -> str:
        """Tell the client's address from the connection's and the header."""
        chain = [part.strip() for part in forwarded_for.split(",") if part.strip()]
        while self._is_proxy(remote) and chain and _is_address(chain[-1]):
            remote = chain.pop()
        return remote

    def _is_proxy(self, address: str) -> bool:
        if not _is_address(address):
            return False
        parsed = ip_address(address)
        return any(parsed in network for network in self._networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True

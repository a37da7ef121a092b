"""Checks whether TCP ports are free, and whether servers respond."""

import contextlib
import socket
import urllib.request
from collections.abc import Iterable
from http.client import HTTPException

_RESPONSE_SECONDS = 2.0


def require_free_port(hosts: Iterable[str], port: int) -> None:
    """Check that a server could listen on a port.

    :param hosts: names or IP addresses; the port must be free on every address of each.
    :raises OSError: it could not; with `errno.EADDRINUSE` if another program uses the port.
    """
    for host in hosts:
        for family, _, _, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    # Otherwise the wildcard address "::" would claim the IPv4 port as well.
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind(address)


def find_free_port(host: str, ports: Iterable[int]) -> int | None:
    """Return the first of these ports that is free, or None."""
    for port in ports:
        with contextlib.suppress(OSError):
            require_free_port([host], port)
            return port
    return None


def responds(url: str) -> bool:
    """Return whether an HTTP server responds with status 200 at a URL."""
    try:
        # The supervisor only checks its own processes.
        with urllib.request.urlopen(url, timeout=_RESPONSE_SECONDS) as response:  # noqa: S310
            return bool(response.status == 200)
    except (OSError, HTTPException):
        # A port can connect to itself while nothing listens. It then receives the request, which
        # is not a valid response.
        return False

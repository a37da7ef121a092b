"""Listens on TCP ports, and checks whether servers respond."""

import contextlib
import socket
import urllib.request
from collections.abc import Iterable
from http.client import HTTPException

_RESPONSE_SECONDS = 2.0
_WAITING_CONNECTIONS = 1024


def listen(hosts: Iterable[str], port: int) -> list[socket.socket]:
    """Listen on a port, on every address of each host.

    :param hosts: names or IP addresses.
    :returns: a socket for each address, which processes can share.
    :raises OSError: an address is unavailable; with `errno.EADDRINUSE` if another program uses the
        port.
    """
    with contextlib.ExitStack() as opened:
        sockets = []
        for host in hosts:
            for family, _, _, _, address in socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            ):
                listening = opened.enter_context(socket.socket(family))
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    # Otherwise the wildcard address "::" would claim the IPv4 port as well.
                    listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                listening.bind(address)
                listening.listen(_WAITING_CONNECTIONS)
                sockets.append(listening)
        opened.pop_all()
        return sockets


def find_free_port(host: str, ports: Iterable[int]) -> int | None:
    """Return the first of these ports that is free, or None."""
    for port in ports:
        with contextlib.suppress(OSError):
            for listening in listen([host], port):
                listening.close()
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

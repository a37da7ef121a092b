"""Connections that are made only to addresses which were checked, and that end in time."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache

import certifi

from pydash_http.addresses import DEFAULT_PORTS, Url
from pydash_http.errors import (
    AddressRefused,
    RemoteTimeout,
    RemoteUnreachable,
)
from pydash_http.fetch_policy import FetchPolicy

TOO_SLOW = "The dashboard took too long to answer."

Resolver = Callable[[str, int], list[str]]


@dataclass(frozen=True)
class Limits:
    """How long and how much PyDash is willing to read.

    :param connect_timeout: seconds to look up a name, and to connect to each of its addresses.
    :param read_timeout: seconds without a single byte.
    :param total_timeout: seconds for one request with everything in it, or for a whole probe.
    :param max_bytes: the size of an answer, decompressed.
    """

    connect_timeout: float = 5.0
    read_timeout: float = 60.0
    total_timeout: float = 120.0
    max_bytes: int = 32 * 1024 * 1024


def resolve(host: str, port: int) -> list[str]:
    """Look up the numeric addresses of a host.

    :raises OSError: if there are none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedConnection(http.client.HTTPConnection):
    """A connection to one origin, made only to an address that the policy allows."""

    def __init__(self, url: Url, policy: FetchPolicy, limits: Limits, resolver: Resolver) -> None:
        super().__init__(url.host, url.port)
        self._url, self._policy, self._limits, self._resolver = url, policy, limits, resolver
        # http.client leaves these ports out of the Host header.
        self.default_port = DEFAULT_PORTS[url.scheme]
        # http.client forgets its socket while a last answer is still being read from it.
        self._socket: socket.socket | None = None
        self._is_aborted = False

    def connect(self) -> None:
        """Resolve, check, connect, and with HTTPS check that the certificate is the host's."""
        self.sock = self._connect_any(self._checked_addresses())
        self.sock.settimeout(self._limits.read_timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._url.scheme == "https":
            # The handshake comes after `_socket` is set, so that it can be aborted as well.
            self.sock = _tls_context().wrap_socket(
                self.sock, server_hostname=self._url.host, do_handshake_on_connect=False
            )
        self._socket = self.sock
        if self._is_aborted:
            raise TimeoutError
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.do_handshake()

    def _checked_addresses(self) -> list[str]:
        host = self._url.host
        try:
            addresses = _in_time(self._limits.connect_timeout, self._resolver, host, self._url.port)
        except TimeoutError:
            raise
        except (OSError, UnicodeError) as error:
            raise RemoteUnreachable(f"There is no server named {host}.") from error
        # One that may not be reached is enough to refuse: which is taken would be chance.
        if not addresses or not all(map(self._policy.allows, addresses)):
            raise AddressRefused(
                f"{host} leads to a network address that this PyDash may not fetch from. Whoever "
                "runs it can allow more with PYDASH_FETCH_ALLOW."
            )
        return addresses

    def _connect_any(self, addresses: list[str]) -> socket.socket:
        for address in addresses[:-1]:
            if self._is_aborted:
                raise TimeoutError
            with suppress(OSError):
                return self._connect_one(address)
        return self._connect_one(addresses[-1])

    def _connect_one(self, address: str) -> socket.socket:
        return socket.create_connection((address, self._url.port), self._limits.connect_timeout)

    def abort(self) -> None:
        """End whatever another thread is waiting for on this connection."""
        self._is_aborted = True
        if self._socket is not None:
            with suppress(OSError):
                # Past SSLSocket's own shutdown, which pulls the rug from under a reader.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _in_time(seconds: float, resolver: Resolver, host: str, port: int) -> list[str]:
    """Look up a name, which cannot be interrupted, and leave it alone when its time is over.

    :raises TimeoutError: if it is.
    """
    outcome: Future[list[str]] = Future()

    def look_up() -> None:
        try:
            outcome.set_result(resolver(host, port))
        except (OSError, UnicodeError) as error:
            outcome.set_exception(error)

    threading.Thread(target=look_up, daemon=True).start()
    return outcome.result(seconds)


@cache
def _tls_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class Deadline:
    """Ends a request, or the last of several, when the time is over, wherever it hangs."""

    def __init__(self, seconds: float) -> None:
        self.expires = time.monotonic() + seconds
        self.is_over = False

    @contextmanager
    def over(self, connection: GuardedConnection) -> Iterator[None]:
        """Watch a connection while the body of the `with` runs.

        :raises RemoteTimeout: the time is over, or was before.
        """
        if time.monotonic() >= self.expires:
            raise RemoteTimeout(TOO_SLOW)
        timer = threading.Timer(self.expires - time.monotonic(), self._end, [connection])
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception as error:
            if self.is_over:
                raise RemoteTimeout(TOO_SLOW) from error
            raise
        finally:
            timer.cancel()
        if self.is_over:
            raise RemoteTimeout(TOO_SLOW)

    def _end(self, connection: GuardedConnection) -> None:
        self.is_over = True
        connection.abort()

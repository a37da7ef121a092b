"""Connections to checked addresses, with every step limited in time and bytes.

urllib3 has no hook between the lookup of a name and the connection, and its timeouts apply to
single reads. Its connections therefore get sockets that are opened here. They connect to an address
that has passed the policy, and limit every read to the request's remaining time and bytes.
"""

import http.client
import math
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from pydash_http.errors import (
    AddressRefused,
    RemoteTimeout,
    ResponseTooLarge,
    UnknownHost,
    translated,
)
from pydash_http.policy import FetchPolicy

MAX_HEADER_BYTES = 256 * 1024
Resolver = Callable[[str, int], list[str]]


@dataclass(frozen=True)
class Limits:
    """The limits on time and size.

    :param connect_timeout: seconds to resolve a name, and to connect to each of its addresses.
    :param read_timeout: seconds without a single byte.
    :param total_timeout: seconds for a request with its redirects.
    :param max_bytes: maximum size of a response body, both compressed and decompressed.
    """

    connect_timeout: float = 5.0
    read_timeout: float = 60.0
    total_timeout: float = 120.0
    max_bytes: int = 32 * 1024 * 1024


def resolve(host: str, port: int) -> list[str]:
    """Return the numeric addresses of a host.

    :raises OSError: if there are none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Guard:
    """Opens the connections of a session, and tracks the time and bytes of its requests.

    :param deadline: when all requests must be complete (`time.monotonic`); by default, each
        request has `limits.total_timeout` of its own.
    :ivar certificate_expires: when the certificate of the last TLS connection expires (UTC).
    """

    certificate_expires: datetime | None = None

    def __init__(
        self, policy: FetchPolicy, limits: Limits, resolver: Resolver, deadline: float | None
    ) -> None:
        self._policy, self.limits, self._resolver = policy, limits, resolver
        self._session_deadline = deadline
        self.connections_opened = self.bytes_received = self.bytes_allowed = 0

    def begin_request(self) -> None:
        """Start the clock of a request with all its redirects."""
        self._deadline = self._session_deadline or time.monotonic() + self.limits.total_timeout

    def begin_response(self) -> None:
        """Start counting the bytes of a response. Until its headers are read, few are allowed."""
        self.bytes_received, self.bytes_allowed = 0, MAX_HEADER_BYTES

    def count(self, received: int) -> None:
        """Count received bytes.

        :raises ResponseTooLarge: if the server sends more than any acceptable response has.
        """
        self.bytes_received += received
        if self.bytes_received > self.bytes_allowed:
            raise self.too_large()

    def too_large(self) -> ResponseTooLarge:
        """Return the error for a response that exceeds the size limit."""
        return ResponseTooLarge(f"The response exceeds {self.limits.max_bytes // 1024:,} kB.")

    def seconds_left(self, at_most: float) -> float:
        """Return how long the next step may take.

        :raises RemoteTimeout: if no time is left.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise RemoteTimeout
        return min(left, at_most)

    def open(self, host: str, port: int) -> "GuardedSocket":
        """Resolve a host and connect to an address that the policy allows.

        :raises RemoteError: see its subclasses.
        """
        addresses = self.allowed_addresses(host, port)
        for position, address in enumerate(addresses[:-1]):
            # An address that drops packets must not use up the time of the others.
            share = self.seconds_left(math.inf) / (len(addresses) - position)
            with suppress(OSError):
                return self._connect(address, port, share)
        return self._connect(addresses[-1], port, math.inf)

    def allowed_addresses(self, host: str, port: int) -> list[str]:
        """Resolve a host.

        :raises AddressRefused: the policy allows none of its addresses.
        :raises RemoteError: the host is unknown, or resolving it takes too long.
        """
        addresses = list(filter(self._policy.allows, self._resolve(host, port)))
        if not addresses:
            raise AddressRefused(
                f"{host} resolves to a network address from which this PyDash must not fetch. Its "
                "administrator can allow more with PYDASH_FETCH_ALLOW."
            )
        return addresses

    def _resolve(self, host: str, port: int) -> list[str]:
        """Resolve a host in a thread, because a lookup can only be abandoned, not interrupted."""
        with suppress(ValueError):
            return [str(ip_address(host))]
        outcome: Future[list[str]] = Future()

        def look_up() -> None:
            try:
                outcome.set_result(self._resolver(host, port))
            except (OSError, UnicodeError) as error:
                outcome.set_exception(error)

        threading.Thread(target=look_up, daemon=True).start()
        try:
            return outcome.result(self.seconds_left(self.limits.connect_timeout))
        except TimeoutError:
            raise
        except (OSError, UnicodeError) as error:
            raise UnknownHost(f"Unknown host: {host}.") from error

    def _connect(self, address: str, port: int, share: float) -> "GuardedSocket":
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        connection = GuardedSocket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(self.seconds_left(min(self.limits.connect_timeout, share)))
            connection.connect((address, port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(self.seconds_left(self.limits.read_timeout))  # for TLS
        except BaseException:
            connection.close()
            raise
        self.connections_opened += 1
        return connection


if TYPE_CHECKING:
    _Socket = socket.socket
    _Connection = HTTPConnection
else:
    _Socket = _Connection = object


class _GuardedReads(_Socket):
    """A socket that checks its guard's limits before each read, and reports to it afterwards."""

    guard: Guard

    def sendall(self, *args: Any) -> None:
        self.settimeout(self.guard.seconds_left(self.guard.limits.read_timeout))
        super().sendall(*args)

    def recv_into(self, *args: Any) -> int:
        self.settimeout(self.guard.seconds_left(self.guard.limits.read_timeout))
        received = super().recv_into(*args)
        self.guard.count(received)
        return received


class GuardedSocket(_GuardedReads, socket.socket):
    """A plain TCP connection."""


class _GuardedTlsSocket(_GuardedReads, ssl.SSLSocket):
    """A TCP connection with TLS."""


@cache
def tls_context() -> ssl.SSLContext:
    """Return the context of all connections, with the root certificates of the system and certifi.

    `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the system's.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.sslsocket_class = _GuardedTlsSocket
    return context


class _ResponseWithoutCookies(http.client.HTTPResponse):
    """A response that ignores cookies, because parsing them can take seconds.

    Ninety long cookies occupy `http.cookiejar` for eight seconds, regardless of any deadline.
    """

    def begin(self) -> None:
        super().begin()
        del self.msg["Set-Cookie"]


class _GuardedConnection(_Connection):
    """A connection whose socket the guard opens."""

    response_class = _ResponseWithoutCookies

    def __init__(self, *args: Any, guard: Guard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._guard = guard

    def _new_conn(self) -> socket.socket:
        sys.audit("http.client.connect", self, self.host, self.port)
        return self._guard.open(self.host, self.port)

    def connect(self) -> None:
        with translated(self.host, self.port):
            super().connect()
        self.sock.guard = self._guard  # type: ignore[union-attr]

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]
        with translated(self.host, self.port):
            response = super().getresponse()
        self._guard.bytes_allowed += self._guard.limits.max_bytes
        return response


class GuardedHttpConnection(_GuardedConnection, HTTPConnection):
    """A guarded connection without TLS."""


class GuardedHttpsConnection(_GuardedConnection, HTTPSConnection):
    """A guarded connection with TLS, whose certificate must match the host in the URL."""

    def connect(self) -> None:  # noqa: D102 - urllib3's
        super().connect()
        certificate: Any = self.sock.getpeercert()  # type: ignore[union-attr]
        expires = ssl.cert_time_to_seconds(certificate["notAfter"])
        self._guard.certificate_expires = datetime.fromtimestamp(expires, UTC)

"""A guarded `requests.Session`, through which PyDash fetches all URLs that users supply.

A host is resolved once per connection. Every address is checked against the policy, and the
connection is made to a checked address, so no second lookup could return a different one. Redirects
pass through the same adapter. The size of responses is limited, both compressed and decompressed.
So is the total time of a request, even if the server keeps sending one byte per second. Proxies and
.netrc of the environment are ignored, and cookies are dropped.
"""

import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from io import BytesIO
from types import MappingProxyType
from typing import Any, NamedTuple

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connectionpool import HTTPConnectionPool

from pydash_http.connections import (
    Guard,
    GuardedHttpConnection,
    GuardedHttpsConnection,
    Limits,
    Resolver,
    resolve,
    tls_context,
)
from pydash_http.errors import (
    InvalidRequest,
    InvalidResponse,
    RemoteTimeout,
    RemoteUnreachable,
    translated,
)
from pydash_http.policy import FetchPolicy
from pydash_http.urls import Url

MAX_REDIRECTS = 5
CHUNK = 64 * 1024


class GuardedSession(requests.Session):
    """A session that may fetch any URL that a user supplies. It is not thread-safe.

    The body of a response is read immediately. With `stream=True`, it is discarded unread.

    :param policy: the addresses from which the session may fetch.
    :param limits: the limits on time and size.
    :param resolver: returns a host's addresses; replaced in tests.
    :param deadline: when all requests must be complete (`time.monotonic`); by default, each has
        `limits.total_timeout`.
    """

    def __init__(
        self,
        policy: FetchPolicy,
        limits: Limits | None = None,
        resolver: Resolver = resolve,
        deadline: float | None = None,
    ) -> None:
        super().__init__()
        self.trust_env = False
        self.max_redirects = MAX_REDIRECTS
        self.headers = CaseInsensitiveDict(
            {
                "User-Agent": "PyDash",
                "Accept": "application/json, text/html",
                "Accept-Encoding": "gzip",
            }
        )
        self._guard = Guard(policy, limits or Limits(), resolver, deadline)
        self.adapters.clear()
        self.mount("", _GuardedAdapter(self._guard))

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request and follow its redirects.

        :raises RemoteError: see its subclasses.
        """
        address = Url.parse(str(url))
        self._guard.begin_request()
        try:
            return super().request(method, str(address), *args, **kwargs)
        except requests.TooManyRedirects as error:
            raise InvalidResponse("The URL redirects in a circle.") from error
        except requests.RequestException as error:
            raise InvalidResponse(f"{address.host} did not respond with valid HTTP.") from error
        except UnicodeEncodeError as error:
            raise InvalidRequest(
                "The request contains a character that HTTP does not allow in headers."
            ) from error
        except ValueError as error:
            raise InvalidResponse("The URL redirects to an invalid URL.") from error

    @property
    def certificate_expires(self) -> datetime | None:
        """When the certificate of the last TLS connection expires (UTC)."""
        return self._guard.certificate_expires

    def is_same_server(self, start: str, url: str) -> bool:
        """Return whether `url` may receive the headers that are meant for `start`.

        The same host with HTTPS instead of HTTP, on their default ports, counts as the same.
        """
        return not self.should_strip_auth(start, url)  # type: ignore[no-untyped-call]

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        """Send all headers of this request, such as a token, only to its own server."""
        is_same = self.is_same_server(str(response.request.url), str(prepared_request.url))
        allowed: Any = response.request.headers if is_same else self.headers
        prepared_request.headers = allowed.copy()


class _GuardedAdapter(HTTPAdapter):
    """Sends requests through guarded connections, and reads bounded responses."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=tls_context(), **kwargs)

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """Leave the context unchanged, because requests would replace its root certificates."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        kind = GuardedHttpsConnection if pool.scheme == "https" else GuardedHttpConnection
        pool.ConnectionCls = partial(kind, guard=self._guard)
        return pool  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close idle connections now, because urllib3 waits for the garbage collector."""
        for origin in self.poolmanager.pools.keys():  # noqa: SIM118 - it cannot be iterated
            self.poolmanager.pools[origin].close()
        super().close()

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        address = Url.parse(str(request.url))
        opened = self._guard.connections_opened
        try:
            return self._exchange(request, address, kwargs["stream"])
        except RemoteUnreachable:
            # A server may close an idle connection at any time. It has then not seen this request.
            is_stale = self._guard.connections_opened == opened and not self._guard.bytes_received
            if not is_stale or request.method != "GET":
                raise
        return self._exchange(request, address, kwargs["stream"])

    def _exchange(
        self, request: requests.PreparedRequest, address: Url, is_streamed: bool
    ) -> requests.Response:
        self._guard.begin_response()
        timeout = self._guard.seconds_left(self._guard.limits.read_timeout)
        # Ignores the caller's settings, to always verify certificates and never use proxies.
        response = super().send(request, stream=True, timeout=timeout)
        try:
            with translated(address.host, address.port):
                body = b"" if is_streamed else self._read(response.raw)
        finally:
            # Closes the connection too, unless the body was read to its end.
            response.raw.close()
        response.raw = BytesIO(body)
        return response

    def _read(self, raw: urllib3.HTTPResponse) -> bytes:
        """Read and decompress the body, unless it is too large."""
        max_bytes = self._guard.limits.max_bytes
        if (raw.length_remaining or 0) > max_bytes:
            raise self._guard.too_large()
        pieces: Iterator[bytes] = raw.stream(CHUNK, decode_content=False)
        encoding = raw.headers.get("Content-Encoding", "identity")
        if encoding == "gzip":
            pieces = _decompressed(pieces)
        elif encoding != "identity":
            raise InvalidResponse("The response uses an encoding that was not requested.")
        body = bytearray()
        for piece in pieces:
            body += piece
            if len(body) > max_bytes:
                raise self._guard.too_large()
        return bytes(body)


def _decompressed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress gzip chunk by chunk, so that a bomb is detected while it is small.

    urllib3 does so as well, but accepts truncated data, and ignores what follows the end.
    """
    decompressor = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    for piece in pieces:
        while piece:
            yield decompressor.decompress(piece, CHUNK)
            piece = decompressor.unconsumed_tail
        if decompressor.unused_data:
            raise zlib.error("data after the end")
    if not decompressor.eof:
        raise zlib.error("unexpected end of data")


class Pong(NamedTuple):
    """The response to a ping.

    :ivar status: the HTTP status.
    :ivar latency: the time until the headers were received (ms).
    :ivar certificate_expires: when the certificate of the connection expires (UTC); None without
        TLS.
    """

    status: int
    latency: float
    certificate_expires: datetime | None


def check_address(url: str, allow: str, timeout: float) -> None:
    """Check whether PyDash may connect to the host of a URL, as far as that is known now.

    It sends nothing. Every connection is checked again.

    :param allow: the addresses to which to connect; see `FetchPolicy.parse`.
    :param timeout: the time to resolve the host, in seconds.
    :raises AddressRefused: the URL is invalid, or leads to no allowed address.
    """
    parsed = Url.parse(url)
    limits = Limits(connect_timeout=timeout, total_timeout=timeout)
    guard = Guard(FetchPolicy.parse(allow), limits, resolve, None)
    guard.begin_request()
    # A host that is unknown now may be known later.
    with suppress(RemoteUnreachable, RemoteTimeout):
        guard.allowed_addresses(parsed.host, parsed.port)


def ping(
    url: str,
    allow: str | FetchPolicy = "global",
    timeout: float = 10.0,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Pong:
    """Return the status and the time of a server's response.

    :param url: any URL of the server; redirects are not followed.
    :param allow: the addresses from which to fetch; see `FetchPolicy.parse`.
    :param timeout: the total time of the request, in seconds.
    :param headers: further headers of the request.
    :raises RemoteError: if there was no response.
    """
    policy = FetchPolicy.parse(allow) if isinstance(allow, str) else allow
    limits = Limits(connect_timeout=timeout, read_timeout=timeout, total_timeout=timeout)
    with GuardedSession(policy, limits) as session:
        started = time.perf_counter()
        status = session.get(url, headers=headers, stream=True, allow_redirects=False).status_code
        latency = (time.perf_counter() - started) * 1000
        return Pong(status, latency, session.certificate_expires)

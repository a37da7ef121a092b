"""The one way in which PyDash fetches a URL that a user has given.

A name is resolved once per connection, every address it leads to is held against the policy, and
the connection is made to an address that was checked, so there is no second look-up that could
answer differently. Redirects are followed one by one through the same gate. What comes back is
limited in size, compressed and not, and in time as a whole, so that a server that sends one byte
a second is not waited for. Neither the environment's proxies nor a .netrc have a say.
"""

import gzip
import http.client
import ssl
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

from pydash_http.addresses import Url
from pydash_http.errors import (
    AnswerTooLarge,
    InvalidAnswer,
    RemoteError,
    RemoteTimeout,
    RemoteUnreachable,
)
from pydash_http.fetch_policy import FetchPolicy
from pydash_http.guarded_connection import (
    TOO_SLOW,
    Deadline,
    GuardedConnection,
    Limits,
    Resolver,
    resolve,
)

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 5
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What a server answered in the end.

    :param status: the HTTP status code.
    :param url: where the answer came from, after redirects.
    :param headers: by their lower-case names.
    :param body: decompressed.
    """

    status: int
    url: Url
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_json(self) -> bool:
        """Whether the body says of itself that it is JSON."""
        return "json" in self.headers.get("content-type", "").lower()

    @property
    def server_time(self) -> datetime:
        """What the server says the time is (UTC); PyDash's own clock if it does not say."""
        try:
            stated = parsedate_to_datetime(self.headers["date"])
        except (KeyError, ValueError):
            return datetime.now(UTC)
        return stated.astimezone(UTC) if stated.tzinfo else stated.replace(tzinfo=UTC)


class GuardedSession:
    """Fetches URLs, keeping connections open for the next time. Not to be shared by threads.

    :param policy: which addresses may be fetched from.
    :param limits: how long and how much is read.
    :param resolver: looks up a host's addresses; another one is for tests.
    :param deadline: when all requests together have to be done; by default each has its own time.
    """

    def __init__(
        self,
        policy: FetchPolicy,
        limits: Limits | None = None,
        resolver: Resolver = resolve,
        deadline: Deadline | None = None,
    ) -> None:
        self._deadline = deadline
        self._policy, self._limits, self._resolver = policy, limits or Limits(), resolver
        self._connections: dict[tuple[str, str, int], GuardedConnection] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are still open."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def get(self, url: Url, token: str | None = None) -> Answer:
        """Fetch a URL, through its redirects.

        :param token: sent as `Authorization: Bearer`, but never to another server than the one
            in `url`; the same host over HTTPS instead of HTTP is not another.
        :raises RemoteError: see its subclasses.
        """
        deadline = self._deadline or Deadline(self._limits.total_timeout)
        start = url
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._fetch(url, token if may_know(start, url) else None, deadline)
            location = answer.headers.get("location")
            if answer.status not in REDIRECTS or location is None:
                return answer
            url = _led_on(url, location)
        raise InvalidAnswer("The address redirects in a circle.")

    def status(self, url: Url) -> int:
        """Fetch only the status code of a URL, not following redirects."""
        connection = self._connection(url)
        deadline = self._deadline or Deadline(self._limits.total_timeout)
        try:
            with (
                _errors_named(url),
                deadline.over(connection),
                _send(connection, url, None) as response,
            ):
                return response.status
        finally:
            self._drop(url)

    def _fetch(self, url: Url, token: str | None, deadline: Deadline) -> Answer:
        connection = self._connection(url)
        try:
            with _errors_named(url), deadline.over(connection):
                answer = _exchange(connection, url, token, self._limits.max_bytes)
        except BaseException:
            self._drop(url)
            raise
        if connection.sock is None:  # the server wants no more requests on it
            self._drop(url)
        return answer

    def _connection(self, url: Url) -> GuardedConnection:
        if url.origin not in self._connections:
            self._connections[url.origin] = GuardedConnection(
                url, self._policy, self._limits, self._resolver
            )
        return self._connections[url.origin]

    def _drop(self, url: Url) -> None:
        self._connections.pop(url.origin).close()


def ping(url: str, allow: str | FetchPolicy = "global", timeout: float = 10.0) -> tuple[int, float]:
    """Tell whether a server answers, and how fast.

    :param url: any URL of it.
    :param allow: which addresses may be fetched from, see `FetchPolicy.parse`.
    :param timeout: seconds for all of it.
    :returns: the status code of the answer, and the ms until it came.
    :raises RemoteError: if no answer came.
    """
    policy = FetchPolicy.parse(allow) if isinstance(allow, str) else allow
    limits = Limits(connect_timeout=timeout, read_timeout=timeout, total_timeout=timeout)
    address = Url.parse(url)
    with GuardedSession(policy, limits) as session:
        started = time.perf_counter()
        status = session.status(address)
        return status, (time.perf_counter() - started) * 1000


def _led_on(url: Url, location: str) -> Url:
    try:
        return Url.parse(urljoin(str(url), location))
    except ValueError as error:
        raise InvalidAnswer("The address redirects to one that is no URL.") from error


def may_know(start: Url, url: Url) -> bool:
    """Tell whether the server of `url` may be told what is meant for the one of `start`."""
    upgraded = (start.scheme, start.port, url.scheme, url.port) == ("http", 80, "https", 443)
    return url.origin == start.origin or (upgraded and url.host == start.host)


def _exchange(connection: GuardedConnection, url: Url, token: str | None, max_bytes: int) -> Answer:
    is_reused = connection.sock is not None
    try:
        response = _send(connection, url, token)
    except (http.client.RemoteDisconnected, ConnectionError):
        # A server may close an idle connection at any time. It has not seen this request then.
        if not is_reused:
            raise
        connection.close()
        response = _send(connection, url, token)
    with response:
        headers = {name.lower(): value for name, value in response.getheaders()}
        body = _read(response, headers.get("content-encoding", ""), max_bytes)
    return Answer(response.status, url, headers, body)


def _send(connection: GuardedConnection, url: Url, token: str | None) -> http.client.HTTPResponse:
    headers: dict[str, str | bytes] = {
        "Accept-Encoding": "gzip",
        "User-Agent": "PyDash",
        "Accept": "application/json, text/html",
    }
    if token is not None:
        headers["Authorization"] = b"Bearer " + token.encode()
    connection.request("GET", url.target, headers=headers)
    return connection.getresponse()


def _read(response: http.client.HTTPResponse, encoding: str, max_bytes: int) -> bytes:
    """Read the body, decompressed, unless it is too large either way."""
    if (response.length or 0) > max_bytes:
        raise AnswerTooLarge(_too_large(max_bytes))
    pieces = _wire_pieces(response)
    if encoding == "gzip":
        pieces = _decompressed(pieces)
    elif encoding not in ("", "identity"):
        raise InvalidAnswer("The answer is compressed in a way that was not asked for.")
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > max_bytes:
            raise AnswerTooLarge(_too_large(max_bytes))
    return bytes(body)


def _too_large(max_bytes: int) -> str:
    return f"The answer of the dashboard is larger than {max_bytes // 1024:,} kB."


def _wire_pieces(response: http.client.HTTPResponse) -> Iterator[bytes]:
    left = response.length  # None: until the server says or closes
    while left is None or left > 0:
        piece = response.read1(CHUNK if left is None else min(CHUNK, left))
        if not piece and left is None:
            return
        if not piece:
            raise http.client.IncompleteRead(b"", left)
        left = None if left is None else left - len(piece)
        yield piece


def _decompressed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress without ever holding more than a chunk, so that a bomb is noticed while small."""
    decompressor = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    for piece in pieces:
        while piece:
            yield decompressor.decompress(piece, CHUNK)
            piece = decompressor.unconsumed_tail
        if decompressor.unused_data:
            raise gzip.BadGzipFile("something follows the end")
    if not decompressor.eof:
        raise gzip.BadGzipFile("the end is missing")


@contextmanager
def _errors_named(url: Url) -> Iterator[None]:
    """Turn what the network throws into what a user can act on."""
    try:
        yield
    except RemoteError:
        raise
    except TimeoutError as error:
        raise RemoteTimeout(TOO_SLOW) from error
    except ssl.SSLCertVerificationError as error:
        reason = error.verify_message
        raise RemoteUnreachable(f"The certificate of {url.host} is not valid: {reason}.") from error
    except ConnectionRefusedError as error:
        raise RemoteUnreachable(f"Nothing listens at {url.host}, port {url.port}.") from error
    except (http.client.IncompleteRead, ConnectionError) as error:
        raise RemoteUnreachable(
            "The connection broke off before the answer was complete."
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise InvalidAnswer("The compressed answer is damaged.") from error
    except (http.client.HTTPException, ValueError) as error:
        raise InvalidAnswer("The server at this address does not speak HTTP.") from error
    except OSError as error:
        raise RemoteUnreachable(
            f"No connection with {url.host}: {error.strerror or error}."
        ) from error

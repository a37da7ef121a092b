"""Sends a message once, through a channel of any kind but mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from importlib.metadata import version

from pydash_http import (
    AddressRefused,
    FetchPolicy,
    GuardedSession,
    InvalidRequest,
    Limits,
    RemoteError,
)

SECONDS = 10.0
_MAX_BYTES = 64 * 1024


@dataclass(frozen=True)
class Request:
    """A request that delivers a message.

    :param body: JSON.
    """

    url: str
    body: bytes
    headers: Mapping[str, str]
    method: str = "POST"


@dataclass(frozen=True)
class Result:
    """What became of an attempt to send a message.

    :param error: what went wrong, in one sentence; None if the other side has accepted the message.
    :param status: the HTTP status of the response, if there was one.
    :param is_permanent: whether another attempt would fail as well.
    :param retry_after: for how long the other side wants no other attempt (s).
    :param served: the keys of the recipients that have the message, of several.
    """

    error: str | None = None
    status: int | None = None
    is_permanent: bool = False
    retry_after: float = 0.0
    served: frozenset[str] = frozenset()

    @classmethod
    def of_error(cls, error: RemoteError) -> "Result":
        """Return the result if there was no response."""
        is_permanent = isinstance(error, (AddressRefused, InvalidRequest))
        return cls(str(error), is_permanent=is_permanent)

    @classmethod
    def of_status(cls, status: int, headers: Mapping[str, str]) -> "Result":
        """Return the result that a response tells.

        :param headers: of the response.
        """
        if 200 <= status < 300:
            return cls(None, status)
        try:
            name = f" {HTTPStatus(status).phrase}"
        except ValueError:
            name = ""
        error = f"The response is {status}{name}."
        if 300 <= status < 400:
            error = f"{error[:-1]}, but PyDash follows no redirects: enter the final address."
        # Timeouts and rate limits pass. Others do not, unless they are the server's fault.
        is_permanent = 300 <= status < 500 and status not in (408, 429)
        return cls(error, status, is_permanent, _seconds(headers.get("Retry-After", "")))


def post(request: Request, allow: str) -> Result:
    """Send a request to a host that a user names.

    :param allow: the addresses to which PyDash may connect; see `FetchPolicy.parse`.
    """
    limits = Limits(SECONDS, SECONDS, SECONDS, _MAX_BYTES)
    headers = {"Content-Type": "application/json", "User-Agent": user_agent(), **request.headers}
    try:
        with GuardedSession(FetchPolicy.parse(allow), limits) as connection:
            # The body of the response is not read.
            response = connection.request(
                request.method,
                request.url,
                data=request.body,
                headers=headers,
                stream=True,
                allow_redirects=False,
            )
            return Result.of_status(response.status_code, response.headers)
    except RemoteError as error:
        return Result.of_error(error)


@cache
def user_agent() -> str:
    """Return the name and version of PyDash."""
    return f"PyDash/{version('pydash-io')}"


def _seconds(retry_after: str) -> float:
    """Return the seconds that the header Retry-After names, in either of its formats.

    >>> _seconds("120"), _seconds("Wed, 21 Oct 2015 07:28:00 GMT"), _seconds("soon")
    (120.0, 0.0, 0.0)
    """
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        # Digits without end would be infinite.
        return float(text[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return 0.0

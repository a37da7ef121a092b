"""Errors of requests to remote servers."""

import http.client
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import ClassVar
from zlib import error as ZlibError  # noqa: N812 - a class

from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from pydash_http.hosts import url_host


class FailureKind(StrEnum):
    """Why a server did not respond as it should."""

    ADDRESS = "address"
    DNS = "dns"
    REFUSED = "refused"
    CONNECTION = "connection"
    CERTIFICATE = "certificate"
    TIMEOUT = "timeout"
    INVALID = "invalid"
    STATUS = "status"


class RemoteError(Exception):
    """A request to a remote server failed. The message is meant for the user who gave its URL."""

    kind: ClassVar[FailureKind] = FailureKind.INVALID


class AddressRefused(RemoteError):  # noqa: N818 - the names of these classes state what happened
    """The URL is invalid, or leads to an address to which PyDash must not connect."""

    kind = FailureKind.ADDRESS


class InvalidRequest(RemoteError):  # noqa: N818
    """The request cannot be sent as HTTP, for instance because of a character in a token."""


class RemoteUnreachable(RemoteError):  # noqa: N818
    """The connection failed, or was closed before the response was complete."""

    kind = FailureKind.CONNECTION


class UnknownHost(RemoteUnreachable):
    """The name of the host has no address."""

    kind = FailureKind.DNS


class ConnectionRefused(RemoteUnreachable):
    """Nothing listens on the port."""

    kind = FailureKind.REFUSED


class InvalidCertificate(RemoteUnreachable):
    """The certificate has expired, or is not one for this host by a trusted authority."""

    kind = FailureKind.CERTIFICATE


class RemoteTimeout(RemoteError):  # noqa: N818
    """The response took too long."""

    kind = FailureKind.TIMEOUT

    def __init__(self, message: str = "The server took too long to respond.") -> None:
        super().__init__(message)


class InvalidResponse(RemoteError):  # noqa: N818
    """The response is not valid HTTP, or not what was requested."""


class ResponseTooLarge(RemoteError):  # noqa: N818
    """The response exceeds the size limit."""


@contextmanager
def translated(host: str, port: int) -> Iterator[None]:
    """Translate the exceptions of sockets, TLS, http.client and urllib3 into a `RemoteError`."""
    try:
        yield
    except (TimeoutError, ReadTimeoutError) as error:
        raise RemoteTimeout from error
    except ssl.SSLCertVerificationError as error:
        raise InvalidCertificate(
            f"The certificate of {host} is invalid: {error.verify_message}."
        ) from error
    except ConnectionRefusedError as error:
        raise ConnectionRefused(f"Connection refused by {url_host(host)}:{port}.") from error
    except (ConnectionError, http.client.IncompleteRead, ProtocolError) as error:
        raise RemoteUnreachable(
            "The connection was closed before the response was complete."
        ) from error
    except ZlibError as error:
        raise InvalidResponse("The compressed response is corrupt.") from error
    except (http.client.HTTPException, HTTPError, ValueError) as error:
        raise InvalidResponse(f"{host} did not respond with valid HTTP.") from error
    except OSError as error:
        reason = error.strerror or error
        raise RemoteUnreachable(f"Failed to connect to {host}: {reason}.") from error

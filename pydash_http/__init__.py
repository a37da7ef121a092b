"""The guarded HTTP transport, which fetches URLs that users supply.

Every connection is made to an address that was checked against a `FetchPolicy`, and every request
is bounded in time and size.
"""

from pydash_http.connections import Limits, Resolver, resolve
from pydash_http.errors import (
    AddressRefused,
    FailureKind,
    InvalidRequest,
    InvalidResponse,
    RemoteError,
    RemoteTimeout,
    RemoteUnreachable,
    ResponseTooLarge,
)
from pydash_http.policy import FetchPolicy
from pydash_http.session import GuardedSession, Pong, check_address, ping
from pydash_http.urls import Url

__all__ = [
    "AddressRefused",
    "FailureKind",
    "FetchPolicy",
    "GuardedSession",
    "InvalidRequest",
    "InvalidResponse",
    "Limits",
    "Pong",
    "RemoteError",
    "RemoteTimeout",
    "RemoteUnreachable",
    "Resolver",
    "ResponseTooLarge",
    "Url",
    "check_address",
    "ping",
    "resolve",
]

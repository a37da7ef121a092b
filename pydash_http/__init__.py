"""The guarded HTTP transport: fetches URLs that users supply.

Every connection is made to an address that was checked against a `FetchPolicy`, and every request
is bounded in time and size.
"""

from pydash_http.addresses import Url
from pydash_http.errors import (
    AddressRefused,
    AnswerTooLarge,
    InvalidAnswer,
    RemoteError,
    RemoteTimeout,
    RemoteUnreachable,
)
from pydash_http.fetch_policy import FetchPolicy
from pydash_http.guarded_connection import Deadline, Limits, Resolver, resolve
from pydash_http.guarded_http import Answer, GuardedSession, may_know, ping

__all__ = [
    "AddressRefused",
    "Answer",
    "AnswerTooLarge",
    "Deadline",
    "FetchPolicy",
    "GuardedSession",
    "InvalidAnswer",
    "Limits",
    "RemoteError",
    "RemoteTimeout",
    "RemoteUnreachable",
    "Resolver",
    "Url",
    "may_know",
    "ping",
    "resolve",
]

"""Rate limits for expensive, mail-sending and guessable operations.

Each request counts twice: for its address and for the account that it concerns. This prevents
attempts on many accounts from one address and on one account from many addresses. Sign-ins in a
browser that the account has used before are counted separately.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network
from math import ceil
from threading import Lock
from typing import TypeVar, cast
from urllib.parse import unquote

from flask import Flask, current_app, g, request
from limits import parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from pydash_app.configuration import Configuration
from pydash_app.errors import NotFound, TooManyRequests
from pydash_limits import Client, Unavailable
from pydash_logger.logger import Logger
from pydash_web.http.devices import known_device

logger = Logger(__name__)

Result = TypeVar("Result")


@dataclass(frozen=True)
class Limit:
    """The maximum number of requests in a period, by address and by account.

    :param devices_apart: whether each browser in which the account has signed in has its own limit,
        the same as an account. All of them together have the limit of an address.
    :param counts_as: the name under which all routes with this limit count together; by default
        each counts alone.
    :param of_scripts: the maximum for an account with API tokens, which replaces the other two.
    """

    per_address: str
    per_account: str
    devices_apart: bool = False
    counts_as: str | None = None
    of_scripts: str | None = None


REGISTRATION = Limit(per_address="20 per hour", per_account="20 per hour")
AUTOMATIC = Limit(per_address="300 per 10 minutes", per_account="300 per 10 minutes")
MAIL = Limit(per_address="20 per hour", per_account="3 per hour")
# Every route that takes a password of an account, because each tells whether a guess is right.
PASSWORD = Limit("60 per 10 minutes", "10 per 10 minutes", devices_apart=True, counts_as="password")
# A change of settings can also send mail, to any address.
SETTINGS = Limit(per_address="60 per hour", per_account="30 per hour")
CODE = Limit(per_address="30 per 10 minutes", per_account="30 per 10 minutes")
PROBE = Limit(per_address="60 per 10 minutes", per_account="30 per 10 minutes")
# A script may add all apps of a company at once.
ADD = Limit("60 per 10 minutes", "30 per 10 minutes", of_scripts="100 per 10 minutes")
# Each sends a message to somebody else's server.
TEST = Limit(per_address="60 per minute", per_account="10 per minute")
# Each notifies up to a thousand subscribers, and is stored.
INCIDENT = Limit(per_address="120 per hour", per_account="60 per hour")
# Names of status pages, and tokens in links, that do not exist.
MISSING = Limit(per_address="60 per 10 minutes", per_account="60 per 10 minutes")
# Pages with read-only links request about ten queries a minute, and many people share an address.
VISIT = Limit("1200 per 10 minutes", "6000 per 10 minutes", counts_as="visit")
FETCH = Limit(per_address="60 per minute", per_account="10 per minute")


class RetryLater(TooManyRequests):
    """A rate limit is reached.

    :ivar retry_after: seconds until the next attempt is allowed.
    """

    def __init__(self, retry_after: int) -> None:
        unit = "second" if retry_after == 1 else "seconds"
        super().__init__(f"Too many attempts. Try again in {retry_after} {unit}.")
        self.retry_after = retry_after


class BoundedMemoryStorage(MemoryStorage):
    """Counts in this process and drops old entries, which its base class keeps forever."""

    PRUNE_SECONDS = 60.0

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()
        self._pruned_at = time.monotonic()

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count a request and return whether it is within the limit."""
        with self._lock:
            if time.monotonic() >= self._pruned_at + self.PRUNE_SECONDS:
                self._pruned_at = time.monotonic()
                for name in [name for name, calls in list(self.events.items()) if not calls]:
                    del self.events[name]
            now = time.time()
            for event in self.events.get(key, ()):
                if event.atime <= now:
                    break
                # The clock was set back. It would count until that time is reached again.
                event.atime, event.expiry = now, now + expiry
            return super().acquire_entry(key, limit, expiry, amount)


class Limiter:
    """Counts requests in the configured store, which several web processes can share.

    :param store: `memory://`, `unix://` and the path of a socket of `pydash_limits`, or the URI of
        a storage of `limits`, such as `redis://localhost`.
    :param processes: the number of web processes that share a socket. While nobody responds there,
        each enforces its share of the limits.
    """

    def __init__(self, store: str, processes: int = 1) -> None:
        self._shared = shared(store)
        self._processes = processes
        if store == "memory://" or self._shared:
            storage: Storage = BoundedMemoryStorage()
        else:
            storage = cast("Storage", storage_from_string(store, wrap_exceptions=True))
        self._strategy = MovingWindowRateLimiter(storage)

    def hit(self, limit: str, *identifiers: str) -> None:
        """Count one request.

        If Redis is unavailable, requests are not limited: PyDash stays available.

        :raises RetryLater: the limit is exceeded.
        """
        item = parse(limit)
        if self._shared:
            key = item.key_for(*identifiers)
            try:
                wait = self._shared.hit(key, item.amount, item.get_expiry())
            except Unavailable as error:
                logger.warning(f"Each process enforces its share of rate limits: {error}")
                item = type(item)(max(1, item.amount // self._processes), item.multiples)
            else:
                if wait:
                    raise RetryLater(ceil(wait))
                return
        try:
            if self._strategy.hit(item, *identifiers):
                return
            reset = self._strategy.get_window_stats(item, *identifiers).reset_time
        except StorageError as error:
            logger.warning(f"Rate limits are not enforced: {error}")
            return
        raise RetryLater(max(1, round(reset - time.time())))


def shared(store: str) -> Client | None:
    """Return the client of a store that other processes of this machine share; None if it is none.

    >>> shared("redis://localhost") is None
    True
    """
    scheme, _, path = store.partition("://")
    return Client(unquote(path)) if scheme == "unix" else None


def install(app: Flask) -> None:
    """Install the rate limiter."""
    configuration: Configuration = app.config["PYDASH"]
    app.extensions["pydash_limiter"] = Limiter(
        configuration.rate_limit_store, configuration.web_processes
    )


def count(limit: Limit, operation: str, account: str | None) -> None:
    """Count the current request.

    :param account: the account it concerns, if known.
    :raises RetryLater: a limit is exceeded.
    """
    limiter: Limiter = current_app.extensions["pydash_limiter"]
    operation = limit.counts_as or operation
    if account and limit.of_scripts and g.get("token_scope"):
        limiter.hit(limit.of_scripts, operation, "tokens", account)
        return
    if account and limit.devices_apart and (device := known_device(account)):
        limiter.hit(limit.per_address, operation, "devices", account)
        limiter.hit(limit.per_account, operation, "device", device)
        return
    limiter.hit(limit.per_address, operation, "address", _network(request.remote_addr or "::"))
    if account:
        limiter.hit(limit.per_account, operation, "account", account)


def following(find: Callable[[], Result]) -> Result:
    """Return what a visitor asks for by a name or a token that can be guessed.

    :raises NotFound: there is no such thing; such requests are limited.
    """
    try:
        return find()
    except NotFound:
        count(MISSING, "missing", None)
        raise


def _network(address: str) -> str:
    """Return what a client controls: its IPv4 address, or the /64 network of its IPv6 address.

    >>> _network("2001:db8::1") == _network("2001:db8::2")
    True
    >>> _network("::ffff:198.51.100.7")
    '198.51.100.7'
    """
    parsed = ip_address(address)
    if isinstance(parsed, IPv4Address):
        return address
    return str(parsed.ipv4_mapped or ip_network((int(parsed), 64), strict=False))

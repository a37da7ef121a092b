"""How often somebody may try what costs work, sends mail or can be guessed.

Each call counts twice: for the address that it comes from and for the account that it is about,
so that neither many accounts from one place nor one account from many places can be tried out.
"""

import time
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network
from threading import Lock

from flask import Flask, current_app, request
from limits import parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from pydash_app.configuration import Configuration
from pydash_app.errors import TooManyRequests
from pydash_logger.logger import Logger

logger = Logger(__name__)


@dataclass(frozen=True)
class Limit:
    """So many calls in so long a time, from one address and for one account."""

    per_address: str
    per_account: str


SIGN_IN = Limit(per_address="60 per 10 minutes", per_account="10 per 10 minutes")
REGISTRATION = Limit(per_address="20 per hour", per_account="20 per hour")
MAIL = Limit(per_address="20 per hour", per_account="3 per hour")
PASSWORD = Limit(per_address="60 per 10 minutes", per_account="10 per 10 minutes")
# They can send mail, too, to any address.
SETTINGS = Limit(per_address="60 per hour", per_account="30 per hour")
CODE = Limit(per_address="30 per 10 minutes", per_account="30 per 10 minutes")
PROBE = Limit(per_address="60 per 10 minutes", per_account="30 per 10 minutes")
FETCH = Limit(per_address="60 per minute", per_account="10 per minute")


class RetryLater(TooManyRequests):
    """A limit is reached.

    :ivar retry_after: seconds until one may try again.
    """

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"That was tried too often. Please try again in {retry_after} s.")
        self.retry_after = retry_after


class ForgettingStorage(MemoryStorage):
    """Counts in this process, in place of a storage that keeps everybody's name for ever."""

    # So it is what `storage_from_string` makes of `memory://`.
    STORAGE_SCHEME = ["memory"]  # noqa: RUF012 (an instance variable for its base class)
    FORGETS_EVERY_SECONDS = 60.0

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: str):
        super().__init__(uri, wrap_exceptions, **options)
        self._lock = Lock()
        self._forgot_at = time.monotonic()

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count a call, and tell whether it is within the limit."""
        with self._lock:
            if time.monotonic() >= self._forgot_at + self.FORGETS_EVERY_SECONDS:
                self._forget()
            return super().acquire_entry(key, limit, expiry, amount)

    def _forget(self) -> None:
        """Drop whose calls are all over; others may fill such a list, but with the lock only."""
        self._forgot_at = time.monotonic()
        for key in [key for key, calls in list(self.events.items()) if not calls]:
            del self.events[key]


class Limiter:
    """Counts calls in the configured store, which several web processes may share."""

    def __init__(self, store: str) -> None:
        storage = storage_from_string(store, wrap_exceptions=True)
        self._strategy = MovingWindowRateLimiter(storage)

    def hit(self, limit: str, *who: str) -> None:
        """Count one call.

        A store that is away lets everybody pass: counting is no reason to refuse service.

        :raises RetryLater: that is one too many.
        """
        item = parse(limit)
        try:
            if self._strategy.hit(item, *who):
                return
            reset = self._strategy.get_window_stats(item, *who).reset_time
        except StorageError as error:
            logger.warning(f"Rate limits are not counted: {error}")
            return
        raise RetryLater(max(1, round(reset - time.time())))


def install(app: Flask) -> None:
    """Give the app its limiter."""
    configuration: Configuration = app.config["PYDASH"]
    app.extensions["pydash_limiter"] = Limiter(configuration.rate_limit_store)


def count(limit: Limit, operation: str, account: str | None) -> None:
    """Count this request.

    :param account: whom it is about, if that is known.
    :raises RetryLater: it is one too many.
    """
    limiter: Limiter = current_app.extensions["pydash_limiter"]
    limiter.hit(limit.per_address, operation, "address", _place(request.remote_addr or "::"))
    if account:
        limiter.hit(limit.per_account, operation, "account", account)


def _place(address: str) -> str:
    """Tell where an address is: who has one of IPv6 has the whole network of 2^64.

    >>> _place("2001:db8::1") == _place("2001:db8::2")
    True
    >>> _place("::ffff:198.51.100.7")
    '198.51.100.7'
    """
    parsed = ip_address(address)
    if isinstance(parsed, IPv4Address):
        return address
    return str(parsed.ipv4_mapped or ip_network((int(parsed), 64), strict=False))

"""Limits how many requests may wait at once: for a user's server, or for a slow reader.

Servers that hang and readers that are slow cannot occupy all threads, and those of a few users
cannot keep others from waiting.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from threading import Lock

from flask import Flask, Response, current_app

from pydash_app.configuration import Configuration
from pydash_app.errors import TooManyRequests

MAX_PER_ACCOUNT = 2


class Busy(TooManyRequests):
    """The limit is reached; the remaining threads serve requests that do not wait."""

    message = "PyDash is busy with other requests of this kind. Try again in a moment."


class ConcurrencyLimiter:
    """Counts the waiting requests, and reserves half of the places for accounts that have none.

    :param limit: the maximum number of all accounts together.

    >>> limiter = ConcurrencyLimiter(3)
    >>> [limiter.acquire("Alice") for _ in range(3)]
    [True, True, False]
    >>> limiter.acquire("Bob"), limiter.acquire("Charlie")
    (True, False)
    >>> limiter.release("Alice")
    >>> limiter.acquire("Alice"), limiter.acquire("Charlie")
    (False, True)
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._acquired: Counter[str] = Counter()
        self._lock = Lock()

    def acquire(self, account: str) -> bool:
        """Return whether another request of this account may wait, and count it if so."""
        with self._lock:
            own = self._acquired[account]
            limit = (self._limit + 1) // 2 if own else self._limit
            if own >= MAX_PER_ACCOUNT or self._acquired.total() >= limit:
                return False
            self._acquired[account] += 1
            return True

    def release(self, account: str) -> None:
        """Remove a request that waits no more."""
        with self._lock:
            self._acquired[account] -= 1
            self._acquired += Counter()  # drops accounts without requests


def install(app: Flask) -> None:
    """Allow half of the app's threads to wait."""
    configuration: Configuration = app.config["PYDASH"]
    limit = max(1, configuration.web_threads // 2)
    app.extensions["pydash_concurrency"] = ConcurrencyLimiter(limit)


def run_limited(run: Callable[[], Response], account: str) -> Response:
    """Run a request that may wait, and send its response, if the limit is not reached.

    :raises Busy: it is.
    """
    limiter: ConcurrencyLimiter = current_app.extensions["pydash_concurrency"]
    if not limiter.acquire(account):
        raise Busy
    with ExitStack() as waiting:
        waiting.callback(limiter.release, account)
        response = run()
        if response.is_streamed:
            response.call_on_close(waiting.pop_all().close)
    return response

"""Limits how many requests may wait for a user's server or a slow reader at once.

Hanging servers and slow readers cannot occupy all threads, and those of a few users cannot use up
the limit for everyone.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Condition, Lock
from typing import TypeVar

from flask import Flask, Response, current_app

from pydash_app.configuration import Configuration
from pydash_app.errors import TooManyRequests
from pydash_cube import effort
from pydash_limits import Client, RedisClient, Unavailable
from pydash_logger.logger import Logger
from pydash_web.http import limits

logger = Logger(__name__)

Result = TypeVar("Result")

MAX_PER_ACCOUNT = 2
# The queries of all accounts that run at once: each may need 200 MB.
MAX_RUNNING = 4
# Those of visitors with read-only links run besides these.
MAX_RUNNING_OF_VISITORS = 2
# The number of requests that a browser sends at once.
MAX_QUERIES_PER_ACCOUNT = 6
QUERY_SECONDS = 10.0


class Busy(TooManyRequests):
    """The limit is reached. The remaining threads serve requests that do not wait."""

    message = "PyDash is busy with other requests of this kind. Try again in a moment."
    # Seconds after which the pages retry automatically.
    retry_after = 1


class ConcurrencyLimiter:
    """Counts the waiting requests, and reserves part of the limit for accounts that have none.

    :param limit: the maximum number for all accounts together.
    :param reserved: how many of them are reserved; half of them by default.

    >>> limiter = ConcurrencyLimiter(3)
    >>> [limiter.acquire("Alice") for _ in range(3)]
    [True, True, False]
    >>> limiter.acquire("Bob"), limiter.acquire("Charlie")
    (True, False)
    >>> limiter.release("Alice")
    >>> limiter.acquire("Alice"), limiter.acquire("Charlie")
    (False, True)
    """

    def __init__(
        self, limit: int, per_account: int = MAX_PER_ACCOUNT, reserved: int | None = None
    ) -> None:
        self._limit = limit
        self._unreserved = (limit + 1) // 2 if reserved is None else limit - reserved
        self._per_account = per_account
        self._acquired: Counter[str] = Counter()
        self._lock = Lock()

    def acquire(self, account: str) -> bool:
        """Return whether another request of this account may wait, and if so, count it."""
        with self._lock:
            own = self._acquired[account]
            limit = self._unreserved if own else self._limit
            if own >= self._per_account or self._acquired.total() >= limit:
                return False
            self._acquired[account] += 1
            return True

    def release(self, account: str) -> None:
        """Remove a request that no longer waits."""
        with self._lock:
            self._acquired[account] -= 1
            self._acquired += Counter()  # removes accounts without requests


class QueryLimiter:
    """Limits how many statistics queries run at once; further queries of an account wait.

    A browser sends six requests at once, so six are admitted. They run one after the other, because
    Python computes in one thread at a time: two finish no sooner together, need twice the memory,
    and delay the requests of others more. Queries of at most four accounts run at once.

    :param limit: the maximum number of admitted queries for all accounts together, in this process.
    :param store: counts the queries of all processes together. While it does not respond, each
        process enforces its share.
    :param processes: the number of processes that share it.
    :param pool: whose queries it limits; those of different pools do not wait for each other.
    :param running: the number of accounts whose queries run at once, in all processes.
    :param reserved: see `ConcurrencyLimiter`.
    """

    def __init__(
        self,
        limit: int,
        store: Client | RedisClient | None = None,
        processes: int = 1,
        pool: str = "queries",
        running: int = MAX_RUNNING,
        reserved: int | None = None,
    ) -> None:
        self._admitted = ConcurrencyLimiter(limit, MAX_QUERIES_PER_ACCOUNT, reserved)
        self._running = ConcurrencyLimiter(max(1, running // processes), per_account=1)
        self._changed = Condition()
        self._store = store
        self._pool, self._total = pool, running

    @contextmanager
    def running(self, account: str, seconds: float) -> Iterator[None]:
        """Wait until a query of this account may run, and count it while it runs.

        :param seconds: the maximum time to wait.
        :raises Busy: too many are waiting, or this one waited too long.
        """
        if not self._admitted.acquire(account):
            raise Busy
        with ExitStack() as held:
            held.callback(self._admitted.release, account)
            place = self._acquire_shared(account, seconds) or self._acquire_own(account, seconds)
            held.enter_context(place)
            yield

    def _acquire_shared(self, account: str, seconds: float) -> ExitStack | None:
        if self._store is None:
            return None
        try:
            place = self._store.acquire(
                self._pool,
                account,
                running=1,
                admitted=MAX_QUERIES_PER_ACCOUNT,
                total=self._total,
                seconds=seconds,
            )
        except Unavailable as error:
            logger.warning(f"Each process enforces its share of the limits of queries: {error}")
            return None
        if place is None:
            raise Busy
        return place

    def _acquire_own(self, account: str, seconds: float) -> ExitStack:
        with self._changed:
            if not self._changed.wait_for(lambda: self._running.acquire(account), seconds):
                raise Busy
        place = ExitStack()
        place.callback(self._release_own, account)
        return place

    def _release_own(self, account: str) -> None:
        with self._changed:
            self._running.release(account)
            self._changed.notify_all()


def install(app: Flask) -> None:
    """Allow half of the app's threads to wait, three quarters to run queries, visitors half."""
    configuration: Configuration = app.config["PYDASH"]
    threads = configuration.web_threads
    app.extensions["pydash_concurrency"] = ConcurrencyLimiter(max(1, threads // 2))
    store, processes = _store(configuration.rate_limit_store), configuration.web_processes
    app.extensions["pydash_queries"] = QueryLimiter(max(1, 3 * threads // 4), store, processes)
    # Half of the threads, of which one link can have as many as its page needs at once.
    limit = max(1, threads // 2)
    reserved = max(0, limit - MAX_QUERIES_PER_ACCOUNT)
    app.extensions["pydash_visitor_queries"] = QueryLimiter(
        limit, store, processes, "visitors", MAX_RUNNING_OF_VISITORS, reserved
    )


def _store(uri: str) -> Client | RedisClient | None:
    return RedisClient(uri) if uri.startswith("redis") else limits.shared(uri)


def run_query(run: Callable[[], Result], account: str, *, is_visitor: bool = False) -> Result:
    """Query statistics, within the limits on number and time.

    :param account: who queries: an account, or a read-only link.
    :param is_visitor: whether it is a link.
    :raises Busy: too many queries of the account are waiting.
    :raises QueryTimeout: it took too long.
    """
    name = "pydash_visitor_queries" if is_visitor else "pydash_queries"
    limiter: QueryLimiter = current_app.extensions[name]
    with limiter.running(account, QUERY_SECONDS), effort.time_limit(QUERY_SECONDS):
        return run()


def run_limited(run: Callable[[], Response], account: str) -> Response:
    """Run a request that may wait, and send its response.

    :raises Busy: the limit is reached.
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

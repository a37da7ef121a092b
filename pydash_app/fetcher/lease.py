"""The lease, which makes only one fetcher schedule while the others wait.

The holder counts its heartbeats in the database. If the count does not change for too long by the
clock of a waiting fetcher, the lease has expired. Clocks are never compared with each other.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from threading import Event

from persistent import Persistent

from periodic_tasks import SchedulerFigures
from pydash_app import clock
from pydash_database import DatabaseUnavailable, database_root, transact
from pydash_logger.logger import Logger

HEARTBEAT_SECONDS = 4.0
EXPIRY_SECONDS = 10.0
POLL_SECONDS = 1.0

_ROOT_NAME = "fetcher_lease"

logger = Logger(__name__)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A heartbeat of the fetcher that schedules.

    :ivar holder: its name; None after a regular stop.
    :ivar number: increases with every heartbeat.
    :ivar time: time of the heartbeat (UTC, by the holder's clock); for display only.
    :ivar figures: the figures of its scheduler so far.
    """

    holder: str | None = None
    number: int = 0
    time: datetime | None = None
    figures: SchedulerFigures = field(default_factory=SchedulerFigures)


class _Lease(Persistent):
    """The last heartbeat."""

    def __init__(self) -> None:
        self.beat = Heartbeat()


class LeaseLostError(Exception):
    """Another fetcher has the lease, or this one could not renew it in time."""


def last_heartbeat() -> Heartbeat:
    """Return the last heartbeat; runs in the caller's transaction."""
    lease: _Lease | None = database_root().get(_ROOT_NAME)
    return lease.beat if lease else Heartbeat()


class LeaseKeeper:
    """Acquires, renews and releases the lease for one fetcher.

    :param holder: a unique name of the fetcher.
    :param clock: a monotonic clock (s).
    """

    def __init__(self, holder: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._holder = holder
        self._clock = clock
        self._last_success = self._last_change = clock()
        self._seen: Heartbeat | None = None

    def wait(self, stop: Event, beat: Callable[[], None] = lambda: None) -> bool:
        """Wait until this fetcher has the lease. Return False if `stop` is set first.

        :param beat: called each second.
        """
        while not stop.is_set():
            try:
                if self.try_to_acquire():
                    return True
            except DatabaseUnavailable:
                self._seen = None  # the holder may have been unable to store its heartbeats
                logger.warning("Waiting for the database")
            beat()
            stop.wait(POLL_SECONDS)
        return False

    def try_to_acquire(self) -> bool:
        """Acquire the lease if it is free or expired. Return whether this succeeded."""
        current = transact(last_heartbeat)
        if self._seen is None or current != self._seen:
            self._seen, self._last_change = current, self._clock()
        silence = self._clock() - self._last_change
        if current.holder is not None and silence < EXPIRY_SECONDS:
            return False
        acquired = transact(partial(self._replace, current, self._next(current)))
        if acquired:
            self._last_success = self._clock()
        return acquired

    def is_due(self) -> bool:
        """Return whether the next heartbeat is due."""
        return self._clock() - self._last_success >= HEARTBEAT_SECONDS

    def send_heartbeat(self, figures: SchedulerFigures) -> None:
        """Renew the lease.

        :raises LeaseLostError: this fetcher no longer has the lease.
        """
        try:
            current = transact(last_heartbeat)
            renewed = current.holder == self._holder and transact(
                partial(self._replace, current, self._next(current, figures))
            )
        except DatabaseUnavailable:
            if self._clock() - self._last_success < EXPIRY_SECONDS:
                return
            renewed = False
        if not renewed:
            raise LeaseLostError
        self._last_success = self._clock()

    def release(self) -> None:
        """Release the lease, so that another fetcher can acquire it immediately."""
        try:
            current = transact(last_heartbeat)
            if current.holder == self._holder:
                transact(partial(self._replace, current, Heartbeat(None, current.number + 1)))
        except DatabaseUnavailable:
            logger.warning("Could not release the lease; it will expire")

    def _next(self, current: Heartbeat, figures: SchedulerFigures | None = None) -> Heartbeat:
        now = datetime.now(UTC)
        return Heartbeat(self._holder, current.number + 1, now, figures or SchedulerFigures())

    def _replace(self, expected: Heartbeat, heartbeat: Heartbeat) -> bool:
        """Store a heartbeat if the stored one is as expected. Return whether it is."""
        root = database_root()
        if last_heartbeat() != expected:
            return False
        if _ROOT_NAME not in root:
            root[_ROOT_NAME] = _Lease()
        root[_ROOT_NAME].beat = heartbeat
        if heartbeat.time is not None:
            clock.record(heartbeat.time)
        return True

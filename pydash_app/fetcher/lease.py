"""The right to schedule: one fetcher has it, others wait for it.

The holder counts its beats in the database. Who waits watches the count: if it stands still for
too long by the waiting one's own clock, the holder is gone. So no two clocks are ever compared.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from threading import Event

from persistent import Persistent

from periodic_tasks import SchedulerFigures
from pydash_database import DatabaseUnavailable, database_root, transact
from pydash_logger.logger import Logger

BEAT_SECONDS = 4.0
EXPIRY_SECONDS = 10.0
LOOK_SECONDS = 1.0

_ROOT_NAME = "fetcher_lease"

logger = Logger(__name__)


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life of the fetcher that schedules.

    :ivar holder: who it is; None after it left in good order.
    :ivar number: grows with every beat.
    :ivar time: when it was (UTC, by the holder's clock); for people, not for decisions.
    :ivar figures: what its scheduler has done so far.
    """

    holder: str | None = None
    number: int = 0
    time: datetime | None = None
    figures: SchedulerFigures = field(default_factory=SchedulerFigures)


class _Lease(Persistent):
    """Keeps the last beat."""

    def __init__(self) -> None:
        self.beat = Beat()


class LeaseLostError(Exception):
    """Another fetcher has taken over, or this one could not say for too long that it lives."""


def last_beat() -> Beat:
    """Return the last sign of life; runs in a transaction of the caller."""
    lease: _Lease | None = database_root().get(_ROOT_NAME)
    return lease.beat if lease else Beat()


class LeaseKeeper:
    """One fetcher's dealings with the lease.

    :param holder: a name that no other fetcher has.
    """

    def __init__(self, holder: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._holder = holder
        self._clock = clock
        self._last_success = self._last_change = clock()
        self._seen: Beat | None = None

    def wait(self, stop: Event) -> bool:
        """Wait until the lease is this fetcher's; False if told to stop before."""
        while not stop.is_set():
            try:
                if self.try_to_take():
                    return True
            except DatabaseUnavailable:
                self._seen = None  # it may have been the database that kept the holder silent
                logger.warning("Waiting for the database")
            stop.wait(LOOK_SECONDS)
        return False

    def try_to_take(self) -> bool:
        """Take the lease if it is free or its holder has been silent for too long."""
        beat = transact(last_beat)
        if self._seen is None or beat != self._seen:
            self._seen, self._last_change = beat, self._clock()
        silence = self._clock() - self._last_change
        if beat.holder is not None and silence < EXPIRY_SECONDS:
            return False
        taken = transact(partial(self._replace, beat, self._next(beat, SchedulerFigures())))
        if taken:
            self._last_success = self._clock()
        return taken

    def is_due(self) -> bool:
        """Whether it is time for the next sign of life."""
        return self._clock() - self._last_success >= BEAT_SECONDS

    def beat(self, figures: SchedulerFigures) -> None:
        """Give a sign of life.

        :raises LeaseLostError: the lease is not this fetcher's any more.
        """
        try:
            beat = transact(last_beat)
            kept = beat.holder == self._holder and transact(
                partial(self._replace, beat, self._next(beat, figures))
            )
        except DatabaseUnavailable:
            kept = self._clock() - self._last_success < EXPIRY_SECONDS
            if kept:
                return
        if not kept:
            raise LeaseLostError
        self._last_success = self._clock()

    def release(self) -> None:
        """Let another fetcher take over at once."""
        try:
            beat = transact(last_beat)
            if beat.holder == self._holder:
                transact(partial(self._replace, beat, Beat(None, beat.number + 1)))
        except DatabaseUnavailable:
            logger.warning("Could not release the lease; it will expire")

    def _next(self, beat: Beat, figures: SchedulerFigures) -> Beat:
        return Beat(self._holder, beat.number + 1, datetime.now(UTC), figures)

    def _replace(self, expected: Beat, beat: Beat) -> bool:
        """Store a beat if the stored one is the expected one."""
        root = database_root()
        if last_beat() != expected:
            return False
        if _ROOT_NAME not in root:
            root[_ROOT_NAME] = _Lease()
        root[_ROOT_NAME].beat = beat
        return True

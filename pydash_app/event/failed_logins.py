"""Records failed attempts to sign in: at most one event per address and minute."""

import threading
import time
from collections import OrderedDict

from pydash_app.event.recording import record
from pydash_app.event.vocabulary import INSTALLATION, EventType, Named, of_user

PERIOD_SECONDS = 60.0
MAX_ADDRESSES = 10_000


class FailedLogins:
    """The number of attempts from each address since its last event; of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._addresses: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def count(self, address: str) -> int:
        """Count an attempt; return the number to record now, 0 within a minute of an event."""
        now = time.monotonic()
        with self._lock:
            recorded, attempts = self._addresses.pop(address, (-PERIOD_SECONDS, 0))
            is_due = now - recorded >= PERIOD_SECONDS
            self._addresses[address] = (now, 0) if is_due else (recorded, attempts + 1)
            if len(self._addresses) > MAX_ADDRESSES:
                self._addresses.popitem(last=False)
        return attempts + 1 if is_due else 0


def record_attempts(user: Named | None, attempts: int) -> None:
    """Record failed attempts, as a part of the caller's transaction.

    :param user: whose name was entered last; None if nobody has that name, which is not recorded,
        because it may be a password in the wrong field.
    """
    subject = INSTALLATION if user is None else of_user(user)
    record(EventType.USER_LOGIN_FAILED, subject, count=attempts)

"""How many requests may wait for others at once: for a user's server, or for a slow reader.

So servers that hang and readers that dawdle keep nobody from the rest of the site.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from threading import Lock

from flask import Flask, Response, current_app

from pydash_app.configuration import Configuration
from pydash_app.errors import TooManyRequests

MOST_PER_ACCOUNT = 2


class Busy(TooManyRequests):
    """As many wait already as may; the other threads are for who need not wait."""

    message = "PyDash is busy with other requests of this kind. Please try again in a moment."


class Slots:
    """Places for those who wait, of which one account cannot take all.

    :param most: how many there are.

    >>> slots = Slots(3)
    >>> [slots.take("Alice") for _ in range(3)]
    [True, True, False]
    >>> slots.take("Bob"), slots.take("Charlie")
    (True, False)
    >>> slots.give_back("Alice")
    >>> slots.take("Charlie")
    True
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()
        self._lock = Lock()

    def take(self, account: str) -> bool:
        """Take a place, and tell whether there was one for this account."""
        with self._lock:
            if self._taken[account] >= MOST_PER_ACCOUNT or self._taken.total() >= self._most:
                return False
            self._taken[account] += 1
            return True

    def give_back(self, account: str) -> None:
        """Make room for the next."""
        with self._lock:
            self._taken[account] -= 1
            self._taken += Counter()  # forgets who has none


def install(app: Flask) -> None:
    """Let half of the app's threads wait."""
    configuration: Configuration = app.config["PYDASH"]
    app.extensions["pydash_slots"] = Slots(max(1, configuration.web_threads // 2))


def in_slot(run: Callable[[], Response], account: str) -> Response:
    """Run what may wait long, and send its answer, if there is a slot for it.

    :param account: who asks.
    :raises Busy: there is none.
    """
    slots: Slots = current_app.extensions["pydash_slots"]
    if not slots.take(account):
        raise Busy
    with ExitStack() as waiting:
        waiting.callback(slots.give_back, account)
        response = run()
        if response.is_streamed:
            response.call_on_close(waiting.pop_all().close)
    return response

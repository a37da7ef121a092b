"""A cache of pages that many visitors request at once, each for a few seconds."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class ShortCache(Generic[Value]):
    """Values that are built anew when they are some seconds old; thread-safe.

    While one thread does that, the others get the former value, unless it is twice as old: however
    many requests there are, a value is built once in that time. Those used least recently are
    dropped.

    :param capacity: the maximum size of all values together.
    :param size_of: returns the size of a value.
    :param seconds: how long a value is used.
    :param clock: returns a time (s).

    >>> now = 0.0
    >>> cache = ShortCache(100, len, seconds=10, clock=lambda: now)
    >>> cache.get("page", lambda: "first"), cache.get("page", lambda: "second")
    ('first', 'first')
    >>> now = 10.0
    >>> cache.get("page", lambda: "second")
    'second'

    What another thread would get, which comes while this one builds:

    >>> now = 20.0
    >>> cache.get("page", lambda: cache.get("page", lambda: "third") + ", kept")
    'second, kept'
    >>> now = 40.0
    >>> cache.get("page", lambda: cache.get("page", lambda: "fourth") + ", new")
    'fourth, new'
    """

    def __init__(
        self,
        capacity: int,
        size_of: Callable[[Value], int],
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._capacity, self._size_of = capacity, size_of
        self._seconds, self._clock = seconds, clock
        self._size = 0
        self._entries: OrderedDict[Hashable, tuple[float, Value]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, build: Callable[[], Value]) -> Value:
        """Return the value for a key, and build it if there is none that is recent.

        If that fails, no value is left.
        """
        now = self._clock()
        with self._lock:
            if key in self._entries:
                until, value = self._entries[key]
                self._entries.move_to_end(key)
                if now < until:
                    return value
                if now < until + self._seconds:
                    self._entries[key] = now + self._seconds, value
        try:
            value = build()
        except BaseException:
            self.forget(lambda each: each == key)
            raise
        self._store(key, now + self._seconds, value)
        return value

    def forget(self, is_meant: Callable[[Hashable], bool]) -> None:
        """Remove the values of some keys."""
        with self._lock:
            for key in [key for key in self._entries if is_meant(key)]:
                self._size -= self._size_of(self._entries.pop(key)[1])

    def _store(self, key: Hashable, until: float, value: Value) -> None:
        with self._lock:
            if key in self._entries:
                self._size -= self._size_of(self._entries.pop(key)[1])
            if self._size_of(value) > self._capacity:
                return
            self._entries[key] = until, value
            self._size += self._size_of(value)
            while self._size > self._capacity:
                _, (_, oldest) = self._entries.popitem(last=False)
                self._size -= self._size_of(oldest)

"""Caches that are limited in size and in time.

All threads of a process share a cache. Its users choose keys such that entries never become stale:
what has changed has another key, and nobody asks for the former entry again.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from numpy.typing import NDArray

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Columns = Mapping[str, NDArray[Any]]

CAPACITY = 128 * 1024 * 1024
# Values that nobody has asked for in this time are dropped. Otherwise, while data changes, what was
# replaced would fill a cache for hours.
IDLE_SECONDS = 120.0
# The memory of an array in a mapping, besides its numbers.
_ARRAY_BYTES = 300


class Cache(Generic[Value]):
    """The most recently used values, up to a number of bytes; thread-safe.

    :param capacity: the maximum size of all values together.
    :param size_of: returns the size of a value.
    :param clock: returns a time (s).

    >>> cache = Cache(2, len)
    >>> cache.get("a", lambda: "x")
    'x'
    >>> cache.get("a", lambda: "y")
    'x'
    """

    def __init__(
        self,
        capacity: int,
        size_of: Callable[[Value], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._capacity, self._size_of, self._clock = capacity, size_of, clock
        self._size = 0
        # Each value with the time of its last use, in the order of these times.
        self._entries: OrderedDict[Hashable, tuple[float, Value]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, load: Callable[[], Value]) -> Value:
        """Return the value for this key, and load it if it is not cached."""
        value = self.find(key)
        if value is None:
            value = load()
            self.store(key, value)
        return value

    def find(self, key: Hashable) -> Value | None:
        """Return the value for this key; None if it is not cached."""
        with self._lock:
            if key not in self._entries:
                return None
            _, value = self._entries.pop(key)
            self._entries[key] = self._clock(), value
            return value

    def store(self, key: Hashable, value: Value) -> None:
        """Cache a value unless it is larger than the capacity."""
        with self._lock:
            now = self._clock()
            if key not in self._entries and self._size_of(value) <= self._capacity:
                self._entries[key] = now, value
                self._size += self._size_of(value)
            while self._entries:
                used, oldest = next(iter(self._entries.values()))
                if self._size <= self._capacity and used >= now - IDLE_SECONDS:
                    break
                self._entries.popitem(last=False)
                self._size -= self._size_of(oldest)

    def limit(self, capacity: int) -> None:
        """Set the maximum size, which holds from the next value on."""
        self._capacity = capacity

    def missing(self, keys: Iterable[Key]) -> list[Key]:
        """Return those keys whose values are not cached."""
        with self._lock:
            return [key for key in keys if key not in self._entries]

    def clear(self) -> None:
        """Remove all values."""
        with self._lock:
            self._entries.clear()
            self._size = 0


def _bytes(columns: Columns) -> int:
    return sum(values.nbytes + _ARRAY_BYTES for values in columns.values())


# Stored columns never change, and the key is a hash of the stored bytes.
column_cache = Cache(CAPACITY, _bytes)

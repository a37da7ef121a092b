"""Caches that are limited in size.

All threads of a process share a cache. Its users choose keys such that entries never become stale.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from numpy.typing import NDArray

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Columns = Mapping[str, NDArray[Any]]

CAPACITY = 128 * 1024 * 1024


class Cache(Generic[Value]):
    """The most recently used values, up to a number of bytes; thread-safe.

    :param capacity: the maximum size of all values together.
    :param size_of: returns the size of a value.

    >>> cache = Cache(2, len)
    >>> cache.get("a", lambda: "x")
    'x'
    >>> cache.get("a", lambda: "y")
    'x'
    """

    def __init__(self, capacity: int, size_of: Callable[[Value], int]) -> None:
        self._capacity = capacity
        self._size_of = size_of
        self._size = 0
        self._entries: OrderedDict[Hashable, Value] = OrderedDict()
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
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def store(self, key: Hashable, value: Value) -> None:
        """Cache a value unless it is larger than the capacity."""
        with self._lock:
            if key in self._entries or self._size_of(value) > self._capacity:
                return
            self._entries[key] = value
            self._size += self._size_of(value)
            while self._size > self._capacity:
                _, oldest = self._entries.popitem(last=False)
                self._size -= self._size_of(oldest)

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
    return sum(values.nbytes for values in columns.values())


# Stored columns never change, and the key is a hash of the stored bytes.
column_cache = Cache(CAPACITY, _bytes)

"""A cache of decoded columns, limited in size.

Stored columns never change and the key is a hash of the stored bytes, so entries never become
stale. All threads and connections of a process share one cache.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]

CAPACITY = 128 * 1024 * 1024


class ColumnCache:
    """The most recently used columns, up to a number of bytes; thread-safe.

    >>> import numpy as np
    >>> cache = ColumnCache(capacity=16)
    >>> cache.get(b"a", lambda: {"x": np.zeros(1)})
    {'x': array([0.])}
    >>> cache.get(b"a", lambda: {})
    {'x': array([0.])}
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._size = 0
        self._entries: OrderedDict[bytes, Columns] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes, load: Callable[[], Columns]) -> Columns:
        """Return the columns of this key; load them if they are not cached."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key]
        columns = load()
        with self._lock:
            if key not in self._entries:
                self._entries[key] = columns
                self._size += _bytes(columns)
            while self._size > self._capacity:
                _, oldest = self._entries.popitem(last=False)
                self._size -= _bytes(oldest)
        return columns

    def contains(self, key: bytes) -> bool:
        """Return whether the columns of this key are cached."""
        with self._lock:
            return key in self._entries

    def clear(self) -> None:
        """Remove all entries."""
        with self._lock:
            self._entries.clear()
            self._size = 0


def _bytes(columns: Columns) -> int:
    return sum(values.nbytes for values in columns.values())


column_cache = ColumnCache()

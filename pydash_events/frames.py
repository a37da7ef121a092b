"""Persistent objects that contain bytes in the format of `table_format`, and a cache of them."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from persistent import Persistent

from pydash_events.table_format import check_format

Decoded = TypeVar("Decoded")

# What decoded frames may occupy in memory together, in bytes.
CAPACITY = 64 * 1024**2
# About how much larger a frame is when it is decoded: most columns of a table never are.
_EXPANSION = 2
_KEY_BYTES = 12


class Frame(Persistent):
    """Bytes that never change."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __setstate__(self, state: dict[str, bytes]) -> None:
        # Loading all objects of a database shows whether it can be read.
        check_format(state["data"])
        super().__setstate__(state)


class FrameCache(Generic[Decoded]):
    """The most recently used decoded frames; thread-safe.

    Frames never change and their keys are unique, so entries never become stale. All threads and
    connections of a process share one cache.

    :param capacity: the limit of the sizes of all frames together.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._size = 0
        self._entries: OrderedDict[bytes, tuple[int, Decoded]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes, load: Callable[[], tuple[int, Decoded]]) -> Decoded:
        """Return the decoded frame of this key.

        :param load: returns its size and value, if it is not cached.
        """
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key][1]
        entry = load()
        with self._lock:
            if key not in self._entries:
                self._entries[key] = entry
                self._size += entry[0]
            while self._size > self._capacity:
                _, (size, _) = self._entries.popitem(last=False)
                self._size -= size
        return entry[1]


cache: FrameCache[Any] = FrameCache()


@dataclass(frozen=True)
class FrameEntry(Generic[Decoded]):
    """A frame, and the key by which it is cached when it is decoded."""

    key: bytes
    frame: Frame

    @classmethod
    def of(cls, data: bytes) -> "FrameEntry[Decoded]":
        """Return an entry of a new frame."""
        return cls(secrets.token_bytes(_KEY_BYTES), Frame(data))

    def read(self, decode: Callable[[bytes], Decoded]) -> Decoded:
        """Return the decoded frame.

        :param decode: always the same function for one frame.
        """

        def load() -> tuple[int, Decoded]:
            data = self.frame.data
            result = decode(data)
            # The decoded frame is cached; do not keep the bytes in memory twice.
            self.frame._p_deactivate()
            return _EXPANSION * len(data), result

        decoded: Decoded = cache.get(self.key, load)
        return decoded

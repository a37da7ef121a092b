"""Empties a queue without waiting for more."""

import queue as queues
from collections.abc import Iterator
from typing import Any, Protocol, Self


class NonBlockingQueue(Protocol):
    """What `queue.Queue`, `queue.SimpleQueue` and `multiprocessing.Queue` have in common."""

    def get_nowait(self) -> Any:
        """Return the next item or raise `queue.Empty`."""


class queue_nonblocking_iter(Iterator[Any]):  # noqa: N801
    """Takes items off a queue until there is none at the moment.

    Asking a shared queue first whether it is empty would not do: that can change before the next
    step. So this takes, and ends where there was nothing to take.

    :param queue: the queue to empty.

    >>> queue = queues.Queue()
    >>> for number in range(3):
    ...     queue.put(number)
    >>> list(queue_nonblocking_iter(queue))
    [0, 1, 2]
    >>> list(queue_nonblocking_iter(queue))
    []
    """

    def __init__(self, queue: NonBlockingQueue) -> None:
        self._queue = queue

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        try:
            return self._queue.get_nowait()
        except queues.Empty:
            raise StopIteration from None

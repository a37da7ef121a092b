"""Empties a queue without blocking."""

import queue as queues
from collections.abc import Iterator
from typing import Any, Protocol, Self


class NonBlockingQueue(Protocol):
    """The common interface of `queue.Queue`, `queue.SimpleQueue` and `multiprocessing.Queue`."""

    def get_nowait(self) -> Any:
        """Return the next item or raise `queue.Empty`."""


class queue_nonblocking_iter(Iterator[Any]):  # noqa: N801
    """Removes items from a queue and yields them until the queue is empty.

    It does not check beforehand whether the queue is empty, because another thread could remove the
    last item in between.

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

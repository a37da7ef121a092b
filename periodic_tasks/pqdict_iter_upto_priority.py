"""Removes items from a priority queue up to a priority."""

from collections.abc import Hashable, Iterator
from typing import Any, Self

from pqdict import pqdict


class pqdict_iter_upto_priority(Iterator[tuple[Hashable, Any]]):  # noqa: N801
    """Removes the items that precede `priority` from a priority queue, and yields them in order.

    It compares items as the queue does, so it works on min-queues and max-queues. Items that do not
    precede `priority` stay in the queue, and so do items that are not consumed.

    :param pqueue: the queue.
    :param priority: the threshold; items of exactly this priority stay.

    >>> queue = pqdict({'a': 1, 'b': 3, 'c': 2})
    >>> list(pqdict_iter_upto_priority(queue, 3))
    [('a', 1), ('c', 2)]
    >>> queue
    pqdict(b: 3)
    >>> list(pqdict_iter_upto_priority(pqdict.maxpq({'a': 1, 'b': 3, 'c': 2}), 1))
    [('b', 3), ('c', 2)]
    """

    def __init__(self, pqueue: pqdict[Any, Any], priority: Any) -> None:
        self._pqueue = pqueue
        self._priority = priority

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> tuple[Hashable, Any]:
        if not self._pqueue:
            raise StopIteration
        name, value = self._pqueue.topitem()
        if not self._pqueue.precedes(self._pqueue.keyfn(value), self._priority):
            raise StopIteration
        del self._pqueue[name]
        return name, value

"""A small set of entries to which transactions add at the same time without conflicts."""

from collections.abc import Mapping
from typing import Any

from persistent import Persistent

State = dict[str, Any]


class Bag(Persistent):
    """Entries by unique keys; an entry never changes between being added and being removed.

    Because of that, transactions that add and remove entries at the same time do not conflict: the
    database applies the changes of both. A ZEO server does this in its own process, so this class
    must be importable there, and must not refer to other persistent objects.

    All entries are stored in one record. Spread many over several bags, and empty them often.

    >>> bag = Bag()
    >>> bag.add(b"1", b"one")
    >>> bag.remove([b"1"])
    >>> len(bag.entries)
    0
    """

    def __init__(self) -> None:
        self.entries: Mapping[bytes, bytes] = {}

    def add(self, key: bytes, entry: bytes) -> None:
        """Add an entry.

        :param key: never used before, in any bag.
        """
        self.entries = {**self.entries, key: entry}

    def remove(self, keys: Any) -> None:
        """Remove the entries of these keys; those that are missing are ignored.

        :param keys: an iterable of keys.
        """
        removed = set(keys)
        self.entries = {key: entry for key, entry in self.entries.items() if key not in removed}

    def _p_resolveConflict(self, old: State, committed: State, new: State) -> State:  # noqa: N802
        """Return the state after both changes (called by ZODB).

        :param old: what both transactions read.
        :param committed: what the first of them stored.
        :param new: what the second is about to store.
        """
        before, after = old["entries"], new["entries"]
        entries = {key: entry for key, entry in committed["entries"].items() if key not in before}
        kept = committed["entries"].keys() & after.keys()
        entries |= {key: entry for key, entry in before.items() if key in kept}
        entries |= {key: entry for key, entry in after.items() if key not in before}
        return {"entries": entries}

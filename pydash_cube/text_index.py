"""Finds the codes of texts by hashes of these.

A tree of texts in their order would rewrite one of its buckets, of sixty texts, for each new text:
a page of calls from a million visitors wrote a hundred megabytes. Here new entries become a new
run, sorted by hash, and runs are merged when they have become as large as the one before. So there
are few runs, and an entry, of a dozen bytes however long the text, is rewritten rarely.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from pydash_cube.chunk import PageEntry, read_pages_ahead

NOT_FOUND = -1
# Entries of a block.
_BLOCK_SIZE = 16_384

Hashes = NDArray[np.uint64]
Codes = NDArray[np.int64]


def hashes_of(texts: Iterable[str]) -> Hashes:
    """Return a hash of 64 bits for each text.

    Equal hashes of different texts would give them one code. Among a million texts, the probability
    is three in a hundred millions.
    """
    digests = (
        blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest() for text in texts
    )
    return np.frombuffer(b"".join(digests), dtype="<u8")


@dataclass(frozen=True)
class _Block:
    """Some entries, in the order of their hashes.

    :ivar first: the first hash.
    :ivar last: the last hash.
    :ivar size: the number of entries.
    :ivar entry: hashes and codes.
    """

    first: int
    last: int
    size: int
    entry: PageEntry


@dataclass(frozen=True)
class TextIndex:
    """An immutable mapping of hashes to codes.

    :ivar runs: each in the order of hashes, the largest first.

    >>> index = TextIndex().plus(hashes_of(["a", "b"]), np.array([0, 1]))
    >>> index.find(hashes_of(["b", "c"]))
    array([ 1, -1])
    """

    runs: tuple[tuple[_Block, ...], ...] = ()

    def find(self, hashes: Hashes) -> Codes:
        """Return the code of each hash, or NOT_FOUND."""
        codes = np.full(len(hashes), NOT_FOUND)
        order = np.argsort(hashes)
        wanted = hashes[order]
        places = []
        for block in (block for run in self.runs for block in run):
            start = int(np.searchsorted(wanted, np.uint64(block.first)))
            end = int(np.searchsorted(wanted, np.uint64(block.last), side="right"))
            if start < end:
                places.append((block, start, end))
        read_pages_ahead(block.entry for block, _, _ in places)
        for block, start, end in places:
            columns = block.entry.read()
            found = np.searchsorted(columns["hash"], wanted[start:end])
            equal = columns["hash"][found] == wanted[start:end]
            codes[order[start:end][equal]] = columns["code"][found[equal]]
        return codes

    def plus(self, hashes: Hashes, codes: Codes) -> "TextIndex":
        """Return an index with more entries.

        :param hashes: at least one, none of which has an entry yet.
        """
        runs, merged, size = list(self.runs), list[_Block](), len(hashes)
        while runs and _size(runs[-1]) <= size:
            size += _size(runs[-1])
            merged += runs.pop()
        read_pages_ahead(block.entry for block in merged)
        columns = [block.entry.read() for block in merged]
        hashes = np.concatenate([hashes, *(each["hash"] for each in columns)]).astype(np.uint64)
        codes = np.concatenate([codes, *(each["code"] for each in columns)])
        order = np.argsort(hashes, kind="stable")
        hashes, codes = hashes[order], codes[order]
        parts = (slice(n, n + _BLOCK_SIZE) for n in range(0, size, _BLOCK_SIZE))
        return TextIndex((*runs, tuple(_block(hashes[part], codes[part]) for part in parts)))


def _block(hashes: Hashes, codes: Codes) -> _Block:
    entry = PageEntry.of({"hash": hashes, "code": codes})
    return _Block(int(hashes[0]), int(hashes[-1]), len(hashes), entry)


def _size(run: Sequence[_Block]) -> int:
    return sum(block.size for block in run)

"""Tables at rest: immutable chunks, cut into blocks, their columns in pages.

A page is the persistent object that holds bytes. The columns of a small block share one page,
those of a large block have one each, so that a question reads only the columns it needs. A block
remembers the smallest and largest value of each key column, so that most blocks need not be read
at all. Nothing here ever changes after it was written.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from persistent import GHOST, Persistent

from pydash_cube import encoding
from pydash_cube.cache import column_cache
from pydash_cube.table import (
    FIELDS,
    Array,
    CallTable,
    Table,
    is_calls,
    stored_name,
)

# A block holds about this many calls or centroids.
BLOCK_SIZE = 16_384
# A block of fewer calls or centroids keeps all its columns in one page.
_ONE_PAGE = 4_096
_ZONED = ("time", "last", "status", *FIELDS)


def prefetch(objects: Iterable[Persistent]) -> None:
    """Ask the database for objects all at once, so that reading them waits only once."""
    ghosts = [one for one in objects if one._p_jar is not None and one._p_state == GHOST]
    if len(ghosts) > 1:
        ghosts[0]._p_jar.prefetch(ghosts)


class Page(Persistent):
    """Some columns of a block, as bytes."""

    def __init__(self, frame: bytes) -> None:
        self.frame = frame


@dataclass(frozen=True)
class PageEntry:
    """Where a page is, and the key it is cached by."""

    key: bytes
    page: Page

    @classmethod
    def of(cls, columns: Mapping[str, Array]) -> "PageEntry":
        """Write columns into a new page."""
        frame = encoding.encode(columns)
        return cls(hashlib.blake2b(frame, digest_size=16).digest(), Page(frame))

    def read(self) -> Mapping[str, Array]:
        """Return the page's columns."""
        return column_cache.get(self.key, self._decoded)

    def _decoded(self) -> Mapping[str, Array]:
        columns = encoding.decode(self.page.frame)
        # The columns are cached; the bytes need not stay in memory as well.
        self.page._p_deactivate()
        return columns


@dataclass(frozen=True)
class Block(Mapping[str, Array]):
    """Some rows of a table: its columns by name, read when asked for.

    :ivar rows: number of rows.
    :ivar zones: smallest and largest value of each key column.
    :ivar pages: the page of each column.
    """

    rows: int
    zones: Mapping[str, tuple[int, int]]
    pages: Mapping[str, PageEntry]

    @classmethod
    def of(cls, rows: int, columns: Mapping[str, Array]) -> "Block":
        """Write columns into a new block."""
        zones = {
            name: (int(columns[name].min()), int(columns[name].max()))
            for name in _ZONED
            if name in columns
        }
        if max(len(values) for values in columns.values()) < _ONE_PAGE:
            entry = PageEntry.of(columns)
            return cls(rows, zones, dict.fromkeys(columns, entry))
        pages = {name: PageEntry.of({name: values}) for name, values in columns.items()}
        return cls(rows, zones, pages)

    def __getitem__(self, name: str) -> Array:
        return self.pages[name].read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.pages)

    def __len__(self) -> int:
        return len(self.pages)

    def as_table(self) -> Table:
        """Return the block as a table."""
        kind = CallTable if is_calls(self.pages) else Table
        return kind(self.rows, self)


def read_ahead(wanted: Iterable[tuple[Block, Iterable[str]]]) -> None:
    """Ask the database at once for columns of many blocks, as far as they are not cached.

    :param wanted: blocks, and the columns that will be read of each.
    """
    entries = (
        block.pages[stored]
        for block, names in wanted
        for name in names
        if (stored := name if name in block.pages else stored_name(name)) in block.pages
    )
    prefetch({entry.page for entry in entries if not column_cache.contains(entry.key)})


def write_blocks(rows: int, columns: Mapping[str, Array]) -> tuple[Block, ...]:
    """Write a table, cut into blocks.

    :param columns: those of a call table or of a cell table, sorted as they shall be read.
    """
    ends = np.cumsum(columns.get("centroids", np.ones(rows, dtype=np.int64)), dtype=np.int64)
    keys = columns.get("endpoint", np.zeros(rows, dtype=np.int64))
    return tuple(_block(columns, ends, first, last) for first, last in pairwise(_cuts(keys, ends)))


def _block(columns: Mapping[str, Array], ends: Array, first: int, last: int) -> Block:
    low, high = int(ends[first - 1]) if first else 0, int(ends[last - 1])
    return Block.of(
        last - first,
        {
            name: values[low:high] if name in ("mean", "weight") else values[first:last]
            for name, values in columns.items()
        },
    )


def _cuts(keys: Array, ends: Array) -> list[int]:
    """Return the rows at which blocks begin, and the number of rows.

    :param keys: rows with equal keys should be in one block, as far as it is large enough.
    :param ends: the sizes of all rows up to each, added up.
    """
    runs = [0, *(np.flatnonzero(np.diff(keys)) + 1).tolist(), len(keys)]
    cuts, size = [0], 0
    for first, last in pairwise(runs):
        before = int(ends[first - 1]) if first else 0
        run = int(ends[last - 1]) - before
        if size and size + run > BLOCK_SIZE:
            cuts.append(first)
            size = 0
        parts = -(-run // BLOCK_SIZE)
        inner = run * np.arange(1, parts) // parts
        cuts += (np.searchsorted(ends, before + inner) + 1).tolist()
        size += run - int(inner[-1]) if parts > 1 else run
    return [*cuts, len(keys)]

"""The blocks of stored tables, and the pages of their columns.

A page is a persistent object that contains bytes. The columns of a small block share one page;
those of a large block have one each, so that a query reads only the columns it needs. A block
stores the minimum and maximum of each key column, so that most blocks need not be read at all.
Blocks and pages are immutable.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from persistent import GHOST, Persistent

from pydash_cube import encoding
from pydash_cube.cache import column_cache
from pydash_cube.digest import with_spreads
from pydash_cube.table import (
    FIELDS,
    LATER_COLUMNS,
    Array,
    CallTable,
    Table,
    is_calls,
    stored_name,
)

# The approximate number of calls or centroids in a block.
BLOCK_SIZE = 16_384
# A block with fewer calls or centroids stores all its columns in one page.
_ONE_PAGE = 4_096
# Bytes that a block occupies besides its pages: its zones, and the references to the pages.
BLOCK_OVERHEAD = 512
_ZONED = ("time", "last", "status", *FIELDS)


def prefetch(objects: Iterable[Persistent]) -> None:
    """Load objects from the database in one round trip."""
    ghosts = [one for one in objects if one._p_jar is not None and one._p_state == GHOST]
    if len(ghosts) > 1:
        ghosts[0]._p_jar.prefetch(ghosts)


class Page(Persistent):
    """Some columns of a block, as bytes."""

    def __init__(self, frame: bytes) -> None:
        self.frame = frame

    def __setstate__(self, state: dict[str, bytes]) -> None:
        # Loading all objects of a database therefore shows whether it is readable.
        encoding.check_format(state["frame"])
        super().__setstate__(state)


@dataclass(frozen=True)
class PageEntry:
    """A page, and the key by which its columns are cached."""

    key: bytes
    page: Page

    @classmethod
    def of(cls, columns: Mapping[str, Array]) -> "PageEntry":
        """Write columns to a new page."""
        frame = encoding.encode(columns)
        return cls(hashlib.blake2b(frame, digest_size=16).digest(), Page(frame))

    def read(self) -> Mapping[str, Array]:
        """Return the page's columns."""
        return column_cache.get(self.key, self._decoded)

    def _decoded(self) -> Mapping[str, Array]:
        columns: Mapping[str, Array] = encoding.decode(self.page.frame)
        if "mean" in columns:
            columns = _upgraded(columns, columns)
        # The columns are cached, so do not keep the bytes in memory, too.
        self.page._p_deactivate()
        return columns


@dataclass(frozen=True)
class Block(Mapping[str, Array]):
    """Some rows of a table, as a mapping of column names to arrays that are read on access.

    :ivar rows: number of rows.
    :ivar zones: the minimum and maximum of each key column.
    :ivar pages: the page of each column.
    """

    rows: int
    zones: Mapping[str, tuple[int, int]]
    pages: Mapping[str, PageEntry]

    @classmethod
    def of(cls, rows: int, columns: Mapping[str, Array]) -> "Block":
        """Write columns to a new block."""
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
        if name not in self.pages and name in LATER_COLUMNS:
            return LATER_COLUMNS[name](self)
        return _upgraded(self.pages[name].read(), self)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.pages)

    def __len__(self) -> int:
        return len(self.pages)

    def entries(self, names: Iterable[str]) -> Iterable[PageEntry]:
        """Return the pages that must be read for some columns, stored or derived."""
        if only := self._only_page:
            return [only]
        stored = (name if name in self.pages else stored_name(name) for name in names)
        return [self.pages[name] for name in stored if name in self.pages]

    def stored_bytes(self) -> int:
        """Return the size of its pages, which are loaded for this unless they are new."""
        return BLOCK_OVERHEAD + sum(
            len(page.frame) for page in {entry.page for entry in self.pages.values()}
        )

    def as_table(self) -> Table:
        """Return the block as a table."""
        kind = CallTable if is_calls(self.pages) else Table
        only = self._only_page
        return kind(self.rows, only.read() if only else self)

    @property
    def _only_page(self) -> PageEntry | None:
        """The page of all columns, if they share one."""
        entries = [*self.pages.values()]
        return entries[0] if entries[0] is entries[-1] else None


def _upgraded(page: Mapping[str, Array], block: Mapping[str, Array]) -> Mapping[str, Array]:
    """Return the columns of a page with signed weights, see `digest.with_spreads`."""
    weights = page.get("weight")
    if weights is None or weights.dtype.kind != "u":
        return page
    return {**page, "weight": with_spreads(weights, block["mean"])}


def read_ahead(wanted: Iterable[tuple[Block, Iterable[str]]]) -> None:
    """Load the columns of many blocks in one round trip, except cached ones.

    :param wanted: blocks, each with the names of the columns to read.
    """
    read_pages_ahead(entry for block, names in wanted for entry in block.entries(names))


def read_pages_ahead(entries: Iterable[PageEntry]) -> None:
    """Load pages in one round trip, except cached ones."""
    pages = {entry.key: entry.page for entry in entries}
    prefetch([pages[key] for key in column_cache.missing(pages)])


def write_blocks(rows: int, columns: Mapping[str, Array]) -> tuple[Block, ...]:
    """Write a table as blocks.

    :param columns: the columns of a call table or of a cell table, in reading order.
    """
    ends = np.cumsum(columns.get("centroids", np.ones(rows, dtype=np.int64)), dtype=np.int64)
    keys = columns.get("endpoint", np.zeros(rows, dtype=np.int64))
    blocks = []
    for first, last in pairwise(_cuts(keys, ends)):
        low, high = int(ends[first - 1]) if first else 0, int(ends[last - 1])
        part = {
            name: values[low:high] if name in ("mean", "weight") else values[first:last]
            for name, values in columns.items()
        }
        blocks.append(Block.of(last - first, part))
    return tuple(blocks)


def _cuts(keys: Array, ends: Array) -> list[int]:
    """Return the rows at which blocks begin, and the number of rows.

    :param keys: rows with equal keys share a block if it is large enough.
    :param ends: the cumulative sizes of the rows.
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
    # A row can be larger than a block.
    found: list[int] = np.unique([*cuts, len(keys)]).tolist()
    return found

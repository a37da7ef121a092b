"""Stored tables, which consist of immutable chunks that are merged as their number grows.

New rows form a new chunk. Eight chunks of a level are merged into one of the next. Each row is
therefore rewritten only once per level, however many rows there are, and a table has few chunks.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from persistent import Persistent

from pydash_cube.chunk import Block, read_ahead, write_blocks
from pydash_cube.lattice import ROW_COST
from pydash_cube.table import Array, is_calls, joined
from pydash_cube.usage import Usage

FAN_OUT = 8
# Chunks of this size are not merged, because they must fit into memory.
_FULL_SIZE = 1_000_000
# Merging chunks this small costs less than reading them separately.
_TINY = 2_048

Columns = Mapping[str, Array]
Merge = Callable[[Columns], Columns]


@dataclass(frozen=True)
class Chunk:
    """Rows that were written together.

    :ivar level: the number of times they were merged.
    :ivar size: the cost of reading it: the number of calls, or of centroids plus ROW_COST per cell.
    :ivar blocks: the rows.
    :ivar bytes: the size of its pages.
    """

    level: int
    size: int
    blocks: tuple[Block, ...]
    bytes: int

    @property
    def calls(self) -> int:
        """The number of calls, if the rows are calls and not cells."""
        return self.size if all(is_calls(block.pages) for block in self.blocks) else 0

    @classmethod
    def of(cls, columns: Columns, level: int = 0) -> "Chunk":
        """Write rows."""
        rows = len(columns["time"])
        size = rows if is_calls(columns) else ROW_COST * rows + len(columns.get("mean", ()))
        blocks = write_blocks(rows, columns)
        return cls(level, size, blocks, sum(block.stored_bytes() for block in blocks))


class StoredTable(Persistent):
    """A stored call table or cell table.

    :param usage: counts the stored data.
    :param full_size: chunks of this size are not merged.

    :ivar chunks: the chunks, oldest and thus largest first.
    """

    _full_size = _FULL_SIZE

    def __init__(self, usage: Usage, full_size: int = _FULL_SIZE) -> None:
        self._usage = usage
        self.chunks: tuple[Chunk, ...] = ()
        if full_size != _FULL_SIZE:
            self._full_size = full_size

    @property
    def size(self) -> int:
        """The cost of reading it."""
        return sum(chunk.size for chunk in self.chunks)

    def blocks(self) -> Iterator[Block]:
        """Return all blocks."""
        return (block for chunk in self.chunks for block in chunk.blocks)

    def columns(self) -> Columns:
        """Return all rows of a non-empty table."""
        return _read(self.blocks())

    def add(self, columns: Columns, merge: Merge) -> None:
        """Add rows.

        :param columns: the new rows, at least one.
        :param merge: sorts rows and, if they are cells, merges equal cells.
        """
        chunks = [*self.chunks, Chunk.of(columns)]
        while count := self._mergeable(chunks):
            chunks[-count:] = [_merged(chunks[-count:], merge)]
        self._replace(chunks)

    def compact(self, merge: Merge) -> None:
        """Merge the chunks into as few as possible."""
        if len(self.chunks) < 2:
            return
        groups: list[list[Chunk]] = [[]]
        for chunk in self.chunks:
            if sum(one.size for one in groups[-1]) + chunk.size > self._full_size:
                groups.append([])
            groups[-1].append(chunk)
        self._replace(
            [group[0] if len(group) == 1 else _merged(group, merge) for group in groups if group]
        )

    def clear(self) -> None:
        """Remove all rows."""
        self._replace([])

    def _replace(self, chunks: Sequence[Chunk]) -> None:
        calls = sum(chunk.calls for chunk in chunks) - sum(chunk.calls for chunk in self.chunks)
        size = sum(chunk.bytes for chunk in chunks) - sum(chunk.bytes for chunk in self.chunks)
        # Without a difference, nothing is written.
        if calls:
            self._usage.calls.change(calls)
        if size:
            self._usage.bytes.change(size)
        self.chunks = tuple(chunks)

    def _mergeable(self, chunks: Sequence[Chunk]) -> int:
        """Return how many of the last chunks should be merged; 0 for none."""
        if len(chunks) > 1 and chunks[-1].size + chunks[-2].size <= _TINY:
            return 2
        same = {chunk.level for chunk in chunks[-FAN_OUT:]} == {chunks[-1].level}
        fits = sum(chunk.size for chunk in chunks[-FAN_OUT:]) <= self._full_size
        return FAN_OUT if len(chunks) >= FAN_OUT and same and fits else 0


def _merged(chunks: Sequence[Chunk], merge: Merge) -> Chunk:
    level = max(chunk.level for chunk in chunks)
    columns = merge(_read(block for chunk in chunks for block in chunk.blocks))
    return Chunk.of(columns, level + 1 if len(chunks) >= FAN_OUT else level)


def _read(blocks: Iterable[Block]) -> Columns:
    blocks = list(blocks)
    read_ahead((block, block) for block in blocks)
    return joined_columns(blocks)


def joined_columns(tables: Sequence[Columns]) -> Columns:
    """Return the rows of one or more tables.

    Their columns are the same, but for those that earlier versions did not store.
    """
    names = dict.fromkeys(name for table in tables for name in table)
    return {name: joined([table[name] for table in tables]) for name in names}


def sorted_calls(columns: Columns) -> Columns:
    """Return calls sorted by endpoint and time, so that the calls of an endpoint are adjacent."""
    order = np.lexsort((columns["time"], columns["endpoint"]))
    return {name: values[order] for name, values in columns.items()}

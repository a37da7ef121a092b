"""Runs: immutable sets of events, sorted and cut into blocks.

A run of at most one block is a single small object. A larger one also has the zones of its blocks,
the ids of its events in order, and a Bloom filter of them. Events can only be removed: their blocks
are replaced, or dropped. The ids remain, so what an id refers to may be gone.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from persistent import Persistent

from pydash_events import bloom, table_format, zones
from pydash_events.event_table import GENERATED, MESSAGE_ID, Array, Column, ColumnKey, EventTable
from pydash_events.filters import Deletion
from pydash_events.frames import FrameEntry
from pydash_events.zones import Zones

BLOCK_ROWS = 1024
# One in ten thousand tests of an id that is not in the run is wrong; each costs reading a chunk.
_ID_BITS, _ID_PROBES = 20, 8
_BLOCK: ColumnKey = ("block", None)

Key = tuple[str, str]
"""A project and the id of an event."""
Place = tuple[EventTable, int]
"""A table and a row in it."""


class Run(Persistent):
    """An immutable set of events.

    :ivar blocks: its events; None for a block of which all events were removed.
    :ivar zones: see `zones.Zones`; None if there is one block only.
    :ivar id_chunks: all ids in order, with the number of the block of each.
    :ivar first_ids: the first id of each chunk.
    :ivar id_filter: a Bloom filter of all ids.
    """

    def __init__(self, table: EventTable) -> None:
        starts = range(0, len(table), BLOCK_ROWS)
        blocks = [table.cut(start, start + BLOCK_ROWS) for start in starts]
        self.blocks: tuple[FrameEntry[EventTable] | None, ...] = tuple(
            FrameEntry.of(table_format.encode(block)) for block in blocks
        )
        self.zones: FrameEntry[Zones] | None = None
        self.id_chunks: tuple[FrameEntry[EventTable], ...] = ()
        self.first_ids: tuple[Key, ...] = ()
        self.id_filter: FrameEntry[Array] | None = None
        if len(blocks) > 1:
            self.zones = FrameEntry.of(zones.encode(blocks))
            self._index(table)

    @property
    def is_single(self) -> bool:
        """Whether the run is a single small object."""
        return self.zones is None

    def _index(self, table: EventTable) -> None:
        projects = np.repeat([project for project, _ in table.groups], table.sizes).tolist()
        keys = list(zip(projects, table.message_ids(), strict=True))
        order = sorted(range(len(keys)), key=keys.__getitem__)
        bits = bloom.build(bloom.hashes(map(_id_text, keys)), len(keys) * _ID_BITS // 8, _ID_PROBES)
        self.id_filter = FrameEntry.of(table_format.pack(None, bits.tobytes()))
        chunks = [order[start : start + BLOCK_ROWS] for start in range(0, len(order), BLOCK_ROWS)]
        self.first_ids = tuple(keys[chunk[0]] for chunk in chunks)
        self.id_chunks = tuple(
            FrameEntry.of(table_format.encode(_id_chunk([keys[row] for row in chunk], chunk)))
            for chunk in chunks
        )

    def block(self, number: int) -> EventTable | None:
        """Return a block; None if all its events were removed."""
        entry = self.blocks[number]
        return None if entry is None else entry.read(table_format.decode)

    def tables(self) -> Iterator[EventTable]:
        """Iterate over all blocks that have events."""
        for number in range(len(self.blocks)):
            block = self.block(number)
            if block is not None:
                yield block

    def read_zones(self) -> Zones | None:
        """Return the zones of a run of several blocks."""
        return None if self.zones is None else self.zones.read(zones.decode)

    def find(self, key: Key) -> Place | None:
        """Return where the event with an id is; None if it is not in this run."""
        if self.may_have([key], id_hashes([key])):
            for message_id, number in self.ids(*key):
                block = self.block(number)
                if message_id == key[1] and block is not None and key in block.row_of:
                    return block, block.row_of[key]
                break
        return None

    def may_have(self, keys: Sequence[Key], hashes: bloom.Hashes) -> list[Key]:
        """Return those ids that may be in this run; all others are not.

        :param hashes: the hash of each, see `id_hashes`.
        """
        if self.id_filter is None:
            block = self.block(0)
            return [] if block is None else [key for key in keys if key in block.row_of]
        bits = self.id_filter.read(_decode_filter)
        return [keys[index] for index in bloom.may_contain(bits, hashes, _ID_PROBES).tolist()]

    def remove(self, deletion: Deletion, max_count: int) -> list[EventTable]:
        """Remove events, and return them.

        :param max_count: the maximum number of events to remove.
        """
        blocks, removed, count = list(self.blocks), [], 0
        before, project = deletion
        known, numbers = self.read_zones(), list(range(len(blocks)))
        if known is not None and project is not None:
            numbers = known.blocks_of(project, None)
        for number in numbers:
            if (
                known is not None
                and before is not None
                and known.limits[GENERATED][0][number] >= before
            ):
                continue
            block = self.block(number)
            if block is None or count >= max_count:
                continue
            matching = np.ones(len(block), dtype=bool)
            if before is not None:
                matching = block.values(GENERATED) < before
            if project is not None:
                matching &= np.repeat([of == project for of, _ in block.groups], block.sizes)
            rows = np.flatnonzero(matching)[: max_count - count]
            if not len(rows):
                continue
            rest = np.setdiff1d(np.arange(len(block)), rows)
            removed.append(block.take(rows))
            count += len(rows)
            blocks[number] = (
                FrameEntry.of(table_format.encode(block.take(rest))) if len(rest) else None
            )
        if removed:
            self.blocks = tuple(blocks)
        return removed

    def ids(
        self, project: str, start: str | None = None, *, descending: bool = False
    ) -> Iterator[tuple[str, int]]:
        """Iterate over the ids of a project in order, and the numbers of their blocks.

        :param start: the id to begin with; None for the first.
        :param descending: whether the largest id is the first.
        """
        if self.is_single:
            block = self.block(0)
            keys = [] if block is None else sorted(block.row_of)
            chunks = iter([[(each, 0) for of, each in keys if of == project]])
        else:
            chunks = self._chunks(project, start, descending)
        for chunk in chunks:
            for each in reversed(chunk) if descending else chunk:
                if start is None or ((each[0] <= start) if descending else (each[0] >= start)):
                    yield each

    def _chunks(
        self, project: str, start: str | None, descending: bool
    ) -> Iterator[list[tuple[str, int]]]:
        """Iterate over the chunks that may have ids of a project, reduced to these."""
        if start is None:
            # Ids are not empty, and project + "\0" is the next text.
            first = (project + "\0", "") if descending else (project, "")
        else:
            first = (project, start)
        number = max(bisect_right(self.first_ids, first) - 1, 0)
        while 0 <= number < len(self.id_chunks):
            chunk = self.id_chunks[number].read(table_format.decode)
            numbers, ids = chunk.values(_BLOCK).tolist(), chunk.message_ids()
            parts = chunk.ranges.get(project, [])
            yield [
                (ids[row], numbers[row]) for part in parts for row in range(part.start, part.stop)
            ]
            if descending and chunk.groups[0][0] < project:
                return
            if not descending and chunk.groups[-1][0] > project:
                return
            number += -1 if descending else 1


def id_hashes(keys: Iterable[Key]) -> bloom.Hashes:
    """Return the hashes of ids, as `Run.may_have` needs them."""
    return bloom.hashes(map(_id_text, keys))


def _id_text(key: Key) -> str:
    return f"{key[0]}\0{key[1]}"


def _id_chunk(keys: Sequence[Key], rows: Sequence[int]) -> EventTable:
    projects = [project for project, _ in keys]
    distinct, sizes = np.unique(projects, return_counts=True)
    columns = {
        MESSAGE_ID: Column(np.arange(len(keys)), texts=[message_id for _, message_id in keys]),
        _BLOCK: Column(np.array(rows, dtype=np.int64) // BLOCK_ROWS),
    }
    return EventTable([(project, "") for project in distinct.tolist()], sizes, columns)


def _decode_filter(frame: bytes) -> Any:
    return np.frombuffer(table_format.unpack(frame)[1], dtype=np.uint8)

"""Former layouts of the cube in a database.

Until November 2026, the tables of a span were stored within it, and their partitions were objects
instead of tuples. Later in that month, cubes began to count their stored data, and then to find the
codes of strings by hashes. A cube of a former layout is converted once. Its calls and cells remain
where they are.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from pydash_cube.cube import Cube
from pydash_cube.dictionary import Dictionary, stored_bytes
from pydash_cube.lattice import Partition
from pydash_cube.month import Month
from pydash_cube.span import Span
from pydash_cube.stored_table import Chunk
from pydash_cube.text_index import TextIndex, hashes_of
from pydash_cube.usage import Usage


class FormerPartition:
    """A partition, under its class name in both layouts.

    >>> FormerPartition("day", ("ip",), True)
    Partition(unit='day', fields=('ip',), digests=True)
    """

    unit: str
    fields: tuple[str, ...]
    # The very first partitions all had digests.
    digests = True

    def __new__(cls, *arguments: Any) -> Any:
        """Return a partition or, without arguments, an object whose state is set afterwards."""
        return Partition(*arguments) if arguments else super().__new__(cls)


def convert(cube: Cube) -> bool:
    """Convert a cube to the current layout, and return whether it had a former one."""
    if hasattr(cube, "_recent_size"):
        return False
    cube._recent_size = sum(block.rows for block in cube._recent.blocks())
    for month in cube._months.values():
        for span in (month._whole, *month._days.values()):
            span.tables = {
                Partition(former.unit, former.fields, former.digests): table
                for former, table in span.tables.items()
            }
            span.sizes = {partition: table.size for partition, table in span.tables.items()}
    return True


def count_usage(cube: Cube) -> None:
    """Count the data of a cube that was stored before the introduction of counting."""
    if hasattr(cube, "usage"):
        return
    cube.usage = Usage()
    for dictionary in cube.dictionaries.values():
        dictionary.stored_bytes = sum(map(stored_bytes, dictionary.texts()))
    holders: list[Month | Span] = [*cube._months.values(), *_spans(cube)]
    for holder in holders:
        holder._usage = cube.usage
    tables = [table for span in _spans(cube) for table in (span.calls, *span.tables.values())]
    for table in (cube._recent, *tables):
        chunks = [_counted(chunk) for chunk in table.chunks]
        table._usage, table.chunks = cube.usage, ()
        table._replace(chunks)


def rename(dictionary: Dictionary, old: str, new: str) -> None:
    """Give the code of a text to another one, unless that has a code itself."""
    codes: Any = getattr(dictionary, "_codes", None)
    if codes is not None and old in codes and new not in codes:
        code = codes.pop(old)
        codes[new], dictionary._texts[code] = code, new


def index_texts(cube: Cube) -> None:
    """Index the texts of a cube by their hashes, and count their bytes, which are fewer now."""
    for dictionary in cube.dictionaries.values():
        if hasattr(dictionary, "_index"):
            continue
        texts = list(dictionary.texts())
        dictionary._index = TextIndex()
        if texts:
            dictionary._index = TextIndex().plus(hashes_of(texts), np.arange(len(texts)))
        dictionary.stored_bytes = sum(map(stored_bytes, texts))
        del dictionary._codes


def _spans(cube: Cube) -> Iterator[Span]:
    for month in cube._months.values():
        yield from (month._whole, *month._days.values())


def _counted(chunk: Chunk) -> Chunk:
    """Return a chunk with the size of its pages, which are read one block at a time."""
    size = 0
    for block in chunk.blocks:
        size += block.stored_bytes()
        for entry in block.pages.values():
            entry.page._p_deactivate()
    return replace(chunk, bytes=size)

"""What is known of the blocks of a run without reading them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pydash_events import bloom
from pydash_events.conditions import ColumnCondition
from pydash_events.event_table import (
    FLOAT,
    GENERATED,
    SEQUENCE,
    TEXT,
    Array,
    ColumnKey,
    EventTable,
    Group,
)
from pydash_events.table_format import pack, unpack

_PROBES = 5


@dataclass(frozen=True, slots=True)
class Zones:
    """The limits of each block of a run.

    :ivar first: the first group of each block.
    :ivar last: the last group of each block.
    :ivar limits: minimum and maximum of the columns of numbers; of traits, where a block has any.
    :ivar counts: how many values of each trait each block has.
    :ivar filters: Bloom filters of groups and values, see `_elements`, a row for each block.
    """

    first: Sequence[Group]
    last: Sequence[Group]
    limits: dict[ColumnKey, tuple[Array, Array]]
    counts: dict[ColumnKey, Array]
    filters: Array

    def blocks_of(self, project: str, event_type: str | None) -> list[int]:
        """Return the blocks that may have events of a project, or of one of its types."""
        low = (project, event_type or "")
        start = bisect_left(self.last, low)
        if event_type is None:
            # Types are not empty, and project + "\0" is the next text.
            stop = bisect_left(self.first, (project + "\0", ""))
            wanted = bloom.hash_text(_project_text(project))
        else:
            stop = bisect_right(self.first, low)
            wanted = bloom.hash_text(_group_text(low))
        found = bloom.may_hold(self.filters[start:stop], wanted, _PROBES)
        return (np.flatnonzero(found) + start).tolist()

    def may_match(self, condition: ColumnCondition, group: Group | None) -> Array:
        """Return which blocks may have an event that meets a condition.

        :param group: the group of the event; None if it may be one of several.
        """
        of_group = 0 if group is None else bloom.hash_text(_group_text(group))
        result = np.zeros(len(self.first), dtype=bool)
        for key in condition.keys:
            if key not in self.counts:
                continue
            may = self.counts[key] > 0
            if key in self.limits:
                may &= condition.may_be_met(*self.limits[key])
            if condition.op in ("eq", "in") and key[1] != FLOAT:
                wanted = [
                    bloom.hash_text(_value_text(key, each)) ^ of_group for each in condition.values
                ]
                may &= np.any(
                    [bloom.may_hold(self.filters, each, _PROBES) for each in wanted], axis=0
                )
            result |= may
        return result


def encode(blocks: Sequence[EventTable]) -> bytes:
    """Pack the zones of blocks into bytes."""
    keys = list(dict.fromkeys(key for block in blocks for key in block.column_keys))
    columns = []
    for key in keys:
        if key in (GENERATED, SEQUENCE) or key[1] is not None:
            columns.append([*key, *zip(*(_limits(block, key) for block in blocks), strict=True)])
    elements = [_elements(block) for block in blocks]
    size = max(map(len, elements))
    filters = [bloom.build(each, size, _PROBES).tobytes() for each in elements]
    header = {
        "first": [block.groups[0] for block in blocks],
        "last": [block.groups[-1] for block in blocks],
        "columns": columns,
    }
    return pack(header, b"".join(filters))


def decode(frame: bytes) -> Zones:
    """Unpack what `encode` packed."""
    header, payload = unpack(frame)
    limits, counts = {}, {}
    for name, dtype, count, low, high in header["columns"]:
        key = (name, dtype)
        if dtype is not None:
            counts[key] = np.array(count, dtype=np.int64)
        if dtype != TEXT:
            kind = np.float64 if dtype == FLOAT else np.int64
            limits[key] = (np.array(low, dtype=kind), np.array(high, dtype=kind))
    first = [(project, event_type) for project, event_type in header["first"]]
    last = [(project, event_type) for project, event_type in header["last"]]
    filters = np.frombuffer(payload, dtype=np.uint8).reshape(len(first), -1)
    return Zones(first, last, limits, counts, filters)


def _limits(block: EventTable, key: ColumnKey) -> tuple[int, Any, Any]:
    """Return the number of values of a column, the smallest and the largest."""
    column = block.find_column(key)
    if column is None:
        return 0, 0, 0
    values = column.values if column.present is None else column.values[column.present]
    if column.texts is not None:
        return len(values), 0, 0
    return len(values), values.min().item(), values.max().item()


def _elements(block: EventTable) -> bloom.Hashes:
    """Return what the Bloom filter of a block contains.

    That is its projects and groups, and the values of its traits: each alone, for searches in all
    types, and each together with its group, because a block may have events of several.
    """
    groups = _hash_all(_group_text(group) for group in block.groups)
    elements = [groups, _hash_all(_project_text(project) for project, _ in block.groups)]
    group_of = np.repeat(np.arange(len(groups)), block.sizes)
    for key in block.column_keys:
        if key[1] is None or key[1] == FLOAT:
            continue
        column = block.column(key)
        rows = slice(None) if column.present is None else column.present
        distinct, numbers = np.unique(column.values[rows], return_inverse=True)
        values, texts = distinct.tolist(), column.texts
        hashes = _hash_all(
            _value_text(key, each if texts is None else texts[each]) for each in values
        )
        pairs = np.unique(group_of[rows] * len(hashes) + numbers)
        elements += [hashes, hashes[pairs % len(hashes)] ^ groups[pairs // len(hashes)]]
    return np.unique(np.concatenate(elements))


def _hash_all(texts: Iterable[str]) -> bloom.Hashes:
    return np.array([bloom.hash_text(text) for text in texts], dtype=np.uint64)


def _project_text(project: str) -> str:
    return f"\0{project}"


def _group_text(group: Group) -> str:
    return f"\0{group[0]}\0{group[1]}"


def _value_text(key: ColumnKey, value: Any) -> str:
    return f"{key[0]}\0{key[1]}\0{value}"

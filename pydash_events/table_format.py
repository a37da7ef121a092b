"""The storage format of event tables.

It is not a pickle, so that a database outlives the versions of Python and NumPy that wrote it. A
frame begins with a magic, the version of the format and the length of a compressed header, which is
JSON. The header names the groups and columns. The columns follow, each compressed for itself, so
that a query reads only those that it needs. Frames of all versions are read.
"""

import json
import struct
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, overload

import numpy as np
import zstandard

from pydash_events.event_table import Array, Column, ColumnKey, EventTable

FORMATS = (1,)
_MAGIC = b"PyEv"
_PREFIX = struct.Struct("<4sHI")
_LEVEL = 3
_UUID_BYTES = 16
_UUID_LENGTH = 36
_UUID_DASHES = (8, 13, 18, 23)


class UnknownEventFormatError(ValueError):
    """Stored events are in a format that this version of PyDash does not know."""


class Uuids(Sequence[str]):
    """UUIDs in their canonical form, kept as bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @classmethod
    def pack(cls, texts: Sequence[str]) -> bytes | None:
        """Return texts as bytes; None if not all of them are UUIDs in canonical form."""
        if not all(len(text) == _UUID_LENGTH for text in texts):
            return None
        joined = "".join(texts)
        dashes = "-" * len(texts)
        if not all(joined[place::_UUID_LENGTH] == dashes for place in _UUID_DASHES):
            return None
        digits = joined.replace("-", "")
        try:
            data = bytes.fromhex(digits)
        except ValueError:
            return None
        return data if data.hex() == digits and len(data) == _UUID_BYTES * len(texts) else None

    def __len__(self) -> int:
        return len(self.data) // _UUID_BYTES

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return list(self)[index]
        if not 0 <= index < len(self):
            raise IndexError(index)
        text = self.data[index * _UUID_BYTES : (index + 1) * _UUID_BYTES].hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class _Threads(threading.local):
    """A compressor per thread: creating one costs more than compressing a small frame."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_threads = _Threads()


def encode(table: EventTable) -> bytes:
    """Pack a table into bytes."""
    parts = _Parts()
    columns = []
    for name, dtype in table.column_keys:
        columns.append([name, dtype, parts.column(table.column((name, dtype)))])
    projects = list(dict.fromkeys(project for project, _ in table.groups))
    types = list(dict.fromkeys(event_type for _, event_type in table.groups))
    project_of = {project: index for index, project in enumerate(projects)}
    type_of = {event_type: index for index, event_type in enumerate(types)}
    groups = [
        [project_of[project], type_of[event_type], size]
        for (project, event_type), size in zip(table.groups, table.sizes.tolist(), strict=True)
    ]
    header = {"projects": projects, "types": types, "groups": groups, "columns": columns}
    return pack(header, b"".join(parts.parts))


def decode(frame: bytes) -> EventTable:
    """Unpack what `encode` packed; columns are read when they are needed.

    :raises UnknownEventFormatError: the frame was written by a newer PyDash, or is damaged.
    """
    header, payload = unpack(frame)
    projects, types = header["projects"], header["types"]
    groups = [(projects[project], types[event_type]) for project, event_type, _ in header["groups"]]
    sizes = np.array([size for _, _, size in header["groups"]], dtype=np.int64)
    rows = int(sizes.sum())
    loaders: dict[ColumnKey, Callable[[], Column]] = {
        (name, dtype): partial(_read_column, payload, rows, described)
        for name, dtype, described in header["columns"]
    }
    return EventTable(groups, sizes, {}, loaders)


def check_format(frame: bytes) -> None:
    """Check that the format of a frame is known, without unpacking it.

    :raises UnknownEventFormatError: the frame was written by a newer PyDash, or is damaged.
    """
    if len(frame) < _PREFIX.size or not frame.startswith(_MAGIC):
        raise UnknownEventFormatError("Stored events are damaged.")
    _, version, _ = _PREFIX.unpack_from(frame)
    if version not in FORMATS:
        raise UnknownEventFormatError(
            f"Stored events have format {version}, but this PyDash knows only formats up to"
            f" {FORMATS[-1]}."
        )


def pack(header: Any, payload: bytes = b"") -> bytes:
    """Return a frame of a header, which can be written as JSON, and bytes."""
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False)
    packed = _threads.compressor.compress(text.encode())
    return _PREFIX.pack(_MAGIC, FORMATS[-1], len(packed)) + packed + payload


def unpack(frame: bytes) -> tuple[Any, memoryview]:
    """Return the header and the bytes of a frame.

    :raises UnknownEventFormatError: the frame was written by a newer PyDash, or is damaged.
    """
    check_format(frame)
    _, _, length = _PREFIX.unpack_from(frame)
    end = _PREFIX.size + length
    text = _threads.decompressor.decompress(frame[_PREFIX.size : end])
    return json.loads(text.decode()), memoryview(frame)[end:]


class _Parts:
    """Collects the bytes of columns, and describes where each part is."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self._size = 0

    def column(self, column: Column) -> dict[str, Any]:
        described: dict[str, Any] = {}
        values = column.values
        if column.present is not None:
            described["present"] = self._part(np.packbits(column.present).tobytes())
            values = values[column.present]
        if column.texts is not None:
            used, first, numbers = np.unique(values, return_index=True, return_inverse=True)
            # Numbered by their first use: numbers of texts that are all different compress well.
            order = np.argsort(first)
            values = np.argsort(order)[numbers]
            texts = [column.texts[index] for index in used[order].tolist()]
            uuids = Uuids.pack(texts)
            if uuids is None:
                lines = json.dumps(texts, separators=(",", ":"), ensure_ascii=False)
                described["texts"] = self._part(lines.encode())
            else:
                described["uuids"] = self._part(uuids)
        if values.dtype.kind != "f":
            low = int(values.min()) if len(values) else 0
            span = int(values.max()) - low if len(values) else 0
            # A difference of 64-bit integers may not fit one; unsigned arithmetic wraps around.
            values = (values.astype("<i8").view("<u8") - np.uint64(low % 2**64)).astype(
                np.min_scalar_type(span).newbyteorder("<")
            )
            described["low"] = low
        else:
            values = values.astype("<f8")
        planes = values.view(np.uint8).reshape(-1, values.dtype.itemsize).T
        described["type"] = values.dtype.str
        described["values"] = self._part(planes.tobytes())
        return described

    def _part(self, data: bytes) -> list[int]:
        """Add bytes, compressed if that helps; return their place, and whether it did."""
        compressed = _threads.compressor.compress(data)
        is_smaller = len(compressed) < len(data)
        self.parts.append(compressed if is_smaller else data)
        place = [self._size, len(self.parts[-1]), int(is_smaller)]
        self._size += len(self.parts[-1])
        return place


def _read_column(payload: memoryview, rows: int, described: dict[str, Any]) -> Column:
    texts: Sequence[str] | None = None
    if "uuids" in described:
        texts = Uuids(_read_part(payload, described["uuids"]))
    elif "texts" in described:
        text = _read_part(payload, described["texts"]).decode()
        texts = json.loads(text)
    dtype = np.dtype(described["type"])
    planes = np.frombuffer(_read_part(payload, described["values"]), dtype=np.uint8)
    values: Array = np.ascontiguousarray(planes.reshape(dtype.itemsize, -1).T).view(dtype)
    values = values.reshape(-1)
    if "low" in described:
        values = (values.astype("<u8") + np.uint64(described["low"] % 2**64)).view("<i8")
    if "present" not in described:
        return Column(values, texts=texts)
    bits = np.frombuffer(_read_part(payload, described["present"]), dtype=np.uint8)
    present = np.unpackbits(bits, count=rows).astype(bool)
    scattered = np.zeros(rows, dtype=values.dtype)
    scattered[present] = values
    return Column(scattered, present, texts)


def _read_part(payload: memoryview, place: Sequence[int]) -> bytes:
    start, size, is_compressed = place
    data = payload[start : start + size]
    return _threads.decompressor.decompress(data) if is_compressed else bytes(data)

"""Columns of numbers as bytes, and back: the format of the cube at rest.

A frame holds named columns. It is never a pickled NumPy object, so that a database outlives the
NumPy that wrote it: a header says for each column its type, length and whether differences are
stored; the numbers follow byte plane by byte plane (all lowest bytes first), all compressed with
Zstandard. Every frame carries a format version and the kind of digest that its centroids are.
"""

import json
import struct
import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

from pydash_cube import digest

Array = NDArray[Any]

FORMAT = 1
_MAGIC = b"PyDash"
_PREFIX = struct.Struct("<6sHI")
_LEVEL = 3
# In order of time or nearly so: their differences are small.
_DIFFERENCES = frozenset({"time", "first", "last"})

_threads = threading.local()


class UnknownFormatError(ValueError):
    """Stored columns are in a format that this version of PyDash does not know."""


def encode(columns: Mapping[str, Array]) -> bytes:
    """Pack columns into bytes.

    :param columns: one-dimensional arrays of integers or floats, by name.

    >>> decode(encode({"visits": np.array([3, 1, 2])}))
    {'visits': array([3, 1, 2], dtype=uint8)}
    """
    packed = {name: _narrow(name, values) for name, values in columns.items()}
    header = {
        "digest": [digest.SCALE_FUNCTION, digest.SIZE],
        "columns": [[name, values.dtype.str, len(values)] for name, values in packed.items()],
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    payload = b"".join(_planes(values) for values in packed.values())
    return _PREFIX.pack(_MAGIC, FORMAT, len(text)) + text + _compressor().compress(payload)


def decode(frame: bytes) -> dict[str, Array]:
    """Unpack what `encode` packed.

    :returns: read-only arrays; integers in the smallest type that fits, times as ``int64``.
    :raises UnknownFormatError: the frame was written by a newer PyDash, or is damaged.
    """
    header, body = _read_header(frame)
    payload = _decompressor().decompress(body)
    columns = {}
    position = 0
    for name, kind, length in header["columns"]:
        dtype = np.dtype(kind)
        size = dtype.itemsize * length
        columns[name] = _restored(name, payload[position : position + size], dtype)
        position += size
    return columns


def _read_header(frame: bytes) -> tuple[dict[str, Any], bytes]:
    magic, version, length = _PREFIX.unpack_from(frame)
    if magic != _MAGIC or version != FORMAT:
        raise UnknownFormatError(
            f"Stored columns have format {version}, this PyDash knows {FORMAT}: it is too old"
            " for this database, or the database is damaged."
        )
    start = _PREFIX.size
    header = json.loads(frame[start : start + length])
    known = [digest.SCALE_FUNCTION, digest.SIZE]
    if header["digest"] != known:
        raise UnknownFormatError(f"Stored digests are {header['digest']}, known are {known}.")
    return header, frame[start + length :]


def _narrow(name: str, values: Array) -> Array:
    """Return the same numbers in the type they are stored in."""
    if values.dtype.kind == "f":
        return values.astype("<f8")
    if name in _DIFFERENCES:
        return np.diff(values.astype("<i8"), prepend=np.int64(0)).astype("<i8")
    smallest = np.min_scalar_type(int(values.max(initial=0)))
    return values.astype(smallest.newbyteorder("<"))


def _planes(values: Array) -> bytes:
    return values.view(np.uint8).reshape(-1, values.dtype.itemsize).T.tobytes()


def _restored(name: str, planes: bytes, dtype: np.dtype[np.generic]) -> Array:
    rows = np.frombuffer(planes, dtype=np.uint8).reshape(dtype.itemsize, -1).T
    values: Array = np.ascontiguousarray(rows).view(dtype).reshape(-1)
    if name in _DIFFERENCES:
        values = np.cumsum(values, dtype=np.int64)
    values.flags.writeable = False
    return values


def _compressor() -> zstandard.ZstdCompressor:
    # Making one costs more than compressing a small frame, and one may not be used by two threads.
    if not hasattr(_threads, "compressor"):
        _threads.compressor = zstandard.ZstdCompressor(level=_LEVEL)
    compressor: zstandard.ZstdCompressor = _threads.compressor
    return compressor


def _decompressor() -> zstandard.ZstdDecompressor:
    if not hasattr(_threads, "decompressor"):
        _threads.decompressor = zstandard.ZstdDecompressor()
    decompressor: zstandard.ZstdDecompressor = _threads.decompressor
    return decompressor

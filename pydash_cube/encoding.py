"""The storage format of the cube, which encodes columns of numbers as bytes.

A frame contains named columns. It is not a pickled NumPy object, so a database outlives the NumPy
version that wrote it. A header contains the format version, and the type and length of each column.
The numbers follow byte plane by byte plane (all lowest bytes first), compressed with Zstandard.
Frames of all versions can be read.
"""

import json
import struct
import sys
import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

Array = NDArray[Any]

# In format 1, weights did not mark which entries of a digest are spreads.
FORMATS = (1, 2)
_MAGIC = b"PyDash"
_PREFIX = struct.Struct("<6sHI")
_LEVEL = 3
# In chronological order or nearly so, so that their differences are small.
_DIFFERENCES = frozenset({"time", "first", "last"})
_WEIGHT = "weight"


class _Threads(threading.local):
    """A compressor per thread, because creating one costs more than compressing a small frame."""

    def __init__(self) -> None:
        # Without the checksum, damage to numbers that cannot be compressed would not be noticed.
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
        self.decompressor = zstandard.ZstdDecompressor()


_threads = _Threads()


class UnknownFormatError(ValueError):
    """Stored columns are in a format that this version of PyDash does not know."""


def encode(columns: Mapping[str, Array]) -> bytes:
    """Pack columns into bytes.

    :param columns: one-dimensional arrays of integers or floats, by name.

    >>> decode(encode({"visits": np.array([3, 1, 2])}))
    {'visits': array([3, 1, 2], dtype=uint8)}
    """
    packed = {name: _narrow(name, values) for name, values in columns.items()}
    header = {"columns": [[name, values.dtype.str, len(values)] for name, values in packed.items()]}
    text = json.dumps(header, separators=(",", ":")).encode()
    payload = b"".join(
        values.view(np.uint8).reshape(-1, values.dtype.itemsize).T.tobytes()
        for values in packed.values()
    )
    return (
        _PREFIX.pack(_MAGIC, FORMATS[-1], len(text)) + text + _threads.compressor.compress(payload)
    )


def decode(frame: bytes) -> dict[str, Array]:
    """Unpack the output of `encode`.

    :returns: read-only arrays, with integers in the smallest type that fits and times as ``int64``.
        Only weights of digests are signed, except in format 1; see `digest.with_spreads`.
    :raises UnknownFormatError: the frame was written by a newer PyDash, or is damaged.
    """
    check_format(frame)
    _, version, length = _PREFIX.unpack_from(frame)
    end = _PREFIX.size + length
    header = json.loads(frame[_PREFIX.size : end])
    try:
        payload = np.frombuffer(_threads.decompressor.decompress(frame[end:]), dtype=np.uint8)
    except zstandard.ZstdError as error:
        raise UnknownFormatError(f"Stored columns are damaged ({error}).") from error
    columns = {}
    position = 0
    for name, kind, length in header["columns"]:
        dtype = np.dtype(kind)
        size = dtype.itemsize * length
        values: Array = payload[position : position + size]
        if dtype.itemsize > 1:
            planes = values.reshape(dtype.itemsize, length)
            values = np.ascontiguousarray(planes.T).reshape(size)
        elif len(payload) > size:
            # Otherwise it would keep all other columns in memory, too.
            values = values.copy()
        values = values.view(dtype)
        if name in _DIFFERENCES:
            values = np.cumsum(values, dtype=np.int64)
        elif name == _WEIGHT and version > 1:
            values = _signed(values)
        values.flags.writeable = False
        columns[sys.intern(name)] = values
        position += size
    return columns


def check_format(frame: bytes) -> None:
    """Check that `decode` knows the format of a frame, without unpacking it.

    :raises UnknownFormatError: the frame was written by a newer PyDash, or is damaged.
    """
    if len(frame) < _PREFIX.size or not frame.startswith(_MAGIC):
        raise UnknownFormatError("Stored columns are damaged.")
    _, version, _ = _PREFIX.unpack_from(frame)
    if version not in FORMATS:
        raise UnknownFormatError(
            f"Stored columns have format {version}, but this PyDash knows only formats up to"
            f" {FORMATS[-1]}."
        )


def _narrow(name: str, values: Array) -> Array:
    """Return the numbers in the type in which they are stored."""
    if values.dtype.kind == "f":
        return values.astype("<f8")
    if name in _DIFFERENCES:
        return np.diff(values.astype("<i8"), prepend=np.int64(0)).astype("<i8")
    if name == _WEIGHT:
        # The sign in the lowest bit, so that small numbers remain small.
        values = 2 * np.abs(values) + (values < 0)
    smallest = np.min_scalar_type(int(values.max(initial=0)))
    return values.astype(smallest.newbyteorder("<"))


def _signed(values: Array) -> Array:
    """Return the numbers whose sign is in the lowest bit."""
    signed = f"i{values.dtype.itemsize}"
    sign = 1 - 2 * (values & 1).view(signed)
    calls: Array = (values >> 1).view(signed) * sign
    return calls

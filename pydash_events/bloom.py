"""Bloom filters: whether a text may be in a set, in about ten bits for each element."""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
_HALF = np.uint64(32)
_LOW = np.uint64(2**32 - 1)
# Values of traits recur; hashing one takes longer than looking it up.
_CACHED_HASHES = 16_384


def hashes(texts: Iterable[str]) -> Hashes:
    """Return a hash of each text that depends on the text alone, in every process and version."""
    digests = (blake2b(text.encode(), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(digests), dtype="<u8")


@lru_cache(_CACHED_HASHES)
def hash_text(text: str) -> int:
    """Return the hash of one text."""
    return int(hashes([text])[0])


def build(elements: Hashes, size: int, probes: int) -> NDArray[np.uint8]:
    """Return a filter.

    :param size: bytes; eight bits for each element make one in 46 tests of other elements wrong.
    :param probes: the number of bits to set for each element.
    """
    bits = np.zeros(size * 8, dtype=bool)
    for number in range(probes):
        bits[_bit(elements, number, size)] = True
    return np.packbits(bits, bitorder="little")


def may_contain(bits: NDArray[np.uint8], elements: Hashes, probes: int) -> NDArray[np.int64]:
    """Return the indexes of the elements that may be in a filter; all others are not."""
    candidates = np.arange(len(elements))
    for number in range(probes):
        bit = _bit(elements[candidates], number, len(bits))
        is_set = (bits[bit >> 3] >> (bit & 7).astype(np.uint8)) & 1
        candidates = candidates[is_set.astype(bool)]
    return candidates


def may_hold(filters: NDArray[np.uint8], element: int, probes: int) -> NDArray[np.bool_]:
    """Return which of the filters (rows) may contain an element."""
    result = np.ones(len(filters), dtype=np.uint8)
    start, step = element & int(_LOW), (element >> int(_HALF)) | 1
    for number in range(probes):
        bit = (start + number * step) % (filters.shape[1] * 8)
        result &= filters[:, bit >> 3] >> (bit & 7)
    return result.astype(bool)


def _bit(elements: Hashes, number: int, size: int) -> NDArray[Any]:
    step = (elements >> _HALF) | np.uint64(1)
    bits = ((elements & _LOW) + np.uint64(number) * step) % np.uint64(size * 8)
    return bits.astype(np.int64)

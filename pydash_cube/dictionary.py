"""Codes for strings, so that tables contain only small integers."""

from collections.abc import Iterable, Sequence

import numpy as np
from BTrees.IOBTree import IOBTree
from numpy.typing import NDArray
from persistent import Persistent

from pydash_cube.text_index import NOT_FOUND, TextIndex, hashes_of

# The code of all strings beyond the limit. Strings are numbered from 0, so none has it.
OVERFLOW = 2**31 - 1
# Bytes that a string occupies besides its characters, mostly in the index.
_TEXT_OVERHEAD = 30


class Dictionary(Persistent):
    """Numbers distinct strings in the order in which they are first added, up to a limit.

    :ivar has_overflow: whether a string was rejected because of the limit.
    :ivar stored_bytes: the size of the strings.

    >>> versions = Dictionary()
    >>> versions.encode(["1.0", "1.1", "1.0"])
    array([0, 1, 0])
    >>> versions.code("1.1"), versions.code("2.0")
    (1, None)
    >>> versions.decode([1])
    ['1.1']
    >>> versions.decode(versions.encode(["1.2", "1.0"], limit=2))
    ['(other)', '1.0']
    """

    # Dictionaries from before November 2026 have no limit. A migration counts their bytes.
    has_overflow = False
    stored_bytes = 0

    def __init__(self) -> None:
        self._index = TextIndex()
        self._texts = IOBTree()

    def __len__(self) -> int:
        return self._texts.maxKey() + 1 if self._texts else 0

    @property
    def overflow_name(self) -> str:
        """The name of all strings beyond the limit, which differs from all strings with a code."""
        name = "(other)"
        while self._index.find(hashes_of([name]))[0] != NOT_FOUND:
            name = f"({name})"
        return name

    def encode(self, texts: Sequence[str], limit: int = OVERFLOW) -> NDArray[np.int64]:
        """Return the codes of strings, and add new strings.

        :param limit: the maximum number of strings. Those beyond it get the code OVERFLOW.
        """
        different = list(dict.fromkeys(texts))
        hashes = hashes_of(different)
        codes = self._index.find(hashes)
        size = len(self)
        unknown = np.flatnonzero(codes == NOT_FOUND)
        new = unknown[: max(0, limit - size)]
        if len(new):
            codes[new] = size + np.arange(len(new))
            added = [different[place] for place in new.tolist()]
            self._texts.update(dict(zip(codes[new].tolist(), added, strict=True)))
            self._index = self._index.plus(hashes[new], codes[new])
            self.stored_bytes += sum(map(stored_bytes, added))
        if len(unknown) > len(new):
            codes[codes == NOT_FOUND] = OVERFLOW
            if not self.has_overflow:
                self.has_overflow = True
        code_of = dict(zip(different, codes.tolist(), strict=True))
        return np.fromiter(map(code_of.__getitem__, texts), dtype=np.int64, count=len(texts))

    def code(self, text: str) -> int | None:
        """Return the code of a string or of `overflow_name`; None if it was never added."""
        code = int(self._index.find(hashes_of([text]))[0])
        if code != NOT_FOUND:
            return code
        return OVERFLOW if self.has_overflow and text == self.overflow_name else None

    def decode(self, codes: Sequence[int] | NDArray[np.int64]) -> list[str]:
        """Return the strings of codes."""
        codes = np.asarray(codes).tolist()
        texts = {code: self._texts[code] for code in set(codes) - {OVERFLOW}}
        if len(texts) < len(codes):
            texts[OVERFLOW] = self.overflow_name
        return [texts[code] for code in codes]

    def texts(self) -> Iterable[str]:
        """Return all strings in the order of their codes."""
        texts: Iterable[str] = self._texts.values()
        return texts


def stored_bytes(text: str) -> int:
    """Return the number of bytes that a string occupies in a dictionary."""
    return len(text.encode("utf-8", "surrogatepass")) + _TEXT_OVERHEAD

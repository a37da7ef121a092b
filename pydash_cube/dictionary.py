"""Codes for texts: tables contain small integers only."""

from collections.abc import Iterable, Sequence

import numpy as np
from BTrees.IOBTree import IOBTree
from BTrees.OIBTree import OIBTree
from numpy.typing import NDArray
from persistent import Persistent

# The code of all texts beyond the limit. No text has it: the codes of texts count up from 0.
OVERFLOW = 2**31 - 1
# Bytes that a text occupies besides its characters, which are stored twice.
_TEXT_OVERHEAD = 20


class Dictionary(Persistent):
    """Numbers distinct texts in the order in which they are first added, up to a limit.

    :ivar has_overflow: whether a text was refused because of the limit.
    :ivar stored_bytes: the size of the texts.

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

    # Dictionaries from before November 2026 have no limit; a migration counts their bytes.
    has_overflow = False
    stored_bytes = 0

    def __init__(self) -> None:
        self._codes = OIBTree()
        self._texts = IOBTree()

    def __len__(self) -> int:
        return self._texts.maxKey() + 1 if self._texts else 0

    @property
    def overflow_name(self) -> str:
        """The name of all texts beyond the limit; no text with a code of its own is equal to it."""
        name = "(other)"
        while name in self._codes:
            name = f"({name})"
        return name

    def encode(self, texts: Sequence[str], limit: int = OVERFLOW) -> NDArray[np.int64]:
        """Return the codes of the texts; new ones are added.

        :param limit: the maximum number of texts; those beyond it get the code OVERFLOW.
        """
        codes = {}
        size = len(self)
        for text in dict.fromkeys(texts):
            code = self._codes.get(text)
            if code is None and size < limit:
                code = self._codes[text] = size
                self._texts[code] = text
                self.stored_bytes += stored_bytes(text)
                size += 1
            elif code is None:
                code = OVERFLOW
                if not self.has_overflow:
                    self.has_overflow = True
            codes[text] = code
        return np.fromiter(map(codes.__getitem__, texts), dtype=np.int64, count=len(texts))

    def rename(self, old: str, new: str) -> None:
        """Give the code of a text to another one, unless that has a code itself."""
        if old in self._codes and new not in self._codes:
            code = self._codes.pop(old)
            self._codes[new], self._texts[code] = code, new
            self.stored_bytes += stored_bytes(new) - stored_bytes(old)

    def code(self, text: str) -> int | None:
        """Return the code of a text or of `overflow_name`; None if it was never added."""
        code: int | None = self._codes.get(text)
        if code is None and self.has_overflow and text == self.overflow_name:
            return OVERFLOW
        return code

    def decode(self, codes: Sequence[int] | NDArray[np.int64]) -> list[str]:
        """Return the texts of codes."""
        codes = np.asarray(codes).tolist()
        texts = {code: self._texts[code] for code in set(codes) - {OVERFLOW}}
        texts[OVERFLOW] = self.overflow_name
        return [texts[code] for code in codes]

    def texts(self) -> Iterable[str]:
        """Return all texts, in the order of their codes."""
        texts: Iterable[str] = self._texts.values()
        return texts


def stored_bytes(text: str) -> int:
    """Return the number of bytes that a text occupies in a dictionary."""
    return 2 * len(text.encode("utf-8", "surrogatepass")) + _TEXT_OVERHEAD

"""Codes for texts: tables contain small integers only."""

from collections.abc import Sequence

import numpy as np
from BTrees.IOBTree import IOBTree
from BTrees.OIBTree import OIBTree
from numpy.typing import NDArray
from persistent import Persistent


class Dictionary(Persistent):
    """Numbers distinct texts in the order in which they are first added.

    >>> versions = Dictionary()
    >>> versions.encode(["1.0", "1.1", "1.0"])
    array([0, 1, 0])
    >>> versions.code("1.1"), versions.code("2.0")
    (1, None)
    >>> versions.decode([1])
    ['1.1']
    """

    def __init__(self) -> None:
        self._codes = OIBTree()
        self._texts = IOBTree()

    def __len__(self) -> int:
        return self._texts.maxKey() + 1 if self._texts else 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return the codes of the texts; new ones are added."""
        codes = {}
        for text in dict.fromkeys(texts):
            code = self.code(text)
            if code is None:
                code = self._codes[text] = len(self)
                self._texts[code] = text
            codes[text] = code
        return np.fromiter(map(codes.__getitem__, texts), dtype=np.int64, count=len(texts))

    def code(self, text: str) -> int | None:
        """Return the code of a text; None if it was never added."""
        code: int | None = self._codes.get(text)
        return code

    def decode(self, codes: Sequence[int] | NDArray[np.int64]) -> list[str]:
        """Return the texts of codes."""
        codes = np.asarray(codes).tolist()
        texts = {code: self._texts[code] for code in set(codes)}
        return [texts[code] for code in codes]

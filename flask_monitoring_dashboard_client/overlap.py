"""Matches calls that are read twice because they have no ID and are selected only by time.

Two calls can be equal in every reported field. They are therefore matched as a multiset: among
equal calls, only those in excess of the earlier number are new.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = Sequence[dict[str, Any]]
Seen = dict[str, dict[str, int]]
"""The numbers of calls read before, by second and fingerprint."""

MAX_SEEN = 20_000
"""The maximum number of remembered calls, which limits the size of a cursor."""


def unseen(rows: Rows, seconds: Sequence[int], seen: Seen) -> NDArray[np.bool_]:
    """Return which calls are new.

    :param rows: the calls, as received.
    :param seconds: the second of each call.
    :param seen: the calls read before.

    >>> rows = [{"ip": "a"}, {"ip": "a"}, {"ip": "b"}]
    >>> unseen(rows, [7, 7, 7], remembered(rows[:1], [7], 0))
    array([False,  True,  True])
    """
    left = {int(second): dict(counts) for second, counts in seen.items()}
    new = np.ones(len(rows), dtype=bool)
    for i, second in enumerate(seconds):
        if second in left:
            mark = _fingerprint(rows[i])
            if left[second].get(mark, 0):
                left[second][mark] -= 1
                new[i] = False
    return new


def remembered(rows: Rows, seconds: Sequence[int], after: int) -> Seen:
    """Return the input of `unseen` for the calls from the second `after` on."""
    counts: dict[str, Counter[str]] = {}
    for row, second in zip(rows, seconds, strict=True):
        if second >= after:
            counts.setdefault(str(second), Counter())[_fingerprint(row)] += 1
    return {second: dict(marks) for second, marks in counts.items()}


def trimmed(seen: Seen, after: int) -> tuple[Seen, int]:
    """Shorten the time that is read twice until few enough calls need to be remembered.

    :returns: the rest of `seen`, and the second after which calls are to be read again.
    """
    size = sum(map(len, seen.values()))
    for second in sorted(map(int, seen))[:-1]:
        if size <= MAX_SEEN:
            break
        size -= len(seen.pop(str(second)))
        after = max(after, second + 1)
    return seen, after


def _fingerprint(row: dict[str, Any]) -> str:
    text = json.dumps(row, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()

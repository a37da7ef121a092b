"""The amount of data that a dashboard stores."""

from typing import NamedTuple


class Stored(NamedTuple):
    """An amount of stored data.

    :ivar calls: the number of calls, without those dropped by retention.
    :ivar bytes: the size of all calls, cells, names, and what explains them.
    """

    calls: int = 0
    bytes: int = 0

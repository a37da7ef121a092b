"""The amount of data that a dashboard stores."""

from typing import NamedTuple


class Stored(NamedTuple):
    """An amount of stored data.

    :ivar calls: calls, without those that retention has dropped.
    :ivar bytes: the size of all calls, cells and names.
    """

    calls: int = 0
    bytes: int = 0

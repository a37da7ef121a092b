"""Counts the stored data of a cube as it is written."""

from dataclasses import dataclass, field

from BTrees.Length import Length


@dataclass(frozen=True)
class Usage:
    """Counters shared by all tables of a cube, whose concurrent changes do not conflict.

    :ivar calls: the number of stored calls, without dropped ones.
    :ivar bytes: the size of the stored columns.
    """

    calls: Length = field(default_factory=Length)
    bytes: Length = field(default_factory=Length)

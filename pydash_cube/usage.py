"""How much a cube stores, counted while it is written."""

from dataclasses import dataclass, field

from BTrees.Length import Length


@dataclass(frozen=True)
class Usage:
    """Counters that all tables of a cube share; concurrent changes of them do not conflict.

    :ivar calls: the number of stored calls, without dropped ones.
    :ivar bytes: the size of the stored columns.
    """

    calls: Length = field(default_factory=Length)
    bytes: Length = field(default_factory=Length)

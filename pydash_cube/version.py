"""Tells whether stored objects have changed, without reading what depends on them."""

from persistent import Persistent
from ZODB.utils import z64

Version = tuple[bytes, ...]


def version_of(*objects: Persistent) -> Version | None:
    """Return what changes whenever one of the objects is stored again.

    Every transaction that stores an object gives it a new serial number, and every reader sees the
    serial number of the state that it reads.

    :returns: None if one of them is new, or changed in the current transaction.
    """
    for each in objects:
        each._p_activate()  # the serial number is loaded with the state
    if any(each._p_changed or each._p_serial == z64 for each in objects):
        return None
    return tuple(each._p_serial for each in objects)

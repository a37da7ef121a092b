"""Tells whether stored objects have changed, without reading what depends on them."""

from persistent import Persistent
from ZODB.utils import z64

Version = bytes


def version_of(*objects: Persistent) -> Version | None:
    """Return what is the same only for the same objects in the same state.

    Every transaction that stores an object gives it a new serial number, and every reader sees the
    serial number of the state that it reads.

    :returns: None if one of them is new, or changed in the current transaction.
    """
    parts: list[bytes] = []
    for each in objects:
        each._p_activate()  # the serial number is loaded with the state
        if each._p_changed or each._p_serial == z64:
            return None
        parts += (each._p_oid, each._p_serial)
    return b"".join(parts)

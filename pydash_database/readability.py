"""Checks that a database can be read before it is migrated."""

from typing import Any

from ZODB.POSException import POSKeyError, StateLoadError
from ZODB.serialize import referencesf
from ZODB.utils import load_current, oid_repr, z64

from pydash_database.errors import IncompatibleDatabase


def check_readable(connection: Any) -> None:
    """Load every object that is reachable from the root.

    This ensures that all their classes are known, and that each class accepts the state of its
    objects. Deleted objects are not loaded, because their class may no longer exist.

    :raises IncompatibleDatabase: an object cannot be loaded.
    """
    storage = connection.db().storage
    pending, seen = [z64], {z64}
    while pending:
        oid = pending.pop()
        try:
            stored = connection.get(oid)
            stored._p_activate()
            stored._p_deactivate()
            data, _ = load_current(storage, oid)
        except (POSKeyError, StateLoadError, ValueError) as error:
            raise _incompatible(oid, error) from error
        references = set(referencesf(data)) - seen
        seen |= references
        pending.extend(references)


def _incompatible(oid: bytes, error: Exception) -> IncompatibleDatabase:
    if isinstance(error.__cause__, IncompatibleDatabase):
        return error.__cause__
    reason = "is missing" if isinstance(error, POSKeyError) else f"({error.__cause__ or error})"
    return IncompatibleDatabase(
        f"The database cannot be read: object {oid_repr(oid)} {reason}."
        " Use the newer PyDash that wrote it, or restore a backup."
    )

"""Migrates stored databases to the schema of the code that reads them.

The version of a database is the number of migrations that ran on it. A new migration is appended
to the list; none is ever changed or removed, because a new database runs them all.
"""

from collections.abc import Callable, MutableMapping, Sequence
from typing import Any

from pydash_database.errors import SchemaTooNew

Root = MutableMapping[str, Any]
Migration = Callable[[Root], None]

VERSION = "schema_version"


def upgrade(
    root: Root, migrations: Sequence[Migration], check: Callable[[], None] = lambda: None
) -> int:
    """Run the migrations that have not run on this database yet; return their number.

    :param check: called before the first of them; raises if the database cannot be read.
    :raises SchemaTooNew: more migrations than there are ran on the database.

    >>> root = {}
    >>> upgrade(root, [lambda root: root.update(users={})])
    1
    >>> root
    {'users': {}, 'schema_version': 1}
    >>> upgrade(root, [])
    Traceback (most recent call last):
    ...
    pydash_database.errors.SchemaTooNew: The database has schema 1, but this PyDash knows only 0. \
Use the newer PyDash that wrote it, or restore a backup.
    """
    stored: int = root.get(VERSION, 0)
    if stored > len(migrations):
        raise SchemaTooNew(
            f"The database has schema {stored}, but this PyDash knows only {len(migrations)}."
            " Use the newer PyDash that wrote it, or restore a backup."
        )
    if stored < len(migrations):
        check()
        for migrate in migrations[stored:]:
            migrate(root)
        root[VERSION] = len(migrations)
    return len(migrations) - stored

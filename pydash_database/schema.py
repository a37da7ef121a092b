"""Migrates stored databases to the schema of the code that reads them.

The version of a database is the number of migrations that have run on it. New migrations are
appended to the list. None is ever changed or removed, because a new database runs all of them.
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
    """Run the migrations that have not run on this database yet, and return their number.

    :param check: called before the first migration. It raises if the database cannot be read.
    :raises SchemaTooNew: more migrations have run on the database than exist.

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

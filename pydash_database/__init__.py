"""The database layer, which opens ZODB by URI, manages connections and runs transactions.

Other packages use the names below; only repositories use `database_root`.
"""

from pydash_database.collection import MultiIndexedPersistentCollection
from pydash_database.connections import (
    close,
    configure,
    database_connection,
    database_root,
    last_transaction_id,
    pack,
    release,
    size,
    transact,
)
from pydash_database.errors import (
    BackupFailed,
    DatabaseUnavailable,
    DiskFull,
    IncompatibleDatabase,
    SchemaTooNew,
    UnknownClass,
)
from pydash_database.storages import disconnected
from pydash_database.timeouts import BACKGROUND_TIMEOUT

__all__ = [
    "BACKGROUND_TIMEOUT",
    "BackupFailed",
    "DatabaseUnavailable",
    "DiskFull",
    "IncompatibleDatabase",
    "MultiIndexedPersistentCollection",
    "SchemaTooNew",
    "UnknownClass",
    "close",
    "configure",
    "database_connection",
    "database_root",
    "disconnected",
    "last_transaction_id",
    "pack",
    "release",
    "size",
    "transact",
]

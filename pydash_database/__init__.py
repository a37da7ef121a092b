"""The database room: opens ZODB by URI, keeps connections, runs transactions.

The rooms above use what is named here; only repositories use `database_root`.
"""

from pydash_database.collection import MultiIndexedPersistentCollection
from pydash_database.connections import (
    close,
    configure,
    database_connection,
    database_root,
    last_transaction_id,
    pack,
    transact,
)
from pydash_database.errors import (
    DatabaseUnavailable,
    IncompatibleDatabase,
    SchemaTooNew,
    UnknownClass,
)
from pydash_database.storages import DISCONNECTED, PATIENT_SECONDS

__all__ = [
    "DISCONNECTED",
    "PATIENT_SECONDS",
    "DatabaseUnavailable",
    "IncompatibleDatabase",
    "MultiIndexedPersistentCollection",
    "SchemaTooNew",
    "UnknownClass",
    "close",
    "configure",
    "database_connection",
    "database_root",
    "last_transaction_id",
    "pack",
    "transact",
]

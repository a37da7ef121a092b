"""The exceptions of the monitored apps, grouped by the fault that they belong to."""

from pydash_app.exceptions.entity import ExceptionFault, ExceptionLog, Sample
from pydash_app.exceptions.repository import (
    delete,
    drop_expired,
    find,
    get_or_create,
    keep_only,
    stored_bytes,
)

__all__ = [
    "ExceptionFault",
    "ExceptionLog",
    "Sample",
    "delete",
    "drop_expired",
    "find",
    "get_or_create",
    "keep_only",
    "stored_bytes",
]

"""What explains the measurements of the monitored apps: slow requests, profiles and graphs.

Exceptions have a package of their own, `pydash_app.exceptions`, but are stored like these.
"""

from pydash_app.diagnosis.graphs import Graph, GraphLog
from pydash_app.diagnosis.outliers import Outlier, OutlierLog
from pydash_app.diagnosis.profiles import Node, Profile, ProfileLog
from pydash_app.diagnosis.repository import (
    LOGS,
    delete,
    drop_expired,
    find,
    get_or_create,
    keep_only,
    stored_bytes,
)

__all__ = [
    "LOGS",
    "Graph",
    "GraphLog",
    "Node",
    "Outlier",
    "OutlierLog",
    "Profile",
    "ProfileLog",
    "delete",
    "drop_expired",
    "find",
    "get_or_create",
    "keep_only",
    "stored_bytes",
]

"""The exceptions of the monitored apps, grouped by the fault that they belong to."""

from pydash_app.exceptions.deciding import decide, record_change
from pydash_app.exceptions.entity import MAX_FAULTS, ExceptionFault, ExceptionLog, Sample
from pydash_app.exceptions.repository import find
from pydash_app.exceptions.search import Found, Search, Sort, find_faults
from pydash_app.exceptions.states import Ignored, Resolved, State

__all__ = [
    "MAX_FAULTS",
    "ExceptionFault",
    "ExceptionLog",
    "Found",
    "Ignored",
    "Resolved",
    "Sample",
    "Search",
    "Sort",
    "State",
    "decide",
    "find",
    "find_faults",
    "record_change",
]

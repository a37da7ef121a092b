"""Starts, watches, restarts and stops the processes of one installation."""

from pydash_supervisor.ports import find_free_port, require_free_port, responds
from pydash_supervisor.supervisor import ProcessFailedError, Service, Stopped, Supervisor

__all__ = [
    "ProcessFailedError",
    "Service",
    "Stopped",
    "Supervisor",
    "find_free_port",
    "require_free_port",
    "responds",
]

"""Starts, watches, replaces and stops the processes of one installation."""

from pydash_supervisor.notifications import Heart
from pydash_supervisor.ports import find_free_port, listen, responds
from pydash_supervisor.supervisor import ProcessFailedError, Service, Stopped, Supervisor

__all__ = [
    "Heart",
    "ProcessFailedError",
    "Service",
    "Stopped",
    "Supervisor",
    "find_free_port",
    "listen",
    "responds",
]

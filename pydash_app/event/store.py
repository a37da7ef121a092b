"""The event store of this installation."""

import os
import threading
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from pydash_app import configuration
from pydash_app.event.vocabulary import INSTALLATION, Named, of_dashboard, of_user
from pydash_events import get_connection
from pydash_events.base import Connection


class Account(Named, Protocol):
    """A user, with the rights of one."""

    admin: bool


class _Opened(NamedTuple):
    uri: str
    connection: Connection
    is_upgraded: threading.Event


_lock = threading.Lock()
_opened: _Opened | None = None
# Connections of the processes that this one was forked from, which must not close them.
_inherited: list[_Opened | None] = []


def store(project: str = "") -> Connection:
    """Return a connection to the configured event store, whose schema is that of this version.

    The threads of a process share it. It is opened on first use.

    :param project: the part of the store that the connection is bound to.
    :raises DatabaseUnavailable: the store does not respond.
    """
    global _opened
    uri = configuration.current().events_uri
    with _lock:
        if _opened is None or _opened.uri != uri:
            if _opened is not None:
                _opened.connection.close()
            _opened = _Opened(uri, get_connection(uri), threading.Event())
        opened = _opened
    # Without the lock, so that no thread waits for a server that does not respond to another.
    if not opened.is_upgraded.is_set():
        opened.connection.upgrade()
        opened.is_upgraded.set()
    return opened.connection.bound_to(project)


def _open_again() -> None:
    """Use a connection of its own in a process that was forked."""
    global _lock, _opened
    _lock = threading.Lock()
    _inherited.append(_opened)
    _opened = None


os.register_at_fork(after_in_child=_open_again)


def visible_projects(user: Account, dashboards: Iterable[Named]) -> list[str]:
    """Return the projects whose events a user may see.

    That is the account, its dashboards, and for administrators the installation.

    :param dashboards: those of the user.
    """
    subjects = [of_user(user), *map(of_dashboard, dashboards)]
    if user.admin:
        subjects.append(INSTALLATION)
    return [subject.project for subject in subjects]

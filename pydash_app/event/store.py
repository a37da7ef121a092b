"""The event store of this installation."""

from collections.abc import Iterable
from typing import Protocol

from pydash_app import configuration
from pydash_app.event.vocabulary import INSTALLATION, Named, of_dashboard, of_user
from pydash_events import get_connection
from pydash_events.base import Connection


class Account(Named, Protocol):
    """A user, with the rights of one."""

    admin: bool


def store(project: str = "") -> Connection:
    """Return a connection to the configured event store.

    :param project: the part of it that the connection is bound to.
    """
    return get_connection(configuration.current().events_uri, {"project": project})


def visible_projects(user: Account, dashboards: Iterable[Named]) -> list[str]:
    """Return the projects whose events a user may see.

    That is the account, its dashboards, and for administrators the installation.

    :param dashboards: those of the user.
    """
    subjects = [of_user(user), *map(of_dashboard, dashboards)]
    if user.admin:
        subjects.append(INSTALLATION)
    return [subject.project for subject in subjects]

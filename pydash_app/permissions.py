"""Who may do what: the one place that decides."""

from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID


class Action(StrEnum):
    """What someone wants to do with a thing."""

    READ = "read"
    WRITE = "write"


class Someone(Protocol):
    """A user."""

    @property
    def id(self) -> UUID:
        """The ID of the account."""


class Account(NamedTuple):
    """A user, reduced to the ID of the account."""

    id: UUID


class Owned(Protocol):
    """A thing that belongs to an account: a dashboard, a channel, a rule and so on."""

    @property
    def owner_id(self) -> UUID:
        """The account that it belongs to."""


def may(user: Someone, action: Action, thing: Owned) -> bool:
    """Return whether a user may do something with a thing.

    Everything belongs to one account, which alone may read and change it.

    :param action: what the user wants to do.
    """
    return thing.owner_id == user.id

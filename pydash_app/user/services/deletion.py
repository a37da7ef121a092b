"""Deletes users without dashboards; see also `pydash_app.deletion`."""

from pydash_app.event import INSTALLATION, EventType, record, reporting
from pydash_app.user import repository
from pydash_app.user.entity import User
from pydash_app.user.services import tokens


def delete(user: User) -> None:
    """Delete a user and all API tokens of the user.

    :raises KeyError: the user is not in the repository.
    """
    tokens.revoke_all(user)
    reporting.forget(user.id)
    repository.delete_by_id(user.id)
    record(EventType.USER_DELETED, INSTALLATION, user_id=user.id, user=user.name)

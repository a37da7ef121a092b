"""Deletes users without dashboards; see also `dashboard.services.account_deletion`."""

from pydash_app.user import repository
from pydash_app.user.entity import User
from pydash_app.user.services import tokens


def delete(user: User) -> None:
    """Delete a user and all API tokens of the user.

    :raises KeyError: the user is not in the repository.
    """
    tokens.revoke_all(user)
    repository.delete_by_id(user.id)

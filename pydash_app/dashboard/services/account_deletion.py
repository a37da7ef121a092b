"""Deletes accounts, which are users and all their dashboards."""

from pydash_app.dashboard import repository
from pydash_app.user.entity import User
from pydash_app.user.services import deletion


def delete(user: User) -> None:
    """Delete a user with all dashboards, their data and all API tokens.

    :raises KeyError: the user is not in the repository.
    """
    for dashboard in repository.of_user(user.id):
        repository.delete(dashboard)
    deletion.delete(user)

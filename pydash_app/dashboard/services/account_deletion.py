"""Deletes accounts, which are users with all that belongs to them."""

from pydash_app.channel import repository as channels
from pydash_app.dashboard import repository
from pydash_app.maintenance import repository as maintenance
from pydash_app.user.entity import User
from pydash_app.user.services import deletion


def delete(user: User) -> None:
    """Delete a user with all dashboards, channels, maintenance windows and API tokens.

    :raises KeyError: the user is not in the repository.
    """
    for dashboard in repository.of_user(user.id):
        repository.delete(dashboard)
    for channel in channels.of_owner(user.id):
        channels.delete(channel)
    maintenance.delete_of(user.id)
    deletion.delete(user)

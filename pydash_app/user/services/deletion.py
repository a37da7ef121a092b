"""Deletes users, with everything that is theirs."""

from pydash_app.dashboard import repository as dashboards
from pydash_app.user import api_token_repository, repository
from pydash_app.user.entity import User


def delete(user: User) -> None:
    """Delete a user with all dashboards, their data, and all tokens.

    :raises KeyError: the user is not in the repository.
    """
    for dashboard in dashboards.of_user(user.id):
        dashboards.delete(dashboard)
    for token in api_token_repository.of_user(user.id):
        api_token_repository.delete(token)
    repository.delete_by_id(user.id)

"""Deletes users who own no dashboards; for others see `dashboard.services.account_deletion`."""

from pydash_app.user import api_token_repository, repository
from pydash_app.user.entity import User


def delete(user: User) -> None:
    """Delete a user and all API tokens of the user.

    :raises KeyError: the user is not in the repository.
    """
    for token in api_token_repository.of_user(user.id):
        api_token_repository.delete(token)
    repository.delete_by_id(user.id)

"""Users who own dashboards."""

from uuid import UUID, uuid4

from pydash_app import user as users
from pydash_database import transact


def make_owner() -> UUID:
    """Store a user and return the id."""

    def make() -> UUID:
        owner = users.User(str(uuid4()), "password", "owner@example.com")
        users.add_to_repository(owner)
        return owner.id

    return transact(make)

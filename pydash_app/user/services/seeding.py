"""Seeds the database with users for development."""

from pydash_app.configuration import current
from pydash_app.errors import Forbidden
from pydash_app.user import repository
from pydash_app.user.entity import User

NAMES = ("Alberto", "Arjan", "JeroenO", "JeroenL", "Koen", "Lars", "Patrick", "Tom", "W-M")
PASSWORD = "pydash-development"  # noqa: S105 (only for development)


def seed() -> None:
    """Add some users for development.

    All are verified and have the password `PASSWORD`.

    :raises Forbidden: this is not a development environment, or the database has users.

    >>> seed()
    Adding user <User id=... name=Alberto>
    Adding user <User id=... name=Arjan>
    Adding user <User id=... name=JeroenO>
    Adding user <User id=... name=JeroenL>
    Adding user <User id=... name=Koen>
    Adding user <User id=... name=Lars>
    Adding user <User id=... name=Patrick>
    Adding user <User id=... name=Tom>
    Adding user <User id=... name=W-M>
    Seeding of users is done!
    >>> found_user = repository.find_by_name("Alberto")
    >>> found_user.name == "Alberto"
    True
    """
    if current().environment != "development":
        raise Forbidden("Seeding requires PYDASH_ENVIRONMENT=development.")
    if not repository.is_empty():
        raise Forbidden("The database has users. Seeding requires an empty database.")
    for name in NAMES:
        user = User(name, PASSWORD, f"{name.lower()}@example.com")
        user.confirm_mail()
        print(f"Adding user {user}")  # noqa: T201 (the output of the command)
        repository.add(user)
    print("Seeding of users is done!")  # noqa: T201

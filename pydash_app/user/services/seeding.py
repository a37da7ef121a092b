"""Fills the application with some preliminary users.

It makes it easier to test code in development and staging environments.
"""

from pydash_app.configuration import current
from pydash_app.errors import Forbidden
from pydash_app.user import repository
from pydash_app.user.entity import User

NAMES = ("Alberto", "Arjan", "JeroenO", "JeroenL", "Koen", "Lars", "Patrick", "Tom", "W-M")
PASSWORD = "pydash-development"  # noqa: S105 (only where anybody may know it)


def seed() -> None:
    """Store some preliminary debug users in the datastore, to be used during development.

    Every one is verified and has the password `PASSWORD`.

    :raises Forbidden: this is no development environment, or there are users already.

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
        raise Forbidden("There are users already; seeding is for an empty database.")
    for name in NAMES:
        user = User(name, PASSWORD, f"{name.lower()}@example.com")
        user.confirm_mail()
        print(f"Adding user {user}")  # noqa: T201 (for the one who seeds)
        repository.add(user)
    print("Seeding of users is done!")  # noqa: T201

"""The public interface of users, used by `pydash_web`.

Example usage:

>>> gandalf = User("Gandalf", "pass", 'some@email.com')
>>> add_to_repository(gandalf)
...
>>> found_user = find(gandalf.id)
>>> found_user.name == "Gandalf"
True

The ID can also be a string:

>>> found_user = find(str(gandalf.id))
>>> found_user.name == "Gandalf"
True

>>> found_user2 = find_by_name("Gandalf")
>>> found_user2 == found_user
True
>>> find_by_name("Dumbledore")
>>> # ^Returns nothing
>>> res_user = authenticate("Gandalf", "pass")
>>> res_user.name == "Gandalf"
True
>>> authenticate("Gandalf", "youshallnot")
>>> # ^Returns nothing
>>> authenticate("Dumbledore", "secrets")
>>> # ^Returns nothing
"""

from uuid import UUID

from pydash_app.user import passwords, repository
from pydash_app.user.entity import User
from pydash_app.user.passwords import password_problems
from pydash_app.user.verification import verify

__all__ = [
    "User",
    "add_to_repository",
    "authenticate",
    "check_password_requirements",
    "find",
    "find_by_name",
    "find_by_verification_code",
    "maybe_find_user",
    "remove_from_repository",
    "verify",
]

find = repository.find
find_by_name = repository.find_by_name
find_by_verification_code = repository.find_by_verification_code


def add_to_repository(user: User) -> None:
    """Add a user to the repository.

    :raises DuplicateIndexError: (a `KeyError`) another user has the same name.

    Adding the same user twice with the same name is not allowed:

    >>> gandalf1 = User("Gandalf", "pass", 'some@email.com')
    >>> add_to_repository(gandalf1)
    >>> gandalf2 = User("Gandalf", "balrog", 'some@email.com')
    >>> add_to_repository(gandalf2)
    Traceback (most recent call last):
    ...
    multi_indexed_collection.DuplicateIndexError
    """
    repository.add(user)


def authenticate(name: str, password: str) -> User | None:
    """Return the user with this name and password, or None.

    It takes the same time whether or not a user has this name.
    """
    user = repository.find_by_name(name)
    if user is None:
        passwords.verify_dummy_password(password)
        return None
    if not user.check_password(password):
        return None
    user.renew_password_hash(password)
    return user


def check_password_requirements(password: str) -> bool:
    """Return whether a password has 8 to 128 characters and is not a common one.

    >>> check_password_requirements("correct horse battery staple")
    True
    >>> check_password_requirements("password")
    False
    """
    return not password_problems(password)


def maybe_find_user(user_id: UUID | str) -> User | None:
    """Return a user, or None if it does not exist.

    >>> user = User("Gandalf", "pass", 'some@email.com')
    >>> add_to_repository(user)
    ...
    >>> found_user = maybe_find_user(user.id)
    >>> found_user.name == "Gandalf"
    True
    >>> import uuid
    >>> nonexistent_uuid = uuid.UUID('ced84534-7a55-440f-ad77-9912466fe022')
    >>> nonexistent_user = maybe_find_user(nonexistent_uuid)
    >>> nonexistent_user == None
    True
    """
    try:
        return repository.find(user_id)
    except ValueError:
        return None


def remove_from_repository(user_id: UUID | str) -> None:
    """Remove a user from the repository.

    :param user_id: the user's ID, as a UUID or a string.
    :raises KeyError: the user is not in the repository.

    >>> gandalf1 = User("Gandalf", "pass", 'some@email.com')
    >>> add_to_repository(gandalf1)
    >>> remove_from_repository(gandalf1.get_id())
    >>> found_user = find_by_name("Gandalf")
    >>> found_user == None
    True

    >>> gandalf1 = User("Gandalf", "pass", 'some@email.com')
    >>> add_to_repository(gandalf1)
    >>> remove_from_repository(gandalf1.get_id())
    >>> remove_from_repository(gandalf1.get_id())
    Traceback (most recent call last):
    ...
    KeyError
    """
    repository.delete_by_id(user_id)

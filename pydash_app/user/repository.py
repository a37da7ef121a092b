"""Stores `User` entities, and hides the details of the database from the application.

Nothing here commits; callers run in `pydash_database.transact`.
"""

from collections.abc import Iterator
from typing import cast
from uuid import UUID

from pydash_app.identifiers import as_uuid
from pydash_app.secrets import hash_code
from pydash_app.user.entity import User, comparable
from pydash_app.user.names import appearance
from pydash_app.user.verification_code import VerificationCode
from pydash_database import MultiIndexedPersistentCollection, database_root
from pydash_database.schema import Root

_COLLECTION = "users"


def create(root: Root) -> None:
    """Create the collection of users."""
    root[_COLLECTION] = MultiIndexedPersistentCollection(
        {"id", "name_key", "verification_code_key", "reset_code_hash"},
        non_unique={"mail_key", "is_unverified", "appearance"},
    )


def index_appearances(root: Root) -> None:
    """Index the users of an earlier version by the appearance of their names."""
    former = root[_COLLECTION]
    create(root)
    for user in former.values():
        root[_COLLECTION].add(user)


def add(user: User) -> None:
    """Add a user to the repository.

    :raises DuplicateIndexError: (a `KeyError`) another user has the same name.

    >>> list(all())
    []
    >>> gandalf = User("Gandalf", "pass", 'some@email.com')
    >>> dumbledore = User("Dumbledore", "secret", 'some@email.com')
    >>> add(gandalf)
    >>> add(dumbledore)
    >>> sorted([user.name for user in all()])
    ['Dumbledore', 'Gandalf']
    """
    _users().add(user)


def all() -> Iterator[User]:  # noqa: A001 (the documented name)
    """Return a lazy collection of all users, in no guaranteed order.

    >>> list(all())
    []
    >>> gandalf = User("Gandalf", "pass", 'some@email.com')
    >>> dumbledore = User("Dumbledore", "secret", 'some@email.com')
    >>> add(gandalf)
    >>> add(dumbledore)
    >>> sorted([user.name for user in all()])
    ['Dumbledore', 'Gandalf']
    >>> clear_all()
    >>> sorted([user.name for user in all()])
    []
    """
    return cast(Iterator[User], _users().values())


def all_unverified() -> list[User]:
    """Return all unverified users, in no guaranteed order."""
    return list(_users().all_with("is_unverified", True))


def all_with_mail(mail: str) -> list[User]:
    """Return all users with this email address, verified or first."""
    return list(_users().all_with("mail_key", comparable(mail)))


def all_that_look_like(name: str) -> list[User]:
    """Return all users whose names look like this one."""
    return list(_users().all_with("appearance", appearance(name)))


def clear_all() -> None:
    """Delete all users.

    >>> gandalf = User("Gandalf", "pass", 'some@email.com')
    >>> dumbledore = User("Dumbledore", "secret", 'some@email.com')
    >>> add(gandalf)
    >>> add(dumbledore)
    >>> sorted([user.name for user in all()])
    ['Dumbledore', 'Gandalf']
    >>> clear_all()
    >>> list(all())
    []
    """
    _users().clear()


def delete_by_id(user_id: UUID | str) -> None:
    """Remove a user from the repository.

    :param user_id: the user's ID, as a UUID or a string.
    :raises KeyError: the user is not in the repository.

    >>> gandalf = User("Gandalf", "pass", 'some@email.com')
    >>> add(gandalf)
    >>> find_by_name("Gandalf") == gandalf
    True
    >>> delete_by_id(gandalf.get_id())
    >>> find_by_name("Gandalf") == gandalf
    False
    """
    user = lock_for_update(user_id)
    if user is None:
        raise KeyError(user_id)
    _users().remove(user)


def find(user_id: UUID | str) -> User | None:
    """Return the user with this ID, or None.

    :raises ValueError: the text is not a UUID.
    """
    return _find_by("id", as_uuid(user_id))


def find_by_name(name: str) -> User | None:
    """Return the user with this name, in any case, or None."""
    return _find_by("name_key", comparable(name))


def find_by_verification_code(verification_code: VerificationCode | UUID | str) -> User | None:
    """Return the user with this verification code, expired or not.

    None if the code was never issued, was used, or its user was pruned.
    """
    if isinstance(verification_code, VerificationCode):
        return _find_by("verification_code_key", verification_code.code_hash)
    return _find_by("verification_code_key", hash_code(str(verification_code)))


def find_by_reset_code_hash(code_hash: str) -> User | None:
    """Return the user whose password reset code, expired or not, has this hash."""
    return _find_by("reset_code_hash", code_hash)


def lock_for_update(user_id: UUID | str) -> User | None:
    """Return a user, and make concurrent transactions that lock the same user conflict.

    One of them is repeated and sees the changes of the other. This prevents additions to a user who
    is being deleted, and enforces limits per user.

    :return: None if the user does not exist.
    """
    user = find(user_id)
    if user is not None:
        user._p_changed = True
    return user


def update(user: User) -> None:
    """Update the indices after a user was changed.

    :raises DuplicateIndexError: (a `KeyError`) another user has the new name.

    >>> gandalf = User("GandalfTheGrey", "pass", 'some@email.com')
    >>> add(gandalf)
    >>> gandalf.name = "GandalfTheWhite"
    >>> update(gandalf)
    >>> find_by_name("GandalfTheGrey") == gandalf
    False
    >>> find_by_name("GandalfTheWhite") == gandalf
    True
    """
    _users().update_item(user)


def is_empty() -> bool:
    """Return whether there are no users."""
    return len(_users()) == 0


def _users() -> MultiIndexedPersistentCollection:
    return cast(MultiIndexedPersistentCollection, database_root()[_COLLECTION])


def _find_by(property_name: str, value: object) -> User | None:
    return cast(User | None, _users().get(property_name, value))

"""Validates names, email addresses and passwords of users."""

import unicodedata
from collections.abc import Callable, Mapping

from email_validator import EmailNotValidError, validate_email

from pydash_app.errors import InvalidInput, NotAuthenticated
from pydash_app.text import is_printable
from pydash_app.user import names, repository
from pydash_app.user.entity import User
from pydash_app.user.passwords import password_problems

MAX_NAME_LENGTH = 64
TAKEN = "This name is taken or looks like one that is. Choose another name."


def checked_name(name: str) -> str:
    """Return a name in its stored form.

    :raises ValueError: it is invalid. The message is for the user.

    >>> checked_name("  Alice ")
    'Alice'
    """
    name = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(name) <= MAX_NAME_LENGTH:
        raise ValueError(f"A name must have 1 to {MAX_NAME_LENGTH} characters.")
    if not is_printable(name):
        raise ValueError("A name must not contain control or invisible characters.")
    return name


def checked_user_name(name: str) -> str:
    """Return a user name in its stored form.

    It is visible to others, also in mails, so it must not be deceptive.

    :raises ValueError: it is invalid. The message is for the user.

    >>> checked_user_name("evil.com")
    Traceback (most recent call last):
    ...
    ValueError: A name must not look like a link or an address.
    """
    name = checked_name(name)
    if not names.appearance(name):
        raise ValueError("A name must have visible characters.")
    if names.mixes_scripts(name):
        raise ValueError("A name must not mix letters of different alphabets.")
    if names.is_link(name):
        raise ValueError("A name must not look like a link or an address.")
    return name


def checked_mail(mail: str) -> str:
    """Return an email address in its stored form.

    :raises ValueError: it is invalid. The message is for the user.
    """
    try:
        return validate_email(mail, check_deliverability=False).normalized
    except (EmailNotValidError, UnicodeError):
        raise ValueError("This is not a valid email address.") from None


def checked_password(password: str, name: str) -> str:
    """Return a new password.

    :raises ValueError: it does not meet the requirements. The message is for the user.
    """
    problems = password_problems(password, name)
    if problems:
        raise ValueError(" ".join(problems))
    return password


def require_password(user: User, password: str) -> None:
    """Check that a signed-in user knows the password, because a session may be stolen.

    :raises NotAuthenticated: it is incorrect.
    """
    if not user.check_password(password):
        raise NotAuthenticated("Incorrect password.")


def check_all(checks: Mapping[str, Callable[[], str]]) -> dict[str, str]:
    """Run a check for each field, and return the results.

    :raises InvalidInput: a check failed. The error names the fields.

    >>> check_all({"name": lambda: checked_name("Alice"), "email": lambda: checked_mail("?")})
    Traceback (most recent call last):
    ...
    pydash_app.errors.InvalidInput: This is not a valid email address.
    """
    checked, errors = {}, {}
    for field, check in checks.items():
        try:
            checked[field] = check()
        except ValueError as error:
            errors[field] = [str(error)]
    if errors:
        raise InvalidInput(errors=errors)
    return checked


def is_taken(name: str, user: User | None = None) -> bool:
    """Return whether a user other than this one has this name, or one that looks the same."""
    alike = [repository.find_by_name(name), *repository.all_that_look_like(name)]
    return any(other not in (None, user) for other in alike)

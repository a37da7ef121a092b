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
TAKEN = "This name is taken, or looks like one that is. Choose another one."


def checked_name(name: str) -> str:
    """Return a name in the form in which it is stored.

    :raises ValueError: it is invalid; the message is for the user.

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
    """Return the name of a user in the form in which it is stored.

    Others see it, also in mails, so it must not pretend to be something else.

    :raises ValueError: it is invalid; the message is for the user.

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
    """Return an email address in the form in which it is stored.

    :raises ValueError: it is invalid; the message is for the user.
    """
    try:
        return validate_email(mail, check_deliverability=False).normalized
    except (EmailNotValidError, UnicodeError):
        raise ValueError("This is not a valid email address.") from None


def checked_password(password: str, name: str) -> str:
    """Return a new password.

    :raises ValueError: it does not meet the requirements; the message is for the user.
    """
    problems = password_problems(password, name)
    if problems:
        raise ValueError(" ".join(problems))
    return password


def require_password(user: User, password: str) -> None:
    """Check that someone who is signed in knows the password: a session may be stolen.

    :raises NotAuthenticated: it is wrong.
    """
    if not user.check_password(password):
        raise NotAuthenticated("The password is wrong.")


def check_all(checks: Mapping[str, Callable[[], str]]) -> dict[str, str]:
    """Run a check for each field; return their results.

    :raises InvalidInput: some failed; it names their fields.

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
    """Return whether a user other than this one has a name, or one that looks the same."""
    alike = [repository.find_by_name(name), *repository.all_that_look_like(name)]
    return any(other not in (None, user) for other in alike)

"""What can go wrong in the domain, one class per kind; each message is meant for the user.

`pydash_web` gives every kind one HTTP status, so a new kind needs a line there.
"""

# ruff: noqa: N818 (the names say what went wrong; "Error" behind each would add nothing)

from collections.abc import Mapping, Sequence


class PyDashError(Exception):
    """The root of the tree: whatever PyDash itself refuses or fails to do."""

    message = "Something went wrong."

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.message
        super().__init__(self.message)


class InvalidInput(PyDashError):
    """What was given cannot be accepted.

    :param message: one sentence for the whole.
    :param errors: per field what is wrong with it, e.g. `{"name": ["A name is needed."]}`.

    >>> InvalidInput(errors={"name": ["A name is needed."]}).message
    'A name is needed.'
    """

    message = "The input is invalid."

    def __init__(
        self, message: str | None = None, errors: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.errors = {field: list(reasons) for field, reasons in (errors or {}).items()}
        reasons = [reason for reasons in self.errors.values() for reason in reasons]
        super().__init__(message or " ".join(reasons))


class NotAuthenticated(PyDashError):
    """Nobody is signed in, or name and password do not fit."""

    message = "Please sign in."


class NotVerified(PyDashError):
    """The account exists, but its e-mail address was not verified yet."""

    message = "Please verify your e-mail address first."


class Forbidden(PyDashError):
    """The one who asks may not do this."""

    message = "You are not allowed to do this."


class NotFound(PyDashError):
    """There is no such thing."""

    message = "This does not exist."


class Conflict(PyDashError):
    """Something that exists already is in the way."""

    message = "This exists already."


class TooManyRequests(PyDashError):
    """It was tried too often in too short a time."""

    message = "That was tried too often. Please wait a while."


class NotConfigured(PyDashError):
    """This process did not call `pydash_app.configure` yet: a mistake of the programmer."""

    message = "PyDash is not configured; call pydash_app.configure(configuration) first."

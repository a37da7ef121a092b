"""The errors of the domain; their messages are written for users.

`pydash_web` maps each class to an HTTP status, so a new class needs a line there.
"""

# ruff: noqa: N818 (a suffix "Error" would add nothing to these names)

from collections.abc import Mapping, Sequence


class PyDashError(Exception):
    """The base class of all errors of the domain."""

    message = "Something went wrong."

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.message
        super().__init__(self.message)


class InvalidInput(PyDashError):
    """The input is invalid.

    :param message: one sentence for all of it.
    :param errors: what is wrong, by field, e.g. `{"name": ["This field is required."]}`.

    >>> InvalidInput(errors={"name": ["This field is required."]}).message
    'This field is required.'
    """

    message = "The input is invalid."

    def __init__(
        self, message: str | None = None, errors: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.errors = {field: list(reasons) for field, reasons in (errors or {}).items()}
        reasons = [reason for reasons in self.errors.values() for reason in reasons]
        super().__init__(message or " ".join(reasons))


class NotAuthenticated(PyDashError):
    """Nobody is signed in, or the name or password is wrong."""

    message = "Sign in first."


class NotVerified(PyDashError):
    """The email address of the account has not been verified yet."""

    message = "Verify your email address first."


class Forbidden(PyDashError):
    """The user is not allowed to do this."""

    message = "You are not allowed to do this."


class NotFound(PyDashError):
    """Something does not exist."""

    message = "Not found."


class Conflict(PyDashError):
    """Something exists already."""

    message = "Already exists."


class TooManyRequests(PyDashError):
    """A rate limit is exceeded."""

    message = "Too many attempts. Try again later."


class NotConfigured(PyDashError):
    """This process has not called `pydash_app.configure`: a bug."""

    message = "PyDash is not configured: call pydash_app.configure(configuration) first."

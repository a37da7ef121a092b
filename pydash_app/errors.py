"""The domain errors. Their messages are written for users.

`pydash_web` maps each class to an HTTP status, so a new class needs an entry there.
"""

# ruff: noqa: N818 (a suffix "Error" would add nothing to these names)

from collections.abc import Mapping, Sequence


class PyDashError(Exception):
    """The base class of all domain errors."""

    message = "Something went wrong."

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.message
        super().__init__(self.message)


class InvalidInput(PyDashError):
    """The input is invalid.

    :param message: a sentence about the input as a whole.
    :param errors: the messages by field, e.g. `{"name": ["This field is required."]}`.

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
    """Nobody is signed in, or the name or password is incorrect."""

    message = "Sign in first."


class NotVerified(PyDashError):
    """The email address of the account is not verified."""

    message = "Verify your email address first."


class Forbidden(PyDashError):
    """The user is not allowed to do this."""

    message = "You are not allowed to do this."


class NotFound(PyDashError):
    """Something does not exist.

    :param errors: the messages by field, if the request names it in one.
    """

    message = "Not found."

    def __init__(
        self, message: str | None = None, errors: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        super().__init__(message)
        self.errors = {field: list(reasons) for field, reasons in (errors or {}).items()}


class Conflict(PyDashError):
    """Something already exists."""

    message = "Already exists."


class TooManyRequests(PyDashError):
    """A rate limit is exceeded."""

    message = "Too many attempts. Try again later."


class NotConfigured(PyDashError):
    """This process has not called `pydash_app.configure`, which is a bug."""

    message = "PyDash is not configured: call pydash_app.configure(configuration) first."

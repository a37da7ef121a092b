"""Takes down who wants a mail that anybody may ask for, and lets the fetcher see to it.

So a request does the same, and takes the same time, whether or not there is such a user.
"""

from enum import StrEnum
from functools import partial

from pydash_app.user import mail_request_repository as repository
from pydash_app.user.services import password_reset, registration
from pydash_database import transact


class Kind(StrEnum):
    """What somebody wants to be sent."""

    VERIFICATION = "verification"
    PASSWORD_RESET = "password_reset"  # noqa: S105 (no password, but a mail about one)


_ANSWERS = {
    Kind.VERIFICATION: registration.resend_verification,
    Kind.PASSWORD_RESET: password_reset.request,
}


def add(kind: Kind, whose: str) -> None:
    """Note that somebody wants a mail.

    :param whose: the name (for a verification) or the address (for a password reset) of a user,
        who need not exist.
    """
    repository.add(kind, whose)


def answer_all() -> None:
    """Write the mails that are wanted, to those who exist; called outside of any transaction."""
    for key in transact(repository.waiting):
        transact(partial(_answer, key))


def _answer(key: repository.Key) -> None:
    request = repository.take(key)
    if request is not None:
        kind, whose = request
        _ANSWERS[Kind(kind)](whose)

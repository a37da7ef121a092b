"""Requests for mails, which anyone can send and the fetcher processes.

An HTTP request therefore does the same, and takes the same time, whether or not the user exists.
"""

from functools import partial

from pydash_app.user import mail_request_repository as repository
from pydash_app.user.mail_request_repository import Kind
from pydash_app.user.services import password_reset, registration
from pydash_database import transact

__all__ = ["Kind", "add", "process_all"]

_SENDERS = {
    Kind.VERIFICATION: registration.resend_verification,
    Kind.PASSWORD_RESET: password_reset.request,
    Kind.ADDRESS_NOTICE: registration.notify_owners,
}


def add(kind: Kind, whose: str) -> None:
    """Store a request.

    :param whose: the name (for a verification), the address (for a password reset) or the ID (for
        an address notice) of a user who may not exist.
    """
    repository.add(kind, whose)


def process_all() -> None:
    """Send the requested mails to users who exist. Call it outside any transaction."""
    for key in transact(repository.waiting):
        transact(partial(_process, key))


def _process(key: repository.Key) -> None:
    request = repository.take(key)
    if request is not None:
        kind, whose = request
        _SENDERS[Kind(kind)](whose)

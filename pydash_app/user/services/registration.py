"""Creates users."""

from datetime import UTC, datetime, timedelta

from pydash_app.configuration import current
from pydash_app.errors import Conflict, Forbidden, InvalidInput
from pydash_app.event import EventType, of_user, record
from pydash_app.secrets import hash_code, new_code
from pydash_app.user import invite_repository, mail_request_repository, repository
from pydash_app.user.entity import User
from pydash_app.user.mail_request_repository import Kind
from pydash_app.user.services import mails
from pydash_app.user.services.validation import (
    TAKEN,
    check_all,
    checked_mail,
    checked_password,
    checked_user_name,
    is_taken,
)

INVITATION_LIFETIME = timedelta(days=7)


def create(
    name: str, password: str, mail: str, *, verified: bool = False, admin: bool = False
) -> User:
    """Create a user regardless of the registration policy and without sending a mail.

    :raises InvalidInput: name, password or mail (field `email`) is invalid.
    :raises Conflict: the name is taken.
    """
    checked = check_all(
        {
            "name": lambda: checked_user_name(name),
            "password": lambda: checked_password(password, name),
            "email": lambda: checked_mail(mail),
        }
    )
    if is_taken(checked["name"]):
        raise Conflict(TAKEN)
    user = User(checked["name"], checked["password"], checked["email"])
    user.admin = admin
    if verified:
        user.confirm_mail()
    repository.add(user)
    record(EventType.USER_REGISTERED, of_user(user))
    return user


def register(name: str, password: str, mail: str, invitation: str | None = None) -> User:
    """Register a user and send a mail that verifies the address.

    :param invitation: the code of an invitation, which can be used once.
    :raises InvalidInput: see `create`; or the invitation is missing or invalid.
    :raises Conflict: the name is taken.
    :raises Forbidden: registration is closed.
    """
    policy = current().registration
    if policy == "closed":
        raise Forbidden("Registration is closed. Ask the administrator for an account.")
    if policy == "invite":
        _consume(invitation)
    user = create(name, password, mail)
    _send_code(user)
    mail_request_repository.add(Kind.ADDRESS_NOTICE, user.get_id())
    return user


def invite() -> str:
    """Create an invitation for one registration within a week, and return its code."""
    code = new_code()
    invite_repository.add(hash_code(code), datetime.now(UTC) + INVITATION_LIFETIME)
    return code


def resend_verification(name: str) -> None:
    """Send a new code, which replaces the old one, to the unverified user with this name."""
    user = repository.find_by_name(name)
    if user is not None and user.may_verify_registration():
        _send_code(user)


def _send_code(user: User) -> None:
    mails.write_verification_mail(user, user.generate_new_verification_code())
    repository.update(user)


def notify_owners(user_id: str) -> None:
    """Notify the owners of a user's new address that someone else has entered it.

    The fetcher calls this, so that a request takes the same time whether or not the address is
    taken.
    """
    user = repository.find(user_id)
    if user is None:
        return
    address = user.pending_mail or user.mail
    owners = [
        owner
        for owner in repository.all_with_mail(address)
        if owner.is_verified() and owner != user
    ]
    if owners:
        mails.write_address_notice(user, owners)


def _consume(invitation: str | None) -> None:
    code_hash = hash_code(invitation or "")
    if not invite_repository.is_valid(code_hash):
        reason = "Registration requires an invitation. This one is missing, used or expired."
        raise InvalidInput(errors={"invitation": [reason]})
    invite_repository.remove(code_hash)

"""Resets forgotten passwords by email."""

from pydash_app.errors import InvalidInput
from pydash_app.event import EventType, of_user, record
from pydash_app.secrets import hash_code
from pydash_app.user import repository
from pydash_app.user.entity import User
from pydash_app.user.services import mails, tokens
from pydash_app.user.services.validation import check_all, checked_password


def request(mail: str) -> None:
    """Send a code to all users with this verified email address."""
    for user in repository.all_with_mail(mail):
        if user.is_verified():
            mails.write_password_reset_mail(user, user.new_reset_code())
            repository.update(user)


def reset(code: str, new_password: str) -> User:
    """Set a new password with a one-time code.

    All sessions end and all API tokens are revoked, because someone else may have obtained them.

    :raises InvalidInput: the code (field `code`) is invalid, used or expired, or the password
        (field `new_password`) does not meet the requirements.
    """
    user = repository.find_by_reset_code_hash(hash_code(code))
    if user is None or user.has_reset_code_expired():
        reason = "This link is invalid or has expired. Request a new one."
        raise InvalidInput(errors={"code": [reason]})
    check_all({"new_password": lambda: checked_password(new_password, user.name)})
    user.set_password(new_password)
    tokens.revoke_all(user)
    repository.update(user)
    record(EventType.USER_PASSWORD_CHANGED, of_user(user))
    return user

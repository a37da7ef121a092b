"""Changes the settings and the password of users."""

from pydash_app.errors import InvalidInput
from pydash_app.event import EventType, of_user, record
from pydash_app.user import mail_request_repository, repository
from pydash_app.user.entity import User
from pydash_app.user.mail_request_repository import Kind
from pydash_app.user.services import mails, tokens
from pydash_app.user.services.validation import (
    TAKEN,
    check_all,
    checked_mail,
    checked_password,
    checked_user_name,
    is_taken,
    require_password,
)


def change_settings(
    user: User,
    *,
    name: str | None = None,
    mail: str | None = None,
    play_sounds: bool | None = None,
    current_password: str | None = None,
) -> None:
    """Change the given settings. A new email address takes effect once it is verified.

    :param current_password: required for a new email address, because that can reset the password,
        and an unattended browser or a stolen session must not be sufficient.
    :raises InvalidInput: name (field `username`) or mail (field `email`) is invalid, the name is
        taken, or `current_password` is missing.
    :raises NotAuthenticated: `current_password` is incorrect.
    """
    checks = {}
    if name is not None:
        checks["username"] = lambda: _checked_name(user, name)
    if mail is not None:
        checks["email"] = lambda: checked_mail(mail)
    checked = check_all(checks)
    if name is not None:
        user.name = checked["username"]
    if play_sounds is not None:
        user.play_sounds = play_sounds
    if mail is not None:
        _change_mail(user, checked["email"], current_password)
    repository.update(user)


def change_password(
    user: User,
    current_password: str,
    new_password: str,
    *,
    keep_session: str | None = None,
    revoke_tokens: bool = False,
) -> None:
    """Change the password and end all sessions except the one to keep.

    :param revoke_tokens: whether to revoke all API tokens as well.
    :raises NotAuthenticated: `current_password` is incorrect.
    :raises InvalidInput: the new password (field `new_password`) does not meet the requirements.
    """
    require_password(user, current_password)
    check_all({"new_password": lambda: checked_password(new_password, user.name)})
    user.set_password(new_password, keep_session)
    if revoke_tokens:
        tokens.revoke_all(user)
    repository.update(user)
    record(EventType.USER_PASSWORD_CHANGED, of_user(user))


def _checked_name(user: User, name: str) -> str:
    if name == user.name:
        return name  # It may predate the rules for names.
    name = checked_user_name(name)
    if is_taken(name, user):
        raise ValueError(TAKEN)
    return name


def _change_mail(user: User, mail: str, current_password: str | None) -> None:
    if mail == user.mail:
        user.forget_pending_mail()
        return
    if current_password is None:
        reason = "A new email address requires your current password."
        raise InvalidInput(errors={"current_password": [reason]})
    require_password(user, current_password)
    if user.is_verified():
        mails.write_mail_change_notice(user, mail)
    mails.write_verification_mail(user, user.change_mail(mail))
    mail_request_repository.add(Kind.ADDRESS_NOTICE, user.get_id())

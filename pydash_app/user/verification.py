"""Verifies email addresses."""

from uuid import UUID

from pydash_app.errors import InvalidInput
from pydash_app.event import EventType, of_user, record
from pydash_app.user import repository
from pydash_app.user.verification_code import VerificationCode


class InvalidVerificationCodeError(InvalidInput):
    """No user has this verification code, or it has been used."""

    def __init__(self) -> None:
        reason = "This verification link is invalid or has been used."
        super().__init__(errors={"verification_code": [reason]})


class VerificationCodeExpiredError(InvalidInput):
    """The verification code has expired."""

    def __init__(self) -> None:
        reason = "This verification link has expired. Request a new one."
        super().__init__(errors={"verification_code": [reason]})


def verify(verification_code: VerificationCode | UUID | str) -> bool:
    """Verify the registration or the new email address of the user with a verification code.

    A code can be used once. An expired code remains stored until the user requests another one or
    is pruned.

    :param verification_code: the code, which can also be a string or a UUID.
    :return: True.
    :raises InvalidVerificationCodeError: no user has this code.
    :raises VerificationCodeExpiredError: it has expired.
    """
    user = repository.find_by_verification_code(verification_code)
    if user is None:
        raise InvalidVerificationCodeError
    if user.has_verification_code_expired():
        raise VerificationCodeExpiredError
    is_new = not user.is_verified()
    user.confirm_mail()
    repository.update(user)
    verified = EventType.USER_VERIFIED if is_new else EventType.USER_MAIL_CHANGED
    record(verified, of_user(user))
    return True

"""Verifies that an e-mail address is the user's."""

from uuid import UUID

from pydash_app.errors import InvalidInput
from pydash_app.user import repository
from pydash_app.user.verification_code import VerificationCode


class InvalidVerificationCodeError(InvalidInput):
    """Nobody has this verification code (any more)."""

    def __init__(self) -> None:
        reason = "This verification link is not valid, or was used already."
        super().__init__(errors={"verification_code": [reason]})


class VerificationCodeExpiredError(InvalidInput):
    """It is too late to use this verification code."""

    def __init__(self) -> None:
        reason = "This verification link has expired. Ask for a new one."
        super().__init__(errors={"verification_code": [reason]})


def verify(verification_code: VerificationCode | UUID | str) -> bool:
    """Verify the user to whom a verification code was given, or a changed e-mail address.

    A code is used up by this; one that has expired stays as it is, so that its user can ask for
    another one or is pruned.

    :param verification_code: can be a string or a UUID too.
    :return: True.
    :raises InvalidVerificationCodeError: nobody has this code.
    :raises VerificationCodeExpiredError: it has expired.
    """
    user = repository.find_by_verification_code(verification_code)
    if user is None:
        raise InvalidVerificationCodeError
    if user.has_verification_code_expired():
        raise VerificationCodeExpiredError
    user.confirm_mail()
    repository.update(user)
    return True

"""Verifies email addresses."""

from pydash_app import user as users
from pydash_app.user.services import mail_requests
from pydash_web.models.common import Message
from pydash_web.models.user import UserName


def verify_user(verification_code: str) -> Message:
    """Verify an email address with the code that was sent to it.

    :raises InvalidInput: the code is invalid or has expired.
    """
    users.verify(verification_code)
    return Message(message="Email address verified.")


def resend_verification(body: UserName) -> Message:
    """Send a new verification email.

    The response does not reveal whether the user exists.
    """
    mail_requests.add(mail_requests.Kind.VERIFICATION, body.name)
    return Message(message="If this account is awaiting verification, we have sent a new email.")

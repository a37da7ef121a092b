"""Manages the verification of a User."""

from pydash_app import user as users
from pydash_app.user.services import mail_requests
from pydash_web.models.common import Message
from pydash_web.models.user import UserName


def verify_user(verification_code: str) -> Message:
    """Verify the user, or the new e-mail address of a user, to whom the code was sent.

    :raises InvalidInput: nobody has this code, or it has expired.
    """
    users.verify(verification_code)
    return Message(message="Your e-mail address is verified.")


def resend_verification(body: UserName) -> Message:
    """Send a new code; nobody can tell whether there is such a user."""
    mail_requests.add(mail_requests.Kind.VERIFICATION, body.name)
    return Message(message="If this user is waiting to be verified, a mail is on its way.")

"""Lets a user who forgot the password set a new one."""

from pydash_app.user.services import mail_requests, password_reset
from pydash_web.models.common import Message
from pydash_web.models.user import MailAddress, PasswordReset


def request_password_reset(body: MailAddress) -> Message:
    """Send a code; nobody can tell whether there is such a user."""
    mail_requests.add(mail_requests.Kind.PASSWORD_RESET, body.email)
    return Message(message="If there is a user with this address, a mail is on its way.")


def reset_password(body: PasswordReset) -> Message:
    """Set a new password by the code.

    :raises InvalidInput: the code or the new password is no good.
    """
    password_reset.reset(body.code, body.new_password)
    return Message(
        message="Your new password is set. Please sign in with it."
        " API tokens are good until you revoke them in the settings."
    )

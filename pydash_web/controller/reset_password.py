"""Resets a forgotten password."""

from pydash_app.user.services import mail_requests, password_reset
from pydash_database import transact
from pydash_web.http import devices
from pydash_web.models.common import Message
from pydash_web.models.user import MailAddress, PasswordReset


def request_password_reset(body: MailAddress) -> Message:
    """Send a password reset link.

    The response does not reveal whether the user exists.
    """
    mail_requests.add(mail_requests.Kind.PASSWORD_RESET, body.email)
    return Message(message="If an account with this address exists, we have sent an email to it.")


def reset_password(body: PasswordReset) -> Message:
    """Set a new password with an emailed code, end all sessions and revoke all API tokens.

    :raises InvalidInput: the code is invalid, or the password does not meet the requirements.
    """
    account = transact(lambda: password_reset.reset(body.code, body.new_password).get_id())
    # Otherwise someone who keeps sending wrong passwords could still lock the user out.
    devices.remember_device(account)
    return Message(message="Password changed. Please sign in. All API tokens were revoked.")

"""Writes the mails that users get, into the outbox."""

from datetime import UTC, datetime

from pydash_app import outbox
from pydash_app.configuration import current
from pydash_app.user.entity import RESET_CODE_LIFETIME, User
from pydash_app.user.verification_code import VerificationCode
from pydash_mail import templates


def write_verification_mail(user: User) -> None:
    """Ask a user to verify the first e-mail address, or the one that it is to be changed to."""
    code = user.get_verification_code()
    if code is None:
        raise ValueError(f"{user!r} has nothing to verify.")
    if user.pending_mail is None:
        _write_verification_mail(user.mail, user.name, code)
        return
    content = (user.name, _verification_url(code), code.expiration_date)
    outbox.write(
        user.pending_mail,
        "Verify your new e-mail address for PyDash",
        templates.format_mail_change_mail_plain(*content),
        templates.format_mail_change_mail_html(*content),
    )


def write_verification_mail_to_nobody(name: str) -> None:
    """Do what `write_verification_mail` does for a name that nobody has."""
    _write_verification_mail(None, name, VerificationCode())


def write_password_reset_mail(recipient: str | None, name: str, code: str) -> None:
    """Send a password reset code.

    :param recipient: `None` where nobody has the address that was given.
    """
    url = f"{current().public_url}/reset-password/{code}"
    content = (name, url, datetime.now(UTC) + RESET_CODE_LIFETIME)
    outbox.write(
        recipient,
        "Set a new password for PyDash",
        templates.format_password_reset_mail_plain(*content),
        templates.format_password_reset_mail_html(*content),
    )


def _write_verification_mail(recipient: str | None, name: str, code: VerificationCode) -> None:
    content = (name, _verification_url(code), code.expiration_date)
    outbox.write(
        recipient,
        "Verify your e-mail address for PyDash",
        templates.format_verification_mail_plain(*content),
        templates.format_verification_mail_html(*content),
    )


def _verification_url(code: VerificationCode) -> str:
    return f"{current().public_url}/verify/{code}"

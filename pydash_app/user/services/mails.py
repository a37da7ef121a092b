"""Writes mails to users into the outbox."""

from datetime import UTC, datetime

from pydash_app import outbox
from pydash_app.configuration import current
from pydash_app.user.entity import RESET_CODE_LIFETIME, User
from pydash_mail import templates

# Subjects and templates.
FIRST_ADDRESS = ("Verify your email address for PyDash", "verification")
NEW_ADDRESS = ("Verify your new email address for PyDash", "mail_change")


def write_verification_mail(user: User, code: str) -> None:
    """Send a user a code that verifies the email address or the new one."""
    expires = user.get_verification_code_expiration_date()
    if expires is None:
        raise ValueError(f"{user!r} has nothing to verify.")
    subject, template = FIRST_ADDRESS if user.pending_mail is None else NEW_ADDRESS
    _write(
        user.pending_mail or user.mail,
        subject,
        template,
        username=user.name,
        url=f"{current().public_url}/verify/{code}",
        expiration_date=expires,
    )


def write_mail_change_notice(user: User, mail: str) -> None:
    """Notify the current address of a change, which may be an account takeover."""
    _write(
        user.mail,
        "The email address of your PyDash account is about to change",
        "mail_change_notice",
        username=user.name,
        url=f"{current().public_url}/forgot-password",
        new_address=mail,
    )


def write_address_notice(user: User, owners: list[User]) -> None:
    """Notify the owners of an address that another user has entered it, perhaps by mistake.

    :param owners: the users whose verified address it is.
    """
    _write(
        owners[0].mail,
        "Someone entered your email address at PyDash",
        "address_notice",
        username=", ".join(owner.name for owner in owners),
        other_username=user.name,
        url=f"{current().public_url}/forgot-password",
    )


def write_password_reset_mail(user: User, code: str) -> None:
    """Send a user a password reset code."""
    _write(
        user.mail,
        "Set a new password for PyDash",
        "password_reset",
        username=user.name,
        url=f"{current().public_url}/reset-password/{code}",
        expiration_date=datetime.now(UTC) + RESET_CODE_LIFETIME,
    )


def _write(recipient: str, subject: str, template: str, **values: str | datetime) -> None:
    plain = templates.format_plain(template, **values)
    outbox.write(recipient, subject, plain, templates.format_html(template, **values))

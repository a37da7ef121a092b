"""Reads mail templates into memory and provides functions to format them.

Every function takes the same: the name of the user, the link to follow, and when it expires (UTC);
what is put into HTML is escaped.
"""

from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from string import Template

_TEXTS = {
    text.name: Template(text.read_text(encoding="utf-8"))
    for text in (files("pydash_mail") / "texts").iterdir()
    if text.is_file()
}


def format_verification_mail_html(
    username: str, verification_url: str, expiration_date: datetime
) -> str:
    """Format an HTML verification mail."""
    return _html("verification", username, verification_url, expiration_date)


def format_verification_mail_plain(
    username: str, verification_url: str, expiration_date: datetime
) -> str:
    """Format a plaintext verification mail.

    >>> expires = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    >>> mail = format_verification_mail_plain("Alice", "https://pydash.io/verify/1", expires)
    >>> "until 1 December 2026, 09:30 UTC" in mail
    True
    """
    return _plain("verification", username, verification_url, expiration_date)


def format_mail_change_mail_html(
    username: str, verification_url: str, expiration_date: datetime
) -> str:
    """Format an HTML mail that verifies a changed e-mail address."""
    return _html("mail_change", username, verification_url, expiration_date)


def format_mail_change_mail_plain(
    username: str, verification_url: str, expiration_date: datetime
) -> str:
    """Format a plaintext mail that verifies a changed e-mail address."""
    return _plain("mail_change", username, verification_url, expiration_date)


def format_password_reset_mail_html(
    username: str, reset_url: str, expiration_date: datetime
) -> str:
    """Format an HTML mail by which a password is set anew."""
    return _html("password_reset", username, reset_url, expiration_date)


def format_password_reset_mail_plain(
    username: str, reset_url: str, expiration_date: datetime
) -> str:
    """Format a plaintext mail by which a password is set anew."""
    return _plain("password_reset", username, reset_url, expiration_date)


def _plain(template: str, username: str, url: str, expiration_date: datetime) -> str:
    return _TEXTS[f"{template}.txt"].substitute(
        username=username, url=url, expiration_date=_readable(expiration_date)
    )


def _html(template: str, username: str, url: str, expiration_date: datetime) -> str:
    body = _TEXTS[f"{template}.html"].substitute(
        username=escape(username),
        url=escape(url),
        expiration_date=escape(_readable(expiration_date)),
    )
    return _TEXTS["layout.html"].substitute(body=body, url=escape(url))


def _readable(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y, %H:%M} UTC"

"""Reads mail templates into memory and formats them.

A mail is a pair of templates, plain text and HTML, of the same name and with the same values:
always `username` and the `url` to follow; a moment is written in UTC, and HTML is escaped.
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


def format_plain(template: str, **values: str | datetime) -> str:
    """Format a mail as plain text.

    >>> expires = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    >>> mail = format_plain("verification", username="Alice", url="…", expiration_date=expires)
    >>> "until 1 December 2026, 09:30 UTC" in mail
    True
    """
    return _TEXTS[f"{template}.txt"].substitute(_readable(values))


def format_html(template: str, **values: str | datetime) -> str:
    """Format a mail as HTML."""
    escaped = {name: escape(text) for name, text in _readable(values).items()}
    body = _TEXTS[f"{template}.html"].substitute(escaped)
    return _TEXTS["layout.html"].substitute(body=body, url=escaped["url"])


def format_verification_mail_html(
    username: str, verification_url: str, expiration_date: datetime
) -> str:
    """Format an HTML verification mail."""
    return format_html(
        "verification", username=username, url=verification_url, expiration_date=expiration_date
    )


def format_verification_mail_plain(
    username: str, verification_url: str, expiration_date: datetime
) -> str:
    """Format a plaintext verification mail."""
    return format_plain(
        "verification", username=username, url=verification_url, expiration_date=expiration_date
    )


def _readable(values: dict[str, str | datetime]) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else _moment(value) for name, value in values.items()
    }


def _moment(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y, %H:%M} UTC"

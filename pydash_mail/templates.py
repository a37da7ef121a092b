"""Reads mail templates into memory and formats them.

A mail has two templates with the same name and the same values, one in plain text and one in
HTML. Each has a `url`. Times are formatted in UTC. Values in HTML are escaped, unless they are
`Markup`.
"""

from datetime import UTC, datetime
from importlib.resources import files
from string import Template

from markupsafe import escape

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
    return _TEXTS[f"{template}.txt"].substitute(_as_texts(values))


def format_html(template: str, **values: str | datetime) -> str:
    """Format a mail as HTML."""
    escaped = {name: str(escape(text)) for name, text in _as_texts(values).items()}
    body = _TEXTS[f"{template}.html"].substitute(escaped)
    return _TEXTS["layout.html"].substitute(body=body, url=escaped["url"])


def format_verification_mail_html(
    username: str, verification_url: str, expiration_date: datetime
) -> str:
    """Format a verification mail as HTML."""
    return format_html(
        "verification", username=username, url=verification_url, expiration_date=expiration_date
    )


def format_verification_mail_plain(
    username: str, verification_url: str, expiration_date: datetime
) -> str:
    """Format a verification mail as plain text."""
    return format_plain(
        "verification", username=username, url=verification_url, expiration_date=expiration_date
    )


def _as_texts(values: dict[str, str | datetime]) -> dict[str, str]:
    texts = {}
    for name, value in values.items():
        if isinstance(value, datetime):
            utc = value.astimezone(UTC)
            texts[name] = f"{utc.day} {utc:%B %Y, %H:%M} UTC"
        else:
            texts[name] = value
    return texts

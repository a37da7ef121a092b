"""Mails say the same plain and as HTML, and what users choose cannot become markup."""

import doctest
from datetime import datetime, timedelta, timezone

import pytest

from pydash_mail import templates

EXPIRES = datetime(2026, 12, 1, 10, 30, tzinfo=timezone(timedelta(hours=1)))
URL = "https://pydash.example.com/verify/5a0b?a=1&b=2"
KINDS = ["verification", "mail_change", "password_reset"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["plain", "html"])
def test_it_has_name_link_and_expiry_in_utc(kind: str, form: str) -> None:
    mail = getattr(templates, f"format_{kind}_mail_{form}")("Alice", URL, EXPIRES)
    assert "Hello Alice" in mail
    assert (URL if form == "plain" else URL.replace("&", "&amp;")) in mail
    assert "1 December 2026, 09:30 UTC" in mail
    assert "$" not in mail


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_cannot_become_markup(kind: str) -> None:
    format_html = getattr(templates, f"format_{kind}_mail_html")
    mail = format_html('<script>alert("$url")</script>', URL, EXPIRES)
    assert "<script>" not in mail
    assert "&lt;script&gt;" in mail


def test_its_example_runs() -> None:
    failures, examples = doctest.testmod(templates)
    assert (failures, examples > 0) == (0, True)

"""Both forms of a mail have the same content, and values cannot become markup."""

import doctest
from datetime import datetime, timedelta, timezone

import pytest
from markupsafe import Markup

from pydash_mail import templates

EXPIRES = datetime(2026, 12, 1, 10, 30, tzinfo=timezone(timedelta(hours=1)))
URL = "https://pydash.example.com/verify/5a0b?a=1&b=2"
KINDS = [
    *("verification", "mail_change", "mail_change_notice", "password_reset"),
    "address_notice",
]
VALUES: dict[str, str | datetime] = {
    "url": URL,
    "expiration_date": EXPIRES,
    "new_address": "new@example.com",
    "other_username": "Bob",
}


@pytest.mark.parametrize("kind", KINDS)
def test_both_forms_have_name_and_link(kind: str) -> None:
    plain = templates.format_plain(kind, username="Alice", **VALUES)
    html = templates.format_html(kind, username="Alice", **VALUES)
    assert "Hello Alice" in plain
    assert "Hello Alice" in html
    assert URL in plain
    assert URL.replace("&", "&amp;") in html
    assert "$" not in plain + html


def test_times_are_in_utc() -> None:
    for write in (
        templates.format_verification_mail_plain,
        templates.format_verification_mail_html,
    ):
        assert "1 December 2026, 09:30 UTC" in write("Alice", URL, EXPIRES)


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_cannot_become_markup(kind: str) -> None:
    mail = templates.format_html(kind, username='<script>alert("$url")</script>', **VALUES)
    assert "<script>" not in mail
    assert "&lt;script&gt;" in mail


@pytest.mark.parametrize("kind", ["subscription", "incident"])
def test_mails_to_subscribers_have_their_links_and_no_markup_but_what_is_marked(kind: str) -> None:
    evil = '<script>alert("$url")</script>'
    values: dict[str, str | datetime] = {
        **dict.fromkeys(("page", "title", "state"), evil),
        "page_url": URL,
        "unsubscribe_url": f"{URL}&u",
        "url": URL,
        "posted": EXPIRES,
        "expiration_date": EXPIRES,
    }
    plain = templates.format_plain(kind, **values, text="**slow**")
    html = templates.format_html(kind, **values, text=Markup("<b>slow</b>"))
    assert URL in plain
    assert URL.replace("&", "&amp;") in html
    assert "<script>" not in html
    assert ("<b>slow</b>" in html) is (kind == "incident")
    assert "1 December 2026, 09:30 UTC" in plain


def test_its_example_runs() -> None:
    failures, examples = doctest.testmod(templates)
    assert (failures, examples > 0) == (0, True)

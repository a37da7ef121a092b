"""URLs of mail servers are parsed in full, or refused."""

import doctest
from pathlib import Path

import pytest

from pydash_mail import server
from pydash_mail.server import MailServer


def test_its_example_runs() -> None:
    failures, examples = doctest.testmod(server)
    assert (failures, examples > 0) == (0, True)


def test_all_parts_are_parsed() -> None:
    parsed = MailServer.parse("smtps://ada%40x:p%2Fw@[2001:db8::1]:10465")
    assert (parsed.host, parsed.port, parsed.is_smtps) == ("2001:db8::1", 10465, True)
    assert (parsed.username, parsed.password) == ("ada@x", "p/w")


def test_a_file_of_certificates_must_be_readable(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(ValueError, match="certificate file"):
            MailServer.parse(f"smtp://mail.example.com?ca={tmp_path / name}")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("smtp://ada:99#1@host", "percent-encoded"),
        ("smtp://ada:99?1@host", "percent-encoded"),
        ("smtp://ada:99/1@host", "percent-encoded"),
        ("smtp://host?starttls=never", "starttls=off"),
        ("smtp://host?tls=off", "starttls=off"),
        ("smtp://host:0", "port"),
        ("http://host", "smtp://"),
    ],
)
def test_an_invalid_url_is_refused(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        MailServer.parse(url)

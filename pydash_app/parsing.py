"""Reads the texts of environment variables.

Each function makes a value of a text, or answers a function that does; what is wrong with a text is
told by a `ValueError`, in words that go on after the variable's name.
"""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network

_ADDRESS_KINDS = ("global", "private", "loopback")
_SHORTEST_SECRET_KEY = 16


def text(text: str) -> str:
    """Take the text as it is."""
    return text


def optional_text(text: str) -> str | None:
    """Take the text; none of it is `None`."""
    return text or None


def path(text: str) -> Path:
    """Read a path, relative to the working directory."""
    return Path(text).absolute()


def one_of(*choices: str) -> Callable[[str], str]:
    """Read one of several words."""

    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return text

    return parse


def integer(lowest: int, highest: int) -> Callable[[str], int]:
    """Read a whole number, both bounds included."""

    def parse(text: str) -> int:
        # int() alone would also take "1_0" and "٣".
        if not (text.isascii() and text.isdigit() and lowest <= int(text) <= highest):
            raise ValueError(f"must be a whole number from {lowest} to {highest}")
        return int(text)

    return parse


def switch(text: str) -> bool:
    """Read `on` or `off`."""
    return one_of("on", "off")(text) == "on"


def url(*schemes: str) -> Callable[[str], str]:
    """Read a URL of one of several schemes."""

    def parse(text: str) -> str:
        if urlsplit(text).scheme not in schemes:
            raise ValueError(f"must begin with {' or '.join(f'{s}://' for s in schemes)}")
        return text

    return parse


def mail_server(text: str) -> str | None:
    """Read the URL of a mail server; no text is `None`."""
    if not text:
        return None
    try:
        parsed = urlsplit(text)
        is_good = parsed.scheme in ("smtp", "smtps") and parsed.hostname and parsed.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        raise ValueError("must be smtp:// or smtps:// with a host and perhaps a port up to 65535")
    return text


def public_url(text: str) -> str:
    """Read the address of a web site, without a slash at its end."""
    parsed = urlsplit(url("http", "https")(text))
    if not parsed.hostname or parsed.query or parsed.fragment:
        raise ValueError("must be the address under which a browser finds PyDash")
    return text.rstrip("/")


def secret_key(text: str) -> str:
    """Read a key that cannot be guessed."""
    # Of a file that was damaged by a power failure there may be nothing left but null characters.
    if sum(map(str.isprintable, text)) < _SHORTEST_SECRET_KEY:
        raise ValueError(f"must have at least {_SHORTEST_SECRET_KEY} characters")
    return text


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def networks(text: str) -> tuple[Network, ...]:
    """Read networks, separated by commas."""
    return tuple(ip_network(part) for part in _listed(text))


def fetch_allow(text: str) -> str:
    """Read kinds of addresses and networks, separated by commas."""
    parts = _listed(text)
    if not parts:
        raise ValueError(f"must name some of {', '.join(_ADDRESS_KINDS)}, or networks")
    for part in parts:
        if part not in _ADDRESS_KINDS:
            ip_network(part)
    return ",".join(parts)


def executor(text: str) -> str:
    """Read where tasks run."""
    if text != "processes" and not (urlsplit(text).scheme == "dask" and urlsplit(text).port):
        raise ValueError("must be processes or dask://HOST:PORT")
    return text


def mail_from(text: str) -> str:
    """Read the sender of mails."""
    if "@" not in text or not text.isprintable():
        raise ValueError("must be an e-mail address, with a name before it if you like")
    return text

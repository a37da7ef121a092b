"""Validators of settings, which take the value of an environment variable.

The message of a `ValueError` completes a sentence that begins with the variable's name.
"""

import re
import ssl
from collections.abc import Callable
from datetime import date, time
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from pydash_events import DRIVERS
from pydash_http.hosts import is_loopback
from pydash_mail.server import MailServer

MIN_SECRET_KEY_LENGTH = 16
MAX_LINE = 500
_ADDRESS_KINDS = ("global", "private", "loopback")


def path(path: Path) -> Path:
    """Resolve a path against the working directory."""
    return path.absolute()


def switch(value: object) -> object:
    """Parse `on` or `off`."""
    if isinstance(value, bool):
        return value
    if value not in ("on", "off"):
        raise ValueError("must be on or off")
    return value == "on"


def host(text: str) -> str:
    """Validate the host that a server listens on."""
    if ":" in text:
        try:
            ip_address(text)
        except ValueError:
            raise ValueError(
                "must be an IP address or a host name, without brackets and without a port"
            ) from None
    return text


def url_of(*schemes: str) -> Callable[[str], str]:
    """Return a validator of URLs with one of these schemes."""

    def validate(text: str) -> str:
        if urlsplit(text).scheme not in schemes:
            raise ValueError(f"must begin with {' or '.join(f'{s}://' for s in schemes)}")
        return text

    return validate


def mail_url(text: str) -> str:
    """Validate the URL of a mail server."""
    MailServer.parse(text)
    return text


def public_url(text: str) -> str:
    """Validate the URL of a website, and remove a trailing slash."""
    parsed = urlsplit(url_of("http", "https")(text))
    if not parsed.hostname or parsed.query or parsed.fragment:
        raise ValueError("must be the public address of PyDash")
    if not re.fullmatch(r"(/(?!\.{1,2}(/|$))[\w.~-]+)*/*", parsed.path, re.ASCII):
        raise ValueError("must have a path of only letters, digits and the characters . _ ~ -")
    return text.rstrip("/")


def secret_key(text: str) -> str:
    """Validate a key that signs and encrypts."""
    # A file damaged by a power failure may contain only null characters.
    if sum(map(str.isprintable, text)) < MIN_SECRET_KEY_LENGTH:
        raise ValueError(f"must have at least {MIN_SECRET_KEY_LENGTH} characters")
    return text


def networks(value: object) -> object:
    """Parse a comma-separated list of networks."""
    return tuple(map(_network, _split(value))) if isinstance(value, str) else value


def fetch_allow(text: str) -> str:
    """Validate a comma-separated list of address kinds and networks."""
    parts = _split(text)
    if not parts:
        raise ValueError(f"must list any of {', '.join(_ADDRESS_KINDS)}, or networks")
    for part in parts:
        if part not in _ADDRESS_KINDS:
            _network(part)
    return ",".join(parts)


def database_uri(text: str) -> str:
    """Validate the URI of a database."""
    parsed = urlsplit(url_of("zeo", "file", "memory", "postgresql")(text))
    if parsed.scheme == "zeo" and parsed.hostname:
        _check_tls(parsed)
    return text


def executor(text: str) -> str:
    """Validate the executor of tasks."""
    if text == "processes":
        return text
    parsed = urlsplit(text)
    if parsed.scheme != "dask" or not parsed.hostname or not parsed.port:
        raise ValueError("must be processes or dask://HOST:PORT")
    _check_tls(parsed)
    return text


def _check_tls(parsed: SplitResult) -> None:
    """Check the TLS options of a server whose clients have access to everything."""
    options = dict(parse_qsl(parsed.query, keep_blank_values=True))
    if options == {"tls": "off"} or (not options and is_loopback(parsed.hostname or "")):
        return
    if not {"ca", "cert"} <= options.keys() <= {"ca", "cert", "key"}:
        raise ValueError(
            "must use TLS, with ?ca=FILE&cert=FILE&key=FILE,"
            " or ?tls=off if nobody else can reach the network"
        )
    try:
        ssl.create_default_context(cafile=options["ca"]).load_cert_chain(
            options["cert"], options.get("key")
        )
    except OSError as error:
        raise ValueError(f"must name readable files of certificates and key: {error}") from None


def mail_from(text: str) -> str:
    """Validate the sender of mails."""
    if "@" not in text or not text.isprintable():
        raise ValueError("must be an email address, optionally preceded by a name")
    return text


def time_of_day(value: object) -> object:
    """Parse the time of day of a daily task."""
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
        raise ValueError("must be a time of day, from 00:00 to 23:59")
    return time.fromisoformat(value)


def day(value: object) -> object:
    """Parse a date."""
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("must be a date, such as 2026-01-31") from None


def sites(value: object) -> object:
    """Parse a comma-separated list of names of sites with their URLs."""
    if not isinstance(value, str):
        return value
    found = _pairs(value, "geneva=https://pydash.example.com")
    return tuple((name, public_url(url)) for name, url in found.items())


def site_tokens(value: object) -> object:
    """Parse a list of names of sites with their tokens, separated by commas or lines."""
    if not isinstance(value, str):
        return value
    return tuple(_pairs(value.replace("\n", ","), "geneva=TOKEN").items())


def line(text: str) -> str:
    """Validate a line of text."""
    if not text.isprintable() or len(text) > MAX_LINE:
        raise ValueError(f"must be one line of at most {MAX_LINE} characters")
    return text.strip()


def header_name(text: str) -> str:
    """Validate the name of a request header."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", text, re.ASCII):
        raise ValueError("must be the name of a header, of letters, digits and hyphens")
    return text


def names(value: object) -> object:
    """Parse a comma-separated list of names."""
    return tuple(_split(value)) if isinstance(value, str) else value


def _pairs(text: str, example: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in _split(text)]
    found = {name.strip(): value.strip() for name, _, value in pairs}
    is_valid = all(name and name.isprintable() and value for name, value in found.items())
    if not is_valid or len(found) < len(pairs):
        raise ValueError(f"must list names, each once, with their values, such as {example}")
    return found


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError(f"must list networks such as 10.0.0.0/8: {error}") from None


Network = IPv4Network | IPv6Network
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(networks)]
AbsolutePath = Annotated[Path, AfterValidator(path)]
Host = Annotated[str, AfterValidator(host)]
Switch = Annotated[bool, BeforeValidator(switch)]
# Code may request any free port with 0; the environment may not.
Port = Annotated[int, Field(ge=1, le=65535)] | Literal[0]
DatabaseUri = Annotated[str, AfterValidator(database_uri)]
RateLimitStore = Annotated[str, AfterValidator(url_of("memory", "redis", "rediss", "unix"))]
EventsUri = Annotated[str, AfterValidator(url_of(*DRIVERS))]
TimeOfDay = Annotated[time, BeforeValidator(time_of_day)]
Day = Annotated[date, BeforeValidator(day)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(names)]
MailUrl = Annotated[str, AfterValidator(mail_url)]
MailFrom = Annotated[str, AfterValidator(mail_from)]
PublicUrl = Annotated[str, AfterValidator(public_url)]
SecretKey = Annotated[str, AfterValidator(secret_key)]
FetchAllow = Annotated[str, AfterValidator(fetch_allow)]
HeaderName = Annotated[str, AfterValidator(header_name)]
Line = Annotated[str, AfterValidator(line)]
Pairs = tuple[tuple[str, str], ...]
Sites = Annotated[Pairs, NoDecode, BeforeValidator(sites)]
SiteTokens = Annotated[Pairs, NoDecode, BeforeValidator(site_tokens)]
Executor = Annotated[str, AfterValidator(executor)]

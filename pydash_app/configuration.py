"""The settings of an installation, read once from `PYDASH_*` environment variables.

Every setting is a field of `Configuration`; its `Setting` says how the text is read, what it means
and an example. `docs/configuration.md` is the same list for people, and a test holds it to that.
"""

# ruff: noqa: RUF009 (_setting makes the fields of the dataclass)

import difflib
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from pydash_app import parsing
from pydash_app.errors import NotConfigured
from pydash_app.parsing import Network as Network

PREFIX = "PYDASH_"
# The project's tests are steered by variables that begin so; no setting does.
TEST_PREFIXES = ("PYDASH_TEST_", "PYDASH_CHAOS_", "PYDASH_FUZZ_")


class ConfigurationError(Exception):
    """A variable has a bad value; the message names it, says what is wrong and gives an example."""


@dataclass(frozen=True)
class Setting:
    """How one environment variable is read, and what it means.

    :param meaning: one line for the reader of the documentation.
    :param default: the default, as it would stand in the environment; empty for a computed one.
    :param example: a good value, told when a bad one was given.
    :param parse: makes the value of the text; raises `ValueError` with what is wrong.
    :param secret: may also be given as `…_FILE`, and is never shown.
    :param computed: describes a default that depends on other settings.
    """

    meaning: str
    default: str
    example: str
    parse: Callable[[str], object]
    secret: bool = False
    computed: str = ""


def _setting(
    meaning: str,
    default: str,
    example: str,
    parse: Callable[[str], object] = parsing.text,
    **more: Any,
) -> Any:
    setting = Setting(meaning, default, example, parse, **more)
    return field(metadata={"setting": setting}, repr=not setting.secret)


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """All settings of one installation; made by `from_environment` alone.

    >>> environ = {"PYDASH_SECRET_KEY": "an example, long enough", "PYDASH_PORT": "8080"}
    >>> Configuration.from_environment(environ).port
    8080
    >>> Configuration.from_environment({**environ, "PYDASH_PORT": "http"})
    Traceback (most recent call last):
    ...
    pydash_app.configuration.ConfigurationError: PYDASH_PORT must be a whole number from 1 to \
65535. For example: PYDASH_PORT=5000
    """

    data_dir: Path = _setting("Where everything is kept.", "var", "/var/lib/pydash", parsing.path)
    environment: Literal["production", "development"] = _setting(
        "`development` allows `pydash seed`.",
        "production",
        "development",
        parsing.one_of("production", "development"),
    )
    secret_key: str = _setting(
        "Signs sessions and encrypts the dashboards' tokens.",
        "",
        "$(openssl rand -hex 32)",
        parsing.secret_key,
        secret=True,
        computed="random, made once in `DATA/secret_key`",
    )
    database_uri: str = _setting(
        "The database: `zeo://`, `file://`, `memory://` or `postgresql://`.",
        "",
        "zeo://database.example.com:9991",
        parsing.url("zeo", "file", "memory", "postgresql"),
        secret=True,
        computed="`zeo://` on the socket `DATA/zeo.sock`",
    )
    host: str = _setting("The address that the web server listens on.", "127.0.0.1", "0.0.0.0")  # noqa: S104
    port: int = _setting("The port that it listens on.", "5000", "5000", parsing.integer(1, 65535))
    public_url: str = _setting(
        "The address under which a browser finds PyDash; links in mails begin with it.",
        "",
        "https://pydash.example.com",
        parsing.public_url,
        computed="`http://HOST:PORT`",
    )
    trusted_proxies: tuple[Network, ...] = _setting(
        "Networks of reverse proxies whose `X-Forwarded-*` headers are believed.",
        "",
        "127.0.0.1/32,10.0.0.0/8",
        parsing.networks,
    )
    web_threads: int = _setting(
        "How many requests one web process answers at once.", "16", "16", parsing.integer(1, 256)
    )
    rate_limit_store: str = _setting(
        "Where rate limits are counted; several web processes need a common Redis.",
        "memory://",
        "redis://localhost:6379",
        parsing.url("memory", "redis", "rediss"),
        secret=True,
    )
    registration: Literal["open", "invite", "closed"] = _setting(
        "Who may register: anybody, who has an invitation, or nobody.",
        "open",
        "invite",
        parsing.one_of("open", "invite", "closed"),
    )
    max_dashboards: int = _setting(
        "How many dashboards one user may have.", "200", "200", parsing.integer(1, 100_000)
    )
    mail_url: str | None = _setting(
        "The mail server; without one, mails are written to `DATA/mail`.",
        "",
        "smtp://user:password@mail.example.com:587",
        parsing.mail_server,
        secret=True,
    )
    mail_from: str = _setting(
        "The sender of mails.",
        "PyDash <pydash@localhost>",
        "PyDash <pydash@example.com>",
        parsing.mail_from,
    )
    fetch_allow: str = _setting(
        "Which addresses dashboards may be fetched from:"
        " some of `global`, `private`, `loopback`, and networks.",
        "global",
        "global,10.1.0.0/16",
        parsing.fetch_allow,
    )
    fetch_interval: int = _setting(
        "Seconds between two fetches of a dashboard.", "60", "60", parsing.integer(1, 86_400)
    )
    fetch_workers: int = _setting(
        "How many dashboards are fetched at once.", "4", "4", parsing.integer(1, 256)
    )
    executor: str = _setting(
        "Where fetching runs: `processes` of this machine, or a Dask cluster.",
        "processes",
        "dask://scheduler.example.com:8786",
        parsing.executor,
    )
    self_monitoring: bool = _setting(
        "Whether PyDash monitors itself with Flask-MonitoringDashboard.",
        "off",
        "on",
        parsing.switch,
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "How much is logged, to the console and to `DATA/logs`.",
        "info",
        "debug",
        parsing.one_of("debug", "info", "warning", "error"),
    )
    demo_password: str | None = _setting(
        "The password of the user `demo` of `pydash up --demo`.",
        "",
        "a-long-password",
        parsing.optional_text,
        secret=True,
        computed="random, kept in `DATA/demo-password`",
    )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], **overrides: Any) -> "Configuration":
        """Read all settings; make the secret key in the data directory if there is none.

        :param environ: usually `os.environ`.
        :param overrides: values by field name that count more than the environment's.
        :raises ConfigurationError: a variable is unknown or has a bad value.
        """
        _refuse_unknown_variables(environ)
        values = {name: _read(name, setting, environ) for name, setting in settings().items()}
        values |= overrides
        data_dir: Path = values["data_dir"]
        values["database_uri"] = values["database_uri"] or f"zeo://{quote(str(data_dir))}/zeo.sock"
        values["public_url"] = values["public_url"] or _own_url(values["host"], values["port"])
        values["secret_key"] = values["secret_key"] or _kept_secret_key(data_dir / "secret_key")
        return cls(**values)


def settings() -> dict[str, Setting]:
    """List the settings by the names of their fields, in the order of the documentation."""
    return {field.name: field.metadata["setting"] for field in fields(Configuration)}


def variable(name: str) -> str:
    """Name the environment variable of a setting.

    >>> variable("data_dir")
    'PYDASH_DATA_DIR'
    """
    return PREFIX + name.upper()


def _read(name: str, setting: Setting, environ: Mapping[str, str]) -> Any:
    text = environ.get(variable(name), "")
    if setting.secret and not text:
        text = _read_secret_file(variable(name) + "_FILE", environ)
    if not text and setting.computed:
        return None
    try:
        return setting.parse(text or setting.default)
    except ValueError as error:
        raise ConfigurationError(
            f"{variable(name)} {error}. For example: {variable(name)}={setting.example}"
        ) from None


def _read_secret_file(file_variable: str, environ: Mapping[str, str]) -> str:
    path = environ.get(file_variable)
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{file_variable} must name a readable text file, but {path} is not: {error}."
            f" For example: {file_variable}=/run/secrets/pydash"
        ) from None


def _refuse_unknown_variables(environ: Mapping[str, str]) -> None:
    known = [variable(name) for name in settings()]
    known += [f"{variable(name)}_FILE" for name, setting in settings().items() if setting.secret]
    for name in environ:
        if name in known or name.startswith(TEST_PREFIXES):
            continue
        if name.startswith(PREFIX):
            meant = difflib.get_close_matches(name, known, n=1) or [variable("data_dir")]
            raise ConfigurationError(f"{name} is not a setting. Did you mean {meant[0]}?")


def _own_url(host: str, port: int) -> str:
    reachable = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 (read, not bound)
    return f"http://{f'[{reachable}]' if ':' in reachable else reachable}:{port}"


def _kept_secret_key(path: Path) -> str:
    """Read the installation's own key; make it first if this is the first start."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        _create_whole(path, secrets.token_hex(32))
    try:
        return parsing.secret_key(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The secret key in {path} is damaged or cannot be read ({error})."
            " Restore the file from a backup. Or remove it, and a new key is made; then everybody"
            " must sign in again, and the tokens of all dashboards must be entered again."
        ) from None


def _create_whole(path: Path, text: str) -> None:
    """Create a file that only its owner may read, with all of its text, unless it exists.

    Two processes may start at once: the file appears complete or not at all, and the first wins.
    So it does if the power fails: its text is on the disk before its name is.
    """
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
    _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_current: Configuration | None = None


def install(configuration: Configuration) -> None:
    """Make this the configuration of the process; called by `pydash_app.configure` alone."""
    global _current
    _current = configuration


def current() -> Configuration:
    """Answer the configuration of the process.

    :raises NotConfigured: `pydash_app.configure` was not called.
    """
    if _current is None:
        raise NotConfigured
    return _current

"""The settings of an installation, read once from `PYDASH_*` environment variables.

Every setting is a field of `Configuration`. Its type validates the text. Its description and its
example are shown in `docs/configuration.md`. A field without `repr` is a secret, which may also be
read from a file named by `PYDASH_…_FILE`.
"""

import contextlib
import difflib
import os
import secrets
from collections.abc import Mapping
from datetime import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

import pydash_files
from pydash_app import setting_types
from pydash_app.errors import NotConfigured
from pydash_app.setting_types import Network as Network
from pydash_http.hosts import local_url

PREFIX = "PYDASH_"
MAX_DEFAULT_PROCESSES = 4
# The module of the optional dependency that a URL requires, and the extra that installs it.
_EXTRAS = {
    ("database_uri", "postgresql"): ("relstorage", "postgresql"),
    ("events_uri", "postgresql"): ("psycopg2", "events"),
    ("events_uri", "mysql"): ("pymysql", "events"),
    ("events_uri", "mongodb"): ("pymongo", "events"),
    ("rate_limit_store", "redis"): ("redis", "redis"),
    ("rate_limit_store", "rediss"): ("redis", "redis"),
    ("executor", "dask"): ("distributed", "dask"),
}
RESTORING = "restoring"
"""The file in the data directory that names the backup while it replaces the data."""
# The tests are configured by variables with these prefixes. No setting begins with one.
TEST_PREFIXES = ("PYDASH_TEST_", "PYDASH_CHAOS_", "PYDASH_FUZZ_")


class ConfigurationError(Exception):
    """A variable has an invalid value. The message contains its name, the reason and an example."""


class Configuration(BaseSettings):
    """All settings of an installation; created only by `from_environment`.

    >>> environ = {"PYDASH_SECRET_KEY": "an example, long enough", "PYDASH_PORT": "8080"}
    >>> Configuration.from_environment(environ).port
    8080
    >>> Configuration.from_environment({**environ, "PYDASH_PORT": "70000"})
    Traceback (most recent call last):
    ...
    pydash_app.configuration.ConfigurationError: PYDASH_PORT should be less than or equal to 65535.\
 For example: PYDASH_PORT=5000
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    data_dir: setting_types.AbsolutePath = Field(
        default=Path("var"),
        description="The directory of all data.",
        examples=["/var/lib/pydash"],
    )
    environment: Literal["production", "development"] = Field(
        default="production",
        description="`development` allows `pydash seed`.",
        examples=["development"],
    )
    secret_key: setting_types.SecretKey = Field(
        default_factory=lambda valid: _stored_secret_key(valid["data_dir"] / "secret_key"),
        description="Signs sessions and encrypts the dashboards' tokens.",
        examples=["$(openssl rand -hex 32)"],
        json_schema_extra={"default": "random, created once in `DATA/secret_key`"},
        repr=False,
    )
    database_uri: setting_types.DatabaseUri = Field(
        default_factory=lambda valid: f"zeo://{quote(str(valid['data_dir']))}/zeo.sock",
        description="The database: `zeo://`, `file://`, `memory://` or `postgresql://`.",
        examples=["zeo://127.0.0.1:9991"],
        json_schema_extra={"default": "`zeo://` on the socket `DATA/zeo.sock`"},
        repr=False,
    )
    host: setting_types.Host = Field(
        default="127.0.0.1",
        description="The address on which the web server listens. `::` means IPv6 and IPv4.",
        examples=["0.0.0.0"],  # noqa: S104
    )
    port: setting_types.Port = Field(
        default=5000,
        description="The port on which the web server listens.",
        examples=["5000"],
    )
    public_url: setting_types.PublicUrl = Field(
        default_factory=lambda valid: local_url(valid["host"], valid["port"]),
        description="The public address of PyDash, including its path, if any. Links in mails"
        " begin with it.",
        examples=["https://pydash.example.com"],
        json_schema_extra={"default": "`http://HOST:PORT`"},
    )
    trusted_proxies: setting_types.Networks = Field(
        default=(),
        description="Networks of the reverse proxies whose `X-Forwarded-*` headers are trusted.",
        examples=["127.0.0.1/32,10.0.0.0/8"],
    )
    web_threads: int = Field(
        default=16,
        ge=1,
        le=256,
        description="The number of requests that one web process handles at once.",
        examples=["16"],
    )
    web_processes: int = Field(
        default_factory=lambda: min(MAX_DEFAULT_PROCESSES, len(os.sched_getaffinity(0))),
        ge=1,
        le=64,
        description="The number of web processes that `pydash up` starts.",
        examples=["2"],
        json_schema_extra={"default": "the number of cores, at most 4"},
    )
    drain: int = Field(
        default=300,
        ge=0,
        le=86_400,
        description="Seconds for which a web process that `pydash reload` replaces may still send"
        " long responses, such as exports.",
        examples=["300"],
    )
    rate_limit_store: setting_types.RateLimitStore = Field(
        default="memory://",
        description="The storage of rate limits. `pydash up` shares them between its web processes."
        " Otherwise, several need `unix://` and the socket of `pydash limits`, or Redis.",
        examples=["redis://localhost:6379"],
        repr=False,
    )
    default_user: str | None = Field(
        default=None,
        description="The user as whom visitors are signed in without a password; not an"
        " administrator. Not right after they have signed out.",
        examples=["guest"],
    )
    user_header: setting_types.HeaderName | None = Field(
        default=None,
        description="The header in which a trusted proxy that has authenticated a visitor names the"
        " user. The proxy must remove it from what visitors send.",
        examples=["X-Remote-User"],
    )
    registration: Literal["open", "invite", "closed"] = Field(
        default="open",
        description="Who may register: anyone, only people with an invitation, or nobody.",
        examples=["invite"],
    )
    max_dashboards: int = Field(
        default=200,
        ge=1,
        le=100_000,
        description="The maximum number of dashboards per user.",
        examples=["200"],
    )
    max_dashboard_requests: int = Field(
        default=500_000_000,
        ge=1,
        description="The maximum number of stored requests per dashboard. At the limit, fetching"
        " stops until space is freed.",
        examples=["500000000"],
    )
    max_dashboard_megabytes: int = Field(
        default=5_000,
        ge=1,
        description="The maximum size of the stored data of a dashboard, with the same effect.",
        examples=["5000"],
    )
    max_user_requests: int = Field(
        default=1_000_000_000,
        ge=1,
        description="The maximum number of stored requests of all dashboards of a user.",
        examples=["1000000000"],
    )
    max_user_megabytes: int = Field(
        default=10_000,
        ge=1,
        description="The maximum size of the stored data of all dashboards of a user, and of the"
        " events that the user reported.",
        examples=["10000"],
    )
    events_uri: setting_types.EventsUri = Field(
        default="zodb://",
        description="The store of events: `zodb://` is the database itself. Others are"
        " `sqlite:///FILE`, and `postgresql://…`, `mysql://…` or `mongodb://…` with an extra.",
        examples=["zodb://"],
        repr=False,
    )
    events_retention: int = Field(
        default=400,
        ge=0,
        description="The number of days for which events are kept; 0 keeps them forever.",
        examples=["90"],
    )
    exceptions_retention: int = Field(
        default=90,
        ge=0,
        description="The number of days for which exceptions are kept after their fault was last"
        " seen, and slow requests, profiles and graphs; 0 keeps them forever.",
        examples=["30"],
    )
    usage_at: setting_types.TimeOfDay = Field(
        default=time(1, 30),
        description="When the sign-ins of the day before are extracted for the usage report (UTC).",
        examples=["01:30"],
        json_schema_extra={"default": "`01:30`"},
    )
    usage_start: setting_types.Day | None = Field(
        default=None,
        description="The first day of the usage report.",
        examples=["2026-01-01"],
        json_schema_extra={"default": "the first sign-in that is recorded"},
    )
    usage_exclude: setting_types.Names = Field(
        default=("admin",),
        description="Users who do not count in the usage report, separated by commas. It applies to"
        " the days that are extracted from then on.",
        examples=["admin,demo"],
        json_schema_extra={"default": "`admin`"},
    )
    backup_dir: setting_types.AbsolutePath = Field(
        default_factory=lambda valid: valid["data_dir"] / "backups",
        description="The directory of the backups; better one on another disk.",
        examples=["/mnt/backups/pydash"],
        json_schema_extra={"default": "`DATA/backups`"},
    )
    backup_at: setting_types.TimeOfDay | None = Field(
        default=None,
        description="When the fetcher makes a backup every day (UTC). The last of 7 days, 4 weeks"
        " and 12 months are kept.",
        examples=["02:30"],
    )
    backup_passphrase: str | None = Field(
        default=None,
        min_length=12,
        description="Encrypts the secret key in backups. Without it, daily backups do not contain"
        " the key.",
        examples=["correct horse battery staple"],
        repr=False,
    )
    upgrade: Literal["manual", "exit"] = Field(
        default="manual",
        description="With `exit`, administrators can stop `pydash up` on the page *System*, so that"
        " an orchestrator starts it again with a new image.",
        examples=["exit"],
    )
    mail_url: setting_types.MailUrl | None = Field(
        default=None,
        description="The mail server. Without one, mails are written to `DATA/mail`.",
        examples=["smtp://user:password@mail.example.com:587"],
        repr=False,
    )
    mail_from: setting_types.MailFrom = Field(
        default="PyDash <pydash@localhost>",
        description="The sender of mails.",
        examples=["PyDash <pydash@example.com>"],
    )
    fetch_allow: setting_types.FetchAllow = Field(
        default="global",
        description="The addresses from which dashboards may be fetched, and to which"
        " notifications may be sent: any of `global`, `private`, `loopback`, and networks.",
        examples=["global,10.1.0.0/16"],
    )
    fetch_interval: int = Field(
        default=60,
        ge=1,
        le=86_400,
        description="Seconds between two fetches of a dashboard.",
        examples=["60"],
    )
    ping_interval: int = Field(
        default=60,
        ge=1,
        le=3_600,
        description="Seconds between two pings of an app whose uptime is monitored, unless its"
        " dashboard has an interval of its own. It is down when three in a row have failed.",
        examples=["60"],
    )
    ping_retry: int = Field(
        default=15,
        ge=1,
        le=3_600,
        description="Seconds from a failed ping to the next one. An app that is down is pinged at"
        " the shorter of both intervals.",
        examples=["15"],
    )
    fetch_workers: int = Field(
        default=4,
        ge=1,
        le=256,
        description="The number of dashboards that are fetched at once.",
        examples=["4"],
    )
    fetch_worker_megabytes: int = Field(
        default=1024,
        ge=256,
        description="The memory that each of these processes may use. A fetch that needs more"
        " fails, and the others continue.",
        examples=["1024"],
    )
    executor: setting_types.Executor = Field(
        default="processes",
        description="Where fetching runs: in `processes` on this machine, or on a Dask cluster.",
        examples=["dask://127.0.0.1:8786"],
    )
    contact: setting_types.Line | None = Field(
        default=None,
        description="Whom to ask for help: an email address, a URL or any text. It is shown to"
        " everyone at `/contact`.",
        examples=["pydash@example.com"],
    )
    sites: setting_types.Sites = Field(
        default=(),
        description="Other installations of PyDash, whose status administrators see at `/system`.",
        examples=["geneva=https://pydash.example.com,yale=https://pydash.example.org"],
    )
    site_tokens: setting_types.SiteTokens = Field(
        default=(),
        description="API tokens of administrators of these sites, of scope read, by commas or"
        " lines. With one, it is also asked whether it fetches. Without, only `/status` is asked.",
        examples=["geneva=TOKEN"],
        repr=False,
    )
    self_monitoring: setting_types.Switch = Field(
        default=False,
        description="Whether PyDash monitors itself with Flask-MonitoringDashboard.",
        examples=["on"],
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="The minimum level that is logged to the console and to `DATA/logs`.",
        examples=["debug"],
    )
    demo_password: str | None = Field(
        default=None,
        description="The password of the user `demo` of `pydash up --demo`.",
        examples=["a-long-password"],
        json_schema_extra={"default": "random, stored in `DATA/demo-password`"},
        repr=False,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use only the arguments, because `from_environment` reads its own environment."""
        return (init_settings,)

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str], *, restoring: bool = False, **overrides: Any
    ) -> "Configuration":
        """Read all settings, and create the secret key in the data directory if there is none.

        :param environ: usually `os.environ`.
        :param restoring: whether a backup is about to replace all data. No key is created then; the
            configuration has a random one if the environment has none.
        :param overrides: values by field name, which take precedence over the environment.
        :raises ConfigurationError: a variable is unknown or has an invalid value, or a restore was
            interrupted.
        """
        given = {**_Variables(environ)(), **overrides}
        marker = Path(given.get("data_dir", cls.model_fields["data_dir"].default)) / RESTORING
        if restoring:
            given.setdefault("secret_key", secrets.token_hex(32))
        elif marker.exists():
            raise ConfigurationError(
                f"Restoring a backup into {marker.parent} was interrupted. Repeat it:"
                f" pydash backup restore --force {marker.read_text(encoding='utf-8')}"
            )
        try:
            return cls(**given)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            reason = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
            raise ConfigurationError(
                f"{variable(name)} {reason}. For example: {variable(name)}={example(name)}"
            ) from None

    @property
    def public_path(self) -> str:
        """The path of the public address, such as `/pydash`; empty for the root."""
        return urlsplit(self.public_url).path

    def require_extra(self, name: str) -> None:
        """Check that the optional dependency that a setting requires is installed.

        :param name: a setting whose value may be a URL.
        :raises ConfigurationError: it is not installed.
        """
        scheme = urlsplit(getattr(self, name)).scheme
        if (name, scheme) not in _EXTRAS:
            return
        module, extra = _EXTRAS[name, scheme]
        if find_spec(module) is None:
            raise ConfigurationError(
                f"{variable(name)} is a {scheme}:// URL, which requires an optional dependency."
                f" Install it with: pip install 'pydash-io[{extra}]'"
            )


def variable(name: str) -> str:
    """Return the environment variable of a setting.

    >>> variable("data_dir")
    'PYDASH_DATA_DIR'
    """
    return PREFIX + name.upper()


def example(name: str) -> str:
    """Return a valid text for a setting.

    >>> example("port")
    '5000'
    """
    examples = Configuration.model_fields[name].examples
    assert examples, name  # noqa: S101 (for the type checker)
    return str(examples[0])


def is_secret(name: str) -> bool:
    """Return whether a setting is never shown and may be read from a file.

    >>> is_secret("mail_url"), is_secret("mail_from")
    (True, False)
    """
    return not Configuration.model_fields[name].repr


class _Variables(EnvSettingsSource):
    """The values of all settings in an environment, given directly or by a file."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(Configuration)
        given = {name: text for name, text in environ.items() if name.startswith(PREFIX) and text}
        files = {f"{variable(name)}_FILE" for name in Configuration.model_fields if is_secret(name)}
        known = [*map(variable, Configuration.model_fields), *files]
        for name in environ:
            if name.startswith(PREFIX) and not name.startswith(TEST_PREFIXES) and name not in known:
                meant = difflib.get_close_matches(name, known, n=1) or [variable("data_dir")]
                raise ConfigurationError(f"{name} is not a setting. Did you mean {meant[0]}?")
        for name in files.intersection(given):
            if name.removesuffix("_FILE") not in given:
                given[name.removesuffix("_FILE")] = _read_secret_file(name, Path(given[name]))
        self.env_vars = {name.lower(): text for name, text in given.items() if text}


def _read_secret_file(file_variable: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{file_variable} must name a readable text file, but {path} is not: {error}."
            f" For example: {file_variable}=/run/secrets/pydash"
        ) from None


def _stored_secret_key(path: Path) -> str:
    """Return the installation's own key, and create it on the first start."""
    if not path.exists():
        from pydash_database.server import FILE_NAME

        database = path.with_name(FILE_NAME)
        # In this order, because another process may be creating both, starting with the key.
        if database.exists() and not path.exists():
            raise ConfigurationError(
                f"The secret key {path} is missing, but the database {database} exists."
                f" Restore the key from a backup, or set {variable('secret_key')}. If it is lost,"
                f" create a new one with `openssl rand -hex 32 > {path}`. Everyone must then sign"
                " in again, and the tokens of all dashboards must be entered again."
            )
        require_writable(path.parent)
        pydash_files.create(path, secrets.token_hex(32))
    try:
        return setting_types.secret_key(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The secret key in {path} is damaged or cannot be read ({error})."
            " Restore the file from a backup. If you delete it, a new key is created. Everyone must"
            " then sign in again, and the tokens of all dashboards must be entered again."
        ) from None


def require_writable(data_dir: Path) -> None:
    """Create a data directory unless it exists, and check that the files in it can be written.

    :raises ConfigurationError: they cannot.
    """
    with contextlib.suppress(OSError):
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in (data_dir, *data_dir.glob("pydash.fs")):
        if not os.access(path, os.W_OK):
            raise ConfigurationError(
                f"{path} is not writable. Run PyDash as its owner, or give it to the user of"
                f" PyDash: chown -R USER {data_dir}"
            )


_current: Configuration | None = None


def install(configuration: Configuration) -> None:
    """Set the configuration of the process; called only by `pydash_app.configure`."""
    global _current
    _current = configuration


def current() -> Configuration:
    """Return the configuration of the process.

    :raises NotConfigured: `pydash_app.configure` has not been called.
    """
    if _current is None:
        raise NotConfigured
    return _current

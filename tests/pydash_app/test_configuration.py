"""Settings come from the environment; a bad one stops the start and says how to put it right."""

import doctest
import os
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path
from stat import S_ISDIR

import pytest

from pydash_app import configuration as module
from pydash_app.configuration import Configuration, ConfigurationError, settings, variable
from pydash_app.errors import NotConfigured

DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"


def read(tmp_path: Path, **environ: str) -> Configuration:
    data_dir = {"PYDASH_DATA_DIR": str(tmp_path)}
    variables = {variable(name): text for name, text in environ.items()}
    return Configuration.from_environment({**data_dir, **variables, "HOME": "/"})


def test_defaults_follow_the_data_directory_host_and_port(tmp_path: Path) -> None:
    configuration = read(tmp_path, host="0.0.0.0", port="8080")
    assert configuration.database_uri == f"zeo://{tmp_path}/zeo.sock"
    assert configuration.public_url == "http://127.0.0.1:8080"
    assert (configuration.mail_url, configuration.self_monitoring) == (None, False)


def test_an_empty_variable_is_like_none(tmp_path: Path) -> None:
    assert read(tmp_path, port="", mail_url="", trusted_proxies="") == read(tmp_path)


def test_an_override_counts_more_than_the_environment(tmp_path: Path) -> None:
    configuration = Configuration.from_environment(
        {"PYDASH_DATA_DIR": "/nowhere", "PYDASH_PORT": "1"}, data_dir=tmp_path, port=2
    )
    assert configuration.port == 2
    assert configuration.database_uri == f"zeo://{tmp_path}/zeo.sock"


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("port", "http"),
        ("port", "0"),
        ("port", "65536"),
        ("port", "-1"),
        ("port", "５０００"),
        ("web_threads", "0"),
        ("fetch_interval", "1.5"),
        ("environment", "test"),
        ("registration", "Open"),
        ("self_monitoring", "yes"),
        ("log_level", "loud"),
        ("secret_key", "short"),
        ("database_uri", "mysql://localhost"),
        ("mail_url", "mail.example.com"),
        ("mail_url", "smtp://"),
        ("mail_url", "smtp://mail.example.com:99999"),
        ("mail_url", "smtp://mail.example.com:0"),
        ("mail_url", "smtp://mail.example.com:smtp"),
        ("mail_url", "smtp://[::1"),
        ("mail_from", "nobody"),
        ("public_url", "pydash.example.com"),
        ("public_url", "https://"),
        ("fetch_allow", "everything"),
        ("fetch_allow", ","),
        ("fetch_allow", "10.0.0.1/8"),
        ("trusted_proxies", "proxy"),
        ("rate_limit_store", "memcached://"),
        ("executor", "threads"),
        ("executor", "dask://nowhere"),
        ("executor", "dask://host:port"),
    ],
)
def test_a_bad_value_names_variable_reason_and_example(tmp_path: Path, name: str, bad: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        read(tmp_path, **{name: bad})
    example = f"For example: {variable(name)}={settings()[name].example}"
    assert str(error.value).startswith(f"{variable(name)} ")
    assert str(error.value).endswith(example)


@pytest.mark.parametrize("name", settings())
def test_every_example_is_a_good_value(tmp_path: Path, name: str) -> None:
    read(tmp_path, **{name: settings()[name].example})


def test_a_misspelt_variable_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Did you mean PYDASH_SECRET_KEY"):
        read(tmp_path, secretkey="x" * 32)
    with pytest.raises(ConfigurationError, match="PYDASH_PORT_FILE is not a setting"):
        read(tmp_path, port_file="/etc/port")


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file, long enough\n")
    configuration = read(tmp_path, secret_key_file=str(tmp_path / "key"))
    assert configuration.secret_key == "from a file, long enough"
    with pytest.raises(ConfigurationError, match="PYDASH_SECRET_KEY_FILE"):
        read(tmp_path, secret_key_file=str(tmp_path / "missing"))


def test_the_secret_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    first = read(data_dir).secret_key
    assert len(first) == 64
    assert read(data_dir).secret_key == first
    assert (data_dir / "secret_key").stat().st_mode & 0o777 == 0o600
    assert data_dir.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in data_dir.iterdir()] == ["secret_key"]
    assert read(tmp_path / "other").secret_key != first


@pytest.mark.parametrize("damaged", [b"", b"\n", b"short", b"\0" * 64, b"\xff" * 64])
def test_a_damaged_secret_key_stops_the_start_and_stays_as_it_is(
    tmp_path: Path, damaged: bytes
) -> None:
    """With an empty key, as a power failure may leave it, anybody could forge a session."""
    path = tmp_path / "secret_key"
    path.write_bytes(damaged)
    with pytest.raises(ConfigurationError, match="Restore the file from a backup") as error:
        read(tmp_path)
    assert str(path) in str(error.value)
    assert path.read_bytes() == damaged


def test_the_secret_key_is_on_the_disk_before_its_name_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret_key"
    synced = []

    def note(descriptor: int) -> None:
        synced.append((S_ISDIR(os.fstat(descriptor).st_mode), path.exists()))

    monkeypatch.setattr(os, "fsync", note)
    read(tmp_path)
    assert synced == [(False, False), (True, True)], "first the text, then the directory"


def test_processes_that_start_at_once_agree_on_the_secret_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        paths = [tmp_path / "secret_key"] * 32
        keys = set(pool.map(module._kept_secret_key, paths))
    assert len(keys) == 1


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    secrets = {
        "secret_key": "secret secret secret",
        "mail_url": "smtp://user:hidden@mail.example.com",
        "database_uri": "postgresql://user:hidden@localhost/pydash",
        "rate_limit_store": "redis://:hidden@localhost",
        "demo_password": "hidden",
    }
    shown = repr(read(tmp_path, **secrets))
    assert "hidden" not in shown
    assert "secret secret" not in shown


def test_networks_are_read_as_networks(tmp_path: Path) -> None:
    configuration = read(tmp_path, trusted_proxies="127.0.0.1/32, ::1/128")
    assert configuration.trusted_proxies == (ip_network("127.0.0.1/32"), ip_network("::1/128"))


def test_it_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(AttributeError):
        read(tmp_path).port = 1  # type: ignore[misc]


def test_every_setting_is_documented() -> None:
    rows = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("| `PYDASH_")]
    assert rows == [row(name) for name in settings()]


def row(name: str) -> str:
    setting = settings()[name]
    default = setting.computed or (f"`{setting.default}`" if setting.default else "none")
    file = " Or in a file, by `…_FILE`." if setting.secret else ""
    return f"| `{variable(name)}` | {setting.meaning}{file} | {default} | `{setting.example}` |"


def test_an_unconfigured_process_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_current", None)
    with pytest.raises(NotConfigured, match=r"pydash_app\.configure"):
        module.current()


def test_its_examples_run() -> None:
    failures, examples = doctest.testmod(module, optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert (failures, examples > 0) == (0, True)

"""Settings come from the environment; an invalid one stops the start and says how to fix it."""

import doctest
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path
from stat import S_ISDIR
from types import ModuleType

import pytest
from pydantic import ValidationError

from pydash_app import configuration as module
from pydash_app import settings_table
from pydash_app.configuration import Configuration, ConfigurationError, example, variable
from pydash_app.errors import NotConfigured

DOCUMENTS = Path(__file__).parents[2] / "docs"
DOCUMENT = DOCUMENTS / "configuration.md"


def read(tmp_path: Path, **environ: str) -> Configuration:
    data_dir = {"PYDASH_DATA_DIR": str(tmp_path)}
    variables = {variable(name): text for name, text in environ.items()}
    return Configuration.from_environment({**data_dir, **variables, "HOME": "/"})


def test_defaults_follow_the_data_directory_host_and_port(tmp_path: Path) -> None:
    configuration = read(tmp_path, host="0.0.0.0", port="8080")
    assert configuration.database_uri == f"zeo://{tmp_path}/zeo.sock"
    assert configuration.public_url == "http://127.0.0.1:8080"
    assert (configuration.mail_url, configuration.self_monitoring) == (None, False)


def test_an_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    assert read(tmp_path, port="", mail_url="", trusted_proxies="") == read(tmp_path)


def test_an_override_takes_precedence_over_the_environment(tmp_path: Path) -> None:
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
        ("host", "[::1]"),
        ("host", "localhost:5000"),
        ("mail_url", "smtp://"),
        ("mail_url", "smtp://mail.example.com:99999"),
        ("mail_url", "smtp://mail.example.com:0"),
        ("mail_url", "smtp://mail.example.com:smtp"),
        ("mail_url", "smtp://[::1"),
        ("mail_url", "smtp://ada:99#1@host"),
        ("mail_url", "smtp://ada:99?1@host"),
        ("mail_url", "smtp://ada:99/1@host"),
        ("mail_from", "nobody"),
        ("public_url", "pydash.example.com"),
        ("public_url", "https://"),
        ("public_url", "https://example.com/py dash"),
        ("public_url", "https://example.com/../pydash"),
        ("public_url", "https://example.com//pydash"),
        ("public_url", 'https://example.com/"><script>'),
        ("fetch_allow", "everything"),
        ("fetch_allow", ","),
        ("fetch_allow", "10.0.0.1/8"),
        ("trusted_proxies", "proxy"),
        ("rate_limit_store", "memcached://"),
        ("database_uri", "zeo://db.example.com:9991"),
        ("database_uri", "zeo://192.0.2.1"),
        ("database_uri", "zeo://db.example.com:9991?tls=no"),
        ("database_uri", "zeo://db.example.com:9991?ca=/missing.pem&cert=/missing.pem"),
        ("executor", "dask://scheduler.example.com:8786"),
        ("executor", "dask://scheduler.example.com:8786?ca=/missing.pem"),
        ("executor", "threads"),
        ("executor", "dask://nowhere"),
        ("executor", "dask://host:port"),
        ("usage_at", "24:00"),
        ("usage_at", "5400"),
        ("usage_start", "yesterday"),
    ],
)
def test_an_invalid_value_is_reported_with_variable_and_example(
    tmp_path: Path, name: str, bad: str
) -> None:
    with pytest.raises(ConfigurationError) as error:
        read(tmp_path, **{name: bad})
    assert str(error.value).startswith(f"{variable(name)} ")
    assert str(error.value).endswith(f". For example: {variable(name)}={example(name)}")


def test_the_reason_is_part_of_the_message(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match="PYDASH_PORT should be greater than or equal to 1"
    ):
        read(tmp_path, port="0")
    with pytest.raises(ConfigurationError, match=r"10\.0\.0\.1/8 has host bits set"):
        read(tmp_path, trusted_proxies="10.0.0.1/8")
    with pytest.raises(ConfigurationError, match="percent-encoded"):
        read(tmp_path, mail_url="smtp://ada:99#1@host")


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("database_uri", "zeo://localhost"),
        ("database_uri", "zeo://[::1]:9991"),
        ("database_uri", "zeo:///srv/pydash/zeo.sock"),
        ("database_uri", "zeo://db.example.com:9991?tls=off"),
        ("executor", "dask://127.0.0.1:8786"),
        ("executor", "dask://scheduler.example.com:8786?tls=off"),
    ],
)
def test_tls_is_not_required_on_this_machine_or_if_switched_off(
    tmp_path: Path, name: str, valid: str
) -> None:
    assert getattr(read(tmp_path, **{name: valid}), name) == valid


def test_an_invalid_value_is_not_repeated_in_full_where_it_is_secret(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as error:
        read(tmp_path, database_uri="mysql://user:hidden@localhost", secret_key="short")
    assert "hidden" not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__


@pytest.mark.parametrize("name", Configuration.model_fields)
def test_every_example_is_valid(tmp_path: Path, name: str) -> None:
    read(tmp_path, **{name: example(name)})


def test_the_environment_of_the_process_is_not_read_implicitly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYDASH_PORT", "8080")
    assert read(tmp_path).port == 5000


def test_a_misspelt_variable_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Did you mean PYDASH_SECRET_KEY"):
        read(tmp_path, secretkey="x" * 32)
    with pytest.raises(ConfigurationError, match="PYDASH_PORT_FILE is not a setting"):
        read(tmp_path, port_file="/etc/port")


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file, long enough\n")
    in_file = str(tmp_path / "key")
    assert read(tmp_path, secret_key_file=in_file).secret_key == "from a file, long enough"
    given = "from the variable itself"
    assert read(tmp_path, secret_key_file=in_file, secret_key=given).secret_key == given
    with pytest.raises(ConfigurationError, match="PYDASH_SECRET_KEY_FILE"):
        read(tmp_path, secret_key_file=str(tmp_path / "missing"))


def test_the_secret_key_is_created_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    first = read(data_dir).secret_key
    assert len(first) == 64
    assert read(data_dir).secret_key == first
    assert (data_dir / "secret_key").stat().st_mode & 0o777 == 0o600
    assert data_dir.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in data_dir.iterdir()] == ["secret_key"]
    assert read(tmp_path / "other").secret_key != first


@pytest.mark.parametrize("damaged", [b"", b"\n", b"short", b"\0" * 64, b"\xff" * 64])
def test_a_damaged_secret_key_stops_the_start_and_is_left_unchanged(
    tmp_path: Path, damaged: bytes
) -> None:
    """With an empty key, as a power failure may leave it, anyone could forge a session."""
    path = tmp_path / "secret_key"
    path.write_bytes(damaged)
    with pytest.raises(ConfigurationError, match="Restore the file from a backup") as error:
        read(tmp_path)
    assert str(path) in str(error.value)
    assert path.read_bytes() == damaged


def test_a_missing_secret_key_next_to_a_database_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "pydash.fs").touch()
    with pytest.raises(ConfigurationError, match=r"is missing.*Restore the key") as error:
        read(tmp_path)
    assert str(tmp_path / "pydash.fs") in str(error.value)
    assert not (tmp_path / "secret_key").exists()
    assert read(tmp_path, secret_key="from elsewhere, long enough").data_dir == tmp_path


@pytest.mark.parametrize(
    ("name", "value", "module", "extra"),
    [
        ("database_uri", "postgresql://localhost/pydash", "relstorage", "postgresql"),
        ("rate_limit_store", "redis://localhost", "redis", "redis"),
        ("rate_limit_store", "rediss://localhost", "redis", "redis"),
        ("executor", "dask://localhost:8786", "distributed", "dask"),
    ],
)
def test_a_missing_optional_dependency_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    module: str,
    extra: str,
) -> None:
    configuration = read(tmp_path, **{name: value})
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError, match=rf"pip install 'pydash-io\[{extra}\]'") as error:
        configuration.require_extra(name)
    assert variable(name) in str(error.value)
    assert value not in str(error.value), "it may hold a password"


def test_a_default_requires_no_optional_dependency(tmp_path: Path) -> None:
    configuration = read(tmp_path)
    for name in ("database_uri", "rate_limit_store", "executor"):
        configuration.require_extra(name)


def test_the_secret_key_is_on_the_disk_before_its_name_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret_key"
    synced = []

    def record(descriptor: int) -> None:
        synced.append((S_ISDIR(os.fstat(descriptor).st_mode), path.exists()))

    monkeypatch.setattr(os, "fsync", record)
    read(tmp_path)
    assert synced == [(False, False), (True, True)], "first the text, then the directory"


def test_processes_that_start_at_once_agree_on_the_secret_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: read(tmp_path).secret_key, range(32)))
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
    with pytest.raises(ValidationError, match="frozen"):
        read(tmp_path).port = 1  # type: ignore[misc]


def test_the_documented_table_of_settings_is_current() -> None:
    """`make docs` updates it."""
    document = DOCUMENT.read_text(encoding="utf-8")
    assert "\n".join(settings_table.table()) in document
    assert settings_table.update(document) == document


def test_no_document_exports_a_variable_that_stops_the_start() -> None:
    documents = [DOCUMENTS.parent / "README.md", *DOCUMENTS.glob("*.md")]
    exports = [
        re.findall(r"^export (\w+)=", document.read_text(encoding="utf-8"), re.MULTILINE)
        for document in documents
    ]
    names = [name for exported in exports for name in exported]
    assert "MY_PYDASH_URL" in names
    known = set(map(variable, Configuration.model_fields))
    assert [name for name in names if name.startswith("PYDASH_") and name not in known] == []


def test_an_unconfigured_process_raises_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_current", None)
    with pytest.raises(NotConfigured, match=r"pydash_app\.configure"):
        module.current()


@pytest.mark.parametrize("documented", [module, settings_table])
def test_its_examples_run(documented: ModuleType) -> None:
    failures, examples = doctest.testmod(documented, optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert (failures, examples > 0) == (0, True)

"""The database over TCP: with TLS, only clients with a certificate of the authority get in."""

import doctest
import gc
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pydash_database
from pydash_database import DatabaseUnavailable, database_root, transact, zeo_uri
from tests.support.certificates import Authority
from tests.support.waiting import wait_for

# When ZEO closes during a TLS handshake, asyncio leaves the socket to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

DATABASE = [sys.executable, "-m", "pydash", "database"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("tls") / "authority")


@pytest.fixture(scope="module")
def port(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of `pydash database`, which serves over TLS."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    uri = f"zeo://127.0.0.1:{port}?ca={authority.ca}&cert={authority.issue('server')}"
    data_dir = str(tmp_path_factory.mktemp("data"))
    environ = {**os.environ, "PYDASH_DATA_DIR": data_dir, "PYDASH_DATABASE_URI": uri}
    with subprocess.Popen(DATABASE, env=environ) as server:
        wait_for(lambda: is_open(port))
        yield port
        server.terminate()
    assert server.returncode == 0


@pytest.fixture(autouse=True)
def closed_afterwards() -> Iterator[None]:
    yield
    pydash_database.close()
    gc.collect()


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_client_with_a_certificate_is_accepted(authority: Authority, port: int) -> None:
    client = authority.issue("client")
    pydash_database.configure(f"zeo://localhost:{port}?ca={authority.ca}&cert={client}")
    transact(lambda: database_root().update(response=42))
    pydash_database.close()
    assert transact(lambda: database_root()["response"]) == 42


def test_a_client_without_tls_is_refused(port: int) -> None:
    pydash_database.configure(f"zeo://localhost:{port}")
    with pytest.raises(DatabaseUnavailable):
        transact(database_root)


def test_a_client_of_another_authority_is_refused(
    authority: Authority, port: int, tmp_path: Path
) -> None:
    other = Authority.create(tmp_path / "other")
    client = other.issue("client")
    pydash_database.configure(f"zeo://localhost:{port}?ca={authority.ca}&cert={client}")
    with pytest.raises(DatabaseUnavailable):
        transact(database_root)


def test_a_server_of_another_authority_is_refused(
    authority: Authority, port: int, tmp_path: Path
) -> None:
    other = Authority.create(tmp_path / "other")
    client = authority.issue("client")
    pydash_database.configure(f"zeo://localhost:{port}?ca={other.ca}&cert={client}")
    with pytest.raises(DatabaseUnavailable):
        transact(database_root)


def test_another_kind_of_database_is_not_served(tmp_path: Path) -> None:
    environ = {**os.environ, "PYDASH_DATA_DIR": str(tmp_path), "PYDASH_DATABASE_URI": "memory://"}
    ended = subprocess.run(DATABASE, env=environ, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "PYDASH_DATABASE_URI" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_examples_of_uris_run() -> None:
    failures, examples = doctest.testmod(zeo_uri)
    assert (failures, examples > 0) == (0, True)

"""What `pydash user create` makes of what is piped into it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.user import authenticate, find_by_name
from pydash_database import transact

PASSWORD = "correct horse battery staple"
CREATE = "-m pydash user create Alice --email alice@example.com --password-stdin --verified"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {
        "PYDASH_DATA_DIR": str(tmp_path / "data"),
        "PYDASH_DATABASE_URI": f"file://{tmp_path}/pydash.fs",
    }


@pytest.fixture
def database_afterwards(environ: dict[str, str]) -> Iterator[None]:
    """Close the database that the test opens after the command."""
    yield
    pydash_database.close()


def create_alice(environ: dict[str, str], piped: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, *CREATE.split()]
    created = subprocess.run(
        command, env=environ, input=piped.encode(), capture_output=True, check=False
    )
    pydash_app.configure(Configuration.from_environment(environ))
    return created


@pytest.mark.usefixtures("database_afterwards")
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_the_line_break_is_not_part_of_the_password(environ: dict[str, str], end: str) -> None:
    assert create_alice(environ, PASSWORD + end).returncode == 0
    assert transact(lambda: authenticate("Alice", PASSWORD)) is not None


@pytest.mark.usefixtures("database_afterwards")
def test_it_refuses_a_password_that_the_api_rejects(environ: dict[str, str]) -> None:
    created = create_alice(environ, "correct horse\tbattery staple\n")
    assert created.returncode == 1
    assert b"control characters" in created.stderr
    assert transact(lambda: find_by_name("Alice")) is None

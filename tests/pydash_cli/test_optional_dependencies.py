"""A command that lacks an optional dependency ends with one line that says how to install it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# As if these packages were not installed.
WITHOUT_EXTRAS = """
import sys
for module in ("relstorage", "psycopg2", "pymysql", "pymongo", "redis", "distributed"):
    sys.modules[module] = None
import pydash
pydash.main()
"""
CREATE_USER = "user create ada --email ada@example.com --password-stdin"


@pytest.mark.parametrize(
    ("command", "setting", "value", "extra"),
    [
        (CREATE_USER, "PYDASH_DATABASE_URI", "postgresql://localhost/pydash", "postgresql"),
        ("web", "PYDASH_DATABASE_URI", "postgresql://localhost/pydash", "postgresql"),
        ("fetcher", "PYDASH_DATABASE_URI", "postgresql://localhost/pydash", "postgresql"),
        ("up", "PYDASH_DATABASE_URI", "postgresql://localhost/pydash", "postgresql"),
        ("web", "PYDASH_EVENTS_URI", "postgresql://localhost/events", "events"),
        ("fetcher", "PYDASH_EVENTS_URI", "mysql://localhost/events", "events"),
        ("up", "PYDASH_EVENTS_URI", "mongodb://localhost/events", "events"),
        ("web", "PYDASH_RATE_LIMIT_STORE", "redis://localhost", "redis"),
        ("up", "PYDASH_RATE_LIMIT_STORE", "redis://localhost", "redis"),
        ("fetcher", "PYDASH_EXECUTOR", "dask://localhost:8786", "dask"),
        ("up", "PYDASH_EXECUTOR", "dask://localhost:8786", "dask"),
    ],
)
def test_one_line_names_the_extra(
    tmp_path: Path, command: str, setting: str, value: str, extra: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRAS, *command.split()],
        env={**os.environ, "PYDASH_DATA_DIR": str(tmp_path), setting: value},
        input="correct horse battery staple\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"Error: {setting} ")
    assert line.endswith(f"pip install 'pydash-io[{extra}]'")

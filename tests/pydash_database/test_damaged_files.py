"""A database file that is damaged stops the start; it is never taken for a new one."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ZODB.DB import DB
from ZODB.utils import p64

from pydash_database.errors import DamagedDatabase
from pydash_database.files import open_file

COMMITS = 20


def write(path: Path) -> None:
    """Commit some transactions, and close the database, which stores its index."""
    database = DB(open_file(path))
    with database.transaction() as connection:
        connection.root()["count"] = 0
    for _ in range(COMMITS):
        with database.transaction() as connection:
            connection.root()["count"] += 1
    database.close()


def count(path: Path) -> Any:
    database = DB(open_file(path))
    with database.transaction() as connection:
        found = connection.root().get("count")
    database.close()
    return found


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.glob("*.fs*")}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "pydash.fs"
    write(path)
    for name in (".lock", ".tmp"):
        path.with_name(path.name + name).unlink()
    return path


def last_transaction(path: Path) -> int:
    """Return where the last transaction begins: its length is at its end."""
    whole = path.read_bytes()
    return len(whole) - 8 - int.from_bytes(whole[-8:], "big")


def overwrite(path: Path, start: int, length: int) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(bytes(length))


def zero_all(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def replace_file(path: Path) -> None:
    path.write_text("SQLite format 3")


DAMAGES: dict[str, Callable[[Path], None]] = {
    "missing": Path.unlink,
    "empty": lambda path: os.truncate(path, 0),
    "cut in the first word": lambda path: os.truncate(path, 3),
    "cut in the first transaction": lambda path: os.truncate(path, 50),
    "cut to its first word": lambda path: os.truncate(path, 4),
    "cut in the last transaction": lambda path: os.truncate(path, last_transaction(path) + 40),
    "cut by a byte": lambda path: os.truncate(path, path.stat().st_size - 1),
    "cut within a header": lambda path: os.truncate(path, last_transaction(path) + 10),
    "zeroed": zero_all,
    "zeroed at the start": lambda path: overwrite(path, 0, 4096),
    "zeroed after the first word": lambda path: overwrite(path, 4, path.stat().st_size - 4),
    "zeroed at the end": lambda path: overwrite(path, path.stat().st_size - 300, 300),
    "another file": replace_file,
}


@pytest.mark.parametrize("is_indexed", [True, False])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_and_left_unchanged(
    path: Path, damage: str, is_indexed: bool
) -> None:
    if not is_indexed:
        if damage in ("missing", "cut to its first word", "cut within a header"):
            pytest.skip("nothing tells this from a new installation, or from a crash")
        path.with_name("pydash.fs.index").unlink()
    DAMAGES[damage](path)
    before = contents(path.parent)
    with pytest.raises(DamagedDatabase, match=r"pydash\.fs (is|does).*Restore a backup") as refusal:
        open_file(path)
    assert "\n" not in str(refusal.value)
    assert contents(path.parent) == before


@pytest.mark.parametrize(
    ("damage", "problem"),
    [("empty", "is empty"), ("zeroed in the middle", "is damaged")],
)
def test_the_command_reports_it_in_one_line(path: Path, damage: str, problem: str) -> None:
    if damage == "empty":
        os.truncate(path, 0)
    else:
        path.with_name("pydash.fs.index").unlink()
        overwrite(path, path.stat().st_size // 2, 200)
    (path.parent / "secret_key").write_text("an example, long enough")
    command = [sys.executable, "-m", "pydash", "database", "--data-dir", str(path.parent)]
    started = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert started.returncode == 1
    line = started.stderr.splitlines()[-1]
    assert line.startswith(f"Error: The database {path} {problem}")
    assert "Restore a backup: pydash backup restore --force FOLDER." in line
    assert "Traceback" not in started.stderr


@pytest.mark.parametrize("kept", [1, 16, 17, 60, None])
def test_a_commit_that_was_interrupted_is_dropped(path: Path, kept: int | None) -> None:
    """After a crash, the beginning of a transaction may follow the last one, marked unfinished."""
    whole = path.read_bytes()
    last = whole[last_transaction(path) :]
    unfinished = p64(int.from_bytes(last[:8], "big") + 1) + last[8:16] + b"c" + last[17:]
    path.write_bytes(whole + unfinished[:kept])
    assert count(path) == COMMITS
    assert path.read_bytes() == whole


def test_a_backup_that_is_older_than_the_index_is_opened(path: Path, tmp_path: Path) -> None:
    backup = path.read_bytes()
    database = DB(open_file(path))
    with database.transaction() as connection:
        connection.root()["count"] = "newer"
    database.close()
    path.write_bytes(backup)
    assert count(path) == COMMITS


def test_a_start_that_was_killed_before_anything_was_stored_is_repeated(tmp_path: Path) -> None:
    path = tmp_path / "new" / "pydash.fs"
    for _ in range(2):
        open_file(path).close()
    write(path)
    assert count(path) == COMMITS

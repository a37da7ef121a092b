"""`pydash check`, and what `pydash up` says of damaged data before it starts anything."""

import os
import pwd
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.migrations import RENAMED_CLASSES
from pydash_cli import cli
from pydash_cube.cache import column_cache
from pydash_cube.call_batch import CallBatch
from pydash_database import IncompatibleDatabase, transact
from pydash_database.stored_classes import class_factory
from tests.pydash_app.backup.test_drill import calls
from tests.pydash_database.test_damaged_files import DAMAGES, contents, last_transaction, overwrite
from tests.stored_data.support import unpack
from tests.support.database_servers import UNPRIVILEGED

KEY = "an example of a key, long enough"


def many_calls() -> CallBatch:
    import random

    return calls(random.Random(1), 20_000)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a dashboard."""
    data_dir = tmp_path_factory.mktemp("sound") / "data"
    data_dir.mkdir(mode=0o700)
    (data_dir / "secret_key").write_text(KEY)
    (data_dir / "secret_key").chmod(0o600)
    uri = f"file://{data_dir}/pydash.fs"
    environ = {"PYDASH_DATA_DIR": str(data_dir), "PYDASH_DATABASE_URI": uri}
    pydash_app.configure(Configuration.from_environment(environ))

    def store() -> None:
        dashboard = Dashboard("http://app", "token", uuid.uuid4(), "The app")
        dashboard.add_endpoint_calls(many_calls())
        repository.add(dashboard)

    transact(store)
    for _ in range(3):
        transact(lambda: pydash_database.database_root().update(count=1))
        transact(lambda: pydash_database.database_root().update(count=2))
    pydash_database.close()
    return data_dir


@pytest.fixture
def data_dir(sound: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of it, in a short path."""
    with tempfile.TemporaryDirectory(prefix="pydash") as directory:
        copy = shutil.copytree(sound, Path(directory, "data"))
        monkeypatch.setenv("PYDASH_DATA_DIR", str(copy))
        yield copy


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def failures(result: Result) -> list[str]:
    """Return the lines that say what is wrong."""
    found = [line for line in result.output.splitlines() if not line.startswith("ok ")]
    assert result.exit_code == bool(found), result.output
    return found


def test_sound_data_passes(data_dir: Path) -> None:
    before = everything(data_dir)
    result = run("check")
    assert failures(result) == []
    names = [line.removeprefix("ok").strip() for line in result.output.splitlines()]
    assert names[:5] == [
        *("configuration", "data directory", "database file", "index of the database file"),
        "objects",
    ]
    assert names[5].endswith("(The app)")
    assert everything(data_dir) == before


def everything(directory: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@pytest.mark.parametrize("version", ["04c66f8", "c9696f8"])
def test_data_of_an_earlier_version_passes_and_is_not_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    path = unpack(version, tmp_path)
    before = path.read_bytes()
    monkeypatch.setenv("PYDASH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PYDASH_SECRET_KEY", KEY)
    assert failures(run("check")) == []
    assert path.read_bytes() == before


def zero_a_header(path: Path) -> None:
    """Damage the transaction before the last one; the index is that of before a crash."""
    last = last_transaction(path)
    before = last - 8 - int.from_bytes(path.read_bytes()[last - 8 : last], "big")
    overwrite(path, before, 20)
    path.with_name("pydash.fs.index").unlink()


ALL_DAMAGES = {**DAMAGES, "zeroed in the middle": zero_a_header}


@pytest.mark.parametrize("damage", ALL_DAMAGES)
def test_damage_is_reported_in_a_line_and_left(data_dir: Path, damage: str) -> None:
    path = data_dir / "pydash.fs"
    ALL_DAMAGES[damage](path)
    before = contents(data_dir)
    (line,) = failures(run("check"))
    assert line.startswith(f"FAILED  database file: The database {path} ")
    assert "pydash backup restore" in line
    refused = run("up")
    assert refused.exit_code == 1
    assert refused.output == ""
    assert isinstance(refused.exception, IncompatibleDatabase)
    assert str(refused.exception).startswith(f"The database {path} ")
    assert contents(data_dir) == before
    assert not (data_dir / "zeo.sock").exists()


def test_damaged_columns_are_reported(data_dir: Path) -> None:
    column_cache.clear()  # It knows them from the other tests.
    path = data_dir / "pydash.fs"
    overwrite(path, path.stat().st_size // 2, 200)
    (line,) = failures(run("check"))
    assert "(The app): Its columns are damaged" in line


def test_a_damaged_index_is_reported(data_dir: Path) -> None:
    index = data_dir / "pydash.fs.index"
    overwrite(index, index.stat().st_size // 2, 30)
    (line,) = failures(run("check"))
    assert line.startswith(f"FAILED  index of the database file: {index} ")
    assert "delete this file" in line


def test_an_object_that_cannot_be_read_is_reported(data_dir: Path) -> None:
    change(data_dir, lambda root: root.update(extra=Unreadable()))
    (line,) = failures(run("check"))
    assert line.startswith("FAILED  objects: The database cannot be read: invalid literal")


class Unreadable:
    """Cannot be unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return int, ("not a number",)


def lose_a_call(root: Any) -> None:
    (dashboard,) = root["dashboards"].values()
    dashboard.aggregator_group.cube.rows -= 1


def lose_a_month(root: Any) -> None:
    (dashboard,) = root["dashboards"].values()
    months = dashboard.aggregator_group.cube._months
    del months[months.minKey()]


def count_twice(root: Any) -> None:
    (dashboard,) = root["dashboards"].values()
    dashboard.aggregator_group.cube.usage.calls.change(1)


@pytest.mark.parametrize("fault", [lose_a_call, lose_a_month, count_twice])
def test_numbers_that_contradict_each_other_are_reported(
    data_dir: Path, fault: Callable[[Any], None]
) -> None:
    change(data_dir, fault)
    (line,) = failures(run("check"))
    assert line.startswith("FAILED  dashboard ")
    assert "(The app): It has " in line


def change(data_dir: Path, fault: Callable[[Any], None]) -> None:
    """Change the database as no PyDash would."""
    storage = FileStorage(str(data_dir / "pydash.fs"))
    database = DB(storage, class_factory=class_factory(RENAMED_CLASSES))
    with database.transaction() as connection:
        fault(connection.root())
    database.close()


def test_a_missing_key_a_public_key_and_an_interrupted_restore_are_reported(
    data_dir: Path,
) -> None:
    key = data_dir / "secret_key"
    key.chmod(0o644)
    (line,) = failures(run("check"))
    assert f"chmod 600 {key}" in line
    key.unlink()
    (line,) = failures(run("check"))
    assert line.startswith(f"FAILED  configuration: The secret key {key} is missing")
    (data_dir / "restoring").write_text("/backups/one")
    (line,) = failures(run("check"))
    assert "pydash backup restore --force /backups/one" in line


def test_a_directory_without_an_installation_stays_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYDASH_DATA_DIR", str(tmp_path))
    (line,) = failures(run("check"))
    assert f"{tmp_path}/pydash.fs does not exist" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["check", "up"])
def test_a_read_only_directory_is_reported_in_a_line(
    data_dir: Path, tmp_path: Path, command: str
) -> None:
    assert failures(run("check")) == []
    output = tmp_path / "output"
    output.touch(mode=0o666)
    output.chmod(0o666)
    data_dir.parent.chmod(0o755)
    if os.getuid() == 0:
        for path in (data_dir, *data_dir.iterdir()):
            os.chown(path, pwd.getpwnam(UNPRIVILEGED).pw_uid, -1)
    data_dir.chmod(0o500)
    opened = output.open("w")
    pid = os.fork()
    if pid == 0:
        if os.getuid() == 0:
            os.setgroups([])  # root may write everywhere
            os.setuid(pwd.getpwnam(UNPRIVILEGED).pw_uid)
        result = run(command)
        print(result.output, result.exception, file=opened, flush=True)
        os._exit(result.exit_code)
    opened.close()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1
    data_dir.chmod(0o700)
    text = output.read_text()
    assert text.count(f"{data_dir} is not writable. Run PyDash as its owner") == 1
    assert "Traceback" not in text

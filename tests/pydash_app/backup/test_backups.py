"""What is in a backup, and what is refused: on a file of this process alone, without a server."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import pydash_app
import pydash_database
from pydash_app import backup, event, upgrade
from pydash_app.backup import keys, nightly
from pydash_app.backup.manifest import Manifest
from pydash_app.configuration import Configuration, ConfigurationError
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.fetcher import housekeeping
from pydash_app.migrations import MIGRATIONS
from pydash_cli import cli
from pydash_database import BackupFailed, IncompatibleDatabase, database_root, server, transact
from pydash_database import backup as copying
from pydash_events import EventFilter
from tests.conftest import ZeoServer
from tests.stored_data.support import unpack
from tests.stored_data.write import SECRET_KEY
from tests.support.waiting import wait_for

PASSPHRASE = "correct horse battery staple"
KEY = "an example of a key, long enough"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The settings of an installation, also of this process, with a dashboard."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / "secret_key").write_text(KEY)
    found = {
        "PYDASH_DATA_DIR": str(data_dir),
        "PYDASH_DATABASE_URI": f"file://{data_dir}/pydash.fs",
        "PYDASH_BACKUP_DIR": str(tmp_path / "backups"),
    }
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    pydash_app.configure(Configuration.from_environment(found))
    transact(lambda: repository.add(Dashboard("http://app", "token", uuid.uuid4())))
    yield found
    pydash_database.close()


def configured(environment: dict[str, str], **settings: str) -> Configuration:
    return Configuration.from_environment({**environment, **settings})


def restore(environment: dict[str, str], folder: Path, **settings: str) -> Manifest:
    """Close the database, and restore a backup over it."""
    pydash_database.close()
    configuration = Configuration.from_environment({**environment, **settings}, restoring=True)
    return backup.restore(configuration, folder, force=True)


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(cli, ["backup", *map(str, arguments)])


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 10)


def change(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_damaged_backup_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    first = backup.create(configured(environment))
    transact(lambda: repository.add(Dashboard("http://other", "token", uuid.uuid4())))
    last = backup.create(configured(environment), incremental=True)
    pydash_database.close()
    database = Path(environment["PYDASH_DATA_DIR"], "pydash.fs")
    before = database.read_bytes()
    for name in ("*.fs", "*.deltafs", "*.dat", "keys.json", "manifest.json"):
        for damage in (cut, change, Path.unlink):
            folder = shutil.copytree(last, tmp_path / "copies" / f"{name[2:]}.{damage.__name__}")
            (path,) = folder.glob(name)
            damage(path)
            with pytest.raises(BackupFailed, match=f"{folder} is (damaged|not a)") as failure:
                backup.verify(folder)
            # A manifest whose checksum is damaged names another file.
            assert path.name in str(failure.value) or (name, damage) == ("manifest.json", change)
            with pytest.raises(BackupFailed):
                restore(environment, folder)
            shutil.rmtree(folder)
    assert database.read_bytes() == before
    cut(next(last.glob("*.deltafs")))
    # The next one does not build on it.
    assert backup.verify(backup.create(configured(environment), incremental=True)).incremental
    verified = run("verify", last.parent)
    assert verified.exit_code == 1
    assert f"Error: The backup {last} is damaged: " in verified.output
    assert f"{first}: 0 users, 1 dashboards, 0 requests" in verified.output


def test_a_database_that_is_packed_meanwhile_is_copied_again(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    transact(lambda: repository.add(Dashboard("http://other", "token", uuid.uuid4())))
    transact(repository.clear_all)
    run_program, is_packed = copying._run, False

    def run_and_pack(*command: str, cwd: Path, **environment: str) -> None:
        nonlocal is_packed
        run_program(*command, cwd=cwd, **environment)
        if not is_packed:
            is_packed = True
            pydash_database.pack(days=0)

    monkeypatch.setattr(copying, "_run", run_and_pack)
    folder = backup.create(configured(environment))
    assert backup.verify(folder).counts.dashboards == 0
    (copied,) = folder.glob("*.fs")
    assert copied.read_bytes() == Path(environment["PYDASH_DATA_DIR"], "pydash.fs").read_bytes()


def test_a_manifest_that_leads_elsewhere_is_refused(environment: dict[str, str]) -> None:
    folder = backup.create(configured(environment))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["../../data/secret_key"] = {"size": 0, "sha256": ""}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BackupFailed, match=r"damaged: manifest\.json"):
        backup.verify(folder)


def test_only_an_empty_directory_is_restored_without_force(environment: dict[str, str]) -> None:
    folder = backup.create(configured(environment))
    pydash_database.close()
    refused = run("restore", folder)
    assert refused.exit_code == 1
    assert isinstance(refused.exception, BackupFailed)
    assert "Use --force" in str(refused.exception)
    data_dir = Path(environment["PYDASH_DATA_DIR"])
    shutil.rmtree(data_dir)
    assert run("restore", folder).exit_code == 0
    assert (data_dir / "secret_key").read_text() == KEY
    assert {path.stat().st_mode & 0o777 for path in data_dir.glob("[ps]*[sy]")} == {0o600}
    pydash_app.configure(configured(environment))
    assert [each.token for each in transact(lambda: list(repository.all()))] == ["token"]
    # A key without a database may be the only one of a database elsewhere.
    pydash_database.close()
    (data_dir / "pydash.fs").unlink()
    (data_dir / "pydash.fs.index").unlink()
    (data_dir / "secret_key").write_text("another key, long enough as well")
    assert isinstance(run("restore", folder).exception, BackupFailed)


def test_a_newer_schema_is_refused(environment: dict[str, str]) -> None:
    pydash_database.configure(
        environment["PYDASH_DATABASE_URI"], [*MIGRATIONS, lambda root: root.update(newer=1)]
    )
    transact(database_root)
    folder = backup.create(configured(environment))
    pydash_database.close()
    before = Path(environment["PYDASH_DATA_DIR"], "pydash.fs").read_bytes()
    with pytest.raises(BackupFailed, match=f"schema {len(MIGRATIONS) + 1}.*knows only"):
        restore(environment, folder)
    assert Path(environment["PYDASH_DATA_DIR"], "pydash.fs").read_bytes() == before


def test_a_database_in_use_is_not_replaced(environment: dict[str, str]) -> None:
    folder = backup.create(configured(environment))
    with pytest.raises(BackupFailed, match=r"is in use. Stop PyDash first"):
        backup.restore(
            Configuration.from_environment(environment, restoring=True), folder, force=True
        )


def test_keys_are_encrypted_with_a_passphrase(environment: dict[str, str]) -> None:
    folder = backup.create(configured(environment, PYDASH_BACKUP_PASSPHRASE=PASSPHRASE))
    everything = b"".join(path.read_bytes() for path in folder.iterdir())
    assert KEY.encode() not in everything
    with pytest.raises(BackupFailed, match="PYDASH_BACKUP_PASSPHRASE_FILE"):
        restore(environment, folder)
    with pytest.raises(BackupFailed, match="is not the one"):
        restore(environment, folder, PYDASH_BACKUP_PASSPHRASE="another passphrase")
    key = Path(environment["PYDASH_DATA_DIR"], "secret_key")
    key.unlink()
    restore(environment, folder, PYDASH_BACKUP_PASSPHRASE=PASSPHRASE)
    assert key.read_text() == KEY


def test_a_key_that_is_kept_elsewhere_is_not_replaced_by_a_new_one(
    environment: dict[str, str],
) -> None:
    folder = backup.create(configured(environment), reason="nightly")
    assert Manifest.read(folder).keys == "separate"
    assert not list(folder.glob("keys*"))
    pydash_database.close()
    data_dir = Path(environment["PYDASH_DATA_DIR"])
    shutil.rmtree(data_dir)
    restored = run("restore", folder)
    assert restored.exit_code == 0
    assert f"The secret key {data_dir}/secret_key is missing" in restored.output
    assert not (data_dir / "secret_key").exists()
    with pytest.raises(ConfigurationError, match="secret key"):
        configured(environment)
    (data_dir / "secret_key").write_text("another key, long enough as well")
    assert "not the one of the backup" in run("restore", "--force", folder).output


def test_events_in_a_file_are_restored(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    environment["PYDASH_EVENTS_URI"] = f"sqlite:///{path}"
    pydash_app.configure(configured(environment))
    transact(lambda: upgrade.record_start("1.0"))
    housekeeping.move_events()
    transact(lambda: upgrade.record_start("1.1"))
    folder = backup.create(configured(environment))
    housekeeping.move_events()  # after the backup
    event.store().close()
    restore(environment, folder)
    with closing(sqlite3.connect(path)) as events:
        assert events.execute("pragma integrity_check").fetchall() == [("ok",)]
    pydash_app.configure(configured(environment))
    housekeeping.move_events()
    found = event.store("installation").get_events(EventFilter(event_type="system.started"))
    assert len(list(found)) == 2


# --- daily -------------------------------------------------------------------------------------

DUE = datetime(2026, 5, 4, 2, 30, tzinfo=UTC)


def recorded() -> list[tuple[str, dict[str, Any]]]:
    housekeeping.move_events()
    events = event.store("installation").get_events(EventFilter())
    return [
        (each.event_type, {trait.name: trait.value for trait in each.traits}) for each in events
    ]


def test_a_daily_backup_is_made_once(environment: dict[str, str]) -> None:
    configuration = configured(environment, PYDASH_BACKUP_AT="02:30")
    assert configuration.backup_at == time(2, 30)
    for minutes in (0, 1, 1439):
        backup.back_up_if_due(configuration, DUE + timedelta(minutes=minutes))
    (folder,) = backup.find(configuration.backup_dir)
    backup.back_up_if_due(configuration, DUE + timedelta(days=1))
    # It was made on the same day by the clock, of which the last one is kept.
    (newer,) = backup.find(configuration.backup_dir)
    assert newer.name > folder.name
    [(first, traits), (second, _)] = recorded()
    assert (first, second) == ("backup.created", "backup.created")
    assert (traits["folder"], traits["kind"]) == (folder.name, "full")
    backup.back_up_if_due(configured(environment), DUE + timedelta(days=9))
    assert backup.find(configuration.backup_dir) == [newer]


def test_a_failure_is_recorded(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    configuration = configured(
        environment, PYDASH_BACKUP_AT="02:30", PYDASH_BACKUP_DIR=f"{tmp_path}/a file"
    )
    for minutes in (0, 1):
        backup.back_up_if_due(configuration, DUE + timedelta(minutes=minutes))
    [(event_type, traits)] = recorded()
    assert event_type == "backup.failed"
    assert "a file" in traits["reason"]


def test_days_weeks_and_months_are_kept(environment: dict[str, str]) -> None:
    manifest = Manifest.read(backup.create(configured(environment)))
    last = datetime(2026, 12, 31, 3, tzinfo=UTC)
    made = {
        Path(f"{last - timedelta(days=days):%Y-%m-%d}"): manifest.model_copy(
            update={"created": last - timedelta(days=days)}
        )
        for days in range(500)
    }
    assert sorted(path.name for path in nightly.kept(made)) == [
        *("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"),
        *("2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31", "2026-11-30"),
        *("2026-12-13", "2026-12-20", "2026-12-25", "2026-12-26", "2026-12-27", "2026-12-28"),
        *("2026-12-29", "2026-12-30", "2026-12-31"),
    ]


def test_expired_ones_are_deleted_but_no_others(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "KEPT", (("%Y-%m-%dT%H:%M:%S", 2),))
    by_hand = backup.create(configured(environment))
    for day in range(3):
        configuration = configured(environment, PYDASH_BACKUP_AT="02:30")
        backup.back_up_if_due(configuration, DUE + timedelta(days=day))
    folders = backup.find(configuration.backup_dir)
    assert folders[0] == by_hand
    assert len(folders) == 3
    # Those that are left share files with those that were deleted, and are complete.
    assert run("verify", configuration.backup_dir).exit_code == 0
    names = [path.name for path in configuration.backup_dir.iterdir()]
    assert sorted(names) == [".lock", *(path.name for path in folders)]


# --- migrations --------------------------------------------------------------------------------


@pytest.fixture
def outdated() -> Iterator[dict[str, str]]:
    """The settings of an installation with an older schema, on which nothing runs."""
    # A short path, because the path of a Unix socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="pydash") as directory:
        data_dir = Path(directory, "data")
        data_dir.mkdir()
        unpack("c9696f8", data_dir)
        (data_dir / "secret_key").write_text(SECRET_KEY)
        yield {"PYDASH_DATA_DIR": str(data_dir), "PYDASH_BACKUP_DIR": f"{directory}/backups"}
        pydash_database.close()


def migrate(environment: dict[str, str]) -> None:
    """Connect as the first process of a new version does."""
    pydash_app.configure(configured(environment))
    assert transact(lambda: database_root()["schema_version"]) == len(MIGRATIONS)


def the_only_backup(environment: dict[str, str]) -> Manifest:
    (folder,) = backup.find(Path(environment["PYDASH_BACKUP_DIR"]))
    manifest = backup.verify(folder)
    assert manifest.reason == "migration"
    assert 0 < manifest.schema_version < len(MIGRATIONS)
    assert manifest.counts.requests > 0
    assert manifest.key_id == keys.key_id(SECRET_KEY)
    return manifest


def test_the_server_backs_the_database_up_before_it_is_migrated(outdated: dict[str, str]) -> None:
    data_dir = Path(outdated["PYDASH_DATA_DIR"])
    command = [sys.executable, "-m", "pydash", "database"]
    with subprocess.Popen(command, env={**os.environ, **outdated}) as process:
        try:
            wait_for(lambda: server.is_accepting(data_dir))
            the_only_backup(outdated)
            migrate(outdated)
            the_only_backup(outdated)  # The clients know that it has not changed.
        finally:
            process.terminate()


def test_a_process_of_a_new_version_backs_the_database_up_before_it_migrates(
    outdated: dict[str, str],
) -> None:
    """As after `pydash reload`, which keeps the server."""
    zeo = ZeoServer(Path(outdated["PYDASH_DATA_DIR"]))
    try:
        migrate(outdated)
        the_only_backup(outdated)
    finally:
        zeo.kill()


def test_nothing_is_migrated_without_a_backup(outdated: dict[str, str]) -> None:
    data_dir = Path(outdated["PYDASH_DATA_DIR"])
    outdated["PYDASH_BACKUP_DIR"] = f"{data_dir}/secret_key"
    before = (data_dir / "pydash.fs").read_bytes()
    zeo = ZeoServer(data_dir)
    try:
        with pytest.raises(IncompatibleDatabase, match="cannot be backed up before"):
            migrate(outdated)
    finally:
        zeo.kill()
    assert (data_dir / "pydash.fs").read_bytes() == before

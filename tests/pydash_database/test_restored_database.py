"""Clients recover when only the database server is restarted, with a restored backup."""

import shutil
import time
from pathlib import Path
from typing import Any

import pytest
import ZODB
from persistent.mapping import PersistentMapping
from ZODB.FileStorage import FileStorage

import pydash_database
from pydash_database import DatabaseUnavailable, database_root, server, transact

RECOVERY_SECONDS = 30


def create_counter(root: Any) -> None:
    # An object of its own, which other changes of the root do not invalidate.
    root["counter"] = PersistentMapping(value=0)


@pytest.fixture
def zeo(own_zeo_server: Any) -> Any:
    pydash_database.configure(own_zeo_server.uri, [create_counter])
    yield own_zeo_server
    pydash_database.close()


def increase() -> int:
    counter = database_root()["counter"]
    counter["value"] += 1
    return int(counter["value"])


def backup(zeo: Any, directory: Path) -> Path:
    return Path(shutil.copy(zeo.data_dir / server.FILE_NAME, directory))


def restore(zeo: Any, file: Path) -> None:
    """Replace the file, and restart the server."""
    zeo.kill()
    shutil.copy(file, zeo.data_dir / server.FILE_NAME)
    zeo.start()


def eventually(work: Any) -> Any:
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            return transact(work)
        except DatabaseUnavailable:
            assert time.monotonic() < deadline, "The database is still unavailable."
            time.sleep(0.05)


@pytest.mark.parametrize("lost", [1, 20])
def test_a_client_sees_the_restored_state(zeo: Any, tmp_path: Path, lost: int) -> None:
    assert transact(increase) == 1
    file = backup(zeo, tmp_path)
    for _ in range(lost):
        transact(increase)
    restore(zeo, file)
    assert eventually(increase) == 2
    assert eventually(increase) == 3


def test_a_client_does_not_mix_both_states(zeo: Any, tmp_path: Path) -> None:
    """ZEO would trust its cache if the restored database has newer transactions than the client."""
    assert transact(increase) == 1
    file = backup(zeo, tmp_path)
    assert transact(increase) == 2
    database = ZODB.DB(FileStorage(str(file)))
    with database.transaction() as connection:
        connection.root()["by_another_client"] = True
    database.close()
    restore(zeo, file)
    assert eventually(lambda: database_root()["by_another_client"])
    assert transact(lambda: database_root()["counter"]["value"]) == 1


def test_an_older_schema_is_migrated(zeo: Any, tmp_path: Path) -> None:
    transact(increase)
    file = backup(zeo, tmp_path)
    pydash_database.configure(zeo.uri, [create_counter, lambda root: root.update(new="column")])
    transact(increase)
    restore(zeo, file)
    assert eventually(lambda: database_root()["new"]) == "column"


def test_a_restart_with_the_same_database_keeps_the_connection(zeo: Any, tmp_path: Path) -> None:
    transact(increase)
    storage = pydash_database.database_connection().db().storage
    zeo.kill()
    zeo.start()
    assert eventually(increase) == 2
    assert pydash_database.database_connection().db().storage is storage

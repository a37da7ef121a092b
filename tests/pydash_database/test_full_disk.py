"""A full disk is reported as such, loses nothing that was stored, and can still be read from."""

import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pydash_database
from pydash_database import DatabaseUnavailable, DiskFull, database_root, server, transact
from tests.support.waiting import wait_for

ROOM = 4_096


@pytest.fixture
def zeo(own_zeo_server: Any) -> Any:
    pydash_database.configure(own_zeo_server.uri, [lambda root: root.update(kept="kept")])
    transact(lambda: None)
    yield own_zeo_server
    pydash_database.close()


@pytest.fixture
def limit(zeo: Any) -> Callable[[int], None]:
    """Limit the size of the files of the server, which fails as on a full disk."""

    def set_limit(size: int) -> None:
        hard = resource.RLIM_INFINITY
        resource.prlimit(zeo.process.pid, resource.RLIMIT_FSIZE, (size, hard))

    return set_limit


def store(size: int) -> None:
    transact(lambda: database_root().update(data="x" * size))


def eventually(work: Callable[[], Any]) -> Any:
    """Call `work` in a transaction, after ZEO has connected again."""
    results = []

    def succeeds() -> bool:
        try:
            results.append(transact(work))
        except DatabaseUnavailable:
            return False
        return True

    wait_for(succeeds)
    return results[0]


@pytest.mark.parametrize(
    ("size", "error"),
    [
        (2 * ROOM, DiskFull),
        # It exceeds the server's temporary file first; then ZEO disconnects, without a reason.
        (1_000_000, DatabaseUnavailable),
    ],
)
def test_nothing_is_stored_on_a_full_disk(
    zeo: Any, limit: Callable[[int], None], size: int, error: type[Exception]
) -> None:
    limit((zeo.data_dir / server.FILE_NAME).stat().st_size + ROOM)
    for _ in range(3):
        with pytest.raises(error):
            store(size)
    assert eventually(lambda: list(database_root())) == ["kept", "schema_version"]

    limit(resource.RLIM_INFINITY)
    eventually(lambda: database_root().update(data="x" * size))
    pydash_database.close()
    assert transact(lambda: len(database_root()["data"])) == size
    assert transact(lambda: database_root()["kept"]) == "kept"


def test_the_file_is_intact_after_a_restart(zeo: Any, limit: Callable[[int], None]) -> None:
    limit((zeo.data_dir / server.FILE_NAME).stat().st_size + ROOM)
    with pytest.raises(DiskFull):
        store(2 * ROOM)
    zeo.kill()
    pydash_database.close()
    zeo.start()
    assert transact(lambda: database_root()["kept"]) == "kept"


def test_a_full_disk_is_a_kind_of_unavailability() -> None:
    """So everything that waits for a database also waits for space."""
    assert issubclass(DiskFull, DatabaseUnavailable)


def test_other_errors_of_the_system_are_not_hidden(tmp_path: Path) -> None:
    pydash_database.configure("memory://")

    def fail() -> None:
        raise FileNotFoundError(tmp_path)

    with pytest.raises(FileNotFoundError):
        transact(fail)
    pydash_database.close()

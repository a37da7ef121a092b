"""The database server serves one data directory, for its owner alone, until a signal to stop."""

import random
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import pydash_database
from pydash_database import database_root, server, transact

SERVE = "import sys, pathlib, pydash_database.server as s; s.serve(pathlib.Path(sys.argv[1]))"


def test_it_stops_cleanly_on_sigterm(own_zeo_server: Any) -> None:
    assert own_zeo_server.stop() == 0
    assert not server.is_accepting(own_zeo_server.data_dir)
    assert not (own_zeo_server.data_dir / server.SOCKET_NAME).exists()


def test_its_files_are_for_the_owner_alone(zeo_server: Any) -> None:
    for name in (server.SOCKET_NAME, server.FILE_NAME):
        mode = (zeo_server.data_dir / name).stat().st_mode
        assert stat.S_IMODE(mode) & 0o077 == 0


def test_a_second_server_refuses_to_use_the_same_directory(zeo_server: Any) -> None:
    command = [sys.executable, "-c", SERVE, zeo_server.data_dir]
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode != 0
    assert "Another process has opened" in second.stderr


def test_a_path_too_long_for_a_socket_is_reported(tmp_path: Path) -> None:
    with pytest.raises(server.ServerNotStarted, match="too long"):
        server.is_accepting(tmp_path / ("x" * 120))


def test_packing_frees_disk_space(own_zeo_server: Any) -> None:
    pydash_database.configure(own_zeo_server.uri)
    noise = random.Random(1)
    for _ in range(10):
        transact(lambda: database_root().update(data=noise.randbytes(100_000)))
    file = own_zeo_server.data_dir / server.FILE_NAME
    before = file.stat().st_size
    pydash_database.pack(days=0)
    after = file.stat().st_size
    kept = transact(lambda: database_root()["data"])
    pydash_database.close()
    assert len(kept) == 100_000
    assert after < before / 5

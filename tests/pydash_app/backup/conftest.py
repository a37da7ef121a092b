"""An installation on a real ZEO server, whose data a test destroys and restores."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from tests.conftest import ZeoServer


class Installation:
    """An installation in the directory of its database server."""

    def __init__(self, zeo: ZeoServer, backups: Path) -> None:
        self.zeo = zeo
        self.environment = {
            "PYDASH_DATA_DIR": str(zeo.data_dir),
            "PYDASH_BACKUP_DIR": str(backups),
            "PYDASH_FETCH_ALLOW": "loopback",
        }

    def configuration(self, *, restoring: bool = False, **settings: str) -> Configuration:
        """Return the settings."""
        environ = {**self.environment, **settings}
        return Configuration.from_environment(environ, restoring=restoring)

    def destroy(self) -> None:
        """Kill the database, and delete everything in the data directory."""
        self.zeo.kill()
        for path in self.zeo.data_dir.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.fixture
def installation(own_zeo_server: ZeoServer, tmp_path: Path) -> Iterator[Installation]:
    """An installation, to which this process is connected as its web processes are."""
    found = Installation(own_zeo_server, tmp_path / "backups")
    (own_zeo_server.data_dir / "secret_key").write_text("a key of sixty-four characters")
    pydash_app.configure(found.configuration())
    yield found
    pydash_database.close()


@pytest.fixture
def eventually() -> Callable[[Callable[[], Any]], Any]:
    """Run work in a transaction as soon as the database is there again."""
    from tests.pydash_database.test_restored_database import eventually as run

    return run

"""Backs up and restores while an app has visitors and the fetcher fetches, and counts in the end.

`PYDASH_CHAOS_ROUNDS` says how many times, at most ten.
"""

import random
import shutil
import time
from pathlib import Path

import pytest

from pydash_app import backup
from pydash_app.configuration import Configuration, current
from pydash_app.dashboard.services import registration
from tests.chaos.conftest import Stage, ZeoServer
from tests.chaos.test_crash import (
    ROUNDS,
    SEED,
    Traffic,
    count_by_minute,
    wait_until_settled,
    write_calls,
)
from tests.pydash_app.fetching.support.owners import make_owner


@pytest.mark.slow
def test_every_call_is_counted_once_after_a_restore(
    stage: Stage, own_zeo_server: ZeoServer, tmp_path: Path
) -> None:
    """The app has what was fetched after the backup; the cursor of the backup leads to it."""
    rng = random.Random(SEED)
    write_calls(stage.app, rng, 20_000)
    dashboard_id = registration.register(make_owner(), "The app", stage.app.url, stage.app.token).id
    environ = {
        "PYDASH_DATA_DIR": str(own_zeo_server.data_dir),
        "PYDASH_SECRET_KEY": current().secret_key,
        "PYDASH_BACKUP_DIR": str(tmp_path / "backups"),
    }
    configuration = Configuration.from_environment(environ)
    with Traffic(stage.app):
        for round_number in range(min(ROUNDS, 10)):
            write_calls(stage.app, rng, 5_000)
            time.sleep(rng.uniform(0, 1.5))
            folder = backup.create(configuration, incremental=rng.random() < 0.7)
            write_calls(stage.app, rng, 5_000)
            time.sleep(rng.uniform(0, 1.5))
            # The web process (this one) and the fetcher keep running.
            own_zeo_server.kill()
            for path in own_zeo_server.data_dir.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            backup.restore(Configuration.from_environment(environ, restoring=True), folder)
            own_zeo_server.start()
            print(f"round {round_number} of seed {SEED} is over")
    wait_until_settled(stage.app, dashboard_id)
    assert count_by_minute(dashboard_id) == stage.app.count_by_minute()

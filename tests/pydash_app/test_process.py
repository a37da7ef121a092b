"""A process is configured by one call, shows no secret, and can run the documented tasks."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository as dashboards
from pydash_app.user import repository as users
from pydash_database import transact

SECRETS = {
    "PYDASH_SECRET_KEY": "the-key-that-nobody-may-see",
    "PYDASH_MAIL_URL": "smtp://user:the-mail-password@mail.example.com",
    "PYDASH_DEMO_PASSWORD": "the-demo-password",
}


@pytest.fixture
def root_level() -> Iterator[None]:
    level = logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)


def test_starting_shows_no_secret(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], root_level: None
) -> None:
    environ = {"PYDASH_DATA_DIR": str(tmp_path), "PYDASH_DATABASE_URI": "memory://"}
    pydash_app.configure(
        Configuration.from_environment({**environ, **SECRETS, "PYDASH_LOG_LEVEL": "debug"})
    )
    transact(lambda: None)
    pydash_database.close()
    output = capfd.readouterr()
    logs = "".join(path.read_text() for path in (tmp_path / "logs").iterdir())
    assert "Migrated the database" in logs
    for secret in SECRETS.values():
        assert secret not in output.out + output.err + logs


@pytest.mark.usefixtures("database")
def test_seeding_fills_an_empty_database(capsys: pytest.CaptureFixture[str]) -> None:
    pydash_app.seed_datastructures()
    assert "Seeding of users is done!" in capsys.readouterr().out
    assert transact(lambda: len(list(users.all()))) == 9
    assert transact(lambda: len(list(dashboards.all()))) == 18


def test_the_default_scheduler_runs_the_periodic_tasks(tmp_path: Path) -> None:
    # In a separate process, because a scheduler can be started only once.
    program = """
import os, pydash_app
from pydash_app.configuration import Configuration

if __name__ == "__main__":
    pydash_app.configure(Configuration.from_environment(os.environ))
    pydash_app.schedule_periodic_tasks()
    pydash_app.start_task_scheduler()
    pydash_app.stop_task_scheduler()
    print("stopped")
"""
    script = tmp_path / "program.py"
    script.write_text(program)
    environ = {"PYDASH_DATA_DIR": str(tmp_path), "PYDASH_DATABASE_URI": "memory://"}
    done = subprocess.run(
        [sys.executable, script], env=environ, capture_output=True, text=True, check=False
    )
    assert done.stdout == "stopped\n", done.stderr

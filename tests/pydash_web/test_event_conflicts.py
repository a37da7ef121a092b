"""Sign-ins and fetched pages at once, on a real ZEO server: events are no reason to repeat one."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from ZODB.serialize import referencesf

from pydash_app import event
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.fetcher import housekeeping
from pydash_database import database_connection, database_root, transact
from pydash_events import EventFilter
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp
from tests.pydash_web.support.running_site import PASSWORD, make_user

COUNT = 50
"""Of each of four processes."""

START = """
import json, sys
import transaction
from argon2 import PasswordHasher
from ZODB.POSException import ConflictError
import pydash_app, pydash_web
from pydash_app.configuration import Configuration
from pydash_app.dashboard.services import fetching
from pydash_app.user import passwords

environ, password, names = json.loads(sys.argv[1])
configuration = Configuration.from_environment(environ)
pydash_app.configure(configuration)
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)

commit, conflicts = transaction.TransactionManager.commit, []

def count(manager):
    try:
        commit(manager)
    except ConflictError as error:
        conflicts.append(error.oid.hex() if error.oid else "unknown")
        raise

transaction.TransactionManager.commit = count
print("ready", flush=True)
sys.stdin.readline()
"""
SIGN_IN = f"""
{START}
app = pydash_web.create_app(configuration)
for number, name in enumerate(names):
    address = {{"REMOTE_ADDR": f"10.0.0.{{number + 1}}"}}
    body = {{"name": name, "password": password}}
    response = app.test_client().post("/api/login", json=body, environ_base=address)
    assert response.status_code == 200, response.text
print(json.dumps(conflicts))
"""
FETCH = f"""
{START}
for name in names:
    fetching.fetch_and_update_historic_dashboard_info(name)
print(json.dumps(conflicts))
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[MonitoredApp]:
    """A real monitored app with a few calls, which are one page."""
    (tmp_path / "app").mkdir()
    running = MonitoredApp(tmp_path / "app")
    now = datetime.now(UTC)
    running.write_calls(("alpha", now - timedelta(minutes=number), 1.0) for number in range(9))
    yield running
    running.kill()


def add_dashboard(app: MonitoredApp) -> str:
    dashboard = Dashboard(app.url, app.token, uuid4(), "Shop")
    transact(lambda: repository.add(dashboard))
    return str(dashboard.id)


def objects_of_events() -> set[str]:
    """Return the ids of all stored objects of the event log."""

    def find() -> set[str]:
        root, connection = database_root(), database_connection()
        waiting = [root[name]._p_oid for name in ("event_inbox", "event_log")]
        found: set[str] = set()
        while waiting:
            oid = waiting.pop()
            if oid.hex() not in found:
                found.add(oid.hex())
                waiting += referencesf(connection._storage.load(oid)[0])
        return found

    return transact(find)


@pytest.mark.slow
def test_no_transaction_is_repeated_because_of_events(
    zeo_database: Configuration, app: MonitoredApp
) -> None:
    environ = {
        "PYDASH_DATA_DIR": str(zeo_database.data_dir),
        "PYDASH_DATABASE_URI": zeo_database.database_uri,
        "PYDASH_FETCH_ALLOW": "loopback",
    }
    users = [f"user{number}" for number in range(2 * COUNT)]
    for name in users:
        make_user(name)
    dashboards = [add_dashboard(app) for _ in users]
    housekeeping.move_events()
    before = objects_of_events()
    work = [
        (program, names[half * COUNT : (half + 1) * COUNT])
        for program, names in ((SIGN_IN, users), (FETCH, dashboards))
        for half in range(2)
    ]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, json.dumps([environ, PASSWORD, names])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for program, names in work
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    while any(process.poll() is None for process in processes):
        housekeeping.move_events()
    outputs = [process.communicate()[0] for process in processes]
    conflicts = Counter(oid for output in outputs for oid in json.loads(output))
    print(conflicts)
    assert "unknown" not in conflicts
    assert conflicts.keys().isdisjoint(before | objects_of_events())
    projects = event.store().get_projects()
    found = Counter(
        each.event_type for each in event.store().get_events(EventFilter(admin_proj=projects))
    )
    assert found["user.login"] == 2 * COUNT
    assert found["app.version"] == 2 * COUNT

"""The drill: traffic, backup, destruction, restore; then every number is as it was."""

import os
import random
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest

import pydash_app
import pydash_database
from pydash_app import backup, event
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.event import EventType, record
from pydash_app.fetcher import housekeeping
from pydash_app.user import repository as users
from pydash_cube.call_batch import CallBatch
from pydash_cube.query import Query
from pydash_cube.vocabulary import CallField, StatisticName, TimeUnit
from pydash_database import database_root, transact
from pydash_events import EventFilter
from tests.conftest import PASSWORD
from tests.pydash_app.backup.conftest import Installation
from tests.support.database_servers import postgresql
from tests.support.waiting import wait_for

START = datetime(2026, 3, 1, tzinfo=UTC)


def calls(rng: random.Random, number: int) -> CallBatch:
    return CallBatch.from_columns(
        endpoint=rng.choices(["alpha", "beta", "gamma"], k=number),
        execution_time=[rng.lognormvariate(2, 1) for _ in range(number)],
        time=[START + timedelta(seconds=rng.uniform(0, 9e6)) for _ in range(number)],
        version=rng.choices(["1", "2"], k=number),
        group_by=rng.choices(["ann", "bob", None], k=number),
        ip=[f"192.0.2.{rng.randrange(200)}" for _ in range(number)],
        status_code=rng.choices([200, 404, 500], k=number),
    )


def create_dashboard(owner: uuid.UUID) -> uuid.UUID:
    """Store a dashboard, whose token is encrypted."""

    def create() -> uuid.UUID:
        dashboard = Dashboard("http://app", "the app's token", owner, "The app")
        repository.add(dashboard)
        database_root()["written"] = 0
        return dashboard.id

    return transact(create)


def write(dashboard_id: uuid.UUID, batch: CallBatch) -> None:
    """Store a page of calls, an event, and how many calls there are, in one transaction."""

    def store() -> None:
        dashboard = repository.find(dashboard_id)
        dashboard.add_endpoint_calls(batch)
        repository.record_stored(dashboard)
        record(EventType.APP_DEPLOY, event.of_dashboard(dashboard), calls=len(batch))
        database_root()["written"] += len(batch)

    transact(store)


@contextmanager
def traffic(dashboard_id: uuid.UUID) -> Iterator[Callable[[], int]]:
    """Store pages without a pause; yield how many."""
    rng, stop, pages = random.Random(1), threading.Event(), 0

    def run() -> None:
        nonlocal pages
        while not stop.wait(0.002):
            write(dashboard_id, calls(rng, 50))
            pages += 1

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield lambda: pages
    finally:
        stop.set()
        thread.join()


def numbers(dashboard_id: uuid.UUID) -> dict[str, Any]:
    """Read everything that PyDash knows of the dashboard, its owner and what happened."""
    statistics = list(StatisticName)

    def read() -> dict[str, Any]:
        dashboard = repository.find(dashboard_id)
        shown = [name for name in statistics if name != StatisticName.VISITS_PER_IP]
        by_endpoint = Query(by=(CallField.ENDPOINT,), timeslice=TimeUnit.DAY)
        owner = users.find(dashboard.user_id)
        return {
            "token": dashboard.token,
            "all": repr(dashboard.query(statistics, Query())),
            "by endpoint and day": repr(dashboard.query(shown, by_endpoint)),
            "by address": repr(dashboard.query(shown[:4], Query(by=(CallField.IP,)))),
            "stored": dashboard.stored,
            "password": owner is not None and owner.check_password(PASSWORD),
            "written": database_root()["written"],
            "calls": sum(len(batch) for batch in dashboard.calls(Query())),
        }

    found = transact(read)
    events = event.store(f"dashboard:{dashboard_id}").get_events(EventFilter())
    return {**found, "events": [each.message_id for each in events]}


def create_owner() -> uuid.UUID:
    from pydash_app.user.services import registration

    mail = "alice@example.com"
    return transact(lambda: registration.create("Alice", PASSWORD, mail, verified=True).id)


def test_a_full_and_an_incremental_backup_bring_back_every_number(
    installation: Installation, eventually: Callable[[Callable[[], Any]], Any]
) -> None:
    dashboard_id = create_dashboard(create_owner())
    write(dashboard_id, calls(random.Random(2), 20_000))
    configuration = installation.configuration()
    with traffic(dashboard_id) as pages:
        full = backup.create(configuration)
        # Packing replaces the file, so that the next one is full again.
        pydash_database.pack(days=0)
        packed = backup.create(configuration, incremental=True)
        seen = pages()
        wait_for(lambda: pages() > seen)
        during = backup.create(configuration, incremental=True)
    housekeeping.move_events()
    expected = numbers(dashboard_id)
    last = backup.create(configuration, incremental=True)
    write(dashboard_id, calls(random.Random(3), 10))
    manifests = [backup.verify(folder) for folder in (full, packed, during, last)]
    assert [each.incremental for each in manifests] == [False, False, True, True]
    counts = [each.counts.requests for each in manifests]
    assert counts == sorted(set(counts)), counts
    assert {S_IMODE(path.stat().st_mode) for path in last.iterdir()} == {0o600}

    installation.destroy()
    restored = backup.restore(installation.configuration(restoring=True), last)
    assert restored.counts.requests == expected["written"] == expected["calls"]
    installation.zeo.start()
    # This process was connected all the time, like those of the web.
    assert eventually(lambda: database_root()["written"]) == expected["written"]
    housekeeping.move_events()
    assert numbers(dashboard_id) == expected

    # A backup that was made under traffic is the state after one transaction.
    installation.zeo.kill()
    backup.restore(installation.configuration(restoring=True), during, force=True)
    installation.zeo.start()
    eventually(lambda: None)
    housekeeping.move_events()
    found = numbers(dashboard_id)
    assert found["calls"] == found["written"] == manifests[2].counts.requests
    # And the one of the registration.
    assert len(found["events"]) + 1 == manifests[2].counts.events
    write(dashboard_id, calls(random.Random(4), 10))
    assert numbers(dashboard_id)["calls"] == found["calls"] + 10


@pytest.mark.slow
def test_postgresql_is_restored(tmp_path: Path) -> None:
    with postgresql("UTC") as server:
        url = server.create_database().replace("+psycopg2", "")
        environ = {
            "PYDASH_DATA_DIR": str(tmp_path / "data"),
            "PYDASH_BACKUP_DIR": str(tmp_path / "backups"),
            "PYDASH_DATABASE_URI": url,
        }
        configuration = Configuration.from_environment(environ)
        pydash_app.configure(configuration)
        try:
            dashboard_id = create_dashboard(create_owner())
            with traffic(dashboard_id) as pages:
                wait_for(lambda: pages() > 3)
                during = backup.create(configuration)
            housekeeping.move_events()
            expected = numbers(dashboard_id)
            last = backup.create(configuration)
            write(dashboard_id, calls(random.Random(3), 10))
            counts = backup.verify(during).counts
            assert 0 < counts.requests <= backup.verify(last).counts.requests

            to_restore = Configuration.from_environment(environ, restoring=True)
            with pytest.raises(pydash_database.BackupFailed, match=r"is in use. Stop PyDash"):
                backup.restore(to_restore, last, force=True)
            pydash_database.close()
            wait_for(lambda: server.select("select count(*) from pg_stat_activity") is not None)
            with pytest.raises(pydash_database.BackupFailed, match="Use --force"):
                backup.restore(to_restore, last)
            backup.restore(to_restore, last, force=True)
            assert numbers(dashboard_id) == expected
            pydash_database.close()
            backup.restore(to_restore, during, force=True)
            found = numbers(dashboard_id)
            assert found["calls"] == found["written"] == counts.requests
            with pytest.raises(pydash_database.BackupFailed, match="no incremental dumps"):
                backup.create(configuration, incremental=True)
        finally:
            pydash_database.close()


def test_a_killed_restore_leaves_the_old_database_or_none(installation: Installation) -> None:
    """The restoring process ends without a word before each of its steps."""
    dashboard_id = create_dashboard(create_owner())
    write(dashboard_id, calls(random.Random(2), 100))
    folder = backup.create(installation.configuration())
    write(dashboard_id, calls(random.Random(3), 100))
    installation.zeo.kill()
    pydash_database.close()
    outcomes = []
    for step in range(0, 20, 2):
        pid = os.fork()
        if pid == 0:
            restore_and_die(installation, folder, step)
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0:
            break
        outcomes.append(outcome(installation))
    assert list(dict.fromkeys(outcomes)) == ["200 requests", "was interrupted", "100 requests"]
    assert outcome(installation) == "100 requests"
    assert sorted(path.name for path in installation.zeo.data_dir.glob("*.new")) == []


def restore_and_die(installation: Installation, folder: Path, step: int) -> None:
    """Restore in a process that ends before it changes the directory for the nth time."""
    left = step
    originals = {name: getattr(Path, name) for name in ("replace", "unlink")}

    def die_or(name: str) -> Callable[..., Any]:
        def run(self: Path, *arguments: Any, **options: Any) -> Any:
            nonlocal left
            if self.parent == installation.zeo.data_dir:
                if left == 0:
                    os._exit(9)
                left -= 1
            return originals[name](self, *arguments, **options)

        return run

    try:
        for name in originals:
            setattr(Path, name, die_or(name))
        backup.restore(installation.configuration(restoring=True), folder, force=True)
    except BaseException as error:  # noqa: BLE001 (this is another process)
        print(error)
        os._exit(1)
    os._exit(0)


def outcome(installation: Installation) -> str:
    """Return what a start finds."""
    from pydash_app.backup.manifest import Content
    from pydash_app.configuration import ConfigurationError
    from pydash_app.migrations import RENAMED_CLASSES
    from pydash_database.backup import FileEngine

    try:
        configuration = installation.configuration()
    except ConfigurationError as error:
        is_named = "Repeat it: pydash backup restore --force /" in str(error)
        return "was interrupted" if is_named else str(error)
    content = FileEngine(configuration.data_dir / "pydash.fs", RENAMED_CLASSES).read(Content.of)
    return f"{content.counts.requests} requests"

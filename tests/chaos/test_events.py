"""Kills whatever takes part in shipping events to PostgreSQL, and counts in the end.

`PYDASH_CHAOS_EVENTS` says how many times (2), `PYDASH_CHAOS_SEED` when.
"""

import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
import requests
import sqlalchemy

import pydash_app
import pydash_database
from pydash_app.configuration import Configuration
from pydash_app.user.api_token import Scope
from pydash_database import DatabaseUnavailable, transact
from pydash_events import Event, Trait
from pydash_events.checks import check_event
from pydash_events.event_rows import to_row
from pydash_events.inbox import inbox
from tests.chaos.conftest import ZeoServer
from tests.chaos.test_crash import SEED
from tests.pydash_app.fetching.support.fetcher_process import ROOT, FetcherProcess
from tests.pydash_web.support.running_site import make_dashboard, make_token, make_user
from tests.support.database_servers import DatabaseServer, postgresql
from tests.support.waiting import wait_for

ROUNDS = int(os.environ.get("PYDASH_CHAOS_EVENTS", "2"))
# Events of one transaction.
BATCH = 20
# Accounts that rename their dashboards in turn, because of rate limits.
RENAMING = 10
SETTLE_SECONDS = 60
PROJECT = "chaos"
VICTIMS = ("worker", "fetcher", "web", "zeo", "store")

IDS = "SELECT message_id FROM pydash_event"
TABLES = "SELECT tablename FROM pg_tables WHERE tablename = 'pydash_event'"
NAMES = """
SELECT value FROM pydash_trait_text
JOIN pydash_trait_type ON pydash_trait_type.id = trait_id
JOIN pydash_event_type ON pydash_event_type.id = type_id
WHERE pydash_event_type.name = 'app.changed' AND pydash_trait_type.name = 'dashboard'
"""


class WebProcess:
    """A real web server in a separate process."""

    def __init__(self, settings: dict[str, str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        kept = {name: text for name, text in os.environ.items() if not name.startswith("PYDASH_")}
        self._environment = {**kept, **settings, "PYDASH_PORT": port, "PYTHONPATH": str(ROOT)}
        self.url = f"http://127.0.0.1:{port}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "pydash", "web"]
        self.process = subprocess.Popen(command, env=self._environment)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Play(NamedTuple):
    """All processes that take part."""

    zeo: ZeoServer
    store: DatabaseServer
    store_url: str
    web: WebProcess
    fetcher: FetcherProcess

    def select(self, query: str) -> list[str]:
        """Return the one column that a query of the event store returns."""
        return [str(each) for each in self.store.select(query, self.store_url)]

    def kill(self, victim: str) -> int:
        """Kill one, and start it again; return how many events are shipped, but not removed."""
        if victim == "worker":
            for each in psutil.Process(self.fetcher.process.pid).children(recursive=True):
                each.kill()
            return len(waiting().intersection(self.select(IDS)))
        part: ZeoServer | DatabaseServer | WebProcess | FetcherProcess = getattr(self, victim)
        part.kill()
        count = len(waiting().intersection(self.select(IDS))) if part is self.fetcher else 0
        part.start()
        return count

    def wait_for_commit(self) -> None:
        """Wait until events were shipped, which are about to be removed from the inbox."""
        query = sqlalchemy.text("SELECT sequence FROM pydash_event_store")
        with self.store.connect(self.store_url) as connection:
            last = connection.scalar(query)
            # What the web server writes itself are single events.
            while (sequence := connection.scalar(query)) < last + BATCH:
                last = sequence


@pytest.fixture
def play(own_zeo_server: ZeoServer, tmp_path: Path) -> Iterator[Play]:
    with ExitStack() as stack:
        store = stack.enter_context(postgresql("UTC"))
        store_url = store.create_database()
        settings = {
            "PYDASH_DATA_DIR": str(tmp_path / "data"),
            "PYDASH_DATABASE_URI": own_zeo_server.uri,
            "PYDASH_EVENTS_URI": store_url.replace("+psycopg2", ""),
            "PYDASH_FETCH_INTERVAL": "3600",
            "PYDASH_FETCH_WORKERS": "2",
            # Each request comes from an address of its own.
            "PYDASH_TRUSTED_PROXIES": "127.0.0.1/32",
        }
        pydash_app.configure(Configuration.from_environment(settings))
        stack.callback(pydash_database.close)
        fetcher = FetcherProcess(settings)
        stack.callback(fetcher.kill)
        web = WebProcess(settings)
        stack.callback(web.kill)
        yield Play(own_zeo_server, store, store_url, web, fetcher)


class Writers:
    """Write events without end, each again until it is acknowledged; three threads."""

    def __init__(self, play: Play) -> None:
        self._web = play.web
        self._rng = random.Random(SEED)
        self.recorded: list[str] = []
        self.reported: list[str] = []
        self.renamed: list[str] = []
        self._stop = threading.Event()
        owners = [make_user(f"owner{number}") for number in range(RENAMING)]
        self._owners = [(make_token(each, Scope.WRITE), make_dashboard(each)) for each in owners]
        work = (self._record, self._report, self._rename)
        self._threads = [threading.Thread(target=self._repeat, args=[each]) for each in work]

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, write: Callable[[int], None]) -> None:
        number = 0
        while not self._stop.wait(0.02):
            write(number)
            number += 1

    def _record(self, number: int) -> None:
        """Record in the inbox, as a part of a transaction of this process."""
        ids = [f"recorded {number} {index}" for index in range(BATCH)]
        traits = [Trait("number", Trait.INT_TYPE, number)]
        rows = [
            to_row(check_event(Event(each, "chaos", datetime.now(UTC), traits, None, PROJECT)))
            for each in ids
        ]
        while True:
            try:
                transact(lambda: inbox().add(rows))
                break
            except DatabaseUnavailable:
                time.sleep(0.05)
        self.recorded += ids

    def _report(self, number: int) -> None:
        """Report to the web server, which writes into the store itself."""
        event = {"event_type": "ci.run", "message_id": f"reported {number}"}
        self._post("/api/events", event, self._owners[0][0])
        self.reported.append(event["message_id"])

    def _rename(self, number: int) -> None:
        """Rename a dashboard, which records an event in the inbox."""
        name = f"name {number}"
        token, dashboard_id = self._owners[number % RENAMING]
        path = f"/api/dashboards/{dashboard_id}/change_settings"
        self._post(path, {"name": name}, token)
        self.renamed.append(name)

    def _post(self, path: str, body: object, token: str) -> None:
        while True:
            address = ".".join(str(self._rng.randint(1, 254)) for _ in range(4))
            headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": address}
            try:
                url = self._web.url + path
                response = requests.post(url, json=body, headers=headers, timeout=30)
            except requests.RequestException:
                time.sleep(0.05)
                continue
            if response.status_code == 200:
                return
            assert response.status_code in (429, 503), response.text
            time.sleep(0.05)


@pytest.mark.slow
def test_every_event_reaches_the_store_once_whatever_dies(play: Play) -> None:
    rng = random.Random(SEED)
    victims = rng.sample(VICTIMS, len(VICTIMS)) * (ROUNDS // len(VICTIMS) + 1)
    interrupted = 0
    wait_for(lambda: succeeds(play.web.url), SETTLE_SECONDS)
    wait_for(lambda: play.select(TABLES))
    with Writers(play) as writers:
        for number, victim in enumerate(victims[:ROUNDS]):
            play.wait_for_commit()
            if number % 3 == 2:
                time.sleep(rng.uniform(0, 1))
            count = play.kill(victim)
            interrupted += count > 0
            print(f"round {number} of seed {SEED}: {victim}; {count} shipped, but not removed")
    wait_for(lambda: not waiting(), SETTLE_SECONDS)
    sent = Counter(writers.recorded + writers.reported)
    assert Counter(each for each in play.select(IDS) if " " in each) == sent
    assert Counter(play.select(NAMES)) == Counter(writers.renamed)
    print(f"{len(writers.recorded)} recorded, {len(writers.reported)} reported,")
    print(f"{len(writers.renamed)} renamed; {interrupted} times between commit and removal")


def succeeds(url: str) -> bool:
    try:
        return requests.get(f"{url}/api/status", timeout=5).ok
    except requests.RequestException:
        return False


def waiting() -> set[str]:
    """Return the ids of the events in the inbox."""
    while True:
        with suppress(DatabaseUnavailable):
            return transact(
                lambda: {row.message_id for _, batch in inbox().batches() for row in batch}
            )
        time.sleep(0.05)

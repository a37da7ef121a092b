"""A monitored app in a process of its own, and its database to compare with."""

import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from monitored_app import TOKEN

START_SECONDS = 60

INSERT = """
insert into Request
(endpoint_id, duration, time_requested, version_requested, group_by, ip, status_code)
values (?, ?, ?, '1.0', 'None', '127.0.0.1', 200)
"""


class MonitoredApp:
    """A real monitored app, to be killed and started at will; its port stays the same."""

    token = TOKEN

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self._port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}/dashboard"
        self.start()

    def start(self) -> None:
        """Start the app and wait until it answers."""
        script = Path(__file__).with_name("monitored_app.py")
        command = [sys.executable, str(script), str(self._port), str(self._directory)]
        log = (self._directory / "app.log").open("ab")
        with log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._directory)
        deadline = time.monotonic() + START_SECONDS
        while not self._accepts():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self._directory / "app.log").read_text())
            time.sleep(0.02)

    def kill(self) -> None:
        """End the app without asking it."""
        self.process.kill()
        self.process.wait()

    def visit(self, page: str = "alpha") -> None:
        """Send a real request."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/{page}", timeout=10) as answer:
            answer.read()

    def write_calls(self, calls: Iterable[tuple[str, datetime, float]]) -> None:
        """Write calls (endpoint, time in UTC, ms) as the app would have written them."""
        with closing(self._database()) as database, database:
            ids = dict(database.execute("select name, id from Endpoint"))
            rows = [
                (ids[name], duration, time.strftime("%Y-%m-%d %H:%M:%S.%f"))
                for name, time, duration in calls
            ]
            database.executemany(INSERT, rows)

    def delete_calls(self) -> None:
        """Empty the database, as an administrator might."""
        with closing(self._database()) as database, database:
            database.execute("delete from Request")

    def count(self) -> int:
        """Count the calls in the app's own database."""
        with closing(self._database()) as database:
            [count] = database.execute("select count(*) from Request").fetchone()
        return int(count)

    def count_by_minute(self) -> Counter[tuple[str, str]]:
        """Count the calls per endpoint and minute (`2018-05-29T15:45`)."""
        query = """
            select name, replace(substr(time_requested, 1, 16), ' ', 'T'), count(*)
            from Request join Endpoint on Endpoint.id = Request.endpoint_id group by 1, 2
        """
        with closing(self._database()) as database:
            return Counter({(name, minute): n for name, minute, n in database.execute(query)})

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def _database(self) -> sqlite3.Connection:
        return sqlite3.connect(self._directory / "monitoring.sqlite", timeout=30)

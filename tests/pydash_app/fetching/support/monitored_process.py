"""A monitored app in a separate process, and its database for comparison."""

import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from http.client import HTTPConnection
from itertools import cycle
from pathlib import Path
from typing import Any, TypeVar

from tests.pydash_app.fetching.support.fetched_app import TOKEN

START_SECONDS = 60

INSERT = """
insert into Request
(endpoint_id, duration, time_requested, version_requested, group_by, ip, status_code)
select id, ?, ?, ?, 'None', ?, 200 from Endpoint where name = ?
"""
INSERT_WITHOUT_STATUS = INSERT.replace(", status_code", "").replace(", 200", "")
"""For Flask-MonitoringDashboard before 3.1."""

STACK = """
insert or ignore into ExceptionType (id, type) values (1, 'KeyError');
insert or ignore into FilePath (id, path) values (1, '/srv/shop/orders.py');
insert or ignore into FunctionDefinition (id, name, code) values (1, 'pay', 'def pay():\n  {}[0]');
insert or ignore into FunctionLocation (id, file_path_id, function_definition_id,
    function_start_line_number) values (1, 1, 1, 7);
insert or ignore into ExceptionFrame (id, function_location_id, line_number) values (1, 1, 8);
insert or ignore into StackTraceSnapshot (id, hash) values (1, 'a hash');
insert or ignore into ExceptionStackLine (stack_trace_snapshot_id, exception_frame_id, position)
    values (1, 1, 0);
"""
INSERT_MESSAGE = "insert into ExceptionMessage (message) values (?) returning id"
INSERT_EXCEPTION = """
insert into ExceptionOccurrence
(request_id, exception_type_id, exception_msg_id, stack_trace_snapshot_id, is_user_captured)
select max(id), 1, ?, 1, 0 from Request
"""
INSERT_OUTLIER = """
insert into Outlier
(request_id, request_header, request_environment, request_url, cpu_percent, memory, stacktrace)
select max(id), 'Host: shop', '{}', 'http://shop/alpha', '[50.0]', 'svmem(percent=40.0)', ''
from Request
"""
INSERT_PROFILED = """
insert into Request (endpoint_id, duration, time_requested, version_requested, group_by, ip)
select endpoint_id, duration, time_requested, version_requested, group_by, ip
from Request where id = 1 returning id
"""
INSERT_LINE = """
insert into StackLine (request_id, code_id, position, indent, duration) values (?, 1, 0, 1, 5)
"""
CODE = """
insert or ignore into CodeLine (id, filename, line_number, function_name, code)
    values (1, '/srv/shop/orders.py', 7, 'pay', 'return 1');
insert or ignore into CustomGraph (graph_id, title) values (1, 'Baskets');
"""
INSERT_VALUE = """
insert into CustomGraphData (graph_id, time, value) values (1, '2026-11-01 12:00:00.000000', 7.5)
"""
ROWS = {
    "exceptions": ("ExceptionOccurrence", "id"),
    "outliers": ("Outlier", "id"),
    "profiles": ("StackLine", "distinct request_id"),
    "graphs": ("CustomGraphData", "id"),
}
"""The table of each kind, and what a row of the kind is in it."""

COUNT = "select count(*) from Request"
COUNT_BY_MINUTE = """
select name, replace(substr(time_requested, 1, 16), ' ', 'T'), count(*)
from Request join Endpoint on Endpoint.id = Request.endpoint_id group by 1, 2
"""

T = TypeVar("T")


class MonitoredApp:
    """A real monitored app that can be killed and started; its port stays the same.

    :param directory: for its files.
    :param python: of the environment that it runs in.
    """

    token = TOKEN

    def __init__(self, directory: Path, python: Path | str = sys.executable) -> None:
        self._directory, self._python = directory, str(python)
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self._port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}/dashboard"
        self.start()

    def start(self) -> None:
        """Start the app and wait until it responds."""
        script = Path(__file__).with_name("fetched_app.py")
        command = [self._python, str(script), str(self._port), str(self._directory)]
        log = (self._directory / "app.log").open("ab")
        with log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._directory)
        deadline = time.monotonic() + START_SECONDS
        while not self._accepts():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError((self._directory / "app.log").read_text())
            time.sleep(0.02)

    def kill(self) -> None:
        """End the app without asking it."""
        self.process.kill()
        self.process.wait()

    def visit(self, page: str = "alpha") -> None:
        """Send a real request."""
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=10)) as connection:
            connection.request("GET", f"/{page}")
            with connection.getresponse() as response:
                response.read()

    def write_calls(
        self,
        calls: Iterable[tuple[str, datetime, float]],
        ips: Iterable[str] = ("127.0.0.1",),
        version: str = "1.0",
    ) -> None:
        """Write calls (endpoint, time in UTC, ms) as the app would have written them.

        :param ips: the addresses of the calls, in turn.
        """
        rows = [
            (duration, f"{time:%Y-%m-%d %H:%M:%S.%f}", version, ip, name)
            for (name, time, duration), ip in zip(calls, cycle(ips), strict=False)
        ]
        columns = {name for _, name, *_ in self.select("pragma table_info(Request)")}
        insert = INSERT if "status_code" in columns else INSERT_WITHOUT_STATUS
        self._in_database(lambda database: database.executemany(insert, rows))

    def write_rows(self, kind: str, number: int) -> None:
        """Write rows of a kind as the app would have written them.

        Exceptions and slow requests are those of the last call; there must be two calls before.
        """

        def write(database: sqlite3.Connection) -> None:
            database.executescript(STACK if kind == "exceptions" else CODE)
            for order in range(number):
                if kind == "exceptions":
                    message = database.execute(INSERT_MESSAGE, [f"order {order}"]).fetchone()
                    database.execute(INSERT_EXCEPTION, message)
                elif kind == "outliers":
                    database.execute(INSERT_OUTLIER)
                elif kind == "profiles":
                    profiled = database.execute(INSERT_PROFILED).fetchone()
                    database.execute(INSERT_LINE, profiled)
                else:
                    database.execute(INSERT_VALUE)

        self._in_database(write)

    @property
    def kinds(self) -> list[str]:
        """The kinds that its version of Flask-MonitoringDashboard stores."""
        tables = {name for (name,) in self.select("select name from sqlite_master")}
        return [kind for kind, (table, _) in ROWS.items() if table in tables]

    def count_rows(self, kind: str) -> int:
        """Count the rows of a kind in the app's own database."""
        table, row = ROWS[kind]
        [[count]] = self.select(f"select count({row}) from {table}")
        return int(count)

    def delete_calls(self) -> None:
        """Empty the database, as an administrator might."""
        self._in_database(lambda database: database.execute("delete from Request"))

    def count(self) -> int:
        """Count the calls in the app's own database."""
        [[count]] = self.select(COUNT)
        return int(count)

    def count_by_minute(self) -> Counter[tuple[str, str]]:
        """Count the calls per endpoint and minute (`2018-05-29T15:45`)."""
        rows = self.select(COUNT_BY_MINUTE)
        return Counter({(name, minute): count for name, minute, count in rows})

    def select(self, sql: str) -> list[tuple[Any, ...]]:
        """Read from the app's own database."""
        return self._in_database(lambda database: database.execute(sql).fetchall())

    def change(self, sql: str) -> None:
        """Change the app's own database."""
        self._in_database(lambda database: database.execute(sql))

    @contextmanager
    def broken_database(self) -> Iterator[None]:
        """Take the table of calls away for a while."""
        self._in_database(lambda database: database.execute("alter table Request rename to Gone"))
        yield
        self._in_database(lambda database: database.execute("alter table Gone rename to Request"))

    def _in_database(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do some work in a transaction; again, if the app was killed in the middle of one."""
        path = self._directory / "monitoring.sqlite"
        for attempts_left in range(4, -1, -1):
            try:
                with closing(sqlite3.connect(path, timeout=30)) as database, database:
                    return work(database)
            except sqlite3.OperationalError:
                if not attempts_left:
                    raise
                time.sleep(0.1)
        raise AssertionError

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

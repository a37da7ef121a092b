"""Compares what PyDash counts with what a monitored app has in its own database."""

import os
import random
import secrets
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import requests

from flask_monitoring_dashboard_client import CallColumns, RemoteDashboard, RemoteDetails
from pydash_cube.call_batch import CallBatch
from pydash_cube.cube import Cube
from tests.compat import compat_environments as environments
from tests.pydash_cube.support import run_query

APP = Path(__file__).with_name("compat_app.py")
ENDPOINTS = ("home", "item", "slow", "gone")
PATHS = ("/", "/item/7", "/slow", "/gone")
PAGE = 700
ROUNDS = 5
HISTORY = 3_000
# Not further back: FMD 1.11 does not report when daylight saving time began or ended.
HISTORY_DAYS = 14

Call = tuple[str, datetime, float, str, str, str, int]
"""Endpoint, time (UTC), ms, version, group, address, status (0 if unknown)."""


@dataclass
class MonitoredApp:
    """A running app and its database.

    :param fmd_version: of Flask-MonitoringDashboard.
    :param timezone: of its server.
    :param url: base URL of the app.
    :param token: its security token.
    :param database: its SQLite file.
    """

    fmd_version: str
    timezone: str
    url: str
    token: str
    database: Path

    @property
    def is_local(self) -> bool:
        """Whether it stores its server's local time."""
        return self.fmd_version.startswith("1.11")

    def visit(self, rounds: int) -> None:
        """Request every page that many times, and wait until FMD has stored the calls."""
        before = len(self.calls())
        with requests.Session() as session:
            session.trust_env = False
            for number in range(rounds):
                for path in PATHS:
                    session.get(self.url + path, headers={"X-User": f"user {number % 3}"})
        self._wait_for(before + rounds * len(PATHS))

    def write_history(self, seed: int = 2018) -> None:
        """Store past calls as FMD does: unordered, some equal, some at full seconds."""
        rng = random.Random(seed)
        now = datetime.now(UTC).replace(microsecond=0)
        with closing(sqlite3.connect(self.database, timeout=30)) as connection, connection:
            for _ in range(HISTORY):
                moment = now - timedelta(seconds=rng.randrange(60, 86_400 * HISTORY_DAYS))
                fraction = rng.choice((0, rng.randrange(1_000_000)))
                self._store(connection, moment + timedelta(microseconds=fraction), rng)

    def calls(self) -> list[Call]:
        """Return all calls in the database."""
        with closing(sqlite3.connect(self.database, timeout=30)) as connection:
            rows = connection.execute(self._select(connection)).fetchall()
        return [self._call(*row) for row in rows]

    def _store(self, connection: sqlite3.Connection, moment: datetime, rng: random.Random) -> None:
        stored = self._stored(moment).strftime("%Y-%m-%d %H:%M:%S.%f")
        endpoint = rng.randrange(len(ENDPOINTS))
        duration = rng.choice((1, *(rng.lognormvariate(3, 1) for _ in range(3))))
        values = (duration, stored, rng.choice("123"), rng.choice(("None", "ann")), "10.0.0.1")
        names = "execution_time, time, version, group_by, ip, endpoint"
        table, key = "functionCalls", ENDPOINTS[endpoint]
        if not self.fmd_version.startswith("1."):
            names = "duration, time_requested, version_requested, group_by, ip, endpoint_id"
            table = "Request"
            query = "SELECT id FROM Endpoint WHERE name = ?"
            (key,) = connection.execute(query, [ENDPOINTS[endpoint]]).fetchone()
        for _ in range(rng.choice((1, 1, 1, 2))):
            connection.execute(
                f"INSERT INTO {table} ({names}) VALUES (?, ?, ?, ?, ?, ?)", (*values, key)
            )

    def _select(self, connection: sqlite3.Connection) -> str:
        if self.fmd_version.startswith("1."):
            return (
                "SELECT endpoint, time, execution_time, version, group_by, ip, 0 FROM functionCalls"
            )
        columns = {row[1] for row in connection.execute("PRAGMA table_info(Request)")}
        status = "COALESCE(status_code, 0)" if "status_code" in columns else "0"
        return (
            "SELECT name, time_requested, duration, version_requested, group_by, ip, "
            f"{status} FROM Request JOIN Endpoint ON endpoint_id = Endpoint.id"
        )

    def _stored(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.timezone)) if self.is_local else moment

    def _call(
        self,
        endpoint: str,
        time: str,
        duration: float,
        version: str,
        group_by: str | None,
        ip: str,
        status_code: int,
    ) -> Call:
        zone = ZoneInfo(self.timezone) if self.is_local else UTC
        stored = datetime.strptime(time, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=zone)
        moment = stored.astimezone(UTC)
        group = "" if group_by in (None, "None") else group_by
        return endpoint, moment, float(duration), version, group, ip, status_code

    def _wait_for(self, count: int) -> None:
        deadline = datetime.now(UTC) + timedelta(seconds=30)
        while len(self.calls()) < count:
            if datetime.now(UTC) > deadline:
                raise TimeoutError(f"FMD stored {len(self.calls())} calls instead of {count}")


@contextmanager
def running_app(
    fmd_version: str, timezone: str, folder: Path, exporter: bool = True
) -> Iterator[MonitoredApp]:
    """Run the app with one version of FMD.

    :param timezone: of its server.
    :param folder: for its database.
    :param exporter: whether it is bound, in the versions that need it.
    """
    token, database = secrets.token_urlsafe(), folder / "monitoring.sqlite"
    environment = {"PATH": os.environ["PATH"], "TZ": timezone, "HOME": str(folder)}
    if exporter and environments.has_exporter(fmd_version):
        environment["EXPORTER"] = "yes"
    if fmd_version.startswith("1.11"):
        environment["MONITOR"] = "yes"
    process = subprocess.Popen(
        [environments.python_with(fmd_version), APP, database, token],
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        assert process.stdout is not None
        port = next(line.split()[1] for line in process.stdout if line.startswith("port"))
        try:
            yield MonitoredApp(fmd_version, timezone, f"http://127.0.0.1:{port}", token, database)
        finally:
            process.communicate("")


class Reader:
    """Fetches like PyDash, into a list and into a cube."""

    def __init__(self, remote: RemoteDashboard) -> None:
        self._remote = remote
        self._cursor: dict[str, object] | None = None
        self.details: RemoteDetails = remote.probe()
        self.calls: list[Call] = []
        self.cube = Cube()

    def fetch(self) -> int:
        """Fetch new calls, and return their number."""
        before, has_more = len(self.calls), True
        while has_more:
            page = self._remote.fetch_page(self._cursor, PAGE)
            assert page.set_aside == 0
            self._add(page.columns)
            self._cursor, has_more = page.cursor, page.has_more
        return len(self.calls) - before

    def _add(self, columns: CallColumns) -> None:
        moments = [moment.replace(tzinfo=UTC) for moment in columns.time.tolist()]
        self.calls += zip(
            columns.endpoint,
            moments,
            columns.execution_time.tolist(),
            columns.version,
            columns.group_by,
            columns.ip,
            columns.status_code.tolist(),
            strict=True,
        )
        self.cube.add(CallBatch.from_columns(**vars(columns)))


@dataclass(frozen=True)
class Comparison:
    """A comparison in which all figures were equal.

    :param details: as detected by the client.
    :param calls: number of calls in the app.
    :param after_more: number of calls after more requests.
    """

    details: RemoteDetails
    calls: int
    after_more: int


def compare(fmd_version: str, timezone: str, folder: Path) -> Comparison:
    """Run an app, fetch from it, and compare every figure with the app's own database.

    :raises AssertionError: if one differs.
    """
    with (
        running_app(fmd_version, timezone, folder) as app,
        RemoteDashboard(app.url, app.token, allow="loopback") as remote,
    ):
        reader = Reader(remote)
        assert reader.fetch() == 0
        started = datetime.now(UTC)
        app.visit(rounds=ROUNDS)
        check_times(app, started)
        app.write_history()
        assert {rule.name for rule in remote.monitor_rules()} >= set(ENDPOINTS)
        reader.fetch()
        first = check(app, reader)
        app.visit(rounds=ROUNDS)
        assert reader.fetch() == ROUNDS * len(PATHS)
        second = check(app, reader)
        assert reader.fetch() == 0
    return Comparison(reader.details, first, second)


def check_times(app: MonitoredApp, started: datetime) -> None:
    """Compare the times in the app's database with the clock, since all else relies on them."""
    moments = [call[1] for call in app.calls()]
    # FMD 5.0.2 stores the start of its process as the time of all calls.
    assert started - timedelta(minutes=1) <= min(moments)
    assert max(moments) <= datetime.now(UTC)


def check(app: MonitoredApp, reader: Reader) -> int:
    """Compare calls one by one, and counts and medians per endpoint; return the number of calls."""
    expected = app.calls()
    assert Counter(reader.calls) == Counter(expected)
    statistics = ["total_visits", "median_execution_time"]
    result = run_query(reader.cube, statistics, by=["endpoint"])
    for i, (endpoint,) in enumerate(result.groups):
        durations = sorted(call[2] for call in expected if call[0] == endpoint)
        assert result.values["total_visits"][i][0] == len(durations)
        # A digest's median is within one hundredth of the calls.
        slack = max(len(durations) // 100, 1)
        middle = (len(durations) - 1) // 2
        low, high = durations[middle - slack], durations[min(middle + slack, len(durations) - 1)]
        assert low <= result.values["median_execution_time"][i][0] <= high
    return len(expected)

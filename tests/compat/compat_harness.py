"""Compares what PyDash counts with what a monitored app has in its own database."""

import os
import random
import secrets
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests
import sqlalchemy
from sqlalchemy.pool import NullPool

from flask_monitoring_dashboard_client import CallColumns, RemoteDashboard, RemoteDetails
from flask_monitoring_dashboard_client.legacy_dialects import LOCAL_TIME_NOTICE
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
HISTORY_DAYS = 400
# Not further back: FMD 1.11 does not report when daylight saving time began or ended.
LOCAL_HISTORY_DAYS = 14

Call = tuple[str, datetime, float, str, str, str, int]
"""Endpoint, time (UTC), ms, version, group, address, status (0 if unknown)."""


@dataclass
class MonitoredApp:
    """A running app and its database.

    :param fmd_version: of Flask-MonitoringDashboard.
    :param timezone: of its server, and of the sessions of its database.
    :param url: base URL of the app.
    :param token: its security token.
    :param database: URL of its database.
    """

    fmd_version: str
    timezone: str
    url: str
    token: str
    database: str

    def __post_init__(self) -> None:
        self._engine = sqlalchemy.create_engine(self.database, poolclass=NullPool)
        self._number = environments.number(self.fmd_version)

    @property
    def is_local(self) -> bool:
        """Whether it stores its server's local time."""
        return self._number < (1, 12)

    @property
    def writes_zone(self) -> bool:
        """Whether it writes times with their time zone: what is stored depends on the database."""
        return self._number >= (5, 0, 2)

    @property
    def stored_zone(self) -> tzinfo:
        """The time zone in which times are stored."""
        is_converted = self.writes_zone and self._engine.dialect.name == "postgresql"
        return ZoneInfo(self.timezone) if self.is_local or is_converted else UTC

    def visit(self, rounds: int) -> None:
        """Request every page that many times, and wait until FMD has stored the calls."""
        before = len(self.calls())
        with requests.Session() as session:
            session.trust_env = False
            for number in range(rounds):
                for path in PATHS:
                    session.get(self.url + path, headers={"X-User": f"user {number % 3}"})
        self._wait_for(before + rounds * len(PATHS))

    def write_history(self, seed: int = 2018) -> set[datetime]:
        """Store past calls as FMD does: unordered, some equal, some at full seconds.

        :returns: their times (UTC), in whole seconds.
        """
        rng = random.Random(seed)
        now = datetime.now(UTC).replace(microsecond=0)
        days = LOCAL_HISTORY_DAYS if self.is_local else HISTORY_DAYS
        moments = [
            now - timedelta(seconds=rng.randrange(60, 86_400 * days)) for _ in range(HISTORY)
        ]
        moments = [moment for moment in moments if not self._is_repeated(moment)]
        table, endpoint = self._tables()
        keys: dict[str, Any] = dict(zip(ENDPOINTS, ENDPOINTS, strict=True))
        rows = []
        with self._engine.begin() as connection:
            if endpoint is not None:
                query = sqlalchemy.select(endpoint.c.name, endpoint.c.id)
                keys = {row.name: row.id for row in connection.execute(query)}
            for moment in moments:
                fraction = timedelta(microseconds=rng.choice((0, rng.randrange(1_000_000))))
                call = self._row(moment + fraction, keys, rng)
                rows += [call] * rng.choice((1, 1, 1, 2))
            connection.execute(table.insert(), rows)
        return set(moments)

    def calls(self) -> list[Call]:
        """Return all calls in the database."""
        call, endpoint = self._tables()
        columns = call.c
        if endpoint is None:
            query = sqlalchemy.select(
                *(columns.endpoint, columns.time, columns.execution_time, columns.version),
                *(columns.group_by, columns.ip, sqlalchemy.literal(0)),
            )
        else:
            status = columns.status_code if "status_code" in columns else sqlalchemy.literal(None)
            query = sqlalchemy.select(
                *(endpoint.c.name, columns.time_requested, columns.duration),
                *(columns.version_requested, columns.group_by, columns.ip),
                sqlalchemy.func.coalesce(status, 0),
            ).join_from(call, endpoint, columns.endpoint_id == endpoint.c.id)
        with self._engine.connect() as connection:
            return [self._call(*row) for row in connection.execute(query)]

    def _tables(self) -> tuple[sqlalchemy.Table, sqlalchemy.Table | None]:
        """Return the table of calls and that of endpoints, which FMD 1 does not have."""
        names = ["functionCalls"] if self._number < (2,) else ["Request", "Endpoint"]
        metadata = sqlalchemy.MetaData()
        tables = [sqlalchemy.Table(name, metadata, autoload_with=self._engine) for name in names]
        return tables[0], tables[1] if len(tables) > 1 else None

    def _row(self, moment: datetime, keys: dict[str, Any], rng: random.Random) -> dict[str, Any]:
        written = moment
        if not self.writes_zone:
            written = moment.astimezone(self.stored_zone).replace(tzinfo=None)
        key = keys[rng.choice(ENDPOINTS)]
        duration = rng.choice((1, *(rng.lognormvariate(3, 1) for _ in range(3))))
        version, group = rng.choice("123"), rng.choice(("None", "ann"))
        row = {"group_by": group, "ip": "10.0.0.1"}
        if self._number < (2,):
            return row | {
                "endpoint": key,
                "time": written,
                "execution_time": duration,
                "version": version,
            }
        return row | {
            "endpoint_id": key,
            "time_requested": written,
            "duration": duration,
            "version_requested": version,
        }

    def _call(
        self,
        endpoint: str,
        time: datetime,
        duration: float,
        version: str,
        group_by: str | None,
        ip: str,
        status_code: int,
    ) -> Call:
        moment = time.replace(tzinfo=self.stored_zone).astimezone(UTC)
        group = "" if group_by in (None, "None") else group_by
        return endpoint, moment, float(duration), version, group, ip, status_code

    def _is_repeated(self, moment: datetime) -> bool:
        """Return whether the clock of the stored times is put back within an hour of a moment."""
        hour = timedelta(hours=1)
        offsets = [
            (moment + each).astimezone(self.stored_zone).utcoffset() for each in (-hour, hour)
        ]
        return offsets[0] != offsets[1]

    def _wait_for(self, count: int) -> None:
        deadline = datetime.now(UTC) + timedelta(seconds=30)
        while len(self.calls()) < count:
            if datetime.now(UTC) > deadline:
                raise TimeoutError(f"FMD stored {len(self.calls())} calls instead of {count}")
            time.sleep(0.1)


@contextmanager
def running_app(
    fmd_version: str,
    timezone: str,
    folder: Path,
    exporter: bool = True,
    database: str | None = None,
) -> Iterator[MonitoredApp]:
    """Run the app with one version of FMD.

    :param timezone: of its server.
    :param folder: for its files.
    :param exporter: whether it is bound, in the versions that need it.
    :param database: URL of its database; by default, a SQLite file.
    """
    token, database = secrets.token_urlsafe(), database or f"sqlite:///{folder}/monitoring.sqlite"
    environment = {"PATH": os.environ["PATH"], "TZ": timezone, "HOME": str(folder)}
    if exporter and environments.has_exporter(fmd_version):
        environment["EXPORTER"] = "yes"
    if environments.number(fmd_version) < (1, 12):
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
        self.is_local = False

    def fetch(self) -> int:
        """Fetch new calls, and return their number."""
        before, has_more = len(self.calls), True
        while has_more:
            page = self._remote.fetch_page(self._cursor, PAGE)
            assert page.set_aside == 0
            self.is_local = self.is_local or page.notice == LOCAL_TIME_NOTICE
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
    :param is_local: whether times are local ones, as the client reports.
    """

    details: RemoteDetails
    calls: int
    after_more: int
    is_local: bool


def compare(
    fmd_version: str, timezone: str, folder: Path, database: str | None = None
) -> Comparison:
    """Run an app, fetch from it, and compare every figure with the app's own database.

    :param timezone: of its server, and of the sessions of its database.
    :param database: see `running_app`.
    :raises AssertionError: if one differs.
    """
    with (
        running_app(fmd_version, timezone, folder, database=database) as app,
        RemoteDashboard(app.url, app.token, allow="loopback") as remote,
    ):
        reader = Reader(remote)
        assert reader.fetch() == 0
        started = datetime.now(UTC)
        app.visit(rounds=ROUNDS)
        check_times(app, remote, started)
        written = app.write_history()
        assert written <= {call[1].replace(microsecond=0) for call in app.calls()}
        reader.fetch()
        first = check(app, reader)
        app.visit(rounds=ROUNDS)
        assert reader.fetch() == ROUNDS * len(PATHS)
        second = check(app, reader)
        assert reader.fetch() == 0
    return Comparison(reader.details, first, second, reader.is_local)


def check_times(app: MonitoredApp, remote: RemoteDashboard, started: datetime) -> None:
    """Compare the times in the app's database with the clock, since all else relies on them."""
    moments = [call[1] for call in app.calls()]
    last_accessed = {rule.name: rule.last_accessed for rule in remote.monitor_rules()}
    if environments.has_exporter(app.fmd_version):
        moments += filter(None, (last_accessed[name] for name in ENDPOINTS))
    assert set(ENDPOINTS) <= set(last_accessed)
    # FMD 5.0.2 stores the start of its process as the time of all calls.
    assert started - timedelta(minutes=1) <= min(moments)
    assert max(moments) <= datetime.now(UTC)


def check(app: MonitoredApp, reader: Reader) -> int:
    """Compare calls one by one, and counts and medians per endpoint; return the number of calls."""
    expected = app.calls()
    if reader.is_local:
        zone = ZoneInfo(app.timezone)
        expected = [
            (call[0], call[1].astimezone(zone).replace(tzinfo=UTC), *call[2:]) for call in expected
        ]
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

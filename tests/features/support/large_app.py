"""A monitored app with more endpoints, versions and visitors than fit on a page."""

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.pydash_app.fetching.support.monitored_process import MonitoredApp

ENDPOINTS = [f"page_{number}" for number in range(46)]
VERSIONS = [f"1.{number}" for number in range(41)]
USERS = [f"user_{number}" for number in range(30)]
ADDRESSES = [f"10.0.{number // 256}.{number % 256}" for number in range(1200)]
RARE_ADDRESS = "192.0.2.77"

# One version a day, the last of them on a day that is over.
LAST_DAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
FIRST_DAY = LAST_DAY - timedelta(days=len(VERSIONS) - 1)
CALLS_PER_VERSION = 200

INSERT_ENDPOINT = """
insert into Endpoint (name, monitor_level, time_added, version_added) values (?, ?, ?, '1.0')
"""
INSERT_CALL = """
insert into Request
(endpoint_id, duration, time_requested, version_requested, group_by, ip, status_code)
select id, ?, ?, ?, ?, ?, 200 from Endpoint where name = ?
"""


@dataclass(frozen=True)
class Call:
    endpoint: str
    version: str
    group_by: str
    ip: str
    time: datetime
    duration: float


def make_calls() -> Iterator[Call]:
    """Draw the calls: some endpoints and users are seen much more often than others."""
    rng = random.Random(46)
    for number, version in enumerate(VERSIONS):
        for _ in range(CALLS_PER_VERSION):
            yield Call(
                endpoint=_draw(rng, ENDPOINTS),
                version=version,
                group_by=_draw(rng, USERS),
                ip=rng.choice(ADDRESSES),
                time=FIRST_DAY + timedelta(days=number, seconds=rng.randrange(86_400)),
                duration=rng.lognormvariate(3, 1),
            )
    noon = LAST_DAY + timedelta(hours=12)
    yield Call(ENDPOINTS[0], VERSIONS[-1], USERS[0], RARE_ADDRESS, noon, 20)


def _draw(rng: random.Random, names: list[str]) -> str:
    [name] = rng.choices(names, weights=[1 / (place + 2) for place in range(len(names))])
    return name


class LargeApp(MonitoredApp):
    """The app, with its calls written into its database.

    The last endpoint is not monitored any more.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.calls = list(make_calls())
        with closing(sqlite3.connect(directory / "monitoring.sqlite")) as database, database:
            added = f"{FIRST_DAY:%Y-%m-%d %H:%M:%S.%f}"
            levels = [(name, int(name != ENDPOINTS[-1]), added) for name in ENDPOINTS]
            database.executemany(INSERT_ENDPOINT, levels)
            database.executemany(INSERT_CALL, map(_row, self.calls))

    def visits(self, *by: str) -> Counter[tuple[str, ...]]:
        """Count the calls by some of their properties."""
        return Counter(tuple(getattr(call, name) for name in by) for call in self.calls)


def _row(call: Call) -> tuple[float, str, str, str, str, str]:
    time = f"{call.time:%Y-%m-%d %H:%M:%S.%f}"
    return call.duration, time, call.version, call.group_by, call.ip, call.endpoint

"""The same million requests in PostgreSQL and in SQLite, evenly distributed and skewed.

Evenly distributed, every combination of values occurs, which is the worst case for a cube. Skewed,
endpoints and addresses follow Zipf's law, as those of a real app do. All are hot. The peers have an
index on each column that a query filters by; PostgreSQL runs without parallel workers, because
PyDash uses one core, too.
"""

import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import psycopg2
from numpy.typing import NDArray

from bench.bench_queries import END, MEDIAN, ONE, P99, PARITY, START
from bench.cube_database import Row, add, cube_database, dashboard, interleaved, row
from bench.generated import (
    ENDPOINT_NAMES,
    ENDPOINTS,
    GROUP_NAMES,
    IP_NAMES,
    IPS,
    VERSION_NAMES,
    Calls,
    generate,
)
from pydash_database import BACKGROUND_TIMEOUT, transact
from tests.pydash_cube.support import run_query
from tests.support.database_servers import postgresql

CALLS = 1_000_000
PAGE = 50_000
ZIPF = 1.2
CREATE = (
    "CREATE TABLE calls (endpoint TEXT, version TEXT, ip TEXT, group_by TEXT, status INTEGER,"
    " time {time}, ms DOUBLE PRECISION)"
)
# What is computed by which keys: {hour} and {day} are expressions, {percentiles} an aggregate.
QUERIES: Mapping[str, tuple[dict[str, Any], str, str]] = {
    "totals": (
        {"statistics": ["total_visits", "average_execution_time", MEDIAN, P99]},
        "1",
        "1 = 1",
    ),
    "30 days by hour, p50 and p99": (
        {"statistics": [MEDIAN, P99], "timeslice": "hour"},
        "{hour}",
        "1 = 1",
    ),
    "one endpoint and version by hour, p50 and p99": (
        {"statistics": [MEDIAN, P99], "timeslice": "hour", "filters": ONE},
        "{hour}",
        "endpoint = 'endpoint_3' AND version = '1.2'",
    ),
    "one address by day, p50 and p99": (
        {"statistics": [MEDIAN, P99], "timeslice": "day", "filters": {"ip": "10.0.0.7"}},
        "{day}",
        "ip = '10.0.0.7'",
    ),
    "versions × addresses, p50 and p99": (
        {"statistics": [MEDIAN, P99], "by": ["version", "ip"]},
        "version, ip",
        "1 = 1",
    ),
}
COUNTS: Mapping[str, tuple[dict[str, Any], str]] = {
    "requests per address": (
        {"statistics": ["visits_per_ip"]},
        "SELECT ip, count(*) FROM calls GROUP BY ip",
    ),
    "versions × addresses, requests": (
        {"statistics": ["total_visits"], "by": ["version", "ip"]},
        "SELECT version, ip, count(*) FROM calls GROUP BY version, ip",
    ),
    "unique visitors by hour": (
        {"statistics": ["unique_visitors"], "timeslice": "hour"},
        "SELECT {hour}, count(DISTINCT ip) FROM calls GROUP BY 1",
    ),
    "heatmap": (
        {"statistics": ["total_visits"], "timeslice": "hour"},
        "SELECT {hour}, count(*) FROM calls GROUP BY 1",
    ),
}
POSTGRESQL = {"hour": "date_trunc('hour', time)", "day": "date_trunc('day', time)"}
SQLITE = {"hour": "substr(time, 1, 13)", "day": "substr(time, 1, 10)"}
# SQLite has no percentiles.
SQLITE_PERCENTILES = """
SELECT {keys}, max(CASE WHEN n = 1 + CAST(0.5 * (c - 1) AS INT) THEN ms END),
    max(CASE WHEN n = 1 + CAST(0.99 * (c - 1) AS INT) THEN ms END)
FROM (SELECT *, row_number() OVER w AS n, count(*) OVER (PARTITION BY {keys}) AS c FROM calls
    WHERE {where} WINDOW w AS (PARTITION BY {keys} ORDER BY ms)) GROUP BY {keys}
"""
POSTGRESQL_PERCENTILES = """
SELECT {keys}, percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY ms) FROM calls
WHERE {where} GROUP BY {keys}
"""


def run() -> list[Row]:
    """Run the benchmark; takes about five minutes."""
    return [*_measure("evenly distributed", generate(CALLS, PAGE)), *_measure("skewed", _skewed())]


def _skewed() -> Iterator[Calls]:
    """Return the generated calls with endpoints and addresses that follow Zipf's law."""
    random = np.random.default_rng(1)
    for calls in generate(CALLS, PAGE):
        size = len(calls.time)
        yield replace(
            calls,
            endpoint=random.choice(ENDPOINTS, size, p=_zipf(ENDPOINTS)),
            ip=random.choice(IPS, size, p=_zipf(IPS)),
        )


def _zipf(number: int) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = np.arange(1.0, number + 1) ** -ZIPF
    shares /= shares.sum()
    return shares


def _measure(kind: str, pages: Iterator[Calls]) -> list[Row]:
    rows, group = [], f"A million requests, {kind}"
    with cube_database(), _postgresql() as server, _sqlite() as embedded:
        for page in pages:
            transact(partial(add, page.batch()), timeout=BACKGROUND_TIMEOUT)
            lines = list(_lines(page))
            _copy(server, lines)
            embedded.executemany("INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?)", lines)
        embedded.commit()
        for peer in (server.cursor(), embedded.cursor()):
            for field in ("endpoint", "ip", "time"):
                peer.execute(f"CREATE INDEX calls_{field} ON calls ({field})")
            peer.execute("ANALYZE")
        for name, query, for_postgresql, for_sqlite in _queries():
            _query(query)
            # Wall time, because PostgreSQL has processes of its own.
            hot, *peers = interleaved(
                partial(_query, query),
                partial(_fetch, server.cursor(), for_postgresql),
                partial(_fetch, embedded.cursor(), for_sqlite),
                rounds=3,
                clock=time.perf_counter,
            )
            for peer_name, duration in zip(("PostgreSQL", "SQLite"), peers, strict=True):
                rows.append(
                    row(name, hot, "ms", duration, group=group, against=peer_name, target=PARITY)
                )
    return rows


def _queries() -> Iterator[tuple[str, dict[str, Any], str, str]]:
    for name, (query, keys, where) in QUERIES.items():
        sql = [
            text.format(keys=keys.format(**units), where=where)
            for text, units in ((POSTGRESQL_PERCENTILES, POSTGRESQL), (SQLITE_PERCENTILES, SQLITE))
        ]
        yield name, query, sql[0], sql[1]
    for name, (query, text) in COUNTS.items():
        yield name, query, text.format(**POSTGRESQL), text.format(**SQLITE)


def _lines(page: Calls) -> Iterator[tuple[Any, ...]]:
    columns = (
        ENDPOINT_NAMES[page.endpoint],
        VERSION_NAMES[page.version],
        IP_NAMES[page.ip],
        GROUP_NAMES[page.group_by],
        page.status_code,
        np.datetime_as_string(page.time),
        page.execution_time,
    )
    return zip(*(column.tolist() for column in columns), strict=True)


def _copy(connection: Any, lines: list[tuple[Any, ...]]) -> None:
    text = StringIO("\n".join("\t".join(map(str, line)) for line in lines) + "\n")
    connection.cursor().copy_from(text, "calls")


@contextmanager
def _postgresql() -> Iterator[Any]:
    with postgresql("UTC") as server:
        folder = Path(server.path).parent
        with closing(psycopg2.connect(host=str(folder), user="test", dbname="postgres")) as found:
            found.autocommit = True
            found.cursor().execute(CREATE.format(time="TIMESTAMP"))
            found.cursor().execute("SET max_parallel_workers_per_gather = 0")
            found.cursor().execute("SET work_mem = '256MB'")
            yield found


@contextmanager
def _sqlite() -> Iterator[sqlite3.Connection]:
    with (
        tempfile.TemporaryDirectory() as directory,
        closing(sqlite3.connect(f"{directory}/calls.sqlite")) as found,
    ):
        found.execute("PRAGMA synchronous = OFF")
        found.execute("PRAGMA cache_size = -400000")
        found.execute(CREATE.format(time="TEXT"))
        yield found


def _query(query: Mapping[str, Any]) -> None:
    transact(lambda: run_query(dashboard().aggregator_group.cube, start=START, end=END, **query))


def _fetch(cursor: Any, sql: str) -> None:
    cursor.execute(sql)
    cursor.fetchall()

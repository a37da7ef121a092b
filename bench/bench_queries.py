"""Query times with a million and with ten million calls, cold and hot.

Cold: a new connection with empty caches. Hot: the same query again. The peer is DuckDB on one
thread over the same raw rows in its own file format, hot, with exact or approximate percentiles
(t-digests, like here), whichever is faster.
"""

import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from bench.cube_database import CubeDatabase, Row, cube_database, dashboard, row
from bench.generated import generate
from pydash_database import transact
from tests.pydash_cube.support import run_query

PAGE = 50_000
START, END = datetime(2026, 10, 1), datetime(2026, 10, 31)  # noqa: DTZ001 (naive is UTC)
MEDIAN, P99 = "median_execution_time", "ninety-ninth_percentile_execution_time"
BOX = (
    "fastest_measured_execution_time",
    "fastest_quartile_execution_time",
    MEDIAN,
    "slowest_quartile_execution_time",
    "ninetieth_percentile_execution_time",
    P99,
    "slowest_measured_execution_time",
    "average_execution_time",
)
ONE = {"endpoint": "endpoint_3", "version": "1.2"}
QUERIES: Mapping[str, tuple[dict[str, Any], str]] = {
    "totals": (
        {"statistics": ["total_visits", "average_execution_time", MEDIAN, P99]},
        "SELECT count(*), avg(ms), quantile_cont(ms, [0.5, 0.99]) FROM calls",
    ),
    "30 days by hour, p50 and p99": (
        {"statistics": [MEDIAN, P99], "timeslice": "hour"},
        "SELECT date_trunc('hour', time) h, quantile_cont(ms, [0.5, 0.99]) FROM calls GROUP BY h",
    ),
    "one endpoint and version by hour": (
        {"statistics": [MEDIAN, P99], "timeslice": "hour", "filters": ONE},
        "SELECT date_trunc('hour', time) h, quantile_cont(ms, [0.5, 0.99]) FROM calls"
        " WHERE endpoint = 'endpoint_3' AND version = '1.2' GROUP BY h",
    ),
    "one IP by day": (
        {"statistics": ["total_visits", MEDIAN], "timeslice": "day", "filters": {"ip": "10.0.0.7"}},
        "SELECT date_trunc('day', time) d, count(*), quantile_cont(ms, 0.5) FROM calls"
        " WHERE ip = '10.0.0.7' GROUP BY d",
    ),
    "requests per IP": (
        {"statistics": ["visits_per_ip"]},
        "SELECT ip, count(*) FROM calls GROUP BY ip",
    ),
    "unique visitors by day": (
        {"statistics": ["unique_visitors"], "timeslice": "day"},
        "SELECT date_trunc('day', time) d, count(DISTINCT ip) FROM calls GROUP BY d",
    ),
    "box plot per endpoint": (
        {"statistics": BOX, "by": ["endpoint"]},
        "SELECT endpoint, min(ms), max(ms), avg(ms),"
        " quantile_cont(ms, [0.25, 0.5, 0.75, 0.9, 0.99]) FROM calls GROUP BY endpoint",
    ),
    "heatmap": (
        {"statistics": ["total_visits"], "timeslice": "hour"},
        "SELECT date_trunc('hour', time) h, count(*) FROM calls GROUP BY h",
    ),
}
# Queries that a coarse partition serves; their time must not grow with the number of calls.
COARSE = (
    "totals",
    "30 days by hour, p50 and p99",
    "requests per IP",
    "box plot per endpoint",
    "heatmap",
)


def run() -> list[Row]:
    """Run the benchmark; takes about five minutes."""
    first, small = _measure(1_000_000)
    second, large = _measure(10_000_000)
    growth = [
        row(f"{name}: hot, 10 M compared with 1 M", large[name], "ms", small[name] * 1.3)
        for name in COARSE
    ]
    return [*first, *second, *growth]


def _measure(calls: int) -> tuple[list[Row], dict[str, float]]:
    rows, hot = [], {}
    with cube_database() as database, tempfile.TemporaryDirectory() as directory:
        database.fill(calls, PAGE)
        peer = _duckdb(Path(directory) / "calls.duckdb", calls)
        for name, (query, sql) in QUERIES.items():
            cold = _cold(database, query)
            hot[name] = best(partial(_query, query))
            duckdb_time = min(
                best(partial(_fetch, peer, sql.replace("quantile_cont", function)))
                for function in ("quantile_cont", "approx_quantile")
            )
            size = f"{calls // 1_000_000} M"
            rows.append(row(f"{name}, {size}: cold (target: 100 ms)", cold, "ms", 100))
            rows.append(
                row(f"{name}, {size}: hot, compared with DuckDB", hot[name], "ms", duckdb_time)
            )
        peer.close()
    return rows, hot


def _cold(database: CubeDatabase, query: Mapping[str, Any]) -> float:
    times = []
    for _ in range(3):
        database.reconnect()
        times.append(best(partial(_query, query), rounds=1))
    return min(times)


def _query(query: Mapping[str, Any]) -> None:
    transact(lambda: run_query(dashboard().aggregator_group.cube, start=START, end=END, **query))


def _fetch(peer: duckdb.DuckDBPyConnection, sql: str) -> None:
    peer.execute(sql).fetchall()


def best(work: Callable[[], object], rounds: int = 7) -> float:
    """Return the shortest duration (ms): other load on the machine only adds to it."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return min(times)


def _duckdb(path: Path, calls: int) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path), config={"threads": 1})
    connection.execute(
        "CREATE TABLE calls (endpoint VARCHAR, version VARCHAR, ip VARCHAR, group_by VARCHAR,"
        " status USMALLINT, time TIMESTAMP, ms DOUBLE)"
    )
    for page in generate(calls, 10 * PAGE):
        connection.register("page", dict(vars(page)))
        connection.execute(
            "INSERT INTO calls SELECT 'endpoint_' || endpoint, '1.' || version,"
            " '10.0.' || (ip // 250) || '.' || (ip % 250 + 1), 'user ' || group_by,"
            " status_code, time, execution_time FROM page"
        )
    connection.execute("CHECKPOINT")
    return connection

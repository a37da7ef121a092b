"""Query times with a million calls, cold and hot.

Cold: a new connection with empty caches. First: the same with all columns decoded. Hot: the same
query again. The peer is DuckDB on one thread over the same raw rows in its own file format, hot,
with exact or approximate percentiles (t-digests, like here), whichever is faster. Times are medians
of interleaved runs in processor time of this process.
"""

import statistics
import tempfile
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from bench.cube_database import (
    CubeDatabase,
    Row,
    cube_database,
    dashboard,
    interleaved,
    row,
)
from bench.generated import generate
from pydash_cube.selection import settled_cells
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
    "unique visitors by hour": (
        {"statistics": ["unique_visitors"], "timeslice": "hour"},
        "SELECT date_trunc('hour', time) h, count(DISTINCT ip) FROM calls GROUP BY h",
    ),
    "endpoints × versions, p50 and p99": (
        {"statistics": [MEDIAN, P99], "by": ["endpoint", "version"]},
        "SELECT endpoint, version, quantile_cont(ms, [0.5, 0.99]) FROM calls"
        " GROUP BY endpoint, version",
    ),
    "versions × addresses, p50 and p99": (
        {"statistics": [MEDIAN, P99], "by": ["version", "ip"]},
        "SELECT version, ip, quantile_cont(ms, [0.5, 0.99]) FROM calls GROUP BY version, ip",
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


# DuckDB may be so much faster.
PARITY = 1 / 1.1
# Queries that read few cells however many requests there are must be much faster than DuckDB.
UNFILTERED = ("totals", "30 days by hour, p50 and p99", "heatmap")


def run() -> list[Row]:
    """Run the benchmark; takes about two minutes."""
    return measure(1_000_000)[0]


def measure(calls: int) -> tuple[list[Row], dict[str, float]]:
    """Measure all queries; return the rows, and the hot time of each query (ms)."""
    rows, hot = [], {}
    is_small = calls <= 1_000_000
    size = f"{calls // 1_000_000} M"
    group = f"{calls:,} requests in 30 days"
    with cube_database() as database, tempfile.TemporaryDirectory() as directory:
        database.fill(calls, PAGE)
        peer = _duckdb(Path(directory) / "calls.duckdb", calls)
        for name, (query, sql) in QUERIES.items():
            cold = _cold(database, query)
            (first,) = interleaved(partial(_first, query), rounds=3)
            works = [
                partial(_fetch, peer, sql.replace("quantile_cont", function))
                for function in ("quantile_cont", "approx_quantile")
            ]
            hot[name], *durations = interleaved(partial(_query, query), *works)
            duckdb_time = min(durations)
            limit = 100 if is_small else None
            rows.append(_row(f"{name}, {size}, cold", cold, limit, group, "limit", 1))
            rows.append(_row(f"{name}, {size}, first", first, duckdb_time, group, "DuckDB", None))
            target = 10 if name in UNFILTERED and not is_small else PARITY
            rows.append(
                _row(f"{name}, {size}, hot", hot[name], duckdb_time, group, "DuckDB", target)
            )
            if is_small:
                rows.append(_row(f"{name}, {size}, hot in all", hot[name], 20, group, "limit", 1))
        peer.close()
    return rows, hot


def hot_times(calls: int) -> dict[str, float]:
    """Return the hot time of the queries COARSE (ms)."""
    with cube_database() as database:
        database.fill(calls, PAGE)
        queries = [partial(_query, QUERIES[name][0]) for name in COARSE]
        return dict(zip(COARSE, interleaved(*queries), strict=True))


def _row(
    name: str,
    value: float,
    peer: float | None,
    group: str,
    against: str,
    target: float | None,
) -> Row:
    return row(
        name,
        value,
        "ms",
        peer,
        group=group,
        against=against,
        target=target if peer is not None else None,
    )


def _cold(database: CubeDatabase, query: Mapping[str, Any]) -> float:
    times = []
    for _ in range(3):
        database.reconnect()
        times += interleaved(partial(_query, query), rounds=1)
    return statistics.median(times)


def _first(query: Mapping[str, Any]) -> None:
    settled_cells.clear()
    _query(query)


def _query(query: Mapping[str, Any]) -> None:
    transact(lambda: run_query(dashboard().aggregator_group.cube, start=START, end=END, **query))


def _fetch(peer: duckdb.DuckDBPyConnection, sql: str) -> None:
    peer.execute(sql).fetchall()


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

"""The queries of Flask-MonitoringDashboard's own pages, in FMD and in PyDash.

Both contain the same million requests of the last thirty days: FMD in SQLite, queried through its
JSON routes; PyDash on a ZEO server, queried like its API does. Both are hot.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
from flask import Flask
from flask.testing import FlaskClient

from bench.cube_database import Row, add, cube_database, dashboard, row
from bench.generated import (
    DAYS,
    ENDPOINT_NAMES,
    GROUP_NAMES,
    IP_NAMES,
    START,
    VERSION_NAMES,
    Calls,
    generate,
)
from pydash_database import transact
from tests.pydash_cube.support import run_query

CALLS = 1_000_000
PAGE = 50_000
ROUNDS = 3
# How many times faster PyDash must be.
TARGETS = {"overview": 100, "hourly load of 30 days": 100, "one endpoint, versions × IPs": 100}
MEDIAN = "median_execution_time"
Queries = dict[str, Callable[[], object]]


def run() -> list[Row]:
    """Run the benchmark; takes about two minutes."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as directory:
        fmd = _fmd_queries(_fmd_client(directory, now), now)
        with cube_database():
            for calls in _calls(now):
                transact(partial(add, calls.batch()))
            pydash = _pydash_queries(now)
            return [
                row(
                    name,
                    _best(pydash[name]),
                    "ms",
                    _best(query),
                    against="FMD",
                    target=TARGETS.get(name),
                )
                for name, query in fmd.items()
            ]


def _calls(now: datetime) -> Any:
    """Generate calls that end now."""
    end = np.datetime64(now.replace(tzinfo=None), "us")
    shift = end - (START + np.timedelta64(DAYS, "D"))
    return (replace(calls, time=calls.time + shift) for calls in generate(CALLS, PAGE))


def _compute(statistics: list[str], **options: Any) -> None:
    run_query(dashboard().aggregator_group.cube, statistics, **options)


def _pydash_queries(now: datetime) -> Queries:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    names = ("total_visits", MEDIAN, "error_rate")

    def overview() -> None:
        for start in (midnight, now - timedelta(days=7), None):
            run_query(
                dashboard().aggregator_group.cube,
                [*names, "last_call"],
                start=start,
                by=["endpoint"],
            )

    def hourly_load() -> None:
        start = midnight - timedelta(days=DAYS - 1)
        run_query(
            dashboard().aggregator_group.cube,
            ["total_visits"],
            start=start,
            end=midnight + timedelta(days=1),
            timeslice="hour",
        )

    def versions_by_ip() -> None:
        run_query(
            dashboard().aggregator_group.cube,
            [MEDIAN],
            filters={"endpoint": "endpoint_3"},
            by=["version", "ip"],
        )

    def requests_per_version() -> None:
        _compute(["total_visits"], by=["endpoint", "version"])

    return {
        "overview": partial(transact, overview),
        "hourly load of 30 days": partial(transact, hourly_load),
        "one endpoint, versions × IPs": partial(transact, versions_by_ip),
        "endpoints × versions": partial(transact, requests_per_version),
    }


def _fmd_queries(client: FlaskClient, now: datetime) -> Queries:
    first = (now - timedelta(days=DAYS - 1)).date()
    versions, ips = VERSION_NAMES.tolist(), IP_NAMES.tolist()
    return {
        "overview": partial(_get, client, "overview"),
        "hourly load of 30 days": partial(_get, client, f"hourly_load/{first}/{now.date()}"),
        "one endpoint, versions × IPs": partial(
            _post, client, "version_ip/4", {"versions": versions, "ip": ips}
        ),
        "endpoints × versions": partial(
            _post,
            client,
            "multi_version",
            {"endpoints": ENDPOINT_NAMES.tolist(), "versions": versions},
        ),
    }


def _get(client: FlaskClient, route: str) -> None:
    response = client.get(f"/dashboard/api/{route}")
    assert response.status_code == 200
    assert response.json


def _post(client: FlaskClient, route: str, data: dict[str, Any]) -> None:
    response = client.post(f"/dashboard/api/{route}", json={"data": data})
    assert response.status_code == 200
    assert response.json


def _fmd_client(directory: str, now: datetime) -> FlaskClient:
    """Return a signed-in client of a monitored app with the calls in its database."""
    import flask_monitoringdashboard  # creates its database on import

    app = Flask("monitored")
    app.secret_key = "benchmark"
    config = flask_monitoringdashboard.config
    config.database_name = f"sqlite:///{directory}/fmd.db"
    config.monitor_level = 0
    for name in ENDPOINT_NAMES:
        app.add_url_rule(f"/{name}", name, lambda: "")
    flask_monitoringdashboard.bind(app, schedule=False)
    client = app.test_client()
    client.get("/endpoint_0")
    _insert(now)
    with client.session_transaction() as session:
        session.update({"dashboard_logged_in": True, "dashboard_admin": True})
    return client


def _insert(now: datetime) -> None:
    from flask_monitoringdashboard.database import Endpoint, Request, session_scope

    with session_scope() as session:
        ids = {name: number for number, name in session.query(Endpoint.id, Endpoint.name)}
        for name in ENDPOINT_NAMES:
            if name not in ids:
                session.add(Endpoint(name=name))
    with session_scope() as session:
        ids = {name: number for number, name in session.query(Endpoint.id, Endpoint.name)}
        numbers = np.array([ids[name] for name in ENDPOINT_NAMES])
        for calls in _calls(now):
            session.execute(Request.__table__.insert(), _rows(calls, numbers))


def _rows(calls: Calls, numbers: Any) -> list[dict[str, Any]]:
    columns = {
        "endpoint_id": numbers[calls.endpoint],
        "duration": calls.execution_time,
        "time_requested": calls.time,
        "version_requested": VERSION_NAMES[calls.version],
        "group_by": GROUP_NAMES[calls.group_by],
        "ip": IP_NAMES[calls.ip],
        "status_code": calls.status_code,
    }
    values = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in values]


def _best(work: Callable[[], object]) -> float:
    """Return the shortest duration (ms), after one that does not count."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return min(times)

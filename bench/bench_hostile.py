"""One account with a hostile app, on the whole stack: what the others notice, and what it takes.

The app sends requests without end, all names of which are different. Every half second another
user requests `/api/status`, and the owner the overview. At first nothing is fetched, for
comparison; then the app is alone; then its owner also queries all the time, with six clients.

Settings in the environment: `HOSTILE_SECONDS` is the duration of each of the last two phases, half
a minute by default. `HOSTILE_DASHBOARDS` is the number of dashboards of the app, 1 by default:
names fill at most about 160 MB of each. `HOSTILE_MEGABYTES` is the quota of the account, 100 by
default, which a minute of the app exceeds.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

import pydash_app
import pydash_database
from bench.bench_api import DATABASE, WEB
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.stored import Stored
from pydash_app.user.api_token import Scope
from pydash_app.user.services import registration, tokens
from pydash_database import server, transact

SECONDS = float(os.environ.get("HOSTILE_SECONDS", "30"))
DASHBOARDS = int(os.environ.get("HOSTILE_DASHBOARDS", "1"))
MEGABYTES = int(os.environ.get("HOSTILE_MEGABYTES", "100"))
IDLE_SECONDS = 15.0
INTERVAL = 0.5
OWNERS_CLIENTS = 6
PORT = 18_790
PASSWORD = "correct horse battery staple"

Row = dict[str, Any]


def run() -> list[Row]:
    """Run the benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        return _measure(Path(folder))


def _measure(folder: Path) -> list[Row]:
    environ = {
        **os.environ,
        "PYDASH_DATA_DIR": str(folder),
        "PYDASH_FETCH_ALLOW": "global,loopback",
        "PYDASH_FETCH_INTERVAL": "1",
        "PYDASH_MAX_USER_MEGABYTES": str(MEGABYTES),
    }
    started: list[subprocess.Popen[str]] = []

    def start(*command: str) -> subprocess.Popen[str]:
        command = (sys.executable, *command)
        started.append(subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True))
        return started[-1]

    try:
        configuration = Configuration.from_environment({"PYDASH_DATA_DIR": str(folder)})
        start("-m", "bench.hostile_app", str(PORT))
        start("-c", DATABASE, str(folder))
        while not server.is_accepting(folder):
            time.sleep(0.05)
        token, dashboard_id = _create(configuration)
        web = start("-c", WEB, str(folder))
        assert web.stdout
        port = int(web.stdout.readline())
        site = (port, token, dashboard_id, folder, web.pid)
        rows = _rows("idle", 0, min(IDLE_SECONDS, SECONDS), *site)
        start("pydash.py", "fetcher")
        rows += _rows("app", 0, SECONDS, *site)
        return rows + _rows("app and owner", OWNERS_CLIENTS, SECONDS, *site)
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(30)


def _create(configuration: Configuration) -> tuple[str, str]:
    pydash_app.configure(configuration)

    def store() -> tuple[str, str]:
        owner = registration.create("hostile", PASSWORD, "hostile@example.com", verified=True)
        for name in ("huge", *(f"hostile{number}" for number in range(DASHBOARDS))):
            url = f"http://127.0.0.1:{PORT}/{name}/dashboard"
            dashboard = Dashboard(url, "token", owner.id, name)
            repository.add(dashboard)
        return tokens.issue(owner, "bench", Scope.READ)[1], str(dashboard.id)

    stored = transact(store)
    pydash_database.close()
    return stored


def _rows(
    phase: str,
    clients: int,
    seconds: float,
    port: int,
    token: str,
    dashboard_id: str,
    folder: Path,
    web: int,
) -> list[Row]:
    ends = time.monotonic() + seconds
    dashboard = f"/api/dashboards/{dashboard_id}"
    statistics = "statistic=visits_per_ip,versions,unique_visitors,median_execution_time"
    queries = [
        f"{dashboard}/query?{statistics}&breakdown=ip,group_by&top=1000",
        f"{dashboard}/statistic?{statistics}",
        f"{dashboard}/endpoint_boxplots",
        dashboard,
    ]
    statuses: list[int] = []
    owner = [
        threading.Thread(target=_query, args=(port, token, queries, number, ends, statuses))
        for number in range(clients)
    ]
    for thread in owner:
        thread.start()
    overview, status, sizes, memory = list[float](), list[float](), list[int](), list[int]()
    failures = 0
    while time.monotonic() < ends:
        for latencies, who, path in (
            (status, None, "/api/status"),
            (overview, token, "/api/dashboards"),
        ):
            begun = time.perf_counter()
            failures += _get(port, who, path)[0] != 200
            latencies.append((time.perf_counter() - begun) * 1000)
        # While the database is packed, there are two files.
        sizes.append(sum(each.stat().st_size for each in folder.glob(f"{server.FILE_NAME}*")))
        memory.append(_resident(web))
        time.sleep(INTERVAL)
    for thread in owner:
        thread.join()
    info = json.loads(_get(port, token, "/api/dashboards")[1])[0]
    print(info["error"], *info["limits_reached"], file=sys.stderr)
    stored = _stored(folder)
    figures = {
        "/api/status of others, p50": (np.percentile(status, 50), "ms"),
        "/api/status of others, p95": (np.percentile(status, 95), "ms"),
        "/api/status of others, max": (max(status), "ms"),
        "overview of the owner, p50": (np.percentile(overview, 50), "ms"),
        "overview of the owner, p95": (np.percentile(overview, 95), "ms"),
        "failures of both": (failures, "requests"),
        "web process, max": (max(memory) / 1e6, "MB"),
        "database files, max": (max(sizes) / 1e6, "MB"),
        "database files, last": (sizes[-1] / 1e6, "MB"),
        "requests of the app, stored": (stored.calls, "requests"),
        "stored of the account": (stored.bytes / 1e6, "MB"),
        "quota": (MEGABYTES, "MB"),
        "endpoints in the overview": (len(info["endpoints"]), "endpoints"),
        "queries of the owner, with a response": (statuses.count(200), "requests"),
        "queries of the owner, refused": (len(statuses) - statuses.count(200), "requests"),
        "processes waiting for a processor, last": (os.getloadavg()[0], "processes"),
        "duration": (seconds, "s"),
    }
    return [
        {
            "name": f"{name} ({unit})",
            "column": phase,
            "value": round(float(value), 1),
            "unit": unit,
        }
        for name, (value, unit) in figures.items()
    ]


def _stored(folder: Path) -> Stored:
    pydash_app.configure(Configuration.from_environment({"PYDASH_DATA_DIR": str(folder)}))
    stored = transact(lambda: repository.stored_of_user(next(iter(repository.all())).user_id))
    pydash_database.close()
    return stored


def _query(
    port: int, token: str, queries: list[str], number: int, ends: float, statuses: list[int]
) -> None:
    while time.monotonic() < ends:
        status, _ = _get(port, token, queries[number % len(queries)])
        statuses.append(status)
        number += 1


def _get(port: int, token: str | None, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


def _resident(pid: int) -> int:
    """Return the memory of a process in bytes."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")

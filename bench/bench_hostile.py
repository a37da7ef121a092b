"""One account with a hostile app, on the whole stack: what the others notice, and what it takes.

The app sends requests without end, all names of which are different. Every half second another
user requests `/api/status`, and the owner the overview. First the app is alone; then its owner also
queries all the time, with six clients. `HOSTILE_SECONDS` sets the duration of each of the two, half
a minute by default.
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
from pydash_app.user.api_token import Scope
from pydash_app.user.services import registration, tokens
from pydash_database import server, transact

SECONDS = float(os.environ.get("HOSTILE_SECONDS", "30"))
MEGABYTES = 500
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
        token, dashboard_id = _store(configuration)
        web = start("-c", WEB, str(folder))
        assert web.stdout
        port = int(web.stdout.readline())
        start("pydash.py", "fetcher")
        site = (port, token, dashboard_id, folder, web.pid)
        return [*_rows("app", 0, *site), *_rows("app and owner", OWNERS_CLIENTS, *site)]
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(30)


def _store(configuration: Configuration) -> tuple[str, str]:
    pydash_app.configure(configuration)

    def store() -> tuple[str, str]:
        owner = registration.create("hostile", PASSWORD, "hostile@example.com", verified=True)
        for name in ("huge", "hostile"):
            url = f"http://127.0.0.1:{PORT}/{name}/dashboard"
            dashboard = Dashboard(url, "token", owner.id, name)
            repository.add(dashboard)
        return tokens.issue(owner, "bench", Scope.READ)[1], str(dashboard.id)

    stored = transact(store)
    pydash_database.close()
    return stored


def _rows(
    phase: str, clients: int, port: int, token: str, dashboard_id: str, folder: Path, web: int
) -> list[Row]:
    ends = time.monotonic() + SECONDS
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
        sizes.append((folder / server.FILE_NAME).stat().st_size)
        memory.append(_resident(web))
        time.sleep(INTERVAL)
    for thread in owner:
        thread.join()
    info, _ = json.loads(_get(port, token, "/api/dashboards")[1])
    print(info["error"], *info["limits_reached"], file=sys.stderr)
    figures = {
        "/api/status of others, p50": (np.percentile(status, 50), "ms"),
        "/api/status of others, p95": (np.percentile(status, 95), "ms"),
        "/api/status of others, max": (max(status), "ms"),
        "overview of the owner, p50": (np.percentile(overview, 50), "ms"),
        "overview of the owner, p95": (np.percentile(overview, 95), "ms"),
        "failures of both": (float(failures), "requests"),
        "web process, max": (max(memory) / 1e6, "MB"),
        "database file, max": (max(sizes) / 1e6, "MB"),
        "database file, last": (sizes[-1] / 1e6, "MB"),
        "quota": (float(MEGABYTES), "MB"),
        "endpoints in the overview": (float(len(info["endpoints"])), "endpoints"),
        "queries of the owner, answered": (float(statuses.count(200)), "requests"),
        "queries of the owner, refused": (float(len(statuses) - statuses.count(200)), "requests"),
        "duration": (SECONDS, "s"),
    }
    return [
        {"name": f"{phase}: {name}", "value": round(float(value), 1), "unit": unit}
        for name, (value, unit) in figures.items()
    ]


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

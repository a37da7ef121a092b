"""Throughput and latency of the API over real sockets, with a million calls stored.

Server and clients share the cores of the machine, so the figures include the work of the clients.
"""

import http.client
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

import pydash_app
import pydash_database
from bench.generated import batches
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.entity import Dashboard
from pydash_app.user.api_token import Scope
from pydash_app.user.services import registration, tokens
from pydash_cube.call_batch import CallBatch
from pydash_database import server, transact

CALLS, PAGE = 1_000_000, 50_000
DASHBOARDS, ENDPOINTS = 100, 20
SUMMARY = "/api/dashboards?fields=summary"
CLIENTS = (1, 8, 50)
SECONDS = 3.0
PASSWORD = "correct horse battery staple"

DATABASE = "import sys, pathlib, pydash_database.server as s; s.serve(pathlib.Path(sys.argv[1]))"
# Rate limits would prevent this benchmark. With `anew`, nothing that was built is kept; with
# `patient`, a query may take as long as a busy machine needs.
WEB = """
import sys
import pydash_app, pydash_web
from pydash_app.configuration import Configuration
from pydash_web.http import server
configuration = Configuration.from_environment({"PYDASH_DATA_DIR": sys.argv[1]}, port=0)
pydash_app.configure(configuration)
app = pydash_web.create_app(configuration)
app.extensions["pydash_limiter"].hit = lambda *_: None
if "anew" in sys.argv:
    from pydash_web.controller import dashboard_info
    from pydash_web import status_page
    dashboard_info.kept._capacity = 0
    status_page.kept._seconds = 0.0
if "patient" in sys.argv:
    from pydash_web.http import concurrency
    concurrency.QUERY_SECONDS = 600.0
server.prepare_process()
listening = server.listen(app, configuration)
print(listening.effective_port, flush=True)
listening.run()
"""

Row = dict[str, Any]
Request = tuple[str, str]
Milliseconds = NDArray[np.float64]


def run() -> list[Row]:
    """Run the benchmark; takes about two minutes."""
    with site() as (port, token, dashboard_id):
        rows = []
        for name, request in _requests(dashboard_id).items():
            load(port, token, request, 1, 0.5)
            for clients in CLIENTS:
                rows += _rows(f"{name}, clients: {clients}", *load(port, token, request, clients))
        return rows


def _requests(dashboard_id: str) -> dict[str, Request]:
    query = (
        "statistic=total_visits,median_execution_time&timeslice=hour&timeslice_is_static=true"
        "&start_date=2026-10-01&end_date=2026-10-31"
    )
    return {
        "`/api/login` (mostly Argon2)": ("POST", "/api/login"),
        f"`/api/dashboards` ({DASHBOARDS} of {ENDPOINTS} endpoints)": ("GET", "/api/dashboards"),
        f"`{SUMMARY}` ({DASHBOARDS})": ("GET", SUMMARY),
        "`/statistic` (30 days by hour, requests and p50)": (
            "GET",
            f"/api/dashboards/{dashboard_id}/statistic?{query}",
        ),
    }


def _rows(name: str, milliseconds: Milliseconds, seconds: float) -> list[Row]:
    p50, p99 = np.percentile(milliseconds, [50, 99]).tolist()
    figures = {
        "requests per second": len(milliseconds) / seconds,
        "p50 (ms)": p50,
        "p99 (ms)": p99,
    }
    return [
        {"name": name, "column": column, "value": value, "unit": ""}
        for column, value in figures.items()
    ]


def load(
    port: int,
    token: str,
    request: Request,
    clients: int,
    seconds: float = SECONDS,
    accept_encoding: str = "identity",
) -> tuple[Milliseconds, float]:
    """Send requests from several clients for a while.

    :param accept_encoding: `gzip` for what browsers get.
    :returns: the time of each (ms), and of all together (s).
    """
    durations: list[float] = []
    started = time.perf_counter()
    end = started + seconds
    threads = [
        threading.Thread(
            target=_send, args=(port, token, request, client, end, durations, accept_encoding)
        )
        for client in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return np.array(durations), time.perf_counter() - started


def _send(
    port: int,
    token: str,
    request: Request,
    client: int,
    end: float,
    durations: list[float],
    accept_encoding: str,
) -> None:
    method, path = request
    headers, body = {"Authorization": f"Bearer {token}"}, None
    headers["Accept-Encoding"] = accept_encoding
    if method == "POST":
        headers = {"Content-Type": "application/json"}
        body = json.dumps({"name": client_name(client), "password": PASSWORD})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while (started := time.perf_counter()) < end:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status}")
        durations.append(1000 * (time.perf_counter() - started))
    connection.close()


@contextmanager
def site(calls: int = CALLS, *options: str) -> Iterator[tuple[int, str, str]]:
    """Run database and web server; yield the port, an API token and the id of a dashboard.

    :param calls: the number of calls in this dashboard.
    :param options: see `web_server`.
    """
    with tempfile.TemporaryDirectory(prefix="pydash") as directory:
        data_dir = Path(directory)
        # Before the database, because PyDash does not start if the secret key is missing then.
        configuration = Configuration.from_environment({"PYDASH_DATA_DIR": directory})
        database = subprocess.Popen([sys.executable, "-c", DATABASE, directory])
        while not server.is_accepting(data_dir):
            time.sleep(0.02)
        pydash_app.configure(configuration)
        token, dashboard_id = _fill(calls)
        try:
            with web_server(directory, *options) as port:
                yield port, token, dashboard_id
        finally:
            pydash_database.close()
            database.kill()
            database.wait()


@contextmanager
def web_server(directory: str, *options: str) -> Iterator[int]:
    """Run a web server on the database in a directory; yield its port.

    :param options: `anew` to keep nothing that was built for a list of dashboards, `patient` to let
        queries take longer.
    """
    web = subprocess.Popen(
        [sys.executable, "-c", WEB, directory, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert web.stdout is not None
        yield int(web.stdout.readline())
    finally:
        web.kill()
        web.communicate()


def client_name(client: int) -> str:
    """Return the name of a user, whose password is `PASSWORD`."""
    return f"Client {client}"


def add_dashboard(user_id: UUID, number: int, endpoints: int) -> str:
    """Store a dashboard with so many endpoints; return its ID."""
    dashboard = Dashboard("http://127.0.0.1:9", "token", user_id, f"App {number}")
    dashboard.add_endpoints(Endpoint(f"endpoint_{each}", True) for each in range(endpoints))
    repository.add(dashboard)
    return dashboard.get_id()


def _fill(calls: int) -> tuple[str, str]:
    def add_user(client: int) -> tuple[Any, str]:
        user = registration.create(client_name(client), PASSWORD, "a@example.com", verified=True)
        return user.id, tokens.issue(user, "bench", Scope.READ)[1]

    users = [transact(partial(add_user, client)) for client in range(max(CLIENTS))]
    user_id, token = users[0]

    ids = [transact(partial(add_dashboard, user_id, each, ENDPOINTS)) for each in range(DASHBOARDS)]
    for batch in batches(calls, PAGE):
        transact(partial(_add_calls, ids[0], batch))
    return token, ids[0]


def _add_calls(dashboard_id: str, batch: CallBatch) -> None:
    repository.find(dashboard_id).add_endpoint_calls(batch)

"""One fetcher with a thousand dashboards, ten of which hang, for five minutes.

`BENCH_DASHBOARDS`, `BENCH_HANGING`, `BENCH_INTERVAL` and `BENCH_SECONDS` change these numbers.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psutil

import pydash_app
import pydash_database
from bench.stub_apps import HANGING_FROM
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.fetcher import last_heartbeat
from pydash_database import server, transact

DASHBOARDS = int(os.environ.get("BENCH_DASHBOARDS", "1000"))
HANGING = int(os.environ.get("BENCH_HANGING", "10"))
INTERVAL = int(os.environ.get("BENCH_INTERVAL", "60"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "300"))

SERVE = "import sys, pathlib, pydash_database.server as s; s.serve(pathlib.Path(sys.argv[1]))"
FETCH = """
import os, pydash_app.fetcher as fetcher
from pydash_app.configuration import Configuration
fetcher.run(Configuration.from_environment(os.environ))
"""

Row = dict[str, Any]


def run() -> list[Row]:
    """Measure the time between the fetches of each app; its first fetch does not count."""
    with tempfile.TemporaryDirectory(prefix="pydash") as directory, _processes(directory) as port:
        apps = [*range(DASHBOARDS - HANGING), *range(HANGING_FROM, HANGING_FROM + HANGING)]
        transact(lambda: _add_dashboards(port, apps))
        time.sleep(SECONDS)
        figures = transact(last_heartbeat).figures
        memory = max(process.memory_info().rss for process in psutil.Process().children(True))
        gaps = _gaps(port)
    of_interval = np.array(gaps) / INTERVAL
    name = f"fetcher: {DASHBOARDS:,} dashboards, {HANGING} hanging: "
    return [
        _row(f"{name}time between fetches, p50", np.quantile(of_interval, 0.5), "intervals"),
        _row(f"{name}time between fetches, p99", np.quantile(of_interval, 0.99), "intervals"),
        _row(f"{name}time between fetches, longest", of_interval.max(), "intervals"),
        _row(f"{name}fetches", len(gaps) / SECONDS, "1/s"),
        _row(f"{name}start lag with the first burst, p99", figures.lag_p99 * 1000, "ms"),
        _row(f"{name}largest process", memory / 2**20, "MB"),
    ]


@contextmanager
def _processes(directory: str) -> Iterator[int]:
    """Run a database, the apps and a fetcher; yield the port of the apps."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port: int = free.getsockname()[1]
    settings = {
        "PYDASH_DATA_DIR": directory,
        "PYDASH_FETCH_ALLOW": "loopback",
        "PYDASH_FETCH_INTERVAL": str(INTERVAL),
        "PYDASH_LOG_LEVEL": "warning",
    }
    # Before the database, because PyDash does not start if the secret key is missing then.
    configuration = Configuration.from_environment(settings)
    commands = [
        ["-m", "bench.stub_apps", str(port)],
        ["-c", SERVE, directory],
        ["-c", FETCH],
    ]
    environment = {**os.environ, **settings, "PYTHONPATH": str(Path(__file__).parents[1])}
    running = [
        subprocess.Popen([sys.executable, *command], env=environment) for command in commands
    ]
    try:
        while not server.is_accepting(Path(directory)):
            time.sleep(0.05)
        pydash_app.configure(configuration)
        yield port
    finally:
        pydash_database.close()
        for process in reversed(running):
            process.terminate()
            process.wait()


def _add_dashboards(port: int, apps: list[int]) -> None:
    owner = uuid.uuid4()
    for app in apps:
        repository.add(Dashboard(f"http://127.0.0.1:{port}/{app}/dashboard", "token", owner))


def _gaps(port: int) -> list[float]:
    """Return the seconds between the fetches of each app, from its second fetch on."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/seen") as response:
        seen: dict[str, list[float]] = json.load(response)
    now = time.monotonic()
    return [
        later - earlier
        for times in seen.values()
        for earlier, later in pairwise([*times[1:], now])
        if later != now or later - earlier > INTERVAL
    ]


def _row(name: str, value: float, unit: str) -> Row:
    return {"name": name, "value": round(float(value), 2), "unit": unit}


if __name__ == "__main__":
    for row in run():
        print(row)

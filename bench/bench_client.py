"""Reading a million calls: time, and memory in the monitored app."""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import psutil

from bench.generated import ENDPOINT_NAMES, GROUP_NAMES, IP_NAMES, VERSION_NAMES, generate
from flask_monitoring_dashboard_client import RemoteDashboard
from flask_monitoring_dashboard_client.cleaning import RawCalls, clean, times_from_texts
from flask_monitoring_dashboard_client.signed import verified

CALLS = int(os.environ.get("BENCH_CALLS", "1000000"))
PAGE = 50_000
TOKEN = "a-token-for-the-bench-of-the-client"

APP = """
import sys, threading, os
import flask_monitoringdashboard as dashboard, pydash_exporter
from flask import Flask
from werkzeug.serving import make_server
app = Flask("bench")
app.secret_key = "benchmark"
for number in range(20):
    app.add_url_rule(f"/{number}", f"endpoint_{number}", lambda: "x")
dashboard.config.database_name = "sqlite:///" + sys.argv[1]
dashboard.config.security_token = sys.argv[2]
dashboard.bind(app, schedule=False)
pydash_exporter.bind(app)
server = make_server("127.0.0.1", 0, app, threaded=True)
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)
"""

Row = dict[str, Any]


def run() -> list[Row]:
    """Run the benchmark; takes about a minute."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_exporter(Path(folder)), _signed_rows()]


def _exporter(folder: Path) -> Iterator[Row]:
    database = folder / "monitoring.sqlite"
    with _app(database) as (url, process), RemoteDashboard(url, TOKEN, allow="loopback") as remote:
        _fill(database)
        remote.monitor_rules()
        before = process.memory_info().rss
        started = time.perf_counter()
        page = remote.fetch_page(None, PAGE)
        calls = len(page.columns)
        while page.has_more:
            page = remote.fetch_page(page.cursor, PAGE)
            calls += len(page.columns)
        seconds = time.perf_counter() - started
        assert calls == CALLS
        peak = peak_memory(process)
        polled = _best(lambda: remote.fetch_page(page.cursor, PAGE))
    yield _row("read a million requests through the exporter", seconds, "s")
    yield _row("same, requests per second", calls / seconds, "requests/s")
    yield _row("additional memory of the app", (peak - before) / 1024**2, "MB")
    yield _row("poll with nothing new", polled * 1000, "ms")


def _signed_rows() -> Row:
    """Decode one page of FMD 1.10 to 2.0: verify, parse, clean."""
    rows = [
        {
            "endpoint_id": endpoint,
            "duration": duration,
            "time_requested": time.replace("T", " "),
            "version_requested": "1.0",
            "group_by": "None",
            "ip": "10.0.0.1",
        }
        for calls in generate(PAGE, PAGE)
        for endpoint, duration, time in zip(
            calls.endpoint.tolist(),
            calls.execution_time.tolist(),
            calls.time.astype(str),
            strict=True,
        )
    ]
    text = jwt.encode({"data": json.dumps(rows)}, TOKEN).encode()
    return _row("decode signed rows", PAGE / _best(lambda: _read_signed(text)), "requests/s")


def _read_signed(text: bytes) -> None:
    rows = json.loads(verified(text, TOKEN))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    raw = RawCalls(
        endpoint=list(map(str, columns["endpoint_id"])),
        duration=columns["duration"],
        time=times_from_texts(columns["time_requested"]),
        version=columns["version_requested"],
        group_by=columns["group_by"],
        ip=columns["ip"],
        status_code=[None] * len(rows),
    )
    _, fit = clean(raw, datetime.now(UTC))
    assert fit.all()


def _best(work: Callable[[], object]) -> float:
    """Return the shortest of five durations, in seconds."""
    times = []
    for _ in range(5):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


@contextmanager
def _app(database: Path) -> Iterator[tuple[str, psutil.Process]]:
    with subprocess.Popen(
        [sys.executable, "-c", APP, str(database), TOKEN],
        cwd=database.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield f"http://127.0.0.1:{port}/dashboard", psutil.Process(process.pid)
        process.communicate()


def _fill(database: Path) -> None:
    """Insert the calls as FMD does."""
    with closing(sqlite3.connect(database)) as connection, connection:
        ids = {name: id_ for id_, name in connection.execute("SELECT id, name FROM Endpoint")}
        for calls in generate(CALLS, PAGE):
            connection.executemany(
                "INSERT INTO Request (endpoint_id, duration, time_requested, version_requested, "
                "group_by, ip, status_code) VALUES (?, ?, ?, ?, ?, ?, ?)",
                zip(
                    [ids[name] for name in ENDPOINT_NAMES[calls.endpoint]],
                    calls.execution_time.tolist(),
                    [text.replace("T", " ") for text in calls.time.astype(str).tolist()],
                    VERSION_NAMES[calls.version],
                    GROUP_NAMES[calls.group_by],
                    IP_NAMES[calls.ip],
                    calls.status_code.tolist(),
                    strict=True,
                ),
            )


def peak_memory(process: psutil.Process) -> int:
    """Return the peak memory of a process, in bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def _row(name: str, value: float, unit: str) -> Row:
    return {"name": name, "value": round(value, 2), "unit": unit}

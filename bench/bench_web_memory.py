"""The memory of a web process that answers every kind of question about ten million calls."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import urlencode

import psutil

from bench.bench_api import WEB, site
from bench.bench_client import peak_memory
from bench.bench_queries import END, QUERIES, START
from bench.cube_database import Row, row

CALLS = 10_000_000
# As many requests as a browser sends at once.
CLIENTS = 6
MAX_MEGABYTES = 1_000
MEGABYTE = 1024 * 1024
RANGE = {"start_date": f"{START:%Y-%m-%d}", "end_date": f"{END:%Y-%m-%d}"}
DAY = {"start_date": f"{START:%Y-%m-%d}", "end_date": f"{START.replace(day=2):%Y-%m-%d}"}
OTHERS = (
    f"statistic?statistic=visits_per_ip,versions,unique_visitors&{urlencode(RANGE)}",
    f"endpoint_boxplots?{urlencode(RANGE)}",
    f"endpoints/endpoint_3/boxplot?{urlencode(RANGE)}",
    f"execution_times_per_version?{urlencode(RANGE)}",
    f"endpoints/endpoint_3/execution_times_per_version?{urlencode(RANGE)}",
    f"execution_time_histogram?{urlencode(RANGE)}",
    f"visitor_heatmap?{urlencode(RANGE)}",
    f"unique_visitor_heatmap?{urlencode(RANGE)}",
    "usage",
    "versions",
    "versions/compare?version=1.2&against=1.1",
    "endpoints",
    f"export?{urlencode(DAY)}",
)


def run() -> list[Row]:
    """Run the benchmark; takes about five minutes."""
    with site(CALLS, "patient") as (port, token, dashboard_id):
        [web] = [each for each in psutil.Process().children() if WEB in each.cmdline()]
        questions = [*(_question(*each) for each in QUERIES.values()), *OTHERS]
        paths = [f"/api/dashboards/{dashboard_id}/{each}" for each in questions]
        ask = partial(_ask, port, token)
        rows = [row("web process before the first request", _peak(web), "MB")]
        ask(2 * paths)
        rows.append(_limited("all questions, twice: peak of the web process", web))
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(ask, [paths[each:] + paths[:each] for each in range(CLIENTS)]))
        rows.append(_limited(f"{CLIENTS} clients, all questions: peak of the web process", web))
        return rows


def _question(query: dict[str, Any], _sql: str) -> str:
    parameters = {**RANGE, **query.get("filters", {}), "statistic": ",".join(query["statistics"])}
    if "timeslice" in query:
        parameters |= {"timeslice": query["timeslice"], "timeslice_is_static": "true"}
    if "by" in query:
        parameters["breakdown"] = ",".join(query["by"])
    return f"query?{urlencode(parameters)}"


def _ask(port: int, token: str, paths: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    for path in paths:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        response = connection.getresponse()
        while response.read(MEGABYTE):
            pass
        # Several exports of an account at once are refused.
        if response.status not in (200, 429):
            raise RuntimeError(f"{path}: {response.status}")
    connection.close()


def _limited(name: str, web: psutil.Process) -> Row:
    return row(name, _peak(web), "MB", MAX_MEGABYTES, against="limit", target=1)


def _peak(web: psutil.Process) -> float:
    """Return the most memory that the process had so far (MB)."""
    return peak_memory(web) / MEGABYTE

"""Many dashboards: listing them, and keeping the fetcher's schedule; on a real ZEO server."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from unittest import mock
from uuid import UUID, uuid4

import pydash_app
import pydash_database
from bench.bench_api import DATABASE, PASSWORD, SUMMARY, add_dashboard, load, web_server
from bench.cube_database import Row, row
from periodic_tasks import TaskScheduler
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.fetcher.reconciliation import Reconciler
from pydash_app.user.api_token import Scope
from pydash_app.user.services import registration, tokens
from pydash_database import BACKGROUND_TIMEOUT, database_connection, server, transact
from pydash_web.controller import dashboard_info

LISTED, ENDPOINTS = 100, 20
SCHEDULED = 10_000
BATCH = 500
ROUNDS = 5
SECONDS = 2.0


def run() -> list[Row]:
    """Run the benchmark; takes about two minutes."""
    with zeo() as configuration:
        owner, token = transact(_add_user)
        for number in range(LISTED):
            transact(partial(add_dashboard, owner, number, ENDPOINTS))
        rates = _rates(configuration, token)
        rates.append(_two_processes(configuration, token))
        return [*rates, *_cold_lists(configuration, owner), *_reconciliation()]


def _add_user() -> tuple[UUID, str]:
    user = registration.create("Alice", PASSWORD, "a@example.com", verified=True)
    return user.id, tokens.issue(user, "bench", Scope.READ)[1]


def _rates(configuration: Configuration, token: str) -> list[Row]:
    """Measure how often a client gets the list: from what is kept, and built for each request."""
    directory = str(configuration.data_dir)
    rates: dict[str, list[float]] = {"anew": [], "all": [], "summary": []}
    with web_server(directory) as port, web_server(directory, "anew") as anew_port:
        for _ in range(ROUNDS + 1):
            for name, to, path in (
                ("anew", anew_port, "/api/dashboards"),
                ("all", port, "/api/dashboards"),
                ("summary", port, SUMMARY),
            ):
                times, seconds = load(to, token, ("GET", path), 1, SECONDS)
                rates[name].append(len(times) / seconds)
    # The first round fills the caches.
    anew, full, summary = (statistics.median(each[1:]) for each in rates.values())
    title, against = f"{LISTED} of {ENDPOINTS} endpoints", "all, built for each request"
    return [
        row(f"`/api/dashboards`, {title}", full, "requests/s", anew, against=against),
        row(f"`{SUMMARY}`, {title}", summary, "requests/s", anew, against=against, target=5),
    ]


def _two_processes(configuration: Configuration, token: str) -> Row:
    """Measure how often eight clients get the summaries from two web processes instead of one."""
    directory, request = str(configuration.data_dir), ("GET", SUMMARY)
    rates: tuple[list[float], list[float]] = [], []
    with (
        web_server(directory) as one,
        web_server(directory) as two,
        ThreadPoolExecutor() as threads,
    ):
        for _ in range(ROUNDS + 1):
            for place, ports in zip(rates, ([one, one], [one, two]), strict=True):
                running = [threads.submit(load, each, token, request, 4, SECONDS) for each in ports]
                found = [each.result() for each in running]
                place.append(sum(len(times) / seconds for times, seconds in found))
    single, both = (statistics.median(each[1:]) for each in rates)
    name = f"`{SUMMARY}`, 8 clients, two web processes"
    return row(name, both, "requests/s", single, against="one")


def _cold_lists(configuration: Configuration, owner: UUID) -> list[Row]:
    def list_anew(*, with_endpoints: bool) -> float:
        """Return the time with empty caches of the web process (ms)."""
        pydash_app.configure(configuration)
        dashboard_info.kept.clear()
        transact(lambda: None)

        def work() -> bytes:
            mine = repository.of_user(owner)
            return dashboard_info.dashboards_json(mine, with_endpoints=with_endpoints)

        return _milliseconds(lambda: transact(work))

    rows = []
    for name, with_endpoints in (("", True), ("?fields=summary", False)):
        together, singly = [], []
        for _ in range(ROUNDS):
            together.append(list_anew(with_endpoints=with_endpoints))
            with mock.patch.object(dashboard_info, "load"):
                singly.append(list_anew(with_endpoints=with_endpoints))
        title = f"`/api/dashboards{name}`, {LISTED} of {ENDPOINTS} endpoints, cold"
        rows.append(_row(title, together, singly, "objects one by one"))
    return rows


def _reconciliation() -> list[Row]:
    owner = uuid4()
    for _ in range(0, SCHEDULED, BATCH):
        transact(partial(_add_some, owner), timeout=BACKGROUND_TIMEOUT)
    changes = {
        "after one was added": _add,
        "after a fetch was requested": _request,
        "after one was deleted": _delete,
    }
    all_of_them: list[float] = []
    after: dict[str, list[float]] = {name: [] for name in changes}
    for _ in range(ROUNDS):
        reconciler = Reconciler(TaskScheduler(), timedelta(hours=1), timedelta(minutes=1))
        transact(lambda: database_connection().cacheMinimize())
        all_of_them.append(_milliseconds(reconciler.reconcile))
        for name, change in changes.items():
            change(owner)
            after[name].append(_milliseconds(reconciler.reconcile))
    title = f"schedule of {SCHEDULED:,} dashboards"
    return [
        _row(f"{title}: {name}", times, all_of_them, "a new fetcher")
        for name, times in after.items()
    ]


def _add_some(owner: UUID) -> None:
    for number in range(BATCH):
        add_dashboard(owner, number, 0)


def _add(owner: UUID) -> None:
    transact(partial(add_dashboard, owner, 0, 0))


def _request(owner: UUID) -> None:
    transact(lambda: repository.request_fetch(repository.of_user(owner)[0].id))


def _delete(owner: UUID) -> None:
    transact(lambda: repository.delete(repository.of_user(owner)[0]))


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def _row(name: str, times: list[float], peer_times: list[float], against: str) -> Row:
    value, peer = statistics.median(times), statistics.median(peer_times)
    return row(name, value, "ms", peer, against=against)


@contextmanager
def zeo() -> Iterator[Configuration]:
    """Configure this process with an empty database on a ZEO server of its own."""
    with tempfile.TemporaryDirectory(prefix="pydash") as directory:
        configuration = Configuration.from_environment({"PYDASH_DATA_DIR": directory})
        process = subprocess.Popen([sys.executable, "-c", DATABASE, directory])
        try:
            while not server.is_accepting(Path(directory)):
                time.sleep(0.02)
            pydash_app.configure(configuration)
            yield configuration
        finally:
            pydash_database.close()
            process.kill()
            process.wait()

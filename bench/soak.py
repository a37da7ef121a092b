"""An hour of a whole installation with a thousand dashboards: the growth of memory, and losses.

    python -m bench.soak              one hour, and then kills
    python -m bench.soak 10           ten minutes
    python -m bench.soak 60 300       one hour, in which each dashboard is fetched every 300 s

`pydash up` runs with its defaults; one process simulates all apps, each with a request a second.
Clients send requests to the API. After a warm-up of a quarter of the time, the slope of the memory
of each process is computed by least squares. Then each process is killed, the apps receive no more
requests, and everything that is stored is compared with what they served.
"""

import http.client
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Set
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import numpy as np
import psutil

import pydash_app
import pydash_database
from bench import document, run
from bench.cube_database import Row, row
from bench.soak_apps import Apps
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.user.api_token import Scope
from pydash_app.user.services import registration, tokens
from pydash_cube.query import Query
from pydash_cube.vocabulary import CallField, StatisticName
from pydash_database import BACKGROUND_TIMEOUT, transact
from pydash_supervisor import find_free_port
from tests.support.waiting import wait_for

OWNERS, DASHBOARDS = 10, 1_000
WARM_UP = 0.25
CLIENTS = 4
# So short at first that caches are full after the warm-up.
WARM_UP_PAUSE_SECONDS, PAUSE_SECONDS = 0.5, 2.0
SAMPLE_SECONDS = 10.0
KILL_SECONDS = 300
RECOVERY_SECONDS = 120.0
MAX_GROWTH = 5.0
PORTS = range(19_000, 19_900)
PASSWORD = "correct horse battery staple"
SUPERVISOR, WORKERS, APPS = "supervisor", "fetch workers, together", "the apps"
WORKER_SERVER = "server of the fetch workers"
MEGABYTE = 1024 * 1024
PATHS = (
    "/api/dashboards?fields=summary",
    "/api/dashboards/{id}",
    "/api/dashboards/{id}/statistic?statistic=visits_per_ip,versions,unique_visitors",
    "/api/dashboards/{id}/query?statistic=total_visits,median_execution_time&timeslice=minute&timeslice_is_static=true",
    "/api/dashboards/{id}/query?statistic=total_visits&breakdown=endpoint,version&top=50",
    "/api/dashboards/{id}/endpoint_boxplots",
    "/api/events?limit=20",
    "/readyz",
)


class Installation:
    """`pydash up`, and the process of the apps.

    :param folder: of the data.
    :param interval: seconds between two fetches of a dashboard.
    :param seconds: how long memory is measured, including the warm-up.
    """

    def __init__(self, folder: Path, interval: int, seconds: int) -> None:
        self.port, self._apps_port = (
            find_free_port("127.0.0.1", ports) for ports in (PORTS[:400], PORTS[400:])
        )
        self.start = int(time.time())
        self.end = self.start + seconds + KILL_SECONDS
        self.measured_from = self.start + WARM_UP * seconds
        self.settings = {
            "PYDASH_DATA_DIR": str(folder),
            "PYDASH_FETCH_ALLOW": "loopback",
            "PYDASH_FETCH_INTERVAL": str(interval),
            "PYDASH_LOG_LEVEL": "warning",
            "PYDASH_PORT": str(self.port),
        }
        self._log = (folder / "soak.log").open("ab")
        self.start_apps()
        self.start_pydash()
        pydash_app.configure(Configuration.from_environment(self.settings))

    def start_apps(self) -> None:
        """Start the apps, also again after they were killed."""
        moments = (str(self._apps_port), str(self.start), str(self.end))
        self.apps = subprocess.Popen([sys.executable, "-m", "bench.soak_apps", *moments])

    def start_pydash(self) -> None:
        """Start `pydash up`, also again after it was killed, and wait until it is ready."""
        self.pydash = subprocess.Popen(
            [sys.executable, "-m", "pydash", "up"],
            env={**os.environ, **self.settings},
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self.pydash.stdout
        line = self.pydash.stdout.readline()
        assert line.startswith("PyDash is ready"), line

    def stop(self) -> None:
        """Stop everything."""
        pydash_database.close()
        for process in (self.pydash, self.apps):
            process.terminate()
            process.wait(60)
        self._log.close()

    def processes(self) -> dict[str, list[psutil.Process]]:
        """Return all processes by their role."""
        found = defaultdict(list, {SUPERVISOR: [psutil.Process(self.pydash.pid)]})
        for child in sorted(found[SUPERVISOR][0].children(), key=lambda each: each.pid):
            with suppress(psutil.NoSuchProcess, IndexError):
                role = child.cmdline()[3]
                same = sum(name.startswith("web") for name in found)
                found[f"web {same + 1}" if role == "web" else role].append(child)
                for server in child.children():
                    found[WORKER_SERVER].append(server)
                    found[WORKERS] += server.children()
        return {**found, APPS: [psutil.Process(self.apps.pid)]}

    def add_dashboards(self) -> dict[str, list[UUID]]:
        """Add owners with dashboards; return their IDs by the API token of the owner."""

        def add(number: int) -> tuple[str, list[UUID]]:
            mail = f"owner{number}@example.com"
            owner = registration.create(f"owner{number}", PASSWORD, mail, verified=True)
            boards = []
            for app in range(number, DASHBOARDS, OWNERS):
                url = f"http://127.0.0.1:{self._apps_port}/{app}/dashboard"
                boards.append(Dashboard(url, "token", owner.id, f"app {app}"))
                repository.add(boards[-1])
            return tokens.issue(owner, "soak", Scope.READ)[1], [each.id for each in boards]

        return dict(
            transact(partial(add, number), timeout=BACKGROUND_TIMEOUT) for number in range(OWNERS)
        )

    def get(self, path: str, token: str) -> tuple[int, str]:
        """Return the status of a response and its body, or 0 and the reason if there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            response = connection.getresponse()
            return response.status, response.read().decode()
        except (OSError, http.client.HTTPException) as error:
            return 0, repr(error)
        finally:
            connection.close()

    def counts(self) -> tuple[float, float]:
        """Return the number of tasks that ran and of requests that the web processes received."""
        lines = self.get("/metrics", "")[1].splitlines()
        runs, requests = (
            sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))
            for name in ("pydash_fetcher_runs_total", "pydash_web_request_seconds_count")
        )
        return runs, requests

    def works(self, roles: Set[str]) -> bool:
        """Return whether all processes are running, and the API can do its work."""
        return roles <= self.processes().keys() and self.get("/readyz", "")[0] == 200

    def differences(self) -> int:
        """Return how many requests are stored too often or not at all."""
        apps = Apps(self.start, self.end)
        wrong = 0
        for board in transact(lambda: [(each.id, each.name) for each in repository.all()]):
            stored = transact(partial(_count_by_endpoint, board[0]), timeout=BACKGROUND_TIMEOUT)
            served = Counter(apps.served(int(board[1].removeprefix("app "))))
            wrong += sum(((served - stored) + (stored - served)).values())
        return wrong


def _count_by_endpoint(dashboard_id: UUID) -> Counter[str]:
    dashboard = repository.find(dashboard_id)
    result = dashboard.query([StatisticName.TOTAL_VISITS], Query(by=(CallField.ENDPOINT,)))
    counts = zip(result.groups, result.values["total_visits"], strict=True)
    return Counter({str(endpoint): int(count[0]) for (endpoint,), count in counts})


def main(minutes: float, interval: int) -> None:
    """Run it, print its table, and write that to the results and the documentation."""
    before = run.environment()
    seconds = int(minutes * 60)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pydash")))
        installation = Installation(folder, interval, seconds)
        stack.callback(installation.stop)
        owners = installation.add_dashboards()
        statuses: Counter[int] = Counter()
        with _clients(installation, owners, statuses):
            rows = _watch(installation, installation.start + seconds)
            responded = statuses.copy()
            recoveries = _kill_each(installation)
            time.sleep(max(0.0, installation.end - time.time()))
        wait_for(lambda: not installation.differences(), max(600, 5 * interval))
        expected = DASHBOARDS * (installation.end - installation.start)
        rows += [
            row("requests to the API", responded.total(), "requests"),
            _limited("failed, before anything was killed", responded.total() - responded[200], 0),
            row("stored requests of the apps", expected, "requests"),
            row("files of the database", _size(folder) / MEGABYTE, "MB"),
            row("kills, each process", len(recoveries), "kills"),
            row("until all processes work again, longest", max(recoveries), "s"),
            _limited("lost or counted twice", installation.differences(), 0),
        ]
    print(run.table(rows))
    if minutes >= 60:
        run.store("soak", before, rows)
        document.main()


@contextmanager
def _clients(
    installation: Installation, owners: Mapping[str, list[UUID]], statuses: Counter[int]
) -> Iterator[None]:
    """Let clients send requests during the block, and count the statuses of the responses."""
    stop = threading.Event()

    def send_requests(number: int) -> None:
        rng = random.Random(number)
        pause = WARM_UP_PAUSE_SECONDS
        while not stop.wait(pause):
            if time.time() > installation.measured_from:
                pause = PAUSE_SECONDS
            # Each has owners of its own, because an account runs one query at a time.
            token = rng.choice(list(owners)[number::CLIENTS])
            path = rng.choice(PATHS).format(id=rng.choice(owners[token]))
            status, body = installation.get(path, token)
            statuses[status] += 1
            if status != 200:
                print(f"{datetime.now(UTC):%H:%M:%S} {path}: {status} {body}", flush=True)

    threads = [threading.Thread(target=send_requests, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _watch(installation: Installation, until: float) -> list[Row]:
    """Sample the memory of each process until a time.

    :returns: rows with the growth of each process, and with what a task and a request cost.
    """
    samples: dict[str, list[tuple[float, float]]] = defaultdict(list)
    warm = installation.measured_from
    used: dict[str, float] = {}
    counts = 0.0, 0.0
    while (now := time.time()) < until:
        found = installation.processes()
        for role, processes in found.items():
            # A worker may end meanwhile.
            with suppress(psutil.NoSuchProcess):
                memory = sum(each.memory_info().rss for each in processes) / MEGABYTE
                if now >= warm:
                    samples[role].append((now - warm, memory))
                    used.setdefault(role, _processor_seconds(role, found))
        if now >= warm and not any(counts):
            counts = installation.counts()
        time.sleep(SAMPLE_SECONDS)
    runs, requests = np.subtract(installation.counts(), counts).tolist()
    rows = []
    total = 0.0
    found = installation.processes()
    for role in found:
        if role == APPS:
            continue
        times, memory = np.array(samples[role]).T
        slope, begin = np.polyfit(times, memory, 1)
        growth = 100 * slope * 3600 / begin
        print(role, f"{begin:.1f} MB", np.round(memory[:: max(1, len(memory) // 12)], 1).tolist())
        rows.append(row(f"{role}: memory after the warm-up", begin, "MB"))
        rows.append(_limited(f"{role}: growth of memory in an hour", growth, MAX_GROWTH, "%"))
        total += begin
        if role != WORKER_SERVER:
            used[role] = _processor_seconds(role, found) - used[role]
            share = 100 * used[role] / float(times[-1])
            rows.append(row(f"{role}: processor time", share, "% of a core"))
    web = sum(seconds for role, seconds in used.items() if role.startswith("web"))
    return [
        *rows,
        row("all processes: memory after the warm-up", total, "MB"),
        row("fetch: processor time in its worker", 1000 * used[WORKERS] / runs, "ms"),
        row("fetch: processor time in the fetcher", 1000 * used["fetcher"] / runs, "ms"),
        row("fetch: processor time in the database server", 1000 * used["database"] / runs, "ms"),
        row("request to the API: processor time in its web process", 1000 * web / requests, "ms"),
    ]


def _processor_seconds(role: str, found: Mapping[str, list[psutil.Process]]) -> float:
    """Return the time of the processes of a role, and of their children that have ended."""
    # Workers are replaced after a while, and are children of their server.
    processes = found[role] + (found[WORKER_SERVER] if role == WORKERS else [])
    return sum(sum(each.cpu_times()[:4]) for each in processes)


def _limited(name: str, value: float, limit: float, unit: str = "requests") -> Row:
    """Return a row with a limit, which is not exceeded by what is not positive."""
    value = round(value, 2) + 0.0  # not -0
    kept = row(name, value, unit, limit, against="limit", target=1)
    return {**kept, "ratio": None} if value <= 0 else kept


def _kill_each(installation: Installation) -> list[float]:
    """Kill each process; return the seconds until all of them work again."""
    seconds = []
    roles = set(installation.processes())
    for role in sorted(roles):
        begun = time.monotonic()
        for victim in installation.processes()[role][:1]:
            victim.send_signal(signal.SIGKILL)
        if role == SUPERVISOR:
            installation.pydash.wait()
            wait_for(lambda: _can_start(installation), RECOVERY_SECONDS)
        if role == APPS:
            installation.apps.wait()
            installation.start_apps()
        time.sleep(2)
        wait_for(lambda: installation.works(roles), RECOVERY_SECONDS)
        seconds.append(time.monotonic() - begun)
        print(f"killed: {role}, {seconds[-1]:.1f} s", flush=True)
    return seconds


def _can_start(installation: Installation) -> bool:
    """Start `pydash up` again, as soon as the processes of the one that was killed have ended."""
    try:
        installation.start_pydash()
    except AssertionError:
        return False
    return True


def _size(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.glob("pydash.fs*"))


if __name__ == "__main__":
    given = [float(text) for text in sys.argv[1:]]
    main(given[0] if given else 60, int(given[1]) if len(given) > 1 else 60)

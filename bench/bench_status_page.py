"""A status page that many visitors request at once, over real sockets.

Server and clients share the cores of the machine, so the figures include the work of the clients.
"""

import statistics
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from bench.bench_api import PASSWORD, load, web_server
from bench.bench_overview import zeo
from bench.cube_database import Row, row
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.status_page import managing
from pydash_app.user import find
from pydash_app.user.services import registration
from pydash_database import transact

APPS, OUTAGES = 20, 100
CLIENTS = 8
TARGET = 500.0
ROUNDS = 3
SECONDS = 2.0


def run() -> list[Row]:
    """Run the benchmark; takes about half a minute."""
    with zeo() as configuration:
        owner = transact(_add_user)
        apps = [transact(partial(_add_app, owner, number)) for number in range(APPS)]
        transact(partial(_add_page, owner, apps))
        directory = str(configuration.data_dir)
        paths = {"page": "/s/bench", "badge": "/s/bench/badge.svg"}
        rates: dict[str, list[float]] = {name: [] for name in [*paths, "anew"]}
        with web_server(directory) as port, web_server(directory, "anew") as anew_port:
            for _ in range(ROUNDS + 1):
                for name, path in paths.items():
                    times, seconds = load(port, "", ("GET", path), CLIENTS, SECONDS, "gzip")
                    rates[name].append(len(times) / seconds)
                times, seconds = load(
                    anew_port, "", ("GET", paths["page"]), CLIENTS, SECONDS, "gzip"
                )
                rates["anew"].append(len(times) / seconds)
    # The first round fills the caches.
    page, badge, anew = (statistics.median(each[1:]) for each in rates.values())
    title = f"status page of {APPS} apps, {CLIENTS} clients"
    return [
        row(title, page, "requests/s", TARGET, against="target", target=1),
        row(title, page, "requests/s", anew, against="built for each request"),
        row(
            f"its badge, {CLIENTS} clients", badge, "requests/s", TARGET, against="target", target=1
        ),
    ]


def _add_user() -> UUID:
    return registration.create("Alice", PASSWORD, "a@example.com", verified=True).id


def _add_app(owner: UUID, number: int) -> UUID:
    """Store an app that was down for ten minutes every 22 hours."""
    dashboard = Dashboard("http://127.0.0.1:9", "token", owner, f"App {number}")
    dashboard.monitor_downtime = True
    interval, now = timedelta(minutes=5), datetime.now(UTC)
    for outage in range(OUTAGES, 0, -1):
        start = now - outage * timedelta(hours=21.6)
        for ping, latency in enumerate([20.0, None, None, None, 20.0, 20.0]):
            dashboard.downtime.record(start + ping * interval, latency, interval=interval)
    repository.add(dashboard)
    return dashboard.id


def _add_page(owner: UUID, apps: list[UUID]) -> None:
    user = find(owner)
    assert user is not None
    groups = [("Services", [(each, f"App {number}") for number, each in enumerate(apps)])]
    settings = managing.Settings(groups=groups)
    managing.create(user, "bench", "Bench", settings, datetime.now(UTC))

"""Rules of a thousand dashboards that are fetched every minute; on a real ZEO server."""

import statistics
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np

from bench.bench_api import PASSWORD
from bench.bench_overview import zeo
from pydash_app import alert
from pydash_app.alert import rules
from pydash_app.alert.condition import Above, And, AnyCondition, Changed, MeanInside
from pydash_app.dashboard import news, repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.fetching_status import FetchProgress, RemoteInfo
from pydash_app.user.services import registration
from pydash_cube.call_batch import CallBatch
from pydash_cube.vocabulary import StatisticName
from pydash_database import BACKGROUND_TIMEOUT, transact

ACCOUNTS, DASHBOARDS = 10, 100
HISTORY, PAGE = 2_000, 30
ROUNDS = 3
TARGET_SECONDS, TARGET_CORES = 60.0, 0.5
P95 = StatisticName.NINETY_FIFTH_PERCENTILE
CONDITIONS: tuple[AnyCondition, ...] = (
    Above(statistic=StatisticName.ERROR_RATE, window=300, threshold=5),
    And(
        conditions=(
            Changed(statistic=P95, window=900, factor=2, direction="up", against="last_week"),
            Above(statistic=P95, window=900, threshold=200),
        )
    ),
    MeanInside(statistic=P95, window=300, low=0, high=500, last=5),
)

Row = dict[str, Any]


def run() -> list[Row]:
    """Run the benchmark; takes about two minutes."""
    with zeo():
        now = datetime.now(UTC)
        dashboards = [
            (each, owner) for number in range(ACCOUNTS) for owner, each in _add_account(number, now)
        ]
        alert.evaluate_due(now)
        seconds, cores, idle = [], [], []
        for _ in range(ROUNDS):
            now += timedelta(minutes=1)
            # By another connection, as the workers of the fetcher do.
            fetcher = threading.Thread(target=_fetch_all, args=(dashboards, now))
            fetcher.start()
            fetcher.join()
            started, used = time.perf_counter(), time.process_time()
            assert alert.evaluate_due(now) == len(dashboards)
            seconds.append(time.perf_counter() - started)
            cores.append((time.process_time() - used) / TARGET_SECONDS)
            started = time.perf_counter()
            alert.evaluate_due(now)
            idle.append(1000 * (time.perf_counter() - started))
    count = ACCOUNTS * DASHBOARDS
    title = f"{count:,} dashboards, {len(CONDITIONS)} rules each"
    return [
        _row(f"{title}: evaluate all", seconds, "s", TARGET_SECONDS),
        _row(f"{title}, every minute", cores, "cores", TARGET_CORES),
        _row(f"{title}: nothing new", idle, "ms"),
    ]


def _add_account(number: int, now: datetime) -> list[tuple[UUID, UUID]]:
    """Add an account with dashboards and rules, and return the IDs of both for each dashboard."""

    def add_user() -> UUID:
        user = registration.create(
            f"User {number}", PASSWORD, f"{number}@example.com", verified=True
        )
        for condition in CONDITIONS:
            rules.create(user, condition, {})
        return user.id

    def add_dashboard(owner: UUID, index: int) -> UUID:
        url = f"https://app-{number}-{index}.example/dashboard"
        dashboard = Dashboard(url, "token", owner)
        dashboard.fetching.found_endpoints(now, RemoteInfo(url, url, "exporter", "5.1.0"))
        repository.add(dashboard)
        _store(dashboard, _calls(HISTORY, now, timedelta(days=8)), now)
        return dashboard.id

    owner = transact(add_user)
    add = (partial(add_dashboard, owner, index) for index in range(DASHBOARDS))
    return [(owner, transact(each, timeout=BACKGROUND_TIMEOUT)) for each in add]


def _fetch_all(dashboards: Iterable[tuple[UUID, UUID]], now: datetime) -> None:
    for dashboard_id, _ in dashboards:
        calls = _calls(PAGE, now, timedelta(minutes=1))
        transact(partial(_fetch, dashboard_id, calls, now), timeout=BACKGROUND_TIMEOUT)


def _fetch(dashboard_id: UUID, calls: CallBatch, now: datetime) -> None:
    _store(repository.find(dashboard_id), calls, now)


def _store(dashboard: Dashboard, calls: CallBatch, now: datetime) -> None:
    dashboard.add_endpoint_calls(calls)
    dashboard.fetching.fetched_page(now, cursor={}, has_more=False, progress=FetchProgress())
    news.add(dashboard.id, dashboard.user_id)


def _calls(count: int, now: datetime, length: timedelta) -> CallBatch:
    """Return calls that are evenly spread over the time before now."""
    random = np.random.default_rng(count)
    end = np.datetime64(now.replace(tzinfo=None), "us")
    spread = (random.uniform(0, length.total_seconds(), count) * 1e6).astype("timedelta64[us]")
    return CallBatch.from_columns(
        endpoint=[f"endpoint_{number % 20}" for number in range(count)],
        execution_time=random.exponential(50, count),
        time=end - np.sort(spread)[::-1],
        version=["1"] * count,
        group_by=[f"user {number % 50}" for number in range(count)],
        ip=[f"10.0.0.{number % 100}" for number in range(count)],
        status_code=[500 if number % 50 == 0 else 200 for number in range(count)],
    )


def _row(name: str, values: list[float], unit: str, target: float | None = None) -> Row:
    value = statistics.median(values)
    row: Row = {"name": name, "value": value, "unit": unit}
    if target is None:
        return row
    return {**row, "peer": target, "ratio": target / value, "against": "limit", "target": 1}

"""Kills whatever takes part in fetching, at random, and counts in the end.

`PYDASH_CHAOS_ROUNDS` says how many times (5), `PYDASH_CHAOS_SEED` which times.
With an earlier version of Flask-MonitoringDashboard in the app, it is always ten times.
"""

import os
import random
import threading
import time
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any

import pytest

from pydash_app import diagnosis
from pydash_app.dashboard import repository
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.services import registration
from pydash_cube.query import Query
from pydash_cube.vocabulary import CallField, StatisticName, TimeUnit
from pydash_database import DatabaseUnavailable, transact
from tests.chaos.conftest import Stage
from tests.compat import compat_environments as environments
from tests.pydash_app.fetching.support.monitored_process import MonitoredApp
from tests.pydash_app.fetching.support.owners import make_owner
from tests.support.waiting import wait_for

ROUNDS = int(os.environ.get("PYDASH_CHAOS_ROUNDS", "5"))
SEED = int(os.environ.get("PYDASH_CHAOS_SEED", "2018"))
ROUNDS_OF_EARLIER = 10
CALLS_PER_ROUND = 10_000
ROWS_PER_ROUND = {"exceptions": 700, "outliers": 300, "profiles": 300, "graphs": 700}
"""Less than a page of each kind, but most fetches read more than one round."""

ENDPOINTS = ("alpha", "beta")
SETTLE_SECONDS = 60


class Traffic:
    """Visits the app without end; some visits fail, as the app is being killed."""

    def __init__(self, app: MonitoredApp) -> None:
        self._app = app
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.01):
            try:
                self._app.visit("alpha")
            except (OSError, HTTPException):
                continue


@pytest.mark.parametrize(
    ("stage", "app_python", "rounds"),
    [
        pytest.param("zeo", environments.NEWEST, ROUNDS, id="zeo"),
        pytest.param(
            *("postgresql", environments.NEWEST, ROUNDS), id="postgresql", marks=pytest.mark.slow
        ),
        *(
            pytest.param(
                *("zeo", version, ROUNDS_OF_EARLIER), id=f"fmd-{version}", marks=pytest.mark.slow
            )
            for version in environments.VERSIONS
            if environments.has_exporter(version) and version != environments.NEWEST
        ),
    ],
    indirect=["stage", "app_python"],
)
def test_every_call_is_counted_once_whatever_dies(stage: Stage, rounds: int) -> None:
    rng = random.Random(SEED)
    kinds = stage.app.kinds
    for endpoint in ENDPOINTS:
        stage.app.visit(endpoint)
    # Earlier versions store an endpoint with its first request.
    wait_for(lambda: {name for name, _ in stage.app.count_by_minute()}.issuperset(ENDPOINTS))
    write_calls(stage.app, rng, 5 * CALLS_PER_ROUND)
    owner, url, token = make_owner(), stage.app.url, stage.app.token
    dashboard_id = registration.register(owner, "The app", url, token).id
    with Traffic(stage.app):
        for round_number in range(rounds):
            write_calls(stage.app, rng, CALLS_PER_ROUND)
            for kind in kinds:
                stage.app.write_rows(kind, ROWS_PER_ROUND[kind])
            time.sleep(rng.uniform(0, 1.5))
            rng.choice(stage.victims())(rng)
            print(f"round {round_number} of seed {SEED} is over")
    wait_until_settled(stage.app, dashboard_id)
    status = transact(lambda: vars(repository.find(dashboard_id).fetching))
    assert count_by_minute(dashboard_id) == stage.app.count_by_minute(), status
    counts = {kind: stage.app.count_rows(kind) for kind in kinds}
    print(f"The app has {stage.app.count():,} calls, and {counts}.")
    assert counts == {kind: rounds * ROWS_PER_ROUND[kind] for kind in kinds}
    assert {kind: stored_rows(dashboard_id, kind) for kind in kinds} == counts
    assert stage.app.count() >= (5 + rounds) * CALLS_PER_ROUND


def write_calls(app: MonitoredApp, rng: random.Random, number: int) -> None:
    """Write calls of the last three days."""
    now = datetime.now(UTC)
    app.write_calls(
        (rng.choice(ENDPOINTS), now - timedelta(days=rng.uniform(0, 3)), rng.uniform(1, 99))
        for _ in range(number)
    )


def wait_until_settled(app: MonitoredApp, dashboard_id: uuid.UUID) -> None:
    """Wait until PyDash has as much as the app, and the app gets no more; or nothing changes."""
    counts: list[tuple[int | None, ...]] = []
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        in_app = app.count(), *map(app.count_rows, app.kinds)
        stored = (
            stored_count(dashboard_id),
            *(stored_rows(dashboard_id, kind) for kind in app.kinds),
        )
        if counts[-1:] != [in_app + stored]:
            counts, deadline = [], time.monotonic() + SETTLE_SECONDS
        counts.append(in_app + stored)
        if in_app == stored and len(counts) == 3:
            return
        time.sleep(0.3)


def stored_count(dashboard_id: uuid.UUID) -> int | None:
    try:
        count: int = transact(lambda: repository.find(dashboard_id).statistic("total_visits"))
    except DatabaseUnavailable:
        return None
    return count


def stored_rows(dashboard_id: uuid.UUID, kind: str) -> int | None:
    try:
        return transact(lambda: _stored_rows(dashboard_id, kind))
    except DatabaseUnavailable:
        return None


def _stored_rows(dashboard_id: uuid.UUID, kind: str) -> int | None:
    """Return the sum of what is stored, rather than the number that is stored beside it."""
    log: Any = diagnosis.find(diagnosis.LOGS[kind], dashboard_id)
    if log is None:
        return None
    counts = {
        "exceptions": lambda: [fault.count for fault in log.faults.values()],
        "outliers": lambda: [log.count],
        "profiles": lambda: [profile.requests for profile in log.all()],
        "graphs": lambda: [graph.points for graph in log.graphs.values()],
    }
    return int(sum(counts[kind]()))


def count_by_minute(dashboard_id: uuid.UUID) -> Counter[tuple[str, str]]:
    return transact(lambda: _count_by_minute(repository.find(dashboard_id)))


def _count_by_minute(dashboard: Dashboard) -> Counter[tuple[str, str]]:
    result = dashboard.query(
        [StatisticName.TOTAL_VISITS], Query(by=(CallField.ENDPOINT,), timeslice=TimeUnit.MINUTE)
    )
    return Counter(
        {
            (endpoint, minute): count
            for (endpoint,), counts in zip(
                result.groups, result.values["total_visits"], strict=True
            )
            for minute, count in zip(result.slices, counts, strict=True)
            if count
        }
    )

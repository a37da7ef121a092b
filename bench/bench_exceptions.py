"""A hundred thousand exceptions: the list of their groups and the page of one, over HTTP."""

import statistics
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from bench.bench_api import PASSWORD, add_dashboard, load, web_server
from bench.bench_overview import zeo
from flask_monitoring_dashboard_client import Frame, RemoteException
from pydash_app import diagnosis
from pydash_app.exceptions import ExceptionLog
from pydash_app.user.api_token import Scope
from pydash_app.user.services import registration, tokens
from pydash_database import BACKGROUND_TIMEOUT, transact

EXCEPTIONS, PAGE, GROUPS = 100_000, 1_000, 400
DAYS, FRAMES = 90, 30
TARGET_MS = 50.0
SECONDS = 5.0

Row = dict[str, Any]


def run() -> list[Row]:
    """Run the benchmark; takes about a minute."""
    with zeo() as configuration:
        now = datetime.now(UTC)
        owner, token = transact(add_user)
        dashboard_id = UUID(transact(partial(add_dashboard, owner, 0, 20)))
        for first in range(0, EXCEPTIONS, PAGE):
            page = [_exception(number, now) for number in range(first, first + PAGE)]
            transact(partial(_add, dashboard_id, page), timeout=BACKGROUND_TIMEOUT)
        groups = f"/api/dashboards/{dashboard_id}/exceptions"
        week = f"start_date={now - timedelta(days=7):%Y-%m-%d}"
        paths = {
            "list": groups,
            "list of all apps, by count": "/api/exceptions?sort=count",
            "list, counts of a week": f"{groups}?{week}",
            "page of a group": f"{groups}/{_group(0)}",
        }
        title = f"{EXCEPTIONS:,} exceptions, {GROUPS} groups"
        return measure(str(configuration.data_dir), token, title, paths)


def measure(data_dir: str, token: str, title: str, paths: dict[str, str]) -> list[Row]:
    """Return the median time of one client that requests the same again, for each path.

    :param data_dir: of PyDash.
    :param title: what is stored.
    :param paths: by name.
    """
    with web_server(data_dir) as port:
        times = {
            name: load(port, token, ("GET", path), 1, SECONDS)[0].tolist()
            for name, path in paths.items()
        }
    return [
        {
            "name": f"{title}: {name}",
            "value": statistics.median(found),
            "unit": "ms",
            "peer": TARGET_MS,
            "against": "limit",
            "ratio": TARGET_MS / statistics.median(found),
            "target": 1,
        }
        for name, found in times.items()
    ]


def add_user() -> tuple[UUID, str]:
    """Store a user; return its ID and a token that may read."""
    user = registration.create("Alice", PASSWORD, "a@example.com", verified=True)
    return user.id, tokens.issue(user, "bench", Scope.READ)[1]


def _add(dashboard_id: UUID, page: list[RemoteException]) -> None:
    diagnosis.get_or_create(ExceptionLog, dashboard_id).add(page)


def _group(number: int) -> str:
    return f"1-{number % GROUPS:032x}"


def _exception(number: int, now: datetime) -> RemoteException:
    """Return one of the exceptions, oldest first."""
    age = timedelta(days=DAYS) * (EXCEPTIONS - number) / EXCEPTIONS
    frames = [
        Frame(f"shop/{depth}.py", f"shop.{depth}", depth, f"step_{number % GROUPS}", True, "x = y")
        for depth in range(FRAMES)
    ]
    return RemoteException(
        time=now - age,
        endpoint=f"endpoint {number % 20}",
        version=f"1.{number * 30 // EXCEPTIONS}",
        user=f"user {number % 997}",
        ip=f"10.0.{number % 31}.{number % 199}",
        duration=12.5,
        status_code=500,
        captured=False,
        type="KeyError",
        message=f"order {number} of 'somebody'",
        group=_group(number),
        stack=tuple(frames),
    )

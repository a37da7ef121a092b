"""As many slow requests as are stored: the list and the page of one, over HTTP."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from bench.bench_api import add_dashboard
from bench.bench_exceptions import Row, add_user, measure
from bench.bench_overview import zeo
from flask_monitoring_dashboard_client import Frame, RemoteOutlier
from pydash_app import diagnosis
from pydash_app.diagnosis import OutlierLog
from pydash_app.diagnosis.outliers import MAX_ENDPOINTS, MAX_NEWEST, MAX_SLOWEST
from pydash_database import BACKGROUND_TIMEOUT, transact

RECORDED, PAGE = 100_000, 1_000
DAYS, FRAMES = 90, 30


def run() -> list[Row]:
    """Run the benchmark; takes about a minute."""
    with zeo() as configuration:
        now = datetime.now(UTC)
        owner, token = transact(add_user)
        dashboard_id = UUID(transact(partial(add_dashboard, owner, 0, MAX_ENDPOINTS)))
        for first in range(0, RECORDED, PAGE):
            page = [_outlier(number, now) for number in range(first, first + PAGE)]
            transact(partial(_add, dashboard_id, page), timeout=BACKGROUND_TIMEOUT)
        outliers = f"/api/dashboards/{dashboard_id}/outliers"
        week = f"start_date={now - timedelta(days=7):%Y-%m-%d}"
        paths = {
            "list": outliers,
            "list, the slowest": f"{outliers}?sort=duration",
            "list of a week": f"{outliers}?{week}",
            "list of an endpoint": f"{outliers}?endpoint=endpoint_0",
            # The last one is among the newest.
            "a slow request": f"{outliers}/{RECORDED}",
        }
        stored = MAX_ENDPOINTS * (MAX_NEWEST + MAX_SLOWEST)
        title = f"{RECORDED:,} slow requests, {stored:,} stored"
        return measure(str(configuration.data_dir), token, title, paths)


def _add(dashboard_id: UUID, page: list[RemoteOutlier]) -> None:
    diagnosis.get_or_create(OutlierLog, dashboard_id).add(page)


def _outlier(number: int, now: datetime) -> RemoteOutlier:
    """Return one of the slow requests, oldest first; the oldest of an endpoint are the slowest."""
    frames = [
        Frame(f"shop/{depth}.py", f"shop.{depth}", depth, f"step_{number % 400}", True, "x = y")
        for depth in range(FRAMES)
    ]
    return RemoteOutlier(
        time=now - timedelta(days=DAYS) * (RECORDED - number) / RECORDED,
        endpoint=f"endpoint_{number % MAX_ENDPOINTS}",
        version=f"1.{number * 30 // RECORDED}",
        user=f"user {number % 997}",
        ip=f"10.0.{number % 31}.{number % 199}",
        duration=float(2 * RECORDED - number),
        status_code=200,
        url=f"http://shop/orders/{number}",
        headers={"Host": "shop", "User-Agent": f"Browser {number % 50}"},
        environment={"REQUEST_METHOD": "GET", "PATH_INFO": f"/orders/{number}"},
        cpu=50.0,
        memory=40.0,
        stack=tuple(frames),
    )

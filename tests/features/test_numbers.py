"""Compares PyDash's figures of the demo app with the app's own database during traffic."""

import os
import signal
import statistics
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import pytest
import requests

from tests.features.support.running_stack import Stack
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

FETCH_SECONDS = 10


@pytest.fixture
def session(stack: Stack) -> requests.Session:
    return stack.session


def shop_dashboard(stack: Stack, session: requests.Session) -> dict[str, Any]:
    dashboards = session.get(f"{stack.url}/api/dashboards", timeout=10).json()
    return next(board for board in dashboards if board["name"] == "Bookshop")


def get(stack: Stack, session: requests.Session, path: str, **query: str) -> Any:
    board = shop_dashboard(stack, session)["id"]
    url = f"{stack.url}/api/dashboards/{board}/{path}"
    response = session.get(url, params=query, timeout=10)
    assert response.status_code == 200, response.text
    return response.json()


def wait_until_fetched(stack: Stack, session: requests.Session, moment: datetime) -> None:
    """Wait until a fetch that began after `moment` has stored all earlier requests."""

    def is_fetched() -> bool:
        board = shop_dashboard(stack, session)
        fetched = board["state"] == "fetched_endpoint_calls" and board["last_fetch_time"]
        return bool(fetched) and datetime.fromisoformat(fetched) > moment

    wait_for(is_fetched, seconds=60)


def own_rows(stack: Stack, moment: datetime) -> list[tuple[str, float]]:
    """Read endpoint and duration (ms) of every request before `moment` from the app's database."""
    with stack.shop_database() as database:
        rows: list[tuple[str, float]] = database.execute(
            "select name, duration from Request join Endpoint on Endpoint.id = endpoint_id"
            " where time_requested < ?",
            [moment.replace(tzinfo=None).isoformat(" ")],
        ).fetchall()
    return rows


def a_settled_moment(stack: Stack, session: requests.Session) -> datetime:
    """Return a moment (UTC) before which all requests are in the app's database and in PyDash."""
    moment = datetime.now(UTC) - timedelta(seconds=3)
    wait_until_fetched(stack, session, datetime.now(UTC) + timedelta(seconds=1))
    return moment


def assert_equal_counts(stack: Stack, session: requests.Session) -> None:
    moment = a_settled_moment(stack, session)
    visits = get(stack, session, "statistic", statistic="total_visits", end_date=moment.isoformat())
    assert visits == len(own_rows(stack, moment))
    assert visits >= 50_000


def test_it_counts_as_many_requests_as_the_app(stack: Stack, session: requests.Session) -> None:
    assert_equal_counts(stack, session)


def test_it_follows_live_traffic_within_one_interval(
    stack: Stack, session: requests.Session
) -> None:
    before = len(own_rows(stack, datetime.now(UTC)))
    wait_for(
        lambda: get(stack, session, "statistic", statistic="total_visits") >= before,
        # The interval, the scheduler's jitter and the fetch itself.
        seconds=FETCH_SECONDS * 2,
    )


def test_its_medians_are_accurate_within_one_percent(
    stack: Stack, session: requests.Session
) -> None:
    moment = a_settled_moment(stack, session)
    boxes = get(stack, session, "endpoint_boxplots", end_date=moment.isoformat())
    exact: dict[str, list[float]] = {}
    for name, duration in own_rows(stack, moment):
        exact.setdefault(name, []).append(duration)
    assert {name for name, box in boxes.items() if box["median_execution_time"]} == set(exact)
    for name, durations in exact.items():
        assert boxes[name]["median_execution_time"] == pytest.approx(
            statistics.median(durations), rel=0.01
        )


def child(stack: Stack, command: str) -> psutil.Process:
    """Find the process of `pydash up` that runs the given `pydash` command."""
    children = psutil.Process(stack.process.pid).children()
    return next(process for process in children if command in process.cmdline())


@pytest.mark.parametrize("command", ["fetcher", "database", "web"])
def test_it_counts_correctly_after_a_kill(
    stack: Stack, session: requests.Session, command: str
) -> None:
    killed = child(stack, command)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait(10)

    def is_back() -> bool:
        try:
            response = session.get(f"{stack.url}/api/status", timeout=5)
        except requests.RequestException:
            return False
        return response.status_code == 200

    wait_for(is_back, seconds=60)
    assert_equal_counts(stack, session)


def test_a_second_start_on_the_same_data_is_reported(stack: Stack) -> None:
    result = second_start(PYDASH_DATA_DIR=str(stack.data_dir))
    assert result.returncode == 1
    assert f"PyDash is already running on {stack.data_dir}." in result.stderr


def test_a_port_in_use_is_reported(stack: Stack, tmp_path: Any) -> None:
    port = stack.url.rpartition(":")[2]
    result = second_start(PYDASH_DATA_DIR=str(tmp_path), PYDASH_PORT=port)
    assert result.returncode == 1
    assert f"Port {port} is in use. Choose another one with --port" in result.stderr


def test_an_invalid_variable_is_named_at_startup(tmp_path: Any) -> None:
    result = second_start(PYDASH_DATA_DIR=str(tmp_path), PYDASH_FETCH_INTERVAL="soon")
    assert result.returncode == 1
    assert "PYDASH_FETCH_INTERVAL" in result.stderr
    assert "Traceback" not in result.stderr


def second_start(**variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pydash", "up"],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

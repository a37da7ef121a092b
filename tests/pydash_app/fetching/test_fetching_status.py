from datetime import UTC, datetime, timedelta

import pytest

from pydash_app.dashboard.fetching_status import (
    MAX_NOTICES,
    DashboardState,
    FetchingStatus,
    FetchProgress,
    RemoteInfo,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REMOTE = RemoteInfo("http://app", "http://app/dashboard", "exporter", "5.1.0")


def fetch_page(
    status: FetchingStatus, *, has_more: bool = False, notice: str | None = None
) -> None:
    status.fetched_page(
        NOW, cursor={"last_id": 1}, has_more=has_more, progress=FetchProgress(), notice=notice
    )


def test_it_goes_through_the_documented_states() -> None:
    status = FetchingStatus()
    states = [status.state.value]
    status.found_endpoints(NOW, REMOTE)
    states.append(status.state.value)
    for has_more in (True, False, False):
        fetch_page(status, has_more=has_more)
        states.append(status.state.value)
    assert states == [0, 10, 10, 20, 30]


@pytest.mark.parametrize(
    ("steps", "failed", "left"),
    [("", 11, 10), ("e", 21, 20), ("ep", 31, 30), ("epp", 31, 30)],
)
def test_it_leaves_every_failure_after_a_success(steps: str, failed: int, left: int) -> None:
    status = FetchingStatus()
    for step in steps:
        status.found_endpoints(NOW, REMOTE) if step == "e" else fetch_page(status)
    status.failed(NOW, "The app does not respond.", 503)
    status.failed(NOW, "The app does not respond.", 503)
    assert status.state.value == failed
    assert status.state.is_failure
    assert (status.error, status.http_status) == ("The app does not respond.", 503)
    status.found_endpoints(NOW, REMOTE) if not steps else fetch_page(status)
    assert status.state.value == left
    assert (status.error, status.http_status) == (None, None)


def test_fetching_endpoints_does_not_hide_that_fetching_calls_fails() -> None:
    status = FetchingStatus()
    status.found_endpoints(NOW, REMOTE)
    status.failed(NOW, "The response is invalid.")
    status.found_endpoints(NOW, REMOTE)
    assert status.error == "The response is invalid."


def test_it_needs_endpoints_if_they_are_unknown_or_outdated_or_after_a_failure() -> None:
    status = FetchingStatus()
    assert status.needs_endpoints(NOW)
    status.found_endpoints(NOW, REMOTE)
    assert not status.needs_endpoints(NOW)
    assert status.needs_endpoints(NOW + timedelta(minutes=15))
    assert status.needs_endpoints(NOW - timedelta(minutes=15)), "the clock was put back"
    status.failed(NOW, "The app does not respond.")
    assert status.needs_endpoints(NOW)


def test_it_keeps_a_limited_number_of_notices() -> None:
    status = FetchingStatus()
    for number in range(MAX_NOTICES + 5):
        fetch_page(status, notice=f"notice {number}")
    assert len(status.notices) == MAX_NOTICES
    assert status.notices[-1].text == "notice 24"


def test_progress_is_unknown_until_the_remote_side_reports_it() -> None:
    progress = FetchProgress(calls=10)
    assert progress.total is None
    assert progress.fraction is None
    assert progress.seconds_left is None


def test_progress_includes_calls_set_aside() -> None:
    progress = FetchProgress().plus(calls=20, set_aside=5, remaining=75, seconds=2.0)
    assert (progress.total, progress.fraction, progress.seconds_left) == (100, 0.25, 6.0)


def test_progress_of_an_empty_dashboard_is_complete() -> None:
    progress = FetchProgress().plus(calls=0, set_aside=0, remaining=0, seconds=0.1)
    assert (progress.fraction, progress.seconds_left) == (1.0, 0.0)


def test_the_states_have_their_documented_values() -> None:
    assert {state.name: state.value for state in DashboardState} == {
        "not_initialized": 0,
        "initialized_endpoints": 10,
        "initialize_endpoints_failure": 11,
        "initialized_endpoint_calls": 20,
        "initialize_endpoint_calls_failure": 21,
        "fetched_endpoint_calls": 30,
        "fetch_endpoint_calls_failure": 31,
    }

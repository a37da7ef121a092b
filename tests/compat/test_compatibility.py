"""The client with real packages: the newest version, and the last with export routes of its own.

`make compat` tests all versions, in UTC and in New York, with three kinds of databases.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flask_monitoring_dashboard_client import (
    AddressRefused,
    ExporterMissing,
    RemoteDashboard,
    TokenMissing,
    WrongToken,
    get_data,
    get_details,
    get_monitor_rules,
)
from pydash_http import ping
from tests.compat import compat_environments as environments
from tests.compat import compat_harness as harness
from tests.compat.compat_harness import MonitoredApp, running_app

# Each version has an environment of its own; `make compat` runs all of them.
pytestmark = pytest.mark.slow

EXPORTER, OWN_ROUTES = "5.1.0", "2.0.7"


@pytest.fixture(scope="module", autouse=True)
def _environments() -> None:
    environments.python_with(OWN_ROUTES)


@pytest.fixture(scope="module", params=[EXPORTER, OWN_ROUTES])
def app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MonitoredApp]:
    with running_app(request.param, "America/New_York", tmp_path_factory.mktemp("app")) as app:
        app.visit(rounds=2)
        yield app


@pytest.mark.parametrize("fmd_version", [EXPORTER, OWN_ROUTES])
def test_it_counts_what_the_app_counts(fmd_version: str, tmp_path: Path) -> None:
    comparison = harness.compare(fmd_version, "America/New_York", tmp_path)
    assert comparison.details.fmd_version == fmd_version
    assert comparison.calls > harness.HISTORY


@pytest.mark.parametrize(
    "path",
    ["", "/", "/dashboard", "/dashboard/", "/dashboard/login", "/dashboard/#/overview", "/item/7"],
)
def test_it_finds_the_monitoring_from_any_address(app: MonitoredApp, path: str) -> None:
    with RemoteDashboard(app.url + path, app.token, allow="loopback") as remote:
        assert remote.probe().url == app.url + "/dashboard"


def test_it_reports_a_wrong_token(app: MonitoredApp) -> None:
    with (
        RemoteDashboard(app.url, "not the token", allow="loopback") as remote,
        pytest.raises(WrongToken),
    ):
        remote.probe()


def test_it_names_the_two_lines_when_the_exporter_is_missing(tmp_path: Path) -> None:
    with (
        running_app(EXPORTER, "UTC", tmp_path, exporter=False) as app,
        RemoteDashboard(app.url, app.token, allow="loopback") as remote,
        pytest.raises(ExporterMissing, match=r"pydash_exporter\.bind\(app\)"),
    ):
        remote.probe()


def test_it_pings(app: MonitoredApp) -> None:
    status, latency, _ = ping(app.url + "/gone", allow="loopback")
    assert status == 410
    assert latency > 0


def test_the_functions_return_what_the_routes_do(app: MonitoredApp) -> None:
    url = app.url + "/dashboard"
    details = get_details(url, 10, token=app.token)
    rules = get_monitor_rules(url, app.token, 10)
    calls = get_data(url, app.token, timeout=10)
    assert details is not None
    assert details["dashboard-version"] == app.fmd_version
    assert rules is not None
    assert {rule["name"] for rule in rules} >= set(harness.ENDPOINTS)
    assert calls is not None
    assert sorted(call["duration"] for call in calls) == sorted(call[2] for call in app.calls())


def test_the_functions_include_the_calls_at_the_bounds(app: MonitoredApp) -> None:
    moments = sorted(call[1] for call in app.calls())
    arguments = (app.url + "/dashboard", app.token, moments[0], moments[-1], 10)
    calls = get_data(*arguments)
    assert calls is not None
    assert len(calls) == len(moments)


def test_the_functions_return_none_on_failure(app: MonitoredApp) -> None:
    url = app.url + "/dashboard"
    assert get_details(app.url + "/nowhere", 10) is None
    assert get_details("http://127.0.0.1:9", 10) is None
    assert get_monitor_rules(url, "not the token", 10) is None
    assert get_data(url, "not the token", timeout=10) is None


def test_only_the_exporter_requires_a_token_for_details(app: MonitoredApp) -> None:
    url = app.url + "/dashboard"
    if app.fmd_version == EXPORTER:
        with pytest.raises(TokenMissing, match="requires its security token"):
            get_details(url, 10)
    else:
        details = get_details(url, 10)
        assert details is not None
        assert details["dashboard-version"] == app.fmd_version


@pytest.mark.parametrize("url", ["http://127.0.0.1:5000", "shop.example"])
def test_the_functions_raise_errors_that_the_caller_must_fix(url: str) -> None:
    with pytest.raises(AddressRefused):
        get_details(url, allow="global")
    with pytest.raises(AddressRefused):
        get_monitor_rules(url, "token", allow="global")
    with pytest.raises(AddressRefused):
        get_data(url, "token", allow="global")

"""Retention drops details and changes no coarser number."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np
import pytest

from pydash_app.dashboard import repository
from pydash_app.dashboard.aggregator.aggregator_group import AggregatorGroup
from pydash_app.dashboard.entity import Dashboard
from pydash_app.dashboard.retention import Retention
from pydash_app.dashboard.services.retention import drop_expired
from pydash_cube import month
from pydash_cube.call_batch import CallBatch
from pydash_cube.query import Query
from pydash_cube.vocabulary import CallField
from pydash_database import transact
from tests.pydash_cube.support import run_query

START = datetime(2026, 9, 20, tzinfo=UTC)
NOW = START + timedelta(days=40)
DAYS, PER_DAY = 30, 100
NAMES = [
    "total_visits",
    "total_execution_time",
    "median_execution_time",
    "visits_per_ip",
    "versions",
    "error_rate",
    "first_call",
]
QUERIES = [
    {},
    {"filters": {"endpoint": "a", "ip": "::1"}},
    {"filters": {"group_by": "ann", "version": "2", "status_class": "5xx"}},
    {"by": ["endpoint", "status_class"]},
    {"start": START + timedelta(days=3), "end": START + timedelta(days=25)},
]


def columns() -> CallBatch:
    generator = np.random.default_rng(7)
    size = DAYS * PER_DAY
    days, seconds = np.divmod(np.arange(size), PER_DAY)
    moments = np.datetime64(START.replace(tzinfo=None), "us") + days.astype("timedelta64[D]")
    return CallBatch.from_columns(
        endpoint=generator.choice(["a", "b"], size),
        execution_time=generator.lognormal(3, 1, size),
        time=moments + (seconds * 800).astype("timedelta64[s]"),
        version=generator.choice(["1", "2"], size),
        group_by=generator.choice(["ann", "bob"], size),
        ip=generator.choice(["::1", "::2"], size),
        status_code=generator.choice([200, 503], size),
    )


@pytest.fixture(params=["small months", "large months"])
def dashboard(
    request: pytest.FixtureRequest, database: None, monkeypatch: pytest.MonkeyPatch
) -> Dashboard:
    if request.param == "large months":
        monkeypatch.setattr(month, "SPLIT_SIZE", 500)

    def store() -> Dashboard:
        dashboard = Dashboard("http://foo.io", "token", "ced84534-7a55-440f-ad77-9912466fe022")
        repository.add(dashboard)
        dashboard.add_endpoint_calls(columns())
        return dashboard

    return transact(store)


def keep(dashboard: Dashboard, retention: Retention) -> None:
    transact(lambda: setattr(dashboard, "retention", retention))


def results(dashboard: Dashboard, timeslice: str) -> list[object]:
    group: AggregatorGroup = dashboard.aggregator_group
    return [
        [run_query(group.cube, NAMES, **query, timeslice=slices) for slices in (None, timeslice)]  # type: ignore[arg-type]
        for query in QUERIES
    ]


def close(value: object) -> object:
    return pytest.approx(value) if isinstance(value, float) else value


def assert_same(before: list[object], after: list[object]) -> None:
    for one, other in zip(before, after, strict=True):
        for first, second in zip(one, other, strict=True):  # type: ignore[call-overload]
            assert (first.groups, first.slices) == (second.groups, second.slices)
            for name in NAMES:
                for row, again in zip(first.values[name], second.values[name], strict=True):
                    assert again == [close(value) for value in row]


def call_count(dashboard: Dashboard) -> int:
    return sum(len(batch) for batch in dashboard.calls(Query()))


def test_hours_of_dropped_calls_are_kept(dashboard: Dashboard) -> None:
    before = results(dashboard, "hour")
    keep(dashboard, Retention(calls_days=20))
    drop_expired(dashboard.get_id(), NOW)
    kept = [call.time for batch in dashboard.calls(Query()) for call in batch.calls()]
    assert min(kept) >= NOW - timedelta(days=20)
    assert len(kept) == 10 * PER_DAY
    assert_same(before, results(dashboard, "hour"))


def test_days_of_dropped_hours_are_kept(dashboard: Dashboard) -> None:
    before = results(dashboard, "day")
    keep(dashboard, Retention(calls_days=5, fine_cells_days=5))
    drop_expired(dashboard.get_id(), NOW)
    assert call_count(dashboard) == 0
    assert_same(before, results(dashboard, "day"))


def test_in_finer_slices_dropped_calls_count_at_the_start_of_their_hour(
    dashboard: Dashboard,
) -> None:
    keep(dashboard, Retention(calls_days=5))
    drop_expired(dashboard.get_id(), NOW)
    start = START + timedelta(minutes=30)
    parts = [
        run_query(
            dashboard.aggregator_group.cube,
            ["total_visits"],
            start=one,
            end=other,
            timeslice="day",
            is_static=False,
        )
        for one, other in ((START, start), (start, start + timedelta(days=5)))
    ]
    counts = [sum(part.values["total_visits"][0]) for part in parts]
    # The first hour has five calls, at 0:00, 0:13, 0:26, 0:40 and 0:53.
    assert counts == [5, 5 * PER_DAY]
    whole = run_query(
        dashboard.aggregator_group.cube, ["total_visits"], timeslice="week", is_static=False
    )
    assert sum(whole.values["total_visits"][0]) == DAYS * PER_DAY


def test_a_result_says_where_only_hours_or_days_of_utc_are_left(dashboard: Dashboard) -> None:
    def resolutions() -> list[str | None]:
        cube, found = dashboard.aggregator_group.cube, []
        for zone in ("UTC", "Europe/Berlin", "Asia/Kathmandu"):
            result = run_query(cube, ["total_visits"], timeslice="day", timezone=zone)
            assert sum(result.values["total_visits"][0]) == DAYS * PER_DAY
            found.append(result.resolution)
        return found

    assert resolutions() == [None, None, None]
    keep(dashboard, Retention(calls_days=5))
    drop_expired(dashboard.get_id(), NOW)
    assert resolutions() == [None, None, "utc_hour"]
    keep(dashboard, Retention(calls_days=5, fine_cells_days=5))
    drop_expired(dashboard.get_id(), NOW)
    assert resolutions() == [None, "utc_day", "utc_day"]


def test_a_late_call_is_still_counted(dashboard: Dashboard) -> None:
    keep(dashboard, Retention(calls_days=5))
    drop_expired(dashboard.get_id(), NOW)
    transact(lambda: dashboard.add_endpoint_calls(columns()))
    drop_expired(dashboard.get_id(), NOW)
    assert dashboard.statistic("total_visits") == 2 * DAYS * PER_DAY
    assert call_count(dashboard) == 0


def test_without_retention_everything_is_kept(dashboard: Dashboard) -> None:
    drop_expired(dashboard.get_id(), NOW + timedelta(days=10_000))
    assert call_count(dashboard) == DAYS * PER_DAY


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"calls_days": 0}, "calls_days"),
        ({"calls_days": 9, "fine_cells_days": 8}, "fine_cells_days"),
    ],
)
def test_an_invalid_retention_names_its_parameter(values: dict[str, int], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Retention(**values)


def test_dropping_changes_the_version_of_the_cube(database: None) -> None:
    """What was computed before is not shown any longer: it may be finer than what is left."""
    dashboard = Dashboard("http://127.0.0.1:9", "token", uuid4())
    dashboard.add_endpoint_calls(columns())
    cube = dashboard.aggregator_group.cube
    dashboard.retention = Retention(calls_days=20, fine_cells_days=30)
    transact(lambda: repository.add(dashboard))
    versions = [transact(lambda: cube.version)]
    # The first moves the recent calls, which stores the cube itself.
    for days in (0, 5, 60):
        transact(lambda: drop_expired(dashboard.id, NOW + timedelta(days=days)))  # noqa: B023
        versions.append(transact(lambda: cube.version))
    assert None not in versions
    assert len(set(versions)) == len(versions)
    transact(lambda: drop_expired(dashboard.id, NOW + timedelta(days=60)))
    assert transact(lambda: cube.version) == versions[-1], "nothing was left to drop"


def test_a_new_name_changes_the_version_of_the_cube(database: None) -> None:
    dashboard = Dashboard("http://127.0.0.1:9", "token", uuid4())
    dashboard.add_endpoint_calls(columns())
    cube = dashboard.aggregator_group.cube
    transact(lambda: repository.add(dashboard))
    before = transact(lambda: cube.version)
    assert transact(lambda: cube.admit(CallField.ENDPOINT, ["a"]))
    assert transact(lambda: cube.version) == before
    assert transact(lambda: cube.admit(CallField.ENDPOINT, ["new"]))
    assert transact(lambda: cube.version) != before


def test_uncommitted_changes_have_no_version(database: None) -> None:
    dashboard = Dashboard("http://127.0.0.1:9", "token", uuid4())
    assert dashboard.result_key(None, Query()) is None
    transact(lambda: repository.add(dashboard))
    assert transact(lambda: dashboard.result_key(None, Query())) is not None

    def change() -> object:
        dashboard.add_endpoint_calls(columns())
        return dashboard.result_key(None, Query())

    assert transact(change) is None

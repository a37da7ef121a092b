"""The usage report of an app over HTTP: its parameters, formats and errors."""

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_cube.vocabulary import MAX_DISTINCT, CallField
from tests.pydash_web.support.running_site import Site, Visitor, make_dashboard, make_user

DAYS = {"start_date": "2026-10-24", "end_date": "2026-10-26", "timezone": "Europe/Berlin"}
ROWS = [
    {
        "period": "2026-10-24",
        "timestamp": "2026-10-24T00:00:00+02:00",
        "users": 1,
        "new_users": 0,
        "returning_users": 1,
        "addresses": 1,
        "new_addresses": 0,
        "returning_addresses": 1,
    },
    {
        "period": "2026-10-25",
        "timestamp": "2026-10-25T00:00:00+02:00",
        "users": 2,
        "new_users": 1,
        "returning_users": 1,
        "addresses": 2,
        "new_addresses": 1,
        "returning_addresses": 1,
    },
]


@pytest.fixture
def alice(site: Site) -> Visitor:
    make_user("Alice")
    visitor = site.visitor()
    assert visitor.sign_in("Alice").ok
    return visitor


def calls() -> list[EndpointCall]:
    """Requests of Ann on three days, and one of Bob late on a day of 25 hours in Berlin."""
    first = datetime(2026, 10, 23, 12, tzinfo=UTC)
    times = [first + timedelta(days=day) for day in range(3)]
    late = datetime(2026, 10, 25, 22, 59, tzinfo=UTC)
    return [
        *(EndpointCall("book", 1, time, "1", "Ann", "::1", 200) for time in times),
        EndpointCall("cart", 1, times[2], "1", "", "::1", 200),
        EndpointCall("cart", 1, late, "1", "Bob", "::2", 200),
    ]


@pytest.fixture
def usage(alice: Visitor) -> str:
    """The path of the report of a dashboard."""
    owner = UUID(alice.get("/api/user").json()["id"])
    return f"/api/dashboards/{make_dashboard(owner, calls)}/usage"


def test_it_counts_new_and_returning_ones(alice: Visitor, usage: str) -> None:
    for aggregate in ("d", "day"):
        response = alice.get(usage, params={**DAYS, "aggregate": aggregate})
        assert response.json() == {"periods": ROWS, "lower_bounds": [], "resolution": None}
    of_cart = alice.get(usage, params={**DAYS, "aggregate": "d", "endpoint": "cart"}).json()
    assert [each["new_addresses"] for each in of_cart["periods"]] == [0, 2]


def test_csv_has_the_same_rows(alice: Visitor, usage: str) -> None:
    response = alice.get(usage, params={**DAYS, "aggregate": "d", "format": "csv"})
    assert response.headers["Content-Type"].startswith("text/csv")
    assert response.headers["Content-Disposition"] == "attachment; filename=usage.csv"
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert rows == [{name: str(value) for name, value in row.items()} for row in ROWS]


@pytest.mark.parametrize(
    ("aggregate", "last"),
    [("day", 91), ("week", 14), ("month", 3), ("quarter", 2), ("year", 1)],
)
def test_by_default_it_has_whole_periods_of_90_days_until_now(
    alice: Visitor, usage: str, aggregate: str, last: int
) -> None:
    query = {"end_date": "2026-11-30T12:00", "aggregate": aggregate}
    periods = alice.get(usage, params=query).json()["periods"]
    assert len(periods) == last
    assert alice.get(usage).json()["periods"][-1]["timestamp"] >= f"{datetime.now(UTC):%Y-%m-%d}"


def test_more_values_than_are_stored_are_marked(
    alice: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MAX_DISTINCT, CallField.IP, 1)
    owner = UUID(alice.get("/api/user").json()["id"])
    path = f"/api/dashboards/{make_dashboard(owner, calls)}/usage"
    assert alice.get(path, params=DAYS).json()["lower_bounds"] == ["addresses"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"aggregate": "hour"}, "aggregate"),
        ({"start_date": "2026-03-02", "end_date": "2026-03-01"}, "end_date"),
        ({"start_date": "yesterday"}, "start_date"),
        ({"timezone": "Mars"}, "timezone"),
        ({"format": "pdf"}, "format"),
        ({"start_date": "1970", "aggregate": "d"}, "aggregate"),
        ({"unknown": "1"}, "unknown"),
    ],
)
def test_an_invalid_parameter_is_named(
    alice: Visitor, usage: str, given: dict[str, str], field: str
) -> None:
    response = alice.get(usage, params=given)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


def test_an_empty_range_has_no_periods(alice: Visitor, usage: str) -> None:
    empty = {"start_date": "2026-10-24", "end_date": "2026-10-24"}
    assert alice.get(usage, params=empty).json()["periods"] == []

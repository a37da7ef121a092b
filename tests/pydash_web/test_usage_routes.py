"""The usage report over HTTP: its parameters, formats and errors."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from pydash_app import event
from pydash_app.event import EventType, usage
from pydash_database import transact
from tests.pydash_web.support.running_site import Site, Visitor, find_user, make_user

RAW, PLOT = "/api/usage/login/raw", "/api/usage/login/plot"
WEEKS = {"start": "2026-03-02", "end": "2026-03-23", "timezone": "Europe/Berlin"}
ROWS = [
    {"period": "2026-W10", "timestamp": "2026-03-08T00:00:00+01:00", "user": 2},
    {"period": "2026-W11", "timestamp": "2026-03-15T00:00:00+01:00", "user": 0},
    {"period": "2026-W12", "timestamp": "2026-03-22T00:00:00+01:00", "user": 1},
]


@pytest.fixture
def root(site: Site) -> Visitor:
    """An administrator; two users signed in in the tenth week, the last minute of it in Berlin."""
    make_user("Root", admin=True)
    users = [make_user("Alice"), make_user("Charlie")]
    times = [datetime(2026, 3, 3, 12, tzinfo=UTC), datetime(2026, 3, 8, 22, 59, tzinfo=UTC)]

    def write() -> None:
        late = (users[0], datetime(2026, 3, 16, tzinfo=UTC))
        for user_id, time in (*zip(users, times, strict=True), late):
            user = find_user(user_id)
            event.record(EventType.USER_LOGIN, event.of_user(user), happened=time)

    transact(write)
    visitor = site.visitor()
    assert visitor.sign_in("Root").ok
    return visitor


@pytest.mark.parametrize("path", ["/api/usage/login", RAW])
def test_it_returns_the_users_of_each_period(root: Visitor, path: str) -> None:
    assert root.get(path, params=WEEKS).json() == ROWS
    assert root.post(path, WEEKS).json() == ROWS


def test_by_default_it_ends_now_and_has_weeks_of_90_days(root: Visitor) -> None:
    rows = root.get(RAW).json()
    assert rows[-1]["user"] == 1
    assert rows[-1]["period"] == f"{datetime.now(UTC):%G-W%V}"
    assert rows[0]["period"] == f"{datetime.now(UTC) - timedelta(days=90):%G-W%V}"


@pytest.mark.parametrize("name", ["day", "week", "month", "quarter", "year"])
def test_an_aggregate_has_a_letter(root: Visitor, name: str) -> None:
    rows = [root.get(RAW, params={**WEEKS, "aggregate": each}).json() for each in (name, name[0])]
    assert rows[0] == rows[1]
    assert len(rows[0]) == {"day": 21, "week": 3}.get(name, 1)


def test_csv_equals_json(root: Visitor) -> None:
    response = root.get(RAW, params=WEEKS, headers={"Accept": "text/csv"})
    assert response.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [{**row, "user": int(row["user"])} for row in rows] == ROWS
    assert list(rows[0]) == ["period", "timestamp", "user"]


@pytest.mark.parametrize(
    ("asked", "media_type"),
    [("html", "text/html"), ("text/plain", "text/plain"), ("text/csv", "text/csv")],
)
def test_content_type_takes_precedence(root: Visitor, asked: str, media_type: str) -> None:
    accept = {"Accept": "application/json"}
    response = root.get(RAW, params={**WEEKS, "content_type": asked}, headers=accept)
    assert response.headers["Content-Type"].startswith(media_type)
    for row in ROWS:
        assert str(row["period"]) in response.text


@pytest.mark.parametrize("aggregate", ["day", "month"])
def test_a_plot_names_its_axes(root: Visitor, aggregate: str) -> None:
    points = root.get(PLOT, params={**WEEKS, "aggregate": aggregate}).json()
    assert (points["x_axis_label"], points["y_axis_label"]) == (aggregate, "users")
    rows = root.get(RAW, params={**WEEKS, "aggregate": aggregate}).json()
    assert points["x"] == [row["timestamp"] for row in rows]
    assert points["y"] == [row["user"] for row in rows]
    response = root.post(PLOT, {**WEEKS, "aggregate": aggregate, "content_type": "svg"})
    assert response.headers["Content-Type"].startswith("image/svg+xml")
    svg = ElementTree.fromstring(response.text)
    texts = [each.text for each in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert {aggregate, "users"} <= set(texts)
    assert len(list(svg.iter("{http://www.w3.org/2000/svg}circle"))) == len(rows)


@pytest.mark.parametrize("path", [RAW, PLOT])
@pytest.mark.parametrize("media_type", ["json", "csv", "html", "text", "svg"])
def test_an_empty_range_is_not_an_error(root: Visitor, path: str, media_type: str) -> None:
    empty = {"start": "2026-03-02", "end": "2026-03-02", "content_type": media_type}
    response = root.get(path, params=empty)
    known = ("json", "svg") if path == PLOT else ("json", "csv", "html", "text")
    assert response.status_code == (200 if media_type in known else 400)


def test_it_is_the_same_when_the_days_are_extracted(root: Visitor) -> None:
    now = datetime.now(UTC)
    for day in usage.days_to_extract(now, end=datetime(2026, 3, 22, tzinfo=UTC).date()):
        usage.extract_day(day, now)
    assert root.get(RAW, params=WEEKS).json() == ROWS


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"aggregate": "hour"}, "aggregate"),
        ({"start": "2026-03-02", "end": "2026-03-01"}, "start"),
        ({"start": "yesterday"}, "start"),
        ({"timezone": "Mars"}, "timezone"),
        ({"content_type": "pdf"}, "content_type"),
        ({"start": "1970", "aggregate": "d"}, None),
        ({"unknown": "1"}, "unknown"),
    ],
)
def test_an_invalid_parameter_is_named(
    root: Visitor, given: dict[str, Any], field: str | None
) -> None:
    for response in (root.get(RAW, params=given), root.post(RAW, given)):
        assert response.status_code == 400
        assert field is None or list(response.json()["errors"]) == [field]

"""Every call is read once, in whatever order calls become visible and wherever reading stops."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_monitoring_dashboard_client.calls import CallPage
from flask_monitoring_dashboard_client.errors import SeveralDatabases
from flask_monitoring_dashboard_client.exporter_dialect import LATE_IDS, ExporterDialect, Page
from flask_monitoring_dashboard_client.legacy_dialects import (
    LEGACY,
    LOCAL_TIME_NOTICE,
    LegacyDialect,
)
from flask_monitoring_dashboard_client.overlap import MAX_SEEN
from flask_monitoring_dashboard_client.routes import Dialect, Routes
from pydash_http import FetchPolicy, GuardedSession, ResponseTooLarge, Url

# The same examples every time, on a machine of any speed.
REPEATABLE = settings(deadline=None, derandomize=True)
TOKEN = "0123456789abcdef0123456789abcdef"
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
Cursor = dict[str, Any] | None


@dataclass(frozen=True)
class Call:
    """A call in the database of a fake app, identified by its duration."""

    id: int
    moment: datetime
    endpoint: int = 1
    duration: float = 1.0


class FakeRoutes(Routes):
    """The routes of a fake app whose calls the test defines."""

    def __init__(self) -> None:
        super().__init__(GuardedSession(FetchPolicy.parse("")), Url.parse("http://app"), TOKEN)
        self.calls: list[Call] = []
        self.requests: list[str] = []


class FakeExporter(FakeRoutes):
    """An app with the exporter.

    :param database: id of its database; None for an exporter that reports none.
    """

    def __init__(self, database: str | None = None) -> None:
        super().__init__()
        self.database = database
        self.present = datetime.now(UTC)

    def json(self, route: str, query: str = "") -> dict[str, Any]:
        self.requests.append(query)
        after_id, limit = (int(parse_qs(query)[name][0]) for name in ("after_id", "limit"))
        calls = sorted((call for call in self.calls if call.id > after_id), key=lambda c: c.id)
        page = calls[:limit]
        text = {"values": ["x"], "codes": [0] * len(page)}
        return {
            "data": {
                "id": [call.id for call in page],
                "duration": [call.duration for call in page],
                "time_requested": [(call.moment - EPOCH) // MICROSECOND for call in page],
                "status_code": [200] * len(page),
                **dict.fromkeys(("endpoint", "version_requested", "group_by", "ip"), text),
            },
            "has_more": len(calls) > limit,
            "last_id": max((call.id for call in self.calls), default=0),
            "database_id": self.database,
            "now": (self.present - EPOCH) // MICROSECOND,
        }


class FakeReplicas(FakeRoutes):
    """Apps with a database each that respond in turn."""

    def __init__(self, *replicas: FakeExporter) -> None:
        super().__init__()
        self.replicas = list(replicas)

    def json(self, route: str, query: str = "") -> dict[str, Any]:
        self.replicas.append(self.replicas.pop(0))
        return self.replicas[-1].json(route, query)


@dataclass
class Reader:
    """Reads as PyDash does: a page counts as read once it is stored together with its cursor."""

    dialect: Dialect
    limit: int = 1_000
    cursor: Cursor = None
    read: list[float] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def fetch(self, lost_pages: Callable[[], bool] = lambda: False) -> int:
        """Read to the end, and return how many calls were new."""
        before, has_more = len(self.read), True
        while has_more:
            page = self.dialect.fetch_page(self.cursor, self.limit)
            if lost_pages():
                continue
            has_more = page.has_more
            self._store(page)
        return len(self.read) - before

    def _store(self, page: CallPage) -> None:
        assert page.set_aside == 0
        self.read += page.columns.execution_time.tolist()
        self.cursor = json.loads(json.dumps(page.cursor))
        if page.notice:
            self.notices.append(page.notice)


# --- by id ---------------------------------------------------------------------------------------


def calls_by_id(first: int, last: int, start: datetime = START) -> list[Call]:
    return [
        Call(id_, start + timedelta(seconds=id_ - first), duration=float(id_ % 10**6))
        for id_ in range(first, last + 1)
    ]


@REPEATABLE
@given(
    lags=st.lists(st.integers(0, 40), max_size=120),
    sizes=st.lists(st.integers(1, 30), min_size=1),
    limit=st.integers(1, 25),
    data=st.data(),
)
def test_calls_whose_ids_become_visible_late_are_read_once(
    lags: list[int], sizes: list[int], limit: int, data: st.DataObject
) -> None:
    exporter = FakeExporter()
    reader = Reader(ExporterDialect(exporter), limit)
    calls = calls_by_id(1, len(lags))
    arriving = sorted(calls, key=lambda call: call.id + lags[call.id - 1])
    losses = iter(data.draw(st.lists(st.booleans(), max_size=10)))
    for size in sizes * len(calls):
        exporter.calls += arriving[:size]
        arriving = arriving[size:]
        reader.fetch(lambda: next(losses, False))
        if not arriving:
            break
    assert sorted(reader.read) == [
        call.duration for call in sorted(exporter.calls, key=lambda c: c.id)
    ]
    assert reader.notices == []


def test_it_does_not_request_what_it_has_read() -> None:
    exporter = FakeExporter()
    exporter.calls = calls_by_id(1, 5_000)
    reader = Reader(ExporterDialect(exporter))
    reader.fetch()
    exporter.requests.clear()
    assert reader.fetch() == 0
    assert exporter.requests == ["after_id=4999&limit=1001&format=columns"]


def test_it_gives_up_on_an_id_that_never_appears() -> None:
    exporter = FakeExporter()
    exporter.calls = [*calls_by_id(1, 9), *calls_by_id(11, 20)]
    reader = Reader(ExporterDialect(exporter))
    reader.fetch()
    assert reader.cursor is not None
    assert reader.cursor["missing"] == [[10, 10]]
    exporter.calls += calls_by_id(21, 21 + LATE_IDS)
    reader.fetch()
    assert reader.cursor["missing"] == []


def test_a_gap_in_the_ids_takes_no_memory() -> None:
    exporter = FakeExporter()
    exporter.calls = [*calls_by_id(1, 9), *calls_by_id(10**15, 10**15 + 9)]
    reader = Reader(ExporterDialect(exporter), limit=5)
    assert reader.fetch() == 19
    assert len(json.dumps(reader.cursor)) < 300


def test_it_requests_a_smaller_page_if_one_is_too_large() -> None:
    class LongNames(FakeExporter):
        def json(self, route: str, query: str = "") -> dict[str, Any]:
            page = super().json(route, query)
            if len(page["data"]["id"]) > 300:
                raise ResponseTooLarge("too large")
            return page

    exporter = LongNames()
    exporter.calls = calls_by_id(1, 1_000)
    reader = Reader(ExporterDialect(exporter))
    assert reader.fetch() == 1_000
    assert sorted(reader.read) == [float(n) for n in range(1, 1_001)]


def test_it_reports_an_emptied_database_and_reads_the_calls_after_that() -> None:
    exporter = FakeExporter()
    exporter.calls = calls_by_id(1, 50)
    reader = Reader(ExporterDialect(exporter))
    reader.fetch()
    exporter.calls = []
    assert reader.fetch() == 0
    assert len(reader.notices) == 1
    exporter.calls = calls_by_id(1, 5, START + timedelta(days=1))
    assert reader.fetch() == 5
    assert len(reader.notices) == 1


@pytest.mark.parametrize(
    ("is_old", "expected"), [(False, ["", "None", "a"]), (True, ["", "", "a"])]
)
def test_it_keeps_a_group_named_none_and_no_group_apart(is_old: bool, expected: list[str]) -> None:
    """Exporters that do not say that a missing group is null write FMD's "None" for it."""
    exporter = FakeExporter()
    exporter.calls = calls_by_id(1, 3)
    content = exporter.json("get_json_data", "after_id=0&limit=9")
    content["data"]["group_by"] = {"values": [None, "None", "a"], "codes": [0, 1, 2]}
    if not is_old:
        content["has_null_groups"] = True
    assert Page.parse(content, 9).columns.group_by == expected


def test_it_does_not_read_a_restored_database_twice() -> None:
    exporter = FakeExporter()
    exporter.calls = calls_by_id(1, 50)
    reader = Reader(ExporterDialect(exporter))
    reader.fetch()
    exporter.calls = [*calls_by_id(1, 30), *calls_by_id(31, 35, START + timedelta(days=1))]
    assert reader.fetch() == 5
    assert "reset or replaced" in reader.notices[0]


def test_a_call_from_the_future_hides_no_calls_after_a_reset() -> None:
    exporter = FakeExporter()
    exporter.present = START + timedelta(hours=1)
    exporter.calls = [*calls_by_id(1, 50), Call(51, exporter.present + timedelta(seconds=90))]
    reader = Reader(ExporterDialect(exporter))
    assert reader.fetch() == 51
    exporter.calls = calls_by_id(1, 5, exporter.present + timedelta(seconds=10))
    exporter.present += timedelta(minutes=1)
    assert reader.fetch() == 5


@pytest.mark.parametrize("ids", [("a", "b"), ("a", "a"), (None, None)])
def test_it_reports_databases_that_respond_in_turn(ids: tuple[str | None, str | None]) -> None:
    """The error lasts while both respond; meanwhile, no call is lost or read from the other."""
    first, second = FakeExporter(ids[0]), FakeExporter(ids[1])
    first.calls = calls_by_id(1, 50)
    reader = Reader(ExporterDialect(first))
    assert reader.fetch() == 50
    second.calls = calls_by_id(1, 30, START + timedelta(hours=1))
    reader.dialect = ExporterDialect(FakeReplicas(first, second))
    first.calls = calls_by_id(1, 55)
    assert reader.fetch() == 5  # the first one's turn
    for turn in range(3):
        first.calls = calls_by_id(1, 61 + turn)
        second.calls += [Call(31 + turn, START + timedelta(hours=2, minutes=turn), duration=-1.0)]
        with pytest.raises(SeveralDatabases, match="replicas"):
            reader.fetch()
    assert reader.notices == []
    reader.dialect = ExporterDialect(first)
    reader.fetch()
    assert sorted(reader.read) == [float(n) for n in range(1, 64)]
    assert reader.notices == []


def test_it_reads_a_database_that_has_replaced_another() -> None:
    first, second = FakeExporter("a"), FakeExporter("b")
    first.calls = calls_by_id(1, 50)
    reader = Reader(ExporterDialect(first))
    reader.fetch()
    # Larger, and without the id that was read last: only the id of the database tells.
    second.calls = calls_by_id(51, 120, START + timedelta(days=1))
    reader.dialect = ExporterDialect(second)
    assert reader.fetch() == 70
    assert len(reader.notices) == 1


def test_it_accepts_the_id_of_a_database_after_an_upgrade_of_the_exporter() -> None:
    exporter = FakeExporter()
    exporter.calls = calls_by_id(1, 50)
    reader = Reader(ExporterDialect(exporter))
    reader.fetch()
    assert reader.cursor is not None
    # As stored by a PyDash that did not know of databases.
    del reader.cursor["database"], reader.cursor["is_shared"]
    exporter.database = "a"
    exporter.calls = calls_by_id(1, 60)
    assert reader.fetch() == 10
    assert reader.cursor["database"] == "a"
    assert reader.notices == []


def test_it_notices_a_new_database_that_is_larger_than_the_old_one() -> None:
    exporter = FakeExporter()
    exporter.calls = calls_by_id(1, 50)
    reader = Reader(ExporterDialect(exporter))
    reader.fetch()
    exporter.calls = calls_by_id(1, 80, START + timedelta(days=1))
    assert reader.fetch() == 80
    assert len(reader.notices) == 1


def test_it_does_not_report_the_deletion_of_calls_that_it_has_read() -> None:
    exporter = FakeExporter()
    exporter.calls = calls_by_id(1, 50)
    reader = Reader(ExporterDialect(exporter))
    reader.fetch()
    exporter.calls = calls_by_id(1, 60)[44:]
    assert reader.fetch() == 10
    assert reader.notices == []


def test_it_reports_calls_that_were_deleted_unread() -> None:
    exporter = FakeExporter()
    exporter.calls = calls_by_id(1, 50)
    reader = Reader(ExporterDialect(exporter))
    reader.fetch()
    exporter.calls = calls_by_id(5_051, 5_060)
    assert reader.fetch() == 10
    assert reader.notices == ["Up to 5,000 calls were deleted in the app before PyDash read them."]


def test_it_reports_how_many_calls_remain() -> None:
    exporter = FakeExporter()
    exporter.calls = calls_by_id(1, 50)
    page = ExporterDialect(exporter).fetch_page(None, 20)
    assert (len(page.columns), page.has_more, page.remaining) == (20, True, 30)


# --- by time -------------------------------------------------------------------------------------


class FakeLegacy(FakeRoutes):
    """An app with FMD 1.10 to 2.0.

    :param name: its dialect.
    :param utc_offset: seconds by which its times are ahead of UTC.
    :param skew: seconds by which the clock in its responses is ahead of the one of its calls.
    """

    def __init__(self, name: str, utc_offset: int = 0, skew: int = 0) -> None:
        super().__init__()
        self.versions = LEGACY[name]
        self.utc_offset, self.skew = timedelta(seconds=utc_offset), timedelta(seconds=skew)
        self.present = START
        self.max_calls = 10**9

    def request(self, route: str, query: str = "") -> requests.Response:
        kind, *bounds = route.split("/")
        if kind == "get_json_details":
            return self._response(json.dumps(self._details()).encode(), "application/json")
        self.requests.append(route)
        rows = self._rules() if kind == "get_json_monitor_rules" else self._rows(*map(int, bounds))
        return self._response(jwt.encode({"data": json.dumps(rows)}, TOKEN).encode(), "text/html")

    def _details(self) -> dict[str, Any]:
        if self.versions.name == "1.10" or not self.calls:
            return {"version": self.versions.name}
        first = self.calls[0].moment
        if self.versions.is_local:
            return {"version": "1.11", "first_request": first.timestamp()}
        # Wrong by the server's offset from UTC, as in these versions.
        wrong = int((min(call.moment for call in self.calls) - self.utc_offset).timestamp())
        return {"first-request": wrong, "total-requests": len(self.calls)}

    def _response(self, body: bytes, content_type: str) -> requests.Response:
        date = format_datetime(self.present + self.skew, usegmt=True)
        response = requests.Response()
        response.status_code, response.url, response.raw = 200, str(self.base), BytesIO(body)
        response.headers.update({"date": date, "content-type": content_type})
        return response

    def _rules(self) -> list[dict[str, Any]]:
        times = [str(START + timedelta(seconds=n)) for n in range(3)]
        rules = [
            {"name": f"endpoint {n}", "time_added": time[:19], "monitor_level": 1}
            for n, time in enumerate(times, start=1)
        ]
        return rules[::-1]

    def _rows(self, after: int, upto: int | None = None) -> list[dict[str, Any]]:
        rows = [row for call in self.calls if (row := self._row(call, after, upto)) is not None]
        if len(rows) > self.max_calls:
            raise ResponseTooLarge("too many")
        return rows

    def _row(self, call: Call, after: int, upto: int | None) -> dict[str, Any] | None:
        stored = call.moment + (self.utc_offset if self.versions.is_local else timedelta())
        seconds = (stored - EPOCH) / timedelta(seconds=1)
        is_after = seconds >= after if self.versions.is_local else seconds > after
        if not is_after or (upto is not None and seconds > upto):
            return None
        endpoint, duration, time, version = self.versions.fields
        return {
            endpoint: call.endpoint if endpoint == "endpoint_id" else f"endpoint {call.endpoint}",
            duration: call.duration,
            time: str(stored.replace(tzinfo=None)),
            version: "1",
            "group_by": None,
            "ip": "::1",
        }


MODERN, LOCAL = ("1.12", "2.0"), ("1.10", "1.11")


@REPEATABLE
@given(
    name=st.sampled_from((*MODERN, *LOCAL)),
    utc_offset=st.sampled_from((0, -18_000, 19_800)),
    skew=st.integers(-3_500, 3_500),
    steps=st.lists(
        st.tuples(st.integers(0, 20_000), st.lists(st.integers(0, 50), max_size=12)), max_size=12
    ),
    limit=st.integers(1, 10),
    data=st.data(),
)
def test_calls_that_are_stored_late_are_read_once(
    name: str,
    utc_offset: int,
    skew: int,
    steps: list[tuple[int, list[int]]],
    limit: int,
    data: st.DataObject,
) -> None:
    """In each step, time passes, and calls are stored with a time some seconds ago."""
    app = FakeLegacy(name, utc_offset, skew)
    reader = Reader(LegacyDialect(app, app.versions), limit)
    losses = iter(data.draw(st.lists(st.booleans(), max_size=10)))
    for seconds, ages in steps:
        app.present += timedelta(seconds=seconds)
        app.calls += [
            # Many are equal in every field.
            Call(0, app.present - timedelta(seconds=age), duration=float(age % 3))
            for age in ages
        ]
        reader.fetch(lambda: next(losses, False))
    assert Counter(reader.read) == Counter(call.duration for call in app.calls)


@pytest.mark.parametrize("name", MODERN)
def test_it_reads_a_long_history_in_windows(name: str) -> None:
    app = FakeLegacy(name)
    app.calls = [Call(0, START + timedelta(minutes=n), duration=float(n)) for n in range(4_000)]
    reader = Reader(LegacyDialect(app, app.versions), limit=500)
    page = reader.dialect.fetch_page(None, 500)
    assert page.has_more
    assert len(page.columns) + (page.remaining or 0) == 4_000
    assert len(page.columns) <= 1_000
    reader.fetch()
    assert Counter(reader.read) == Counter(map(float, range(4_000)))


@pytest.mark.parametrize("name", [*MODERN, "1.11"])
def test_it_narrows_a_window_that_is_too_large(name: str) -> None:
    app = FakeLegacy(name)
    app.calls = [Call(0, START + timedelta(minutes=n), duration=float(n)) for n in range(4_000)]
    app.present = app.calls[-1].moment
    app.max_calls = 400
    reader = Reader(LegacyDialect(app, app.versions), limit=50_000)
    assert reader.fetch() == 4_000


def test_without_an_upper_bound_a_response_may_be_too_large() -> None:
    app = FakeLegacy("1.10")
    app.calls = [Call(0, START)] * 10
    app.max_calls = 9
    with pytest.raises(ResponseTooLarge):
        Reader(LegacyDialect(app, app.versions)).fetch()


def test_it_stops_at_a_moment_with_too_many_calls() -> None:
    app = FakeLegacy("2.0")
    app.calls = [Call(0, START)] * 10
    app.max_calls = 9
    with pytest.raises(ResponseTooLarge):
        Reader(LegacyDialect(app, app.versions)).fetch()
    assert len(app.requests) < 200


def test_it_reads_a_call_at_a_full_second() -> None:
    app = FakeLegacy("1.12")
    app.calls = [Call(0, START), Call(0, START + timedelta(milliseconds=1))]
    page = LegacyDialect(app, app.versions).fetch_page(None, 10)
    assert page.columns.time.tolist() == [call.moment.replace(tzinfo=None) for call in app.calls]


def test_it_does_not_read_the_last_second_twice() -> None:
    app = FakeLegacy("1.12")
    app.calls = [Call(0, START + timedelta(milliseconds=n)) for n in (100, 400)]
    reader = Reader(LegacyDialect(app, app.versions))
    assert reader.fetch() == 2
    app.calls.append(Call(0, START + timedelta(milliseconds=900)))
    assert reader.fetch() == 1
    assert reader.fetch() == 0


def test_it_reads_an_integer_duration_and_a_null_group() -> None:
    app = FakeLegacy("1.12")
    app.calls = [Call(0, START, duration=7)]
    page = LegacyDialect(app, app.versions).fetch_page(None, 10)
    assert page.columns.execution_time.tolist() == [7.0]
    assert page.columns.group_by == [""]


@pytest.mark.parametrize("utc_offset", [-18_000, 0, 3_600, 19_800])
def test_it_converts_local_times_to_utc(utc_offset: int) -> None:
    app = FakeLegacy("1.11", utc_offset)
    app.calls = [Call(0, START + timedelta(hours=n, microseconds=5)) for n in range(30)]
    page = LegacyDialect(app, app.versions).fetch_page(None, 50)
    assert page.columns.time.tolist() == [call.moment.replace(tzinfo=None) for call in app.calls]
    assert page.notice is None


def test_it_reports_once_that_it_cannot_convert_local_times() -> None:
    app = FakeLegacy("1.10", 3_600)
    reader = Reader(LegacyDialect(app, app.versions))
    for n in range(3):
        app.calls.append(Call(0, START + timedelta(seconds=n)))
        assert reader.fetch() == 1
    assert reader.notices == [LOCAL_TIME_NOTICE]


def test_it_reads_the_repeated_hour_once() -> None:
    """Daylight saving time ends: the app's clock is set back by an hour."""
    app = FakeLegacy("1.11", 7_200)
    reader = Reader(LegacyDialect(app, app.versions))
    times = [START + timedelta(minutes=n) for n in range(60)]
    app.calls = [Call(0, moment) for moment in times]
    assert reader.fetch() == 60
    app.calls += [Call(0, moment, duration=2.0) for moment in times]
    assert reader.fetch() == 60
    assert reader.fetch() == 0


def test_a_call_from_the_future_does_not_hide_later_ones() -> None:
    app = FakeLegacy("2.0")
    app.present += timedelta(hours=1)
    app.calls = [Call(0, app.present + timedelta(hours=5)), Call(0, app.present)]
    reader = Reader(LegacyDialect(app, app.versions))
    assert reader.fetch() == 2
    for _ in range(5):
        app.present += timedelta(minutes=10)
        app.calls.append(Call(0, app.present))
        assert reader.fetch() == 1


def test_a_call_from_the_future_hides_no_calls_after_an_upgrade() -> None:
    app = FakeLegacy("2.0")
    app.present += timedelta(hours=1)
    app.calls = [Call(0, app.present + timedelta(hours=5)), Call(0, app.present)]
    reader = Reader(LegacyDialect(app, app.versions))
    assert reader.fetch() == 2
    exporter = FakeExporter()
    exporter.present = app.present + timedelta(hours=2)
    exporter.calls = [Call(1, app.present), Call(2, app.present + timedelta(minutes=61))]
    reader.dialect = ExporterDialect(exporter)
    assert reader.fetch() == 1


@pytest.mark.parametrize("valid", [0, 1])
def test_each_call_with_an_implausible_time_is_set_aside_once(valid: int) -> None:
    app, exporter = FakeLegacy("2.0"), FakeExporter()
    app.present += timedelta(minutes=5)
    wrong = [datetime.now(UTC) + timedelta(hours=72), datetime(1970, 1, 2, tzinfo=UTC)]
    app.calls = [Call(0, START)] * valid + [Call(0, moment) for moment in wrong]
    exporter.calls = [Call(n, call.moment) for n, call in enumerate(app.calls, start=1)]
    for dialect in (LegacyDialect(app, app.versions), ExporterDialect(exporter)):
        cursor, pages = None, []
        for _ in range(4):
            pages.append(dialect.fetch_page(cursor, 50))
            cursor = pages[-1].cursor
        assert sum(page.set_aside for page in pages) == 2
        assert sum(len(page.columns) for page in pages) == valid


def test_it_resolves_endpoint_ids_to_names() -> None:
    app = FakeLegacy("2.0")
    app.calls = [Call(0, START, endpoint=n) for n in (2, 3, 1, 9)]
    page = LegacyDialect(app, app.versions).fetch_page(None, 50)
    assert page.columns.endpoint == ["endpoint 2", "endpoint 3", "endpoint 1", "endpoint 9"]


def test_the_cursor_of_a_busy_app_stays_small() -> None:
    app = FakeLegacy("1.12")
    app.calls = [
        Call(0, START + timedelta(milliseconds=n), duration=float(n)) for n in range(40_000)
    ]
    app.present += timedelta(minutes=1)
    reader = Reader(LegacyDialect(app, app.versions), limit=50_000)
    assert reader.fetch() == 40_000
    assert reader.cursor is not None
    assert sum(map(len, reader.cursor["seen"].values())) <= MAX_SEEN
    assert reader.fetch() == 0


# --- from one to the other -----------------------------------------------------------------------


def test_it_continues_where_it_was_when_an_app_gets_the_exporter() -> None:
    before, after = FakeLegacy("2.0"), FakeExporter()
    before.calls = calls_by_id(1, 50)
    reader = Reader(LegacyDialect(before, before.versions))
    reader.fetch()
    after.calls = [*calls_by_id(1, 50), *calls_by_id(51, 60, START + timedelta(hours=1))]
    reader.dialect = ExporterDialect(after)
    assert reader.fetch() == 10
    assert reader.fetch() == 0

"""Databases that earlier versions wrote are read, with the same numbers, and can be written on."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pydash_database
from pydash_app import outbox
from pydash_app.dashboard import repository as dashboards
from pydash_app.dashboard.aggregator.statistic import reduce_precision
from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_app.dashboard.entity import Dashboard
from pydash_app.fetcher.lease import last_heartbeat
from pydash_app.migrations import MIGRATIONS
from pydash_app.secrets import hash_code
from pydash_app.user import repository as users
from pydash_app.user.entity import User
from pydash_app.user.services import tokens
from pydash_cube.call_batch import CallBatch
from pydash_cube.query import Query
from pydash_cube.vocabulary import StatisticName
from pydash_database import database_connection, database_root, transact
from tests.stored_data.support import DIRECTORY, VERSIONS, configure, unpack
from tests.stored_data.write import INVITATION

PERCENTILES = {
    "25": "fastest_quartile_execution_time",
    "50": "median_execution_time",
    "75": "slowest_quartile_execution_time",
    "90": "ninetieth_percentile_execution_time",
    "95": "ninety-fifth_percentile_execution_time",
    "99": "ninety-ninth_percentile_execution_time",
}
EXACT = (
    "total_visits",
    "total_execution_time",
    "unique_visitors",
    "fastest_measured_execution_time",
    "slowest_measured_execution_time",
)  # As statistics are rendered.
DIGITS = 3

DEVIATION = StatisticName.STANDARD_DEVIATION

Filters = dict[str, str]


@pytest.fixture(params=VERSIONS)
def expected(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """What must be read from one version's database, which this process is configured with."""
    configure(unpack(request.param, tmp_path))
    stored = json.loads((DIRECTORY / request.param / "expected.json").read_text(encoding="utf-8"))
    if stored["schema"] <= 9:
        # No group was "None".
        for groups in [
            one["calls"]["group_by"] for one in stored["dashboards"].values() if "calls" in one
        ]:
            groups[""] = groups.pop("None")
    yield stored
    pydash_database.close()


def find_dashboard(name: str) -> Dashboard:
    return next(dashboard for dashboard in dashboards.all() if dashboard.name == name)


def find_user(name: str) -> User:
    user = users.find_by_name(name)
    assert user is not None
    return user


def test_a_database_of_each_format_is_read() -> None:
    assert {
        "bc30359",  # partitions are objects, and their tables parts of spans
        "e49a359",  # partitions without digests
        "eaca35f",  # digests of 100 centroids
        "c71e11e",  # blocks by endpoint
        "04c66f8",  # digests of 150 centroids
        "c9696f8",  # schema 2
        "7341318",  # schema 3
        "faa157f",  # channels, rules, alerts and maintenance
    } <= set(VERSIONS)


def test_the_database_is_brought_up_to_date(expected: Any) -> None:
    assert expected["schema"] <= len(MIGRATIONS)
    assert transact(lambda: database_root()["schema_version"]) == len(MIGRATIONS)


def test_users_are_read(expected: Any) -> None:
    def check() -> None:
        assert {user.name for user in users.all()} == set(expected["users"])
        for name, account in expected["users"].items():
            user = find_user(name)
            assert {
                "id": str(user.id),
                "mail": user.mail,
                "pending_mail": user.pending_mail,
                "verified": user.is_verified(),
                "admin": user.admin,
                "play_sounds": user.play_sounds,
            }.items() <= account.items()
            assert user.timezone is None
            code = account["verification_code"]
            assert user.verification_code_key == (code and hash_code(code))
            assert user.check_password(account["password"])
            assert not user.check_password("another password")

    transact(check)


def test_users_are_found_by_their_codes(expected: Any) -> None:
    def check() -> None:
        carol, bob = find_user("Carol"), find_user("Bob")
        code = expected["users"]["Carol"]["verification_code"]
        reset_code = expected["users"]["Bob"]["reset_code"]
        assert users.find_by_verification_code(code) is carol
        assert users.find_by_reset_code_hash(hash_code(reset_code)) is bob
        assert users.all_unverified() == [carol]

    transact(check)


def test_codes_are_no_longer_stored_in_plain_text(expected: Any) -> None:
    """Up to schema 5, they were, and so were mails, which contain them."""
    transact(database_root)
    database_connection().db().pack()
    storage = database_connection().db().storage.getName()
    stored = Path(storage).read_bytes()
    texts = [account["verification_code"] for account in expected["users"].values()]
    texts += [text for mail in expected["mails"]["waiting"] for text in mail[2:4]]
    assert hash_code(texts[0]).encode() in stored
    for text in filter(None, texts):
        assert text.encode() not in stored


def test_sessions_and_api_tokens_are_read(expected: Any) -> None:
    alice = expected["users"]["Alice"]
    now = datetime.fromisoformat(expected["now"])

    def check() -> None:
        user = find_user("Alice")
        sessions = {session.id: session.user_agent for session in user.sessions.active(now)}
        assert sessions == alice["sessions"]
        assert {token.name for token in tokens.of_user(user)} == set(alice["tokens"])
        for name, (secret, scope) in alice["tokens"].items():
            used = tokens.use(secret)
            assert used is not None
            assert used[0] is user
            assert (used[1].name, used[1].scope) == (name, scope)

    transact(check)


def test_mails_requests_and_invitations_are_read(expected: Any) -> None:
    mails = expected["mails"]
    now = datetime.fromisoformat(expected["now"])

    def check() -> None:
        waiting = outbox.repository.due(datetime(3000, 1, 1, tzinfo=UTC), 10)
        assert [
            [mail.recipient, mail.subject, mail.plain, mail.html, mail.attempts] for mail in waiting
        ] == mails["waiting"]
        sent = outbox.repository.kinds_sent(now - timedelta(hours=1), now)
        assert [list(kind) for kind in sent] == mails.get("sent", [])
        requests = database_root()["mail_requests"].values()
        assert [list(request) for request in requests] == mails.get("requests", [])
        assert list(database_root()["invites"]) == [hash_code(INVITATION)]

    transact(check)


def test_settings_and_tokens_of_dashboards_are_read(expected: Any) -> None:
    def check() -> None:
        assert {dashboard.name for dashboard in dashboards.all()} == set(expected["dashboards"])
        for name, stored in expected["dashboards"].items():
            dashboard = find_dashboard(name)
            assert {
                "id": str(dashboard.id),
                "url": dashboard.url,
                "name": dashboard.name,
                "user_id": str(dashboard.user_id),
                "token": dashboard.token,
                "monitor_downtime": dashboard.monitor_downtime,
                "retention": [
                    dashboard.retention.calls_days,
                    dashboard.retention.fine_cells_days,
                ],
                "hidden_endpoints": sorted(dashboard.hidden_endpoints),
            }.items() <= stored.items()
            assert dashboard in dashboards.of_user(stored["user_id"])

    transact(check)


def test_the_fetching_status_is_read(expected: Any) -> None:
    shop, broken = (expected["dashboards"][name] for name in ("Shop", "http://192.0.2.1:5000"))

    def check() -> None:
        status = find_dashboard("Shop").fetching
        progress, remote = status.progress, status.remote
        assert status.state.name == shop["state"]
        assert status.cursor == shop["cursor"]
        assert [
            progress.calls,
            progress.set_aside,
            progress.remaining,
            progress.seconds,
        ] == shop["progress"]
        assert [notice.text for notice in status.notices] == shop["notices"]
        assert remote is not None
        assert [
            remote.of_url,
            remote.url,
            remote.dialect,
            remote.fmd_version,
            remote.default_token,
        ] == shop["remote"]
        assert status.last_fetch_time == datetime.fromisoformat(shop["last_fetch_time"])
        assert find_dashboard("Shop").summary.visits_today == shop["visits_today"]
        status = find_dashboard("http://192.0.2.1:5000").fetching
        assert status.state.name == broken["state"]
        assert status.failure is not None
        assert [
            status.error,
            status.http_status,
            status.failure.consecutive,
        ] == broken["failure"]

    transact(check)


def test_data_of_the_fetcher_is_read(expected: Any) -> None:
    def check() -> None:
        broken = expected["dashboards"]["http://192.0.2.1:5000"]
        assert last_heartbeat().holder == expected["fetcher"]
        assert [str(one) for one in dashboards.fetch_requests()] == [broken["id"]]
        monitored = {each.id: 0 for each in dashboards.all() if each.monitor_downtime}
        assert dashboards.ping_intervals() == monitored

    transact(check)


def test_endpoints_are_read(expected: Any) -> None:
    def check() -> None:
        for name in ("Shop", "http://192.0.2.1:5000"):
            endpoints = find_dashboard(name).endpoints
            stored = expected["dashboards"][name]["endpoints"]
            assert {endpoint: facts(endpoints[endpoint]) for endpoint in endpoints} == stored

    def facts(endpoint: Endpoint) -> list[Any]:
        times = (endpoint.time_added, endpoint.last_accessed)
        return [
            endpoint.is_monitored,
            endpoint.version_added,
            *(time.isoformat() if time else None for time in times),
        ]

    transact(check)


def test_downtime_is_read(expected: Any) -> None:
    shop, broken = (expected["dashboards"][name] for name in ("Shop", "http://192.0.2.1:5000"))
    start, end = datetime(2018, 6, 14, tzinfo=UTC), datetime(2018, 6, 16, tzinfo=UTC)

    def check() -> None:
        log = find_dashboard("Shop").downtime
        assert [
            [moment.isoformat() for moment in outage] for outage in log.intervals(start, end, end)
        ] == shop["downtime"]["outages"]
        assert {
            day.day.isoformat(): [day.downtime.total_seconds(), pytest.approx(day.percentage)]
            for day in log.per_day(start, end, end)
        } == shop["downtime"]["per_day"]
        count, latency = shop["downtime"]["latencies"]
        assert [value for _, value in log.latency(start, end)] == [latency] * count
        log = find_dashboard("http://192.0.2.1:5000").downtime
        assert log.down_since == datetime.fromisoformat(broken["down_since"])
        assert log.last_ping == datetime.fromisoformat(broken["last_ping"])
        assert (log.last_failure, log.certificate_expires) == (None, None)
        [outage] = log.outages(log.down_since, log.last_ping, log.last_ping)
        assert outage.cause is None

    transact(check)


@pytest.mark.parametrize("name", ["Shop", "Archive"])
def test_numbers_of_calls_are_read(expected: Any, name: str) -> None:
    transact(lambda: check_numbers(find_dashboard(name), expected["dashboards"][name]["calls"]))


def check_numbers(dashboard: Dashboard, calls: Any) -> None:
    check_figures(dashboard, {}, calls["all"])
    assert dashboard.statistic("visits_per_ip") == calls["visits_per_ip"]
    for field in ("endpoint", "version", "group_by", "month", "day"):
        for text, figures in calls[field].items():
            check_figures(dashboard, {field: text}, figures)
    check_slices(dashboard, calls)


def check_figures(dashboard: Dashboard, filters: Filters, figures: Any) -> None:
    data = dashboard.aggregated_data(filters)
    data[PERCENTILES["95"]] = dashboard.statistic(PERCENTILES["95"], filters)
    assert {name: data[name] for name in EXACT} == {
        name: reduce_precision(figures[name], DIGITS) for name in EXACT
    }, filters
    for number, (low, high) in figures["percentiles"].items():
        value = data[PERCENTILES[number]]
        low, high = reduce_precision(low, DIGITS), reduce_precision(high, DIGITS)
        assert low <= value <= high, (filters, number)


def check_slices(dashboard: Dashboard, calls: Any) -> None:
    days = sorted(calls["day"])
    start, end = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (days[0], days[-1]))
    for endpoint in calls["endpoint"]:
        visits = dashboard.statistic_per_timeslice(
            "total_visits", "day", start, end, {"endpoint": endpoint}
        )
        stored = calls["visits_per_endpoint_and_day"]
        assert [count or 0 for count in visits.values()] == [
            stored.get(f"{endpoint} {day.isoformat()}", 0) for day in days_between(start, end)
        ]


def days_between(start: datetime, end: datetime) -> Iterator[date]:
    for number in range((end - start).days + 1):
        yield (start + timedelta(days=number)).date()


def test_hours_are_read(expected: Any) -> None:
    """The hours of the archive's first days were dropped, those of the shop were not."""
    stored = expected["dashboards"]["Shop"]["calls"]["visits_per_hour"]
    start, end = (datetime.fromisoformat(f"{hour}:00Z") for hour in (min(stored), max(stored)))

    def visits() -> list[int]:
        slices = find_dashboard("Shop").statistic_per_timeslice("total_visits", "hour", start, end)
        return [count or 0 for count in slices.values()]

    hours = (end - start) // timedelta(hours=1) + 1
    assert transact(visits) == [
        stored.get(f"{start + timedelta(hours=number):%Y-%m-%dT%H}", 0) for number in range(hours)
    ]


def test_single_calls_are_read(expected: Any) -> None:
    archive = expected["dashboards"]["Archive"]
    total = archive["calls"]["all"]["total_visits"]

    def count(name: str) -> int:
        return sum(len(batch) for batch in find_dashboard(name).calls(Query()))

    assert transact(lambda: count("Archive")) == archive.get("single_calls", total)
    shop = expected["dashboards"]["Shop"]["calls"]["all"]
    assert transact(lambda: count("Shop")) == shop["total_visits"]
    assert transact(
        lambda: sum(
            float(batch.execution_time.sum()) for batch in find_dashboard("Shop").calls(Query())
        )
    ) == pytest.approx(shop["total_execution_time"])


def test_standard_deviations_are_those_of_the_calls(expected: Any) -> None:
    """These versions did not store what they are computed from since."""

    def check() -> None:
        shop = find_dashboard("Shop")
        endpoints = expected["dashboards"]["Shop"]["calls"]["endpoint"]
        filters: list[Filters] = [{}, *({"endpoint": name} for name in endpoints)]
        for query in (Query(filters=each) for each in filters):
            result = shop.query([DEVIATION], query)
            times = np.concatenate([batch.execution_time for batch in shop.calls(query)])
            assert result.values[DEVIATION] == [[pytest.approx(np.std(times), rel=1e-9, abs=1e-9)]]
            assert result.estimates == []

    transact(check)


def test_stored_data_was_counted(expected: Any) -> None:
    def check() -> None:
        for dashboard in dashboards.all():
            assert dashboard.stored.calls == sum(len(batch) for batch in dashboard.calls(Query()))
            cube = dashboard.aggregator_group.cube
            spans = [
                span
                for month in cube._months.values()
                for span in (month._whole, *month._days.values())
            ]
            tables = [table for span in spans for table in (span.calls, *span.tables.values())]
            assert cube.usage.bytes() == sum(
                block.stored_bytes()
                for table in (cube._recent, *tables)
                for chunk in table.chunks
                for block in chunk.blocks
            )
            assert dashboard.stored.bytes > cube.usage.bytes() or not dashboard.stored.calls
        owner = find_dashboard("Shop").user_id
        stored = [dashboard.stored for dashboard in dashboards.of_user(owner)]
        assert dashboards.stored_of_user(owner) == tuple(map(sum, zip(*stored, strict=True)))

    transact(check)


def test_old_cubes_count_what_is_added(expected: Any) -> None:
    before = transact(lambda: find_dashboard("Shop").stored)
    call = EndpointCall("index", 1.0, datetime(2018, 6, 15, tzinfo=UTC), "1.0", "None", "::1")
    transact(lambda: find_dashboard("Shop").add_endpoint_call(call))
    after = transact(lambda: find_dashboard("Shop").stored)
    assert after.calls == before.calls + 1
    assert after.bytes != before.bytes


@pytest.mark.parametrize("name", ["Shop", "Archive"])
def test_numbers_stay_the_same_when_calls_are_added(expected: Any, name: str) -> None:
    """What is stored is merged with new calls, and still found by its own values."""
    stored = expected["dashboards"][name]["calls"]

    def check(added: int) -> None:
        dashboard = find_dashboard(name)
        assert dashboard.statistic("total_visits", {"version": "new"}) == added
        assert dashboard.statistic("total_visits") == stored["all"]["total_visits"] + added
        for field in ("endpoint", "version", "group_by"):
            for text, figures in stored[field].items():
                check_figures(dashboard, {field: text}, figures)

    # To the calls that are still recent, to a month with days and to one without.
    changes = ((date(2018, 6, 15), 3), (date(2018, 3, 5), 20_000), (date(2018, 5, 9), 20))
    for day, count in changes:
        transact(partial(add_calls, name, day, count))
    pydash_database.close()
    transact(lambda: check(20_023))


def add_calls(name: str, day: date, count: int) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    find_dashboard(name).add_endpoint_calls(
        CallBatch.from_columns(
            endpoint=["new"] * count,
            execution_time=[1.0 + number % 1000 for number in range(count)],
            time=[start + timedelta(seconds=number % 3600) for number in range(count)],
            version=["new"] * count,
            group_by=["new"] * count,
            ip=["198.51.100.1"] * count,
            status_code=[200] * count,
        )
    )


def test_everything_can_be_written_again(expected: Any) -> None:
    """Every kind of object takes a change, and is stored under its present name."""

    def change() -> None:
        shop = find_dashboard("Shop")
        shop.name = "Renamed"
        dashboards.update(shop)
        user = find_user("Alice")
        user.sessions.begin("Chrome")
        user.set_password("a new password")
        users.update(user)
        shop.downtime.record(datetime(2018, 6, 16, tzinfo=UTC), 10.0)
        shop.endpoints["unused"].set_monitored(True)
        shop.fetching.failed(datetime(2018, 6, 16, tzinfo=UTC), "No response.")
        shop.update_summary(datetime(2018, 6, 16, tzinfo=UTC))

    transact(change)
    pydash_database.close()

    def check() -> None:
        assert find_user("Alice").check_password("a new password")
        shop = find_dashboard("Renamed")
        assert shop.endpoints["unused"].is_monitored
        assert shop.fetching.error == "No response."
        check_numbers(shop, expected["dashboards"]["Shop"]["calls"])

    transact(check)

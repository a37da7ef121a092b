"""Responses that are kept, here and by clients: never outdated, never another user's."""

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from transaction.interfaces import TransientError

from pydash_app.dashboard import repository
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_app.user.api_token import Scope
from pydash_app.user.services import tokens
from pydash_cube.query import Query
from pydash_cube.vocabulary import StatisticName, TimeUnit
from pydash_database import connections, transact, transactions
from pydash_database.storages import ZeoClient
from pydash_web.http import concurrency, rendered
from tests.conftest import ZeoServer
from tests.pydash_web.support.running_site import Site, Visitor, find_user, make_token, make_user

TOTAL = "/statistic?statistic=total_visits"
# Each ends now; the unit is one that hardly ever begins during a test.
PATHS = [
    TOTAL,
    "/query?statistic=total_visits,median_execution_time&timeslice=year&timeslice_is_static=true",
    "/query?statistic=total_visits&breakdown=endpoint&version=0.1",
    "/endpoint_boxplots",
    "/endpoints/foo/boxplot",
    "/execution_times_per_version",
    "/execution_time_histogram",
    "/visitor_heatmap?start_date=2018-04-25&end_date=2018-04-25",
    "/usage?start_date=2018&aggregate=y",
    "/trends?by=version",
]
# Stores calls one by one, in a process of its own.
WRITER = """
import sys
from datetime import UTC, datetime
import pydash_app
from pydash_app.configuration import Configuration
from pydash_app.dashboard import repository
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_database import transact
data_dir, uri, dashboard_id, count = sys.argv[1:]
pydash_app.configure(Configuration.from_environment(
    {"PYDASH_DATA_DIR": data_dir, "PYDASH_DATABASE_URI": uri}))
call = EndpointCall("foo", 1.0, datetime(2018, 4, 26, tzinfo=UTC), "0.1", "None", "::1")
for _ in range(int(count)):
    transact(lambda: repository.find(dashboard_id).add_endpoint_call(call))
"""


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The responses that are computed from now on."""
    run_query, calls = concurrency.run_query, []

    def noted(*given: Any, **named: Any) -> Any:
        calls.append(given)
        return run_query(*given, **named)

    monkeypatch.setattr(concurrency, "run_query", noted)
    return calls


def add_call(shop: str, endpoint: str = "foo") -> None:
    call = EndpointCall(endpoint, 7.0, datetime(2018, 4, 25, 1, tzinfo=UTC), "0.1", "None", "::1")
    dashboard_id = shop.rpartition("/")[2]
    transact(lambda: repository.find(dashboard_id).add_endpoint_call(call))


@pytest.mark.parametrize("path", PATHS)
def test_a_response_is_computed_once_until_calls_are_added(
    alice: Visitor, shop: str, path: str, computed: list[Any]
) -> None:
    first = alice.get(shop + path)
    assert first.ok, first.text
    assert len(computed) == 1
    again = alice.get(shop + path)
    assert (again.text, again.headers["ETag"]) == (first.text, first.headers["ETag"])
    assert len(computed) == 1
    add_call(shop)
    changed = alice.get(shop + path)
    assert changed.json() != first.json()
    assert changed.headers["ETag"] != first.headers["ETag"]


DAYS = "statistic=total_visits&timeslice=day&timeslice_is_static=true&start_date=2018-04-24T05"
# Each differs from another one in one parameter, and in the response.
DIFFERENT = [
    "statistic=total_visits",
    "statistic=unique_visitors",
    "statistic=total_visits,unique_visitors",
    "statistic=unique_visitors,total_visits",
    "statistic=total_visits&endpoint=foo",
    "statistic=total_visits&version=0.1",
    "statistic=total_visits&start_date=2018-04-24",
    "statistic=total_visits&end_date=2018-04-24",
    "statistic=total_visits&breakdown=ip",
    "statistic=total_visits&breakdown=endpoint",
    "statistic=total_visits&breakdown=endpoint&top=1",
    f"{DAYS}&end_date=2018-05-01",
    f"{DAYS}&end_date=2018-05-02",
    f"{DAYS}&end_date=2018-05-02".replace("=true", "=false"),
    f"{DAYS}&end_date=2018-04-24T06".replace("=day", "=week"),
    f"{DAYS}&end_date=2018-04-24T06",
    f"{DAYS}&end_date=2018-05-02".replace("=day", "=hour"),
    f"{DAYS}&end_date=2018-05-02&timezone=Asia/Tokyo".replace("=day", "=hour"),
]


@pytest.mark.parametrize("route", ["statistic", "query"])
def test_each_parameter_counts(alice: Visitor, shop: str, route: str) -> None:
    def responses() -> list[str]:
        return [alice.get(f"{shop}/{route}?{query}").text for query in DIFFERENT]

    expected = []
    for query in DIFFERENT:
        rendered.kept.clear()
        expected.append(alice.get(f"{shop}/{route}?{query}").text)
    first, kept = responses(), responses()
    assert first == kept == expected


def test_nothing_is_outdated_while_another_process_writes(
    alice: Visitor, shop: str, zeo_server: ZeoServer, site: Site
) -> None:
    """What is kept equals what is computed from the same state of the database."""
    dashboard_id, count = shop.rpartition("/")[2], 60
    hours = Query(datetime(2018, 4, 25, tzinfo=UTC), timeslice=TimeUnit.HOUR)
    seen = set()

    def check() -> None:
        dashboard = repository.find(dashboard_id)
        for query in (Query(), hours):

            def compute(query: Query = query) -> rendered.Rendered[Any]:
                result = dashboard.query([StatisticName.TOTAL_VISITS], query)
                return rendered.Rendered(repr(result).encode())

            key = dashboard.result_key("test", query)
            assert rendered.built(key, compute).body == compute().body
            seen.add(compute().body)

    data_dir = str(site.configuration.data_dir)
    arguments = [data_dir, zeo_server.uri, dashboard_id, str(count)]
    with subprocess.Popen([sys.executable, "-c", WRITER, *arguments]) as writer:
        while writer.poll() is None:
            transact(check)
            assert alice.get(shop + TOTAL).ok
    assert writer.returncode == 0
    assert len(seen) > 2, "something was written meanwhile"
    assert alice.get(shop + TOTAL).json() == 5 + count


def test_what_is_kept_is_for_those_who_may_see_it(
    alice: Visitor, charlie: Visitor, shop: str
) -> None:
    tag = alice.get(shop + TOTAL).headers["ETag"]
    for headers in ({}, {"If-None-Match": tag}):
        assert charlie.get(shop + TOTAL, headers=headers).status_code == 403
    alice.post("/api/logout")
    assert alice.get(shop + TOTAL, headers={"If-None-Match": tag}).status_code == 401


def test_that_an_endpoint_is_missing_is_not_kept(alice: Visitor, shop: str) -> None:
    assert alice.get(f"{shop}/endpoints/new/boxplot").status_code == 404
    add_call(shop, "new")
    assert alice.get(f"{shop}/endpoints/new/boxplot").ok


class TestRevalidation:
    @pytest.mark.parametrize("path", ["/api/dashboards", *PATHS])
    @pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_an_unchanged_response_is_not_sent_again(
        self, alice: Visitor, shop: str, path: str, encoding: str, method: str
    ) -> None:
        url = path if path.startswith("/api") else shop + path
        plain = alice.get(url, headers={"Accept-Encoding": "identity"})
        headers = {"Accept-Encoding": encoding}
        full = alice.request(method, url, headers=headers)
        assert full.ok
        assert full.text == (plain.text if method == "GET" else "")
        assert full.headers["Cache-Control"] == "private, no-cache"
        # Proxies compare the tags of a compressed and of a plain response.
        assert full.headers["ETag"] == plain.headers["ETag"]
        assert full.headers["ETag"].startswith('W/"')
        headers["If-None-Match"] = f'"other", {full.headers["ETag"]}'
        unchanged = alice.request(method, url, headers=headers)
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        for name in ("ETag", "Cache-Control"):
            assert unchanged.headers[name] == full.headers[name]
        assert "Accept-Encoding" in unchanged.headers["Vary"]
        add_call(shop)
        transact(lambda: setattr(repository.find(shop.rpartition("/")[2]), "name", "New name"))
        assert alice.request(method, url, headers=headers).status_code == 200

    @pytest.mark.parametrize("path", ["/api/user", "/api/user/tokens", "/api/status"])
    def test_what_belongs_to_an_account_is_not_kept(self, alice: Visitor, path: str) -> None:
        response = alice.get(path)
        assert response.headers["Cache-Control"] == "no-store"
        assert "ETag" not in response.headers

    def test_errors_are_not_kept(self, alice: Visitor, shop: str) -> None:
        response = alice.get(f"{shop}/statistic?statistic=none")
        assert response.status_code == 400
        assert response.headers["Cache-Control"] == "no-store"

    def test_bodies_of_the_same_size_are_not_confused_when_compressed(
        self, alice: Visitor, shop: str
    ) -> None:
        days = "/query?statistic=total_visits&timeslice=day&timeslice_is_static=true"
        urls = [f"{shop}{days}&start_date={y}&end_date={y + 1}" for y in (2017, 2018, 2019)]
        for _ in range(2):
            packed = [alice.get(url, headers={"Accept-Encoding": "br"}) for url in urls]
            assert [each.headers["Content-Encoding"] for each in packed] == ["br"] * 3
            assert [each.json()["slices"][0][:4] for each in packed] == ["2017", "2018", "2019"]


class TestUseOfTokens:
    """Whether a token or a session was used is recorded apart from what it is used for."""

    @pytest.fixture
    def script(self, site: Site) -> Visitor:
        token = make_token(make_user("Alice"), Scope.READ)
        return site.visitor(Authorization=f"Bearer {token}")

    def test_a_request_is_one_transaction(
        self, script: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert script.get("/api/dashboards").ok
        runs, calls = [], []
        run, wait = transactions.run, ZeoClient._wait

        def noted(*given: Any) -> Any:
            runs.append(given)
            return run(*given)

        def noted_wait(client: ZeoClient, send: Any) -> Any:
            calls.append(getattr(send, "args", ()))
            return wait(client, send)

        monkeypatch.setattr(transactions, "run", noted)
        monkeypatch.setattr(ZeoClient, "_wait", noted_wait)
        assert script.get("/api/dashboards").ok
        assert len(runs) == 1
        assert calls.count(("ping",)) == 1, "what others have committed is received once"

    def test_a_conflict_while_recording_does_not_repeat_the_request(
        self, script: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tries: list[str] = []
        requests: list[object] = []
        use, find = tokens.use, tokens.find

        def use_in_vain_first(secret: str) -> Any:
            tries.append(secret)
            found = use(secret)
            if len(tries) == 1:
                raise TransientError
            return found

        def noted(secret: str) -> Any:
            requests.append(secret)
            return find(secret)

        monkeypatch.setattr(tokens, "use", use_in_vain_first)
        monkeypatch.setattr(tokens, "find", noted)
        user_id = script.get("/api/user").json()["id"]
        assert len(tries) == 2
        # Once for the request, and once for each attempt to record it.
        assert len(requests) == 3
        [token] = transact(lambda: tokens.of_user(find_user(user_id)))
        assert transact(lambda: token.last_used) is not None
        assert script.get("/api/user").ok
        assert len(tries) == 2, "not due again"


def test_threads_that_take_turns_do_not_all_keep_the_objects_of_the_database(site: Site) -> None:
    visitor = site.visitor()
    for _ in range(3 * site.configuration.web_threads):
        assert visitor.get("/api/status").ok
    # That of this test, and those of a request and of one that has just ended.
    assert len(connections._configured().open().pool.all) <= 4

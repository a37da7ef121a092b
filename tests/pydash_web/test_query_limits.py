"""Limits of the queries of one account, and pages of many endpoints."""

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Event, Semaphore, Thread
from uuid import UUID

import pytest
import requests

from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_cube import effort
from pydash_limits import Client
from pydash_web.http import concurrency
from pydash_web.http.concurrency import Busy, QueryLimiter
from tests.pydash_limits.test_limits import LimitsServer
from tests.pydash_web.support.running_site import Site, Visitor, make_dashboard, make_user


@pytest.fixture(scope="module")
def alice(lasting_site: Site) -> Visitor:
    make_user("Alice")
    visitor = lasting_site.visitor()
    assert visitor.sign_in("Alice").ok
    return visitor


@pytest.fixture
def limits_server() -> Iterator[LimitsServer]:
    with tempfile.TemporaryDirectory(prefix="pydash") as directory:
        running = LimitsServer(Path(directory) / "limits.sock")
        yield running
        running.kill()


@pytest.fixture(scope="module")
def large(alice: Visitor) -> str:
    """A dashboard with 250 endpoints."""
    owner = UUID(alice.get("/api/user").json()["id"])
    now = datetime.now(UTC)

    def calls() -> list[EndpointCall]:
        return [EndpointCall(f"e{n:03}", 1.0, now, "1", "None", "::1") for n in range(250)]

    return f"/api/dashboards/{make_dashboard(owner, calls)}"


def test_an_account_runs_one_query_while_others_wait() -> None:
    limiter = QueryLimiter(12)
    entered, leave = Barrier(2), Event()
    finished = []

    def query() -> None:
        with limiter.running("Alice", 60):
            entered.wait(60)
            leave.wait(60)
            finished.append(1)

    running = Thread(target=query)
    running.start()
    entered.wait(60)
    with pytest.raises(Busy), limiter.running("Alice", 0):
        """Only entered by a second query that runs."""
    with limiter.running("Bob", 0):
        assert not finished
    waiting = Thread(target=lambda: limiter.running("Alice", 60).__enter__())
    waiting.start()
    leave.set()
    for thread in (running, waiting):
        thread.join(60)
    assert not waiting.is_alive()


def test_processes_count_queries_together(limits_server: LimitsServer) -> None:
    one, other = (QueryLimiter(12, Client(str(limits_server.path)), 2) for _ in range(2))
    with one.running("Alice", 0.1):
        with pytest.raises(Busy), other.running("Alice", 0.1):
            """Only entered by a second query that runs."""
        with other.running("Bob", 60):
            limits_server.kill()
        with other.running("Alice", 0):
            """Each process enforces its share."""
        with (
            pytest.raises(Busy),
            one.running("Eve", 0),
            one.running("Dora", 0),
            one.running("F", 0),
        ):
            """Only entered by a third query that runs."""
    limits_server.start()
    with one.running("Alice", 60), pytest.raises(Busy), other.running("Alice", 0.1):
        """Only entered by a second query that runs."""


def test_queries_of_four_accounts_run() -> None:
    limiter = QueryLimiter(12)
    with ExitStack() as running:
        for account in ("Alice", "Bob", "Charlie", "Dora"):
            running.enter_context(limiter.running(account, 0))
        for account in ("Alice", "Eve"):
            with pytest.raises(Busy), limiter.running(account, 0):
                """Only entered by a fifth query that runs."""
    with limiter.running("Eve", 0):
        """A place is free again."""


def test_six_queries_of_an_account_are_admitted(
    lasting_site: Site, alice: Visitor, large: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One runs, five wait, and a seventh is refused at once; other accounts are not affected."""
    leave = Event()
    monkeypatch.setattr(effort, "check_time", lambda: leave.wait(60))
    admitted = Semaphore(0)
    # With fewer places, half of them would be the limit.
    limiter = QueryLimiter(40)
    monkeypatch.setitem(lasting_site.app.extensions, "pydash_queries", limiter)
    wait_for = limiter._changed.wait_for

    def recorded(is_free: Callable[[], bool], seconds: float) -> bool:
        admitted.release()
        return bool(wait_for(is_free, seconds))

    monkeypatch.setattr(limiter._changed, "wait_for", recorded)
    # A query of its own for each, because equal ones share a result.
    queries = [f"{large}/query?statistic=total_visits&endpoint=e{number:03}" for number in range(8)]
    cookies = alice.http.cookies.get_dict()
    with ThreadPoolExecutor(6) as threads:
        responses = [
            threads.submit(requests.get, lasting_site.url + query, cookies=cookies, timeout=60)
            for query in queries[:6]
        ]
        try:
            assert all(admitted.acquire(timeout=60) for _ in range(6))
            refused = alice.get(queries[6])
            with limiter.running("somebody else", 0):
                assert not any(response.done() for response in responses)
        finally:
            leave.set()
        assert [response.result().status_code for response in responses] == [200] * 6
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert alice.get(queries[7]).status_code == 200


def test_the_page_of_a_link_sends_six_queries_at_once(lasting_site: Site) -> None:
    """It has more panels than that; another link still has places."""
    admitted = lasting_site.app.extensions["pydash_visitor_queries"]._admitted
    links = ["link 1"] * 7 + ["link 2"] * 3
    found = [link for link in links if admitted.acquire(link)]
    for link in found:
        admitted.release(link)
    assert found == ["link 1"] * 6 + ["link 2"]


def test_a_query_that_takes_too_long_is_a_503(
    alice: Visitor, large: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = f"{large}/query?statistic=total_visits"
    assert alice.get(query).ok
    monkeypatch.setattr(concurrency, "QUERY_SECONDS", -1.0)
    response = alice.get(f"{query},unique_visitors")
    assert response.status_code == 503
    assert "took too long" in response.json()["message"]


def test_the_overview_lists_the_first_hundred_endpoints(alice: Visitor, large: str) -> None:
    [dashboard] = [
        each for each in alice.get("/api/dashboards").json() if large.endswith(each["id"])
    ]
    assert [each["name"] for each in dashboard["endpoints"]] == [f"e{n:03}" for n in range(100)]
    assert dashboard["next_endpoint"] == "e100"


@pytest.mark.parametrize("route", ["", "/endpoints"])
def test_all_endpoints_are_listed_page_by_page(alice: Visitor, large: str, route: str) -> None:
    pages: list[list[str]] = []
    start: str | None = "e000"
    while start is not None:
        page = alice.get(f"{large}{route}?limit=70&start={start}").json()
        pages.append([each["name"] for each in page["endpoints"]])
        start = page["next_endpoint"]
    names = [f"e{n:03}" for n in range(250)]
    assert pages == [names[:70], names[70:140], names[140:210], names[210:]]


@pytest.mark.parametrize(("route", "most"), [("", 100), ("/endpoints", 1_000)])
def test_a_page_of_endpoints_has_a_maximum(
    alice: Visitor, large: str, route: str, most: int
) -> None:
    page = alice.get(f"{large}{route}").json()
    assert len(page["endpoints"]) == min(most, 250), "the maximum is the default"
    assert alice.get(f"{large}{route}?limit={most}").status_code == 200
    refused = alice.get(f"{large}{route}?limit={most + 1}")
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == ["limit"]


def test_each_listed_endpoint_has_its_statistics(alice: Visitor, large: str) -> None:
    page = alice.get(f"{large}?start=e249").json()
    [endpoint] = page["endpoints"]
    assert endpoint["name"] == "e249"
    assert endpoint["aggregates"]["total_visits"] == 1
    assert page["aggregates"]["total_visits"] == 250

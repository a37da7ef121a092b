"""Limits of the queries of one account, and pages of many endpoints."""

from datetime import UTC, datetime
from threading import Barrier, Event, Thread
from uuid import UUID

import pytest

from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_web.http import concurrency
from pydash_web.http.concurrency import Busy, QueryLimiter
from tests.pydash_web.support.running_site import Site, Visitor, make_dashboard, make_user


@pytest.fixture(scope="module")
def alice(lasting_site: Site) -> Visitor:
    make_user("Alice")
    visitor = lasting_site.visitor()
    assert visitor.sign_in("Alice").ok
    return visitor


@pytest.fixture(scope="module")
def large(alice: Visitor) -> str:
    """A dashboard with 250 endpoints."""
    owner = UUID(alice.get("/api/user").json()["id"])
    now = datetime.now(UTC)

    def calls() -> list[EndpointCall]:
        return [EndpointCall(f"e{n:03}", 1.0, now, "1", "None", "::1") for n in range(250)]

    return f"/api/dashboards/{make_dashboard(owner, calls)}"


def test_an_account_runs_two_queries_while_others_wait() -> None:
    limiter = QueryLimiter(12)
    entered, leave = Barrier(3), Event()
    finished = []

    def query() -> None:
        with limiter.running("Alice", 60):
            entered.wait(60)
            leave.wait(60)
            finished.append(1)

    running = [Thread(target=query) for _ in range(2)]
    for thread in running:
        thread.start()
    entered.wait(60)
    with pytest.raises(Busy), limiter.running("Alice", 0):
        """Only entered by a third query that runs."""
    with limiter.running("Bob", 0):
        assert not finished
    waiting = Thread(target=lambda: limiter.running("Alice", 60).__enter__())
    waiting.start()
    leave.set()
    for thread in (*running, waiting):
        thread.join(60)
    assert not waiting.is_alive()


def test_at_most_six_queries_of_an_account_wait() -> None:
    admitted = QueryLimiter(12)._admitted
    taken = [admitted.acquire("Alice") for _ in range(concurrency.MAX_QUERIES_PER_ACCOUNT + 1)]
    assert taken == [True] * concurrency.MAX_QUERIES_PER_ACCOUNT + [False]
    assert admitted.acquire("Bob")


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
    names: list[str] = []
    start: str | None = "e000"
    while start is not None:
        page = alice.get(f"{large}{route}?limit=70&start={start}").json()
        names += [each["name"] for each in page["endpoints"]]
        start = page["next_endpoint"]
    assert names == [f"e{n:03}" for n in range(250)]


def test_each_listed_endpoint_has_its_statistics(alice: Visitor, large: str) -> None:
    page = alice.get(f"{large}?start=e249").json()
    [endpoint] = page["endpoints"]
    assert endpoint["name"] == "e249"
    assert endpoint["aggregates"]["total_visits"] == 1
    assert page["aggregates"]["total_visits"] == 250

"""Read-only links over HTTP: what visitors see, and all that they do not."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from pydash_app import links, share
from pydash_app.dashboard import repository as dashboards
from pydash_app.secrets import hash_code, new_code
from pydash_app.share import Panel
from pydash_app.user.api_token import Scope
from pydash_cube.vocabulary import CallField, StatisticName
from pydash_database import transact
from pydash_database.server import FILE_NAME
from pydash_web.api import OPERATIONS
from pydash_web.http import limits
from pydash_web.http.concurrency import QueryLimiter
from pydash_web.http.limits import Limiter
from pydash_web.http.session import Access
from tests.conftest import ZeoServer
from tests.pydash_web.support.running_site import (
    Site,
    Visitor,
    make_dashboard,
    make_token,
    make_user,
)

# What a link with all panels shows, and nothing else.
SHOWN_STATISTICS = {
    "total_visits", "total_execution_time", "average_execution_time", "first_call", "error_rate",
    "fastest_measured_execution_time", "fastest_quartile_execution_time", "median_execution_time",
    "slowest_quartile_execution_time", "ninetieth_percentile_execution_time",
    "ninety-fifth_percentile_execution_time", "ninety-ninth_percentile_execution_time",
    "slowest_measured_execution_time",
}  # fmt: skip
SHOWN_FIELDS = {"endpoint", "version", "status_class"}
# Of the calls that the dashboard has.
VALUES = {
    "endpoint": "foo", "version": "0.1", "ip": "127.0.0.1", "group_by": "ann",
    "status_class": "2xx",
}  # fmt: skip
TOTAL = "/api/shared/query?statistic=total_visits"


@pytest.fixture(scope="module")
def owner_id(lasting_site: Site) -> UUID:
    return make_user("Alice")


@pytest.fixture(scope="module")
def signed_in(lasting_site: Site, owner_id: UUID) -> Visitor:
    visitor = lasting_site.visitor()
    assert visitor.sign_in("Alice").ok
    return visitor


@pytest.fixture
def owner(lasting_site: Site, signed_in: Visitor) -> Visitor:
    """Alice, who has made no request yet that counts."""
    lasting_site.forget_limits()
    return signed_in


@pytest.fixture
def dashboard_id(owner: Visitor, owner_id: UUID) -> UUID:
    return make_dashboard(owner_id)


@pytest.fixture
def path(dashboard_id: UUID) -> str:
    return f"/api/dashboards/{dashboard_id}"


def make_link(
    dashboard_id: UUID,
    *panels: Panel,
    lifetime: timedelta | None = None,
    age: timedelta | None = None,
) -> str:
    """Create a link and return its token; it shows all panels by default."""
    created = datetime.now(UTC) - (age or timedelta(0))

    def make() -> str:
        dashboard = dashboards.find(dashboard_id)
        return share.create(dashboard, "Investors", panels or Panel, lifetime, created)[1]

    return transact(make)


@pytest.fixture
def visitor(lasting_site: Site, dashboard_id: UUID) -> Visitor:
    """A visitor with a link that shows all panels."""
    return with_token(lasting_site, make_link(dashboard_id))


def with_token(site: Site, token: str) -> Visitor:
    return site.visitor(Authorization=f"Bearer {token}")


# -- What visitors see ------------------------------------------------------------------------


def test_a_link_names_its_dashboard_and_what_it_shows(
    lasting_site: Site, dashboard_id: UUID
) -> None:
    token = make_link(dashboard_id, Panel.HOURS, Panel.REQUESTS)
    response = with_token(lasting_site, token).get("/api/shared")
    assert response.json() == {
        "name": "Shop",
        "panels": ["requests", "hours"],
        "statistics": ["total_visits", "first_call"],
        "fields": ["status_class"],
    }


@pytest.mark.parametrize("field", [None, *CallField])
@pytest.mark.parametrize("use", ["breakdown", "filter"])
def test_visitors_see_the_numbers_of_the_owner_or_nothing(
    use: str, field: CallField | None, owner: Visitor, visitor: Visitor, path: str
) -> None:
    chosen = ""
    if field:
        chosen = f"&breakdown={field}" if use == "breakdown" else f"&{field}={VALUES[field]}"
    for statistic in StatisticName:
        query = f"/query?statistic={statistic}{chosen}"
        response = visitor.get(f"/api/shared{query}")
        if statistic in SHOWN_STATISTICS and (field is None or field in SHOWN_FIELDS):
            assert response.status_code == 200
            assert response.json() == owner.get(path + query).json()
        else:
            assert response.status_code == 403, query
            assert "127.0.0" not in response.text
            assert "ann" not in response.text


def test_what_is_not_shown_is_refused_next_to_what_is(visitor: Visitor) -> None:
    for query in (
        "statistic=total_visits,visits_per_ip",
        "statistic=total_visits&breakdown=endpoint,ip",
        "statistic=total_visits&breakdown=endpoint&group_by=",
        "statistic=total_visits&breakdown=version&ip=127.0.0.1",
    ):
        response = visitor.get(f"/api/shared/query?{query}")
        assert (response.status_code, set(response.json())) == (403, {"message"}), query


@pytest.mark.parametrize(
    "query",
    [
        "", "statistic=", "statistic=salary", "statistic=total_visits&breakdown=url",
        "statistic=total_visits&dashboard_id=1", "statistic=total_visits&start_date=soon",
        "statistic=total_visits&timeslice=day", "statistic=total_visits&top=0",
        "statistic=total_visits&breakdown=endpoint,version,status_class",
    ],
)  # fmt: skip
def test_bad_queries_are_a_400(query: str, visitor: Visitor) -> None:
    assert visitor.get(f"/api/shared/query?{query}").status_code == 400


def test_links_of_a_dashboard_show_no_other(
    lasting_site: Site, owner_id: UUID, visitor: Visitor
) -> None:
    other = make_dashboard(owner_id, list, name="Secret")
    assert visitor.get(TOTAL).json()["groups"][0]["values"] == {"total_visits": [5]}
    elsewhere = with_token(lasting_site, make_link(other))
    assert elsewhere.get(TOTAL).json()["groups"][0]["values"] == {"total_visits": [0]}


# -- What they do not -------------------------------------------------------------------------


def test_the_token_opens_no_other_route(
    owner: Visitor, visitor: Visitor, lasting_site: Site, dashboard_id: UUID
) -> None:
    """Not even in the browser of a user who is signed in."""
    both = with_token(lasting_site, visitor.headers["Authorization"].removeprefix("Bearer "))
    both.http.cookies.update(owner.http.cookies)
    closed = [each for each in OPERATIONS if each.access not in (Access.PUBLIC, Access.LINK)]
    assert len(closed) > 100
    for operation in closed:
        url = re.sub(r"<(?:\w+:)?dashboard_id>", str(dashboard_id), operation.url)
        url = "/api" + re.sub(r"<(?:\w+:)?\w+>", str(uuid4()), url)
        for each in (visitor, both):
            response = each.request(operation.method, url, json={})
            assert response.status_code == 401, url


def test_sessions_and_api_tokens_open_no_link(
    owner: Visitor, owner_id: UUID, lasting_site: Site, visitor: Visitor
) -> None:
    token = make_token(owner_id, Scope.WRITE)
    for each in (owner, with_token(lasting_site, token)):
        assert each.get("/api/shared").status_code == 404
        assert each.get(TOTAL).status_code == 404


@pytest.fixture
def invalid(
    owner: Visitor, owner_id: UUID, dashboard_id: UUID, lasting_site: Site
) -> list[dict[str, str]]:
    """The headers of all that opens nothing, for many different reasons."""
    day = timedelta(days=1)
    revoked, deleted = make_link(dashboard_id), make_dashboard(owner_id)
    of_deleted = make_link(deleted)
    transact(lambda: share.revoke(dashboards.find(dashboard_id), share.find(revoked, now())[0].id))
    assert owner.post(f"/api/dashboards/{deleted}/delete").ok
    consent = transact(lambda: links.issue("channel", uuid4(), now()))
    valid = make_link(dashboard_id)
    tokens = [
        revoked, of_deleted, consent, new_code(), f"pydash_link_{new_code()}",
        make_link(dashboard_id, lifetime=day, age=2 * day), make_token(owner_id, Scope.READ),
        valid[:-1], f"{valid}x", valid.swapcase(), "x" * 5_000, "\xfc", "..%2f", "null",
    ]  # fmt: skip
    others = ["", "Bearer", "Bearer ", f"Basic {valid}", f"Token {valid}", valid, "Bearer a=b"]
    return [{}, *({"Authorization": one} for one in [*(f"Bearer {t}" for t in tokens), *others])]


def now() -> datetime:
    return datetime.now(UTC)


def test_all_that_opens_nothing_gets_the_same_response(
    invalid: list[dict[str, str]], lasting_site: Site
) -> None:
    seen: dict[Any, Any] = {}
    for headers in invalid:
        for url in ("/api/shared", TOTAL, "/api/shared/query?salary=1", f"{TOTAL}&ip=127.0.0.1"):
            lasting_site.forget_limits()
            response = lasting_site.visitor(**headers).get(url)
            others = {name: text for name, text in response.headers.items() if name != "Date"}
            seen[response.status_code, response.content, tuple(others.items())] = (headers, url)
    assert len(seen) == 1, seen
    [(status, body, _)] = seen
    assert (status, body) == (404, b'{"message":"This link is invalid or has expired."}')


def test_guesses_are_limited_by_address(lasting_site: Site, visitor: Visitor) -> None:
    statuses = [
        with_token(lasting_site, f"pydash_link_{number}").get("/api/shared").status_code
        for number in range(61)
    ]
    assert statuses == [404] * 60 + [429]
    assert visitor.get("/api/shared").status_code == 200, "who has a link is not affected"


def test_no_response_is_stored_listed_or_named_to_other_sites(visitor: Visitor) -> None:
    for url in ("/api/shared", TOTAL, "/api/shared/query?statistic=visits_per_ip"):
        headers = visitor.get(url).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"] == "noindex"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "ETag" not in headers
    page = visitor.get("/shared").headers
    assert (page["X-Robots-Tag"], page["Referrer-Policy"]) == ("noindex", "no-referrer")


# -- Limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["address", "link"])
def test_visitors_have_limits_of_their_own(
    whose: str, lasting_site: Site, owner: Visitor, visitor: Visitor, path: str
) -> None:
    limiter: Limiter = lasting_site.app.extensions["pydash_limiter"]
    [link] = owner.get(f"{path}/links").json()["links"]
    limit, *names = {
        "address": (limits.VISIT.per_address, "visit", "address", "127.0.0.1"),
        "link": (limits.VISIT.per_account, "visit", "account", f"link {link['id']}"),
    }[whose]
    for _ in range(int(limit.split()[0])):
        limiter.hit(limit, *names)
    for url in ("/api/shared", TOTAL):
        assert visitor.get(url).status_code == 429
    assert owner.get(f"{path}/query?statistic=total_visits").status_code == 200


def test_queries_of_visitors_wait_for_each_other_only(
    lasting_site: Site, owner: Visitor, visitor: Visitor, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = QueryLimiter(1)
    monkeypatch.setitem(lasting_site.app.extensions, "pydash_visitor_queries", limiter)
    with limiter.running("another link", 0):
        assert visitor.get(TOTAL).status_code == 429
        assert owner.get(f"{path}/query?statistic=total_visits").status_code == 200
    assert visitor.get(TOTAL).status_code == 200


# -- The owner --------------------------------------------------------------------------------


def test_a_link_from_its_creation_to_its_end(
    lasting_site: Site, owner: Visitor, path: str, zeo_server: ZeoServer
) -> None:
    """In two instances of the app, the second of which is not told that it was revoked."""
    body = {"name": "Investors", "panels": ["hours", "figures"], "expires_in_days": 7}
    created = owner.post(f"{path}/links", body)
    assert created.headers["Cache-Control"] == "no-store"
    token, link = created.json()["token"], created.json()["link"]
    assert created.json()["path"] == f"/shared#{token}"
    assert link["panels"] == ["figures", "hours"]
    lifetime = datetime.fromisoformat(link["expires"]) - datetime.fromisoformat(link["created"])
    assert lifetime == timedelta(days=7)
    assert link["last_used"] is None
    other = Site(lasting_site.configuration)
    try:
        visitor = with_token(other, token)
        assert visitor.get(TOTAL).status_code == 200
        listed = owner.get(f"{path}/links")
        assert token not in listed.text
        assert listed.json()["links"] == [
            {**link, "last_used": listed.json()["links"][0]["last_used"]}
        ]
        assert listed.json()["links"][0]["last_used"] is not None
        assert owner.post(f"{path}/links/{link['id']}/revoke").ok
        assert visitor.get(TOTAL).status_code == 404
    finally:
        other.stop()
    assert owner.get(f"{path}/links").json() == {"links": []}
    stored = (zeo_server.data_dir / FILE_NAME).read_bytes()
    assert hash_code(token).encode() in stored
    assert token.removeprefix("pydash_link_").encode() not in stored


def test_what_was_shared_is_in_the_activity(owner: Visitor, path: str) -> None:
    created = owner.post(f"{path}/links", {"name": "Press", "panels": ["hours"]}).json()
    owner.post(f"{path}/links/{created['link']['id']}/revoke")
    query = {"q.field": "link", "q.op": "eq", "q.type": "string", "q.value": "Press"}
    response = owner.get("/api/events", params=query)
    types = [event["event_type"] for event in response.json()]
    assert types == ["share.created", "share.revoked"]
    assert created["token"] not in response.text


@pytest.mark.parametrize(
    ("field", "values"),
    {
        "panels": [[], ["ip"], ["figures", 1], ["figures"] * 8, "figures", None],
        "expires_in_days": [0, -1, 366, "7", 1.5, True, []],
    }.items(),
)
def test_invalid_settings_are_refused_by_their_field(
    field: str, values: list[Any], owner: Visitor, path: str
) -> None:
    for value in values:
        body = {"name": "Investors", "panels": ["figures"], field: value}
        response = owner.post(f"{path}/links", body)
        assert response.status_code == 400, value
        assert [name.split(".")[0] for name in response.json()["errors"]] == [field]
    assert owner.get(f"{path}/links").json() == {"links": []}


def test_another_site_cannot_share_or_revoke(owner: Visitor, path: str, dashboard_id: UUID) -> None:
    token = make_link(dashboard_id)
    [link] = owner.get(f"{path}/links").json()["links"]
    forged = {"X-XSRF-TOKEN": "forged"}
    for url, body in (
        (f"{path}/links", {"name": "x", "panels": ["figures"]}),
        (f"{path}/links/{link['id']}/revoke", None),
    ):
        assert owner.post(url, body, headers=forged).status_code == 403
    assert len(owner.get(f"{path}/links").json()["links"]) == 1
    assert transact(lambda: share.find(token, now())[0].name) == "Investors"


def test_a_link_is_revoked_at_its_own_dashboard_only(
    owner: Visitor, owner_id: UUID, dashboard_id: UUID, path: str
) -> None:
    make_link(dashboard_id)
    [link] = owner.get(f"{path}/links").json()["links"]
    other = f"/api/dashboards/{make_dashboard(owner_id)}"
    for url, status in (
        (f"{other}/links/{link['id']}/revoke", 404),
        (f"{path}/links/{uuid4()}/revoke", 404),
        (f"{path}/links/x/revoke", 400),
    ):
        assert owner.post(url).status_code == status
    assert owner.get(f"{path}/links").json()["links"] == [link]

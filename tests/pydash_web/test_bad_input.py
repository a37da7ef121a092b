"""Whatever is sent, the response is a 4xx in the one shape, and names the field."""

import json
import re
import socket
from typing import Any

import pytest

from pydash_web.api import OPERATIONS
from tests.pydash_web.support.running_site import PASSWORD, Site, Visitor, make_dashboard, make_user

GOOD: dict[str, dict[str, Any]] = {
    "/api/login": {"name": "Alice", "password": PASSWORD},
    "/api/user/register": {"name": "Dora", "password": PASSWORD, "email": "d@example.com"},
    "/api/user/resend_verification": {"name": "Alice"},
    "/api/user/request_password_reset": {"email": "a@example.com"},
    "/api/user/reset_password": {"code": "x", "new_password": PASSWORD},
    "/api/user/delete": {"password": PASSWORD},
    "/api/user/change_settings": {
        "username": "Alicia",
        "email": "b@example.com",
        "current_password": PASSWORD,
        "timezone": "Europe/Berlin",
    },
    "/api/user/change_password": {
        "current_password": PASSWORD,
        "new_password": PASSWORD,
        "revoke_tokens": True,
    },
    "/api/user/tokens": {
        "name": "x",
        "scope": "read",
        "password": PASSWORD,
        "expires_in_days": 7,
    },
    "/api/dashboards/probe": {"url": "http://10.0.0.1", "token": "x"},
    "/api/dashboards/register": {"name": "x", "url": "http://10.0.0.1", "token": "x"},
    "/api/dashboards/<dashboard_id>/change_settings": {
        "name": "x",
        "url": "http://a",
        "token": "x",
    },
    "/api/dashboards/<dashboard_id>/mute": {"seconds": 60},
    "/api/dashboards/<dashboard_id>/links": {"name": "x", "panels": ["figures"]},
    "/api/maintenance": {"name": "x", "schedule": {"kind": "now"}},
    "/api/dashboards/<dashboard_id>/endpoints/foo/change_settings": {"hidden": True},
    "/api/channels": {
        "name": "x",
        "kind": "gotify",
        "settings": {"url": "http://127.0.0.1:9", "token": "x"},
        "group_wait": 30,
        "group_interval": 300,
        "enabled": True,
    },
    "/api/channels/preview": {"kind": "mail"},
    "/api/consent": {"code": "x", "agrees": True},
    "/api/status_pages": {"slug": "acme", "name": "Acme", "groups": [], "enabled": True},
}
# Events are refused one by one (`test_event_routes`), the usage report and upgrades are for
# administrators (`test_usage_routes`, `test_system_routes`), rules are nested (`test_rule_routes`),
# a time slice needs no field (`test_time_slice_routes`), patterns are listed
# (`test_merge_rule_routes`), incidents belong to a page
# (`test_status_page_routes`), and what is decided about exceptions to a group
# (`test_exception_routes`).
TESTED_ELSEWHERE = {
    *("automatic", "events", "raw", "plot", "rules", "preview", "suggested", "acknowledge"),
    *("slices", "incidents", "draft", "publish", "updates", "resolve", "ignore", "upgrade"),
    "merge_rules",
}
FIELDS = [(url, field) for url, body in GOOD.items() for field in body]
BAD_TEXTS = [
    42, 4.2, True, [], {}, [["deep"]],
    "", "\x00", "a\x00b", "\x1b[31m", "\ud800", "\u202e", "x" * 3000,
]  # fmt: skip


@pytest.fixture(scope="module")
def alice(lasting_site: Site) -> Visitor:
    make_user("Alice")
    visitor = lasting_site.visitor()
    assert visitor.sign_in("Alice").ok
    return visitor


@pytest.fixture(scope="module")
def dashboard_id(alice: Visitor) -> str:
    return str(make_dashboard(alice.get("/api/user").json()["id"]))


@pytest.fixture
def visitor(lasting_site: Site, alice: Visitor) -> Visitor:
    lasting_site.forget_limits()
    return alice


def send(
    visitor: Visitor, url: str, raw: bytes | str, dashboard_id: str = "", **headers: str
) -> Any:
    path = url.replace("<dashboard_id>", dashboard_id)
    data = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    headers = {"Content-Type": "application/json", **headers}
    return visitor.request("POST", path, data=data, headers=headers)


def refused(response: Any, field: str | None = None) -> None:
    assert response.status_code == 400, response.text
    assert response.headers["Content-Type"] == "application/json"
    problem = response.json()
    assert problem["message"]
    assert set(problem) <= {"message", "errors"}
    if field:
        assert list(problem["errors"]) == [field]
        assert field in problem["message"]


def test_every_body_is_tested() -> None:
    with_body = {operation.url.split("/")[-1] for operation in OPERATIONS if operation.body}
    assert with_body == {url.split("/")[-1] for url in GOOD} | TESTED_ELSEWHERE


@pytest.mark.parametrize(("url", "field"), FIELDS)
def test_a_bad_value_is_refused_by_its_field(
    url: str, field: str, visitor: Visitor, dashboard_id: str
) -> None:
    bad = [value for value in BAD_TEXTS if type(value) is not type(GOOD[url][field])]
    if isinstance(GOOD[url][field], str):
        bad = BAD_TEXTS
    for value in [*bad, None] if not url.endswith("change_settings") else bad:
        body = json.dumps({**GOOD[url], field: value})
        refused(send(visitor, url, body, dashboard_id), field)


@pytest.mark.parametrize(("url", "field"), FIELDS)
def test_a_field_given_twice_is_refused(
    url: str, field: str, visitor: Visitor, dashboard_id: str
) -> None:
    value = json.dumps(GOOD[url][field])
    twice = f'{{"{field}": {value}, "{field}": {value}}}'
    refused(send(visitor, url, twice, dashboard_id), field)


def test_a_duplicate_field_that_is_not_a_string_is_refused(visitor: Visitor) -> None:
    twice = b'{"\\ud800": 1, "\\ud800": 2}'
    refused(send(visitor, "/api/login", twice), "?")


def test_only_some_of_thousands_of_invalid_fields_are_named(visitor: Visitor) -> None:
    body = dict.fromkeys(map(str, range(3_000)))
    response = send(visitor, "/api/login", json.dumps(body))
    refused(response)
    assert len(response.json()["errors"]) <= 50


@pytest.mark.parametrize("url", GOOD)
def test_an_unknown_field_is_refused(url: str, visitor: Visitor, dashboard_id: str) -> None:
    refused(
        send(visitor, url, json.dumps({**GOOD[url], "is_admin": True}), dashboard_id), "is_admin"
    )


NO_OBJECT = [
    b"", b"null", b"[]", b'"text"', b"42", b"true", b"{", b'{"name"}', b"{} {}", b"name=Alice",
    b'{"name": NaN}', b'{"name": Infinity}', b'{"name": 1e999}', b"\xff\xfe", b'{"name": "\xff"}',
    b'{"name": "' + b"\xed\xa0\x80" + b'"}', b"\x00", b"[" * 60_000, b'{"a":' * 9_000,
    b'{"name": ' + b"9" * 5_000 + b"}", b"// comment\n{}", b"\xef\xbb\xbf{}",
]  # fmt: skip


@pytest.mark.parametrize("url", GOOD)
def test_a_body_that_is_not_a_json_object_is_refused(
    url: str, visitor: Visitor, dashboard_id: str
) -> None:
    for raw in NO_OBJECT:
        refused(send(visitor, url, raw, dashboard_id))


def test_a_body_that_is_not_an_event_is_refused(visitor: Visitor) -> None:
    for raw in NO_OBJECT:
        assert send(visitor, "/api/events", raw).status_code == 400, raw[:50]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "text/json"],
)
def test_only_json_is_accepted(content_type: str, visitor: Visitor) -> None:
    body = json.dumps(GOOD["/api/login"])
    refused(send(visitor, "/api/login", body, **{"Content-Type": content_type}))


def test_a_form_of_another_site_cannot_post(visitor: Visitor) -> None:
    response = visitor.request("POST", "/api/login", data=GOOD["/api/login"])
    refused(response)


@pytest.mark.parametrize("size", [65 * 1024, 2 << 20])
def test_a_long_body_is_413(size: int, visitor: Visitor) -> None:
    response = send(visitor, "/api/login", json.dumps({"name": "x" * size}))
    assert response.status_code == 413
    assert response.json()["message"]


def test_100_mb_are_refused_before_they_are_sent(lasting_site: Site) -> None:
    host, port = lasting_site.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        head = "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: {100 << 20}\r\n\r\n".encode())
        response = connection.makefile("rb").read().decode()
    assert response.startswith("HTTP/1.1 413")
    assert json.loads(response.partition("\r\n\r\n")[2])["message"]


def send_http(site: Site, head: str) -> str:
    host, port = site.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(f"{head}\r\n\r\n".encode())
        return connection.makefile("rb").read().decode()


def refused_http(site: Site, head: str) -> None:
    response = send_http(site, head)
    assert response.startswith("HTTP/1.1 400")
    assert json.loads(response.partition("\r\n\r\n")[2])["message"]


@pytest.mark.parametrize(
    "header",
    [
        "Content-Length: many",
        "Content-Length: -1",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: \u00fc",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
    ],
)
def test_invalid_http_is_400_in_the_same_shape(lasting_site: Site, header: str) -> None:
    refused_http(lasting_site, f"GET / HTTP/1.1\r\nHost: x\r\n{header}")


def test_chunks_in_old_http_are_refused(lasting_site: Site) -> None:
    """A proxy that does not know them takes what follows for another request."""
    head = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive"
    assert send_http(lasting_site, head).startswith("HTTP/1.0 400")


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        ["a.example", "b.example"],
        ["a.example", "a.example"],
        ["a.example, b.example"],
        [""],
        ["a.example/path"],
        ["user@a.example"],
        ["a.example:port"],
        ["[::1"],
        ["[::1:::::]"],
        ["a.example:99999"],
        ["a b"],
    ],
)
def test_a_request_must_name_one_host(lasting_site: Site, hosts: list[str]) -> None:
    headers = "".join(f"\r\nHost: {host}" for host in hosts)
    refused_http(lasting_site, f"GET /api/status HTTP/1.1\r\nX: y{headers}")


@pytest.mark.parametrize(
    "target",
    [
        "http://b.example/api/status",
        "http://a.example:81/api/status",
        "http://user@a.example/api/status",
        "http:///api/status",
        "http:/api/status",
        "http://[::1/api/status",
    ],
)
def test_a_url_must_not_name_another_host_than_the_header(lasting_site: Site, target: str) -> None:
    refused_http(lasting_site, f"GET {target} HTTP/1.1\r\nHost: a.example")


@pytest.mark.parametrize(
    "request_head",
    [
        "GET http://A.example/api/status HTTP/1.1\r\nHost: a.example",
        "GET /api/status HTTP/1.1\r\nHost: [2001:db8::1]:5000",
        "GET /api/status HTTP/1.1\r\nHost: my_app.a-b.example:5000",
        "GET /api/status HTTP/1.0",
    ],
)
def test_one_host_is_sufficient(lasting_site: Site, request_head: str) -> None:
    response = send_http(lasting_site, f"{request_head}\r\nConnection: close")
    assert response.partition(" ")[2].startswith("200")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_a_wrong_method_is_405_with_the_allowed_ones(
    operation: Any, method: str, visitor: Visitor
) -> None:
    right = {each.method for each in OPERATIONS if each.url == operation.url}
    if method in right:
        return
    url = "/api" + re.sub(r"<\w+:", "<", operation.url)
    response = visitor.request(method, url)
    assert response.status_code == 405
    assert right <= set(response.headers["Allow"].split(", "))
    assert response.json()["message"]


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/login/", "/api//login"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_route_is_a_json_404(path: str, method: str, visitor: Visitor) -> None:
    response = visitor.request(method, path)
    assert response.status_code == 404
    assert response.json()["message"]


@pytest.mark.parametrize(
    "query",
    ["statistic=%00", "statistic=%ff", "statistic=total_visits&ip=%00", "%00=1&statistic=versions",
     "statistic=total_visits&version=" + "x" * 2000, "statistic[]=total_visits",
     "statistic=total_visits&start_date=%F0%9F%92%A9", "statistic=total_visits&top=1e3"],
)  # fmt: skip
def test_a_bad_query_is_refused(query: str, visitor: Visitor, dashboard_id: str) -> None:
    refused(visitor.get(f"/api/dashboards/{dashboard_id}/statistic?{query}"))


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "١", "9" * 5000])
def test_a_bad_number_is_refused(number: str, visitor: Visitor, dashboard_id: str) -> None:
    path = f"/api/dashboards/{dashboard_id}/execution_time_histogram?bins={number}"
    refused(visitor.get(path), "bins")


def test_an_internal_error_reveals_nothing(
    lasting_site: Site, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected error is a 500 in the same shape; its traceback is logged, but no code is."""

    def fail(verification_code: str) -> str:
        raise RuntimeError("secret")

    views = lasting_site.app.view_functions
    kept = views["pydash_web.verify_user"]
    views["pydash_web.verify_user"] = fail
    try:
        response = visitor.post("/api/user/verify/code-of-a-mail")
    finally:
        views["pydash_web.verify_user"] = kept
    assert response.status_code == 500
    assert list(response.json()) == ["message", "request_id"]
    assert "secret" not in response.text
    logged = caplog.text
    assert "Traceback" in logged
    assert "code-of-a-mail" not in logged

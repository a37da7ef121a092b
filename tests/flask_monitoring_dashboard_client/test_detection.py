"""Detection of the monitoring of an app and its dialect; the most informative error on failure."""

import gzip
import json
import pickle
import socket
import tracemalloc
from typing import Any

import jwt
import pytest

from flask_monitoring_dashboard_client import (
    ExporterMissing,
    InvalidResponse,
    LoginRequired,
    NotADashboard,
    RemoteDashboard,
    RemoteDetails,
    RemoteError,
    RemoteFailure,
    RemoteTimeout,
    RemoteUnreachable,
    ResponseTooLarge,
    SeveralDatabases,
    TokenMissing,
    WrongToken,
)
from tests.support.scripted_server import ScriptedServer, http, json_response

TOKEN = "cc83733cb0af8b884ff6577086b87909"
FMD_PAGE = http('<html lang="en" ng-app="fmdApp">')
EXPORTER = {"exporter-version": "1.0.0", "dashboard-version": "5.1.0", "last-id": 7}
RULES = [{"name": "home", "monitor_level": 0, "time_added": "2018-05-01 10:00:00"}]


def signed(rows: Any, token: str = TOKEN) -> bytes:
    return http(jwt.encode({"data": json.dumps(rows)}, token))


def serve(server: ScriptedServer, routes: dict[str, bytes], otherwise: bytes | None = None) -> None:
    """Respond to these paths, and to all others with `otherwise`, by default 404."""
    missing = http(status="404 Not Found") if otherwise is None else otherwise

    def behave(connection: socket.socket, path: str) -> None:
        connection.sendall(routes.get(path.split("?")[0], missing))

    server.behave = behave


def probe(url: str, token: str = TOKEN) -> RemoteDetails:
    with RemoteDashboard(url, token, allow="loopback") as remote:
        return remote.probe()


@pytest.mark.parametrize(
    ("details", "dialect", "version"),
    [
        ({"version": "1.10.2"}, "1.10", "1.10.2"),
        ({"version": "1.11.5", "first_request": 1_500_000_000.0}, "1.11", "1.11.5"),
        ({"dashboard-version": "1.13.1", "first-request": 1_500_000_000}, "1.12", "1.13.1"),
        ({"dashboard-version": "2.0.7", "first-request": 1_500_000_000}, "2.0", "2.0.7"),
        (EXPORTER, "exporter", "5.1.0"),
    ],
)
def test_it_distinguishes_the_dialects(
    server: ScriptedServer, details: dict[str, Any], dialect: str, version: str
) -> None:
    routes = {"get_json_details": json_response(details), "get_json_monitor_rules": signed(RULES)}
    serve(server, {"/fmd/" + route: response for route, response in routes.items()})
    found = probe(server.url + "/fmd")
    assert (found.dialect, found.fmd_version) == (dialect, version)
    assert found.url == server.url + "/fmd"
    assert found.default_token


def test_it_reads_the_first_request_only_where_it_is_right(server: ScriptedServer) -> None:
    rules = {"/get_json_monitor_rules": signed(RULES)}
    for details, expected in (
        ({"version": "1.11.5", "first_request": 1_500_000_000.0}, 2017),
        ({"dashboard-version": "2.0.7", "first-request": 1_500_000_000}, None),
        ({**EXPORTER, "first-request": 1_500_000_000}, 2017),
        ({**EXPORTER, "first-request": -1}, None),
    ):
        serve(server, {"/get_json_details": json_response(details), **rules})
        first = probe(server.url).first_request
        assert (first and first.year) == expected


def test_it_detects_fmd_1_11_without_calls_though_its_details_fail(
    server: ScriptedServer,
) -> None:
    failure = http(status="500 Internal Server Error")
    serve(server, {"/get_json_details": failure, "/get_json_monitor_rules": signed([])})
    assert probe(server.url).dialect == "1.11"


def test_it_reports_a_server_error(server: ScriptedServer) -> None:
    serve(server, {}, otherwise=http(status="500 Internal Server Error"))
    with pytest.raises(RemoteFailure, match="500"):
        probe(server.url)


def test_old_dialects_must_know_the_token(server: ScriptedServer) -> None:
    details = json_response({"dashboard-version": "2.0.7"})
    rules = signed(RULES, "another token, as long as the default one")
    serve(server, {"/get_json_details": details, "/get_json_monitor_rules": rules})
    with pytest.raises(WrongToken):
        probe(server.url)


EXPORTERS_REALM = 'Bearer realm="pydash-exporter"'
LOGIN_FORM = '<form action="/login"><input name="pw" type="password"></form>'


@pytest.mark.parametrize(
    ("challenge", "error", "message"),
    [
        # Exporters before 1.1 do not distinguish the two.
        (EXPORTERS_REALM, WrongToken, "Wrong security token"),
        (EXPORTERS_REALM + ', error="invalid_token"', WrongToken, "Wrong security token"),
        (EXPORTERS_REALM + ', error="invalid_request"', TokenMissing, "WSGIPassAuthorization"),
        ('Basic realm="Staging"', LoginRequired, r'its own login at .*Basic realm="Staging"'),
        ('Bearer realm="api"', LoginRequired, "Exempt the routes"),
    ],
)
def test_it_attributes_a_401_by_its_realm(
    server: ScriptedServer, challenge: str, error: type[Exception], message: str
) -> None:
    serve(server, {}, otherwise=http(status="401 Unauthorized", WWW_Authenticate=challenge))
    with pytest.raises(error, match=message) as raised:
        probe(server.url)
    assert raised.type is error


def test_it_names_the_login_page_of_an_app(server: ScriptedServer) -> None:
    redirect = http(status="302 Found", Location="/accounts/login?next=/")
    serve(server, {"/accounts/login": http("<h1>Welcome</h1>")}, otherwise=redirect)
    with pytest.raises(LoginRequired, match=r"login page, http://.*/accounts/login\?next=/"):
        probe(server.url)


def test_it_names_the_login_page_at_another_server(server: ScriptedServer) -> None:
    elsewhere = server.url.replace("127.0.0.1", "localhost") + "/sso"
    routes = {"/sso": http(LOGIN_FORM)}
    serve(server, routes, otherwise=http(status="302 Found", Location=elsewhere))
    with pytest.raises(LoginRequired, match="Exempt the routes"):
        probe(server.url)


def test_a_sign_in_form_on_a_404_page_is_not_a_login_page(server: ScriptedServer) -> None:
    serve(server, {}, otherwise=http(LOGIN_FORM, status="404 Not Found"))
    with pytest.raises(NotADashboard):
        probe(server.url)


def test_it_sends_further_headers_and_the_token_in_one_of_its_own(server: ScriptedServer) -> None:
    serve(server, {"/get_json_details": json_response(EXPORTER)})
    headers = {"authorization": "Basic dXNlcjpwYXNz", "X-Gate": "7"}
    with RemoteDashboard(server.url, TOKEN, allow="loopback", headers=headers) as remote:
        remote.probe()
    assert "authorization: Basic dXNlcjpwYXNz\r\n" in server.requests[0]
    assert "X-Gate: 7\r\n" in server.requests[0]
    assert f"X-PyDash-Token: {TOKEN}\r\n" in server.requests[0]
    assert "Bearer" not in server.requests[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Host", "elsewhere"),
        ("content-length", "7"),
        ("Transfer-Encoding", "chunked"),
        ("CONNECTION", "close"),
        ("Proxy-Connection", "close"),
        ("X-PyDash-Token", "another"),
        ("X-A", "b\r\nX-C: d"),
        ("X-A\r\n", "b"),
        ("X A", "b"),
        ("", "b"),
        ("X-A", "\xff"),
    ],
)
def test_it_refuses_headers_that_could_change_the_request(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="header"):
        RemoteDashboard("http://shop.example", TOKEN, headers={name: value})


@pytest.mark.parametrize(
    "error",
    [
        ExporterMissing(),
        WrongToken(),
        TokenMissing(),
        TokenMissing("other"),
        SeveralDatabases(),
        RemoteFailure(502),
        LoginRequired(401, "A login"),
        RemoteTimeout(),
        RemoteUnreachable("x"),
    ],
    ids=repr,
)
def test_errors_pass_between_processes(error: RemoteError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert getattr(copy, "status", None) == getattr(error, "status", None)


@pytest.mark.parametrize("path", ["/shop", "/shop/dashboard", "/shop/dashboard/login"])
def test_it_finds_an_app_below_a_path(server: ScriptedServer, path: str) -> None:
    serve(server, {"/shop/dashboard/get_json_details": json_response(EXPORTER)})
    assert probe(server.url + path).url == server.url + "/shop/dashboard"


def test_a_missing_exporter_takes_precedence_over_pages_not_found(server: ScriptedServer) -> None:
    serve(server, {"/dashboard/get_json_details": FMD_PAGE})
    with pytest.raises(ExporterMissing, match="how to install it"):
        probe(server.url)


def test_an_app_that_serves_one_page_for_all_paths_is_not_a_dashboard(
    server: ScriptedServer,
) -> None:
    serve(server, {}, otherwise=http("<html>A shop</html>"))
    with pytest.raises(NotADashboard, match=server.url):
        probe(server.url)


def test_other_json_is_not_a_dashboard(server: ScriptedServer) -> None:
    serve(server, {}, otherwise=json_response({"message": "hello"}))
    with pytest.raises(NotADashboard):
        probe(server.url)


def test_a_redirect_to_another_server_is_not_followed_silently(
    server: ScriptedServer,
) -> None:
    elsewhere = server.url.replace("127.0.0.1", "localhost") + "/shop"
    redirect = http(status="301 Moved Permanently", Location=elsewhere + "/get_json_details")
    serve(
        server,
        {"/get_json_details": redirect, "/shop/get_json_details": json_response(EXPORTER)},
    )
    with pytest.raises(NotADashboard, match=elsewhere + ". Enter that URL"):
        probe(server.url)


def test_it_returns_the_url_after_redirects_on_the_same_server(server: ScriptedServer) -> None:
    serve(
        server,
        {
            "/old/get_json_details": http(
                status="301 Moved Permanently", Location="/new/get_json_details"
            ),
            "/new/get_json_details": json_response(EXPORTER),
        },
    )
    assert probe(server.url + "/old").url == server.url + "/new"


def test_it_stops_at_a_server_that_does_not_respond(server: ScriptedServer) -> None:
    server.behave = lambda connection, path: connection.shutdown(socket.SHUT_RDWR)
    with pytest.raises(RemoteUnreachable):
        probe(server.url)
    assert len(server.requests) == 1


def test_it_detects_the_dialect_again_after_an_upgrade_of_the_app(server: ScriptedServer) -> None:
    data: dict[str, Any] = {
        name: [] for name in ("id", "duration", "time_requested", "status_code")
    }
    for name in ("endpoint", "version_requested", "group_by", "ip"):
        data[name] = {"values": [], "codes": []}
    page = {"data": data, "has_more": False, "last_id": 0}
    serve(
        server,
        {
            "/get_json_details": json_response(EXPORTER),
            "/get_json_data": json_response(page),
            "/get_json_data/0": json_response({"data": []}),
        },
    )
    with RemoteDashboard(server.url, TOKEN, allow="loopback", dialect="2.0") as remote:
        assert remote.fetch_page(None).cursor["dialect"] == "exporter"


def test_it_detects_the_dialect_before_the_first_request(server: ScriptedServer) -> None:
    rules = {"/dashboard/get_json_monitor_rules": json_response({"data": RULES})}
    serve(server, {"/dashboard/get_json_details": json_response(EXPORTER), **rules})
    with RemoteDashboard(server.url, TOKEN, allow="loopback") as remote:
        (rule,) = remote.monitor_rules()
    assert (rule.name, rule.enabled) == ("home", False)
    assert rule.time_added is not None
    assert rule.time_added.isoformat() == "2018-05-01T10:00:00+00:00"


@pytest.mark.parametrize("token", ["", "  ", "a\nb", "a\x00", "a\ud800"])
def test_it_refuses_an_invalid_token(server: ScriptedServer, token: str) -> None:
    with pytest.raises(WrongToken):
        RemoteDashboard(server.url, token, allow="loopback")


def test_it_sends_a_token_of_non_ascii_characters(server: ScriptedServer) -> None:
    serve(server, {"/get_json_details": json_response(EXPORTER)})
    probe(server.url, "pässwörd-✓")
    sent = server.requests[0].encode("latin-1").decode()
    assert "Authorization: Bearer pässwörd-✓" in sent


def test_it_ignores_details_of_wrong_types(server: ScriptedServer) -> None:
    details = {
        "exporter-version": 1,
        "dashboard-version": ["5"],
        "first-request": "x",
        "last-id": None,
        "total-requests": -5,
        "timezone": {},
    }
    serve(server, {"/get_json_details": json_response(details)})
    found = probe(server.url)
    assert (found.fmd_version, found.first_request, found.last_id) == ("", None, None)
    assert (found.total_requests, found.timezone) == (None, None)


def test_it_reports_invalid_json(server: ScriptedServer) -> None:
    serve(server, {}, otherwise=http("{", content_type="application/json"))
    with pytest.raises(InvalidResponse):
        probe(server.url)


LISTS = b"[" + b"[]," * 8_000_000 + b"[]]"
BOMB = http(gzip.compress(LISTS, 1), content_type="application/json", Content_Encoding="gzip")


@pytest.mark.parametrize("dialect", ["unknown", "1.10", "1.11", "1.12", "2.0"])
def test_responses_to_a_probe_have_a_small_size_limit(server: ScriptedServer, dialect: str) -> None:
    routes = {"/get_json_monitor_rules": BOMB}
    if dialect == "unknown":
        routes["/get_json_details"] = BOMB
    else:
        is_old = dialect in ("1.10", "1.11")
        details: dict[str, Any] = {"version" if is_old else "dashboard-version": f"{dialect}.1"}
        routes["/get_json_details"] = json_response({**details, "first_request": None})
    serve(server, routes)
    tracemalloc.start()
    try:
        with pytest.raises(ResponseTooLarge, match="256 kB"):
            probe(server.url)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * 1024 * 1024


def test_a_large_page_at_one_path_does_not_hide_a_dashboard_at_another(
    server: ScriptedServer,
) -> None:
    routes = {"/dashboard/get_json_details": json_response(EXPORTER)}
    serve(server, routes, otherwise=http("<html>" + " " * 300_000, status="404 Not Found"))
    assert probe(server.url).url == server.url + "/dashboard"


def test_one_deadline_covers_all_requests_of_a_probe(server: ScriptedServer) -> None:
    def behave(connection: socket.socket, path: str) -> None:
        server.stopped.wait(0.2)
        connection.sendall(http(status="404 Not Found"))

    server.behave = behave
    with (
        RemoteDashboard(
            f"{server.url}/a/b/c/d", TOKEN, allow="loopback", total_timeout=0.5
        ) as remote,
        pytest.raises(RemoteTimeout),
    ):
        remote.probe()
    assert len(server.requests) <= 3

"""Broken and hostile servers: each fetch ends in time, uses little memory, has a clear error."""

import base64
import gzip
import hashlib
import hmac
import json
import socket
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from flask_monitoring_dashboard_client import (
    AddressRefused,
    CallPage,
    InvalidResponse,
    LoginRequired,
    NotADashboard,
    RemoteDashboard,
    RemoteError,
    RemoteFailure,
    RemoteTimeout,
    RemoteUnreachable,
    ResponseTooLarge,
    WrongToken,
)
from tests.support.scripted_server import Behaviour, ScriptedServer, http, json_response

TOKEN = "the-token-of-the-dashboard"
MAX_BYTES = 1024 * 1024
NOW = int(time.time() * 1_000_000)


def columns(**changes: Any) -> dict[str, Any]:
    """Return a page of two calls as the exporter does, with changes."""
    coded = {"values": ["x"], "codes": [0, 0]}
    data = {
        "id": [1, 2],
        "duration": [1.5, 2],
        "time_requested": [NOW - 2_000_000, NOW - 1_000_000],
        "status_code": [200, 404],
        **dict.fromkeys(("endpoint", "version_requested", "group_by", "ip"), coded),
    }
    page = {"data": data, "has_more": False, "last_id": 2, "next_after_id": 2}
    for name in changes:
        (data if name in data else page)[name] = changes[name]
    return page


def fetch(server: ScriptedServer, dialect: str = "exporter") -> CallPage:
    """Fetch the first page, with short timeouts."""
    with RemoteDashboard(
        server.url,
        TOKEN,
        allow="loopback",
        read_timeout=0.3,
        total_timeout=0.6,
        max_bytes=MAX_BYTES,
        dialect=dialect,
    ) as remote:
        return remote.fetch_page(None, 1_000)


def send(*responses: bytes) -> Behaviour:
    return lambda connection, path: connection.sendall(b"".join(responses))


def drip(start: bytes, piece: bytes) -> Callable[[ScriptedServer], Behaviour]:
    """Send the start, and then a piece every 20 ms forever."""

    def of(server: ScriptedServer) -> Behaviour:
        def behave(connection: socket.socket, path: str) -> None:
            connection.sendall(start)
            while not server.stopped.wait(0.02):
                connection.sendall(piece)

        return behave

    return of


def flood(start: bytes, piece: bytes) -> Callable[[ScriptedServer], Behaviour]:
    """Send the start, and then as much as the client reads."""

    def of(server: ScriptedServer) -> Behaviour:
        def behave(connection: socket.socket, path: str) -> None:
            connection.sendall(start)
            while not server.stopped.is_set():
                connection.sendall(piece)

        return behave

    return of


def hang(start: bytes = b"") -> Callable[[ScriptedServer], Behaviour]:
    def of(server: ScriptedServer) -> Behaviour:
        def behave(connection: socket.socket, path: str) -> None:
            connection.sendall(start)
            server.stopped.wait()

        return behave

    return of


def always(behaviour: Behaviour) -> Callable[[ScriptedServer], Behaviour]:
    return lambda server: behaviour


def close(connection: socket.socket, path: str) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def respond_and_close(response: bytes) -> Behaviour:
    def behave(connection: socket.socket, path: str) -> None:
        connection.sendall(response)
        connection.shutdown(socket.SHUT_RDWR)

    return behave


def redirect(location: str) -> bytes:
    return http(status="302 Found", Location=location)


def page(**changes: Any) -> Callable[[ScriptedServer], Behaviour]:
    return always(send(json_response(columns(**changes))))


def coded(values: list[Any], codes: list[Any]) -> dict[str, list[Any]]:
    return {"values": values, "codes": codes}


OK = b"HTTP/1.1 200 OK\r\n"
BOMB = gzip.compress(bytes(200 * MAX_BYTES))

HOSTILE = {
    "sends nothing": (hang(), RemoteTimeout),
    "stops after the headers": (hang(OK + b"Content-Length: 9\r\n\r\n"), RemoteTimeout),
    "sends a byte at a time": (drip(OK + b"\r\n", b"x"), RemoteTimeout),
    "sends its headers a byte at a time": (drip(OK, b"x"), RemoteTimeout),
    "sends 100 Continue forever": (drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), RemoteTimeout),
    "sends an endless body": (flood(OK + b"\r\n", b"x" * 65_536), ResponseTooLarge),
    "sends endless headers": (flood(OK, b"X-A: b\r\n" * 1_000), InvalidResponse),
    "sends an endless header": (flood(OK + b"X-A: ", b"b" * 65_536), InvalidResponse),
    "announces too much": (hang(OK + b"Content-Length: 99999999999\r\n\r\n"), ResponseTooLarge),
    "sends a bomb": (always(send(http(BOMB, Content_Encoding="gzip"))), ResponseTooLarge),
    "sends corrupt gzip": (
        always(send(http(b"\x1f\x8bxxx", Content_Encoding="gzip"))),
        InvalidResponse,
    ),
    "sends truncated gzip": (
        always(send(http(gzip.compress(b"x" * 999)[:-9], Content_Encoding="gzip"))),
        InvalidResponse,
    ),
    "sends data after the end of gzip": (
        always(send(http(gzip.compress(b"{}") + b"x" * 999, Content_Encoding="gzip"))),
        InvalidResponse,
    ),
    "closes at once": (always(close), RemoteUnreachable),
    "closes too early": (
        always(respond_and_close(OK + b"Content-Length: 9\r\n\r\nx")),
        RemoteUnreachable,
    ),
    "speaks another protocol": (always(send(b"SSH-2.0-OpenSSH_9.2\r\n")), InvalidResponse),
    "sends an invalid chunk size": (
        always(respond_and_close(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n")),
        RemoteUnreachable,
    ),
    "responds with 500": (always(send(http(status="500 Oh"))), RemoteFailure),
    "responds with 503": (always(send(http(status="503 Busy"))), RemoteFailure),
    "responds with 403": (always(send(http(status="403 No"))), RemoteFailure),
    "responds with 404": (always(send(http(status="404 What"))), NotADashboard),
    "responds with a page": (always(send(http("<html>Welcome</html>"))), NotADashboard),
    "redirects to itself": (always(send(redirect("/dashboard"))), InvalidResponse),
    "redirects to the metadata service": (
        always(send(redirect("http://169.254.169.254/latest/meta-data/"))),
        AddressRefused,
    ),
    "redirects to a private address": (always(send(redirect("http://10.0.0.1/"))), AddressRefused),
    "redirects to a file": (always(send(redirect("file:///etc/passwd"))), AddressRefused),
    "redirects to an invalid URL": (always(send(redirect("http://["))), InvalidResponse),
    "rejects the token": (
        always(send(http(status="401 No", WWW_Authenticate='Bearer realm="pydash-exporter"'))),
        WrongToken,
    ),
    "requires another token": (
        always(send(http(status="401 No", WWW_Authenticate='Bearer realm="x"'))),
        LoginRequired,
    ),
    "requires a password": (
        always(send(http(status="401 No", WWW_Authenticate='Basic realm="x"'))),
        LoginRequired,
    ),
    "sends invalid JSON": (
        always(send(http("{", content_type="application/json"))),
        InvalidResponse,
    ),
    "sends invalid UTF-8": (
        always(send(http(b'{"\xff', content_type="application/json"))),
        InvalidResponse,
    ),
    "sends deeply nested JSON": (
        always(send(http("[" * 200_000, content_type="application/json"))),
        InvalidResponse,
    ),
    "sends a number of 5,000 digits": (
        always(send(http('{"data":' + "9" * 5_000 + "}", content_type="application/json"))),
        InvalidResponse,
    ),
    "sends a list": (always(send(json_response([]))), NotADashboard),
    "sends an empty object": (always(send(json_response({}))), InvalidResponse),
    "sends null": (page(data=None), InvalidResponse),
    "sends other columns": (page(data={}), InvalidResponse),
    "sends a short column": (page(duration=[1]), InvalidResponse),
    "sends codes out of range": (page(ip=coded(["x"], [0, 7])), InvalidResponse),
    "sends invalid codes": (page(ip=coded(["x"], ["0", None])), InvalidResponse),
    "sends invalid ids": (page(id=["1", "x"]), InvalidResponse),
    "sends ids beyond 64 bits": (page(id=[1, 2**70]), InvalidResponse),
    "sends nested ids": (page(id=[[1], [2]]), InvalidResponse),
    "sends repeated ids": (page(id=[1, 1]), InvalidResponse),
    "sends descending ids": (page(id=[2, 1]), InvalidResponse),
    "sends negative ids": (page(id=[-2, -1]), InvalidResponse),
    "sends an invalid last id": (page(last_id="2"), InvalidResponse),
    "sends a last id beyond 64 bits": (page(last_id=10**400), InvalidResponse),
    "sends a time of its own beyond 64 bits": (page(now=-(10**400)), InvalidResponse),
    "sends fewer ids than calls": (page(id=[1]), InvalidResponse),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_it_raises_a_clear_error(server: ScriptedServer, name: str) -> None:
    behaviour, error = HOSTILE[name]
    server.behave = behaviour(server)
    with pytest.raises(RemoteError) as raised:
        fetch(server)
    assert raised.type is error
    assert str(raised.value)[-1] in ".)"
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize("name", ["sends an endless body", "sends a bomb"])
def test_it_uses_little_memory(server: ScriptedServer, name: str) -> None:
    server.behave = HOSTILE[name][0](server)
    tracemalloc.start()
    try:
        with pytest.raises(ResponseTooLarge):
            fetch(server)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5 * MAX_BYTES


JSON_BOMBS = {
    "lists": b"[" + b"[]," * 10_000_000 + b"[]]",
    "lists within the size limit": b"[" + b"[]," * 2_000_000 + b"[]]",
    "objects": b"[" + b'{"a":1},' * 900_000 + b"0]",
    "texts": b"[" + b'"ab",' * 1_500_000 + b"0]",
    "codes": b'{"data":{"id":[1],"endpoint":{"values":["x"],"codes":['
    + b"0," * 3_500_000
    + b"0]}}}",
}


@pytest.mark.parametrize("name", list(JSON_BOMBS))
def test_json_bombs_use_little_memory(server: ScriptedServer, name: str) -> None:
    body = gzip.compress(JSON_BOMBS[name], 1)
    server.behave = send(http(body, content_type="application/json", Content_Encoding="gzip"))
    with RemoteDashboard(server.url, TOKEN, allow="loopback", dialect="exporter") as remote:
        tracemalloc.start()
        try:
            with pytest.raises((InvalidResponse, ResponseTooLarge, NotADashboard)):
                remote.fetch_page(None, 25_000)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 120 * 1024 * 1024


def test_it_refuses_more_calls_than_requested(server: ScriptedServer) -> None:
    server.behave = page()(server)
    with (
        RemoteDashboard(server.url, TOKEN, allow="loopback", dialect="exporter") as remote,
        pytest.raises(InvalidResponse, match="more calls than were requested"),
    ):
        remote.fetch_page(None, 1)


def test_an_error_carries_its_status(server: ScriptedServer) -> None:
    server.behave = send(http(status="502 Bad Gateway"))
    with pytest.raises(RemoteFailure, match="502") as raised:
        fetch(server)
    assert raised.value.status == 502


INVALID: dict[str, dict[str, Any]] = {
    "negative": {"duration": [-1, 1]},
    "longer than a day": {"duration": [86_400_001, 1]},
    "infinite": {"duration": [float("inf"), 1]},
    "not a number": {"duration": [float("nan"), 1]},
    "a duration in words": {"duration": ["long", 1]},
    "a duration that is a boolean": {"duration": [True, 1]},
    "no duration": {"duration": [None, 1]},
    "a duration beyond the range of float": {"duration": [10**400, 1]},
    "in 1970": {"time_requested": [0, NOW]},
    "in 2100": {"time_requested": [4_102_444_800_000_000, NOW]},
    "without a time": {"time_requested": [None, NOW]},
    "at a time in words": {"time_requested": ["2018-05-01", NOW]},
    "at a time beyond the range of datetime": {"time_requested": [10**30, NOW]},
    "with an empty endpoint": {"endpoint": coded(["", "x"], [0, 1])},
    "with a null endpoint": {"endpoint": coded([None, "x"], [0, 1])},
    "with an endpoint that is a number": {"endpoint": coded([7, "x"], [0, 1])},
    "with a version that is a list": {"version_requested": coded([[1], "x"], [0, 1])},
    "with a group that is an object": {"group_by": coded([{}, "x"], [0, 1])},
    "with an address that is a boolean": {"ip": coded([True, "x"], [0, 1])},
}


@pytest.mark.parametrize("name", list(INVALID))
def test_it_sets_aside_only_the_invalid_call(server: ScriptedServer, name: str) -> None:
    server.behave = page(**INVALID[name])(server)
    fetched = fetch(server)
    assert fetched.set_aside == 1
    assert len(fetched.columns) == 1
    assert fetched.cursor["last_id"] == 2


@pytest.mark.parametrize("status", [None, "200", 7, 99_999, -1, 10**400])
def test_an_invalid_status_code_is_unknown(server: ScriptedServer, status: object) -> None:
    server.behave = page(status_code=[status, 404])(server)
    assert fetch(server).columns.status_code.tolist() == [0, 404]


def test_it_replaces_control_characters(server: ScriptedServer) -> None:
    name = "a\x00b\x1b[31m\n\u202egnp\ud800" + "x" * 1_000
    server.behave = page(endpoint=coded([name], [0, 0]))(server)
    endpoint = fetch(server).columns.endpoint[0]
    assert endpoint.startswith("a\ufffdb\ufffd[31m\ufffd\ufffdgnp\ufffdxxx")
    assert len(endpoint) == 250
    assert endpoint.isprintable()


def test_it_detects_an_endless_promise_of_more_pages(server: ScriptedServer) -> None:
    empty: dict[str, list[Any]] = {
        name: [] for name in ("id", "duration", "time_requested", "status_code")
    }
    no_codes = dict.fromkeys(("endpoint", "version_requested", "group_by", "ip"), coded([], []))
    server.behave = page(data={**empty, **no_codes}, has_more=True)(server)
    with pytest.raises(InvalidResponse, match="order"):
        fetch(server)


def test_it_refuses_too_many_endpoints(server: ScriptedServer) -> None:
    names = [{"name": f"endpoint number {n}", "monitor_level": 1} for n in range(20_000)]
    server.behave = send(json_response({"data": names}))
    with (
        RemoteDashboard(server.url, TOKEN, allow="loopback", dialect="exporter") as remote,
        pytest.raises(ResponseTooLarge, match="20,000 endpoints"),
    ):
        remote.monitor_rules()


def test_it_reads_the_valid_fields_of_rules(server: ScriptedServer) -> None:
    rules = [
        {"name": "a\x00", "monitor_level": "1", "time_added": 7, "version_added": []},
        {"name": None},
        {},
    ]
    server.behave = send(json_response({"data": rules}))
    with RemoteDashboard(server.url, TOKEN, allow="loopback", dialect="exporter") as remote:
        (rule,) = remote.monitor_rules()
    assert (rule.name, rule.version_added, rule.time_added) == ("a\ufffd", "", None)


@pytest.mark.parametrize("rules", [None, {}, "x", [1], [[]]])
def test_it_refuses_invalid_rules(server: ScriptedServer, rules: object) -> None:
    server.behave = send(json_response({"data": rules}))
    with (
        RemoteDashboard(server.url, TOKEN, allow="loopback", dialect="exporter") as remote,
        pytest.raises(InvalidResponse),
    ):
        remote.monitor_rules()


def signed(payload: Any, header: dict[str, Any], key: bytes, digest: str = "sha256") -> bytes:
    parts = [_base64(json.dumps(part).encode()) for part in (header, payload)]
    signature = hmac.new(key, b".".join(parts), getattr(hashlib, digest)).digest()
    return b".".join([*parts, _base64(signature)])


def _base64(text: bytes) -> bytes:
    return base64.urlsafe_b64encode(text).rstrip(b"=")


KEY = TOKEN.encode()
HS256 = {"typ": "JWT", "alg": "HS256"}
ROWS = {"data": "[]"}
FORGED = {
    "signed with another token": (signed(ROWS, HS256, b"another token"), WrongToken),
    "without a signature": (signed(ROWS, HS256, KEY).rsplit(b".", 1)[0] + b".", WrongToken),
    "with the algorithm none": (
        signed(ROWS, {"alg": "none"}, KEY).rsplit(b".", 1)[0] + b".",
        InvalidResponse,
    ),
    "with the algorithm NoNe": (signed(ROWS, {"alg": "NoNe"}, KEY), InvalidResponse),
    "with another hash": (signed(ROWS, {"alg": "HS512"}, KEY, "sha512"), InvalidResponse),
    "with a public key": (signed(ROWS, {"alg": "RS256"}, KEY), InvalidResponse),
    "without an algorithm": (signed(ROWS, {}, KEY), InvalidResponse),
    "without data": (signed({}, HS256, KEY), InvalidResponse),
    "with data that are not text": (signed({"data": []}, HS256, KEY), InvalidResponse),
    "with data that are not JSON": (signed({"data": "["}, HS256, KEY), InvalidResponse),
    "with data that are not a list": (signed({"data": "{}"}, HS256, KEY), InvalidResponse),
    "with data that are not rows": (signed({"data": "[1]"}, HS256, KEY), InvalidResponse),
    "with a payload that is a list": (signed([], HS256, KEY), InvalidResponse),
    "of two parts": (b"abc.def", NotADashboard),
    "of empty parts": (b"..", NotADashboard),
    "which is an error message": (b"ValueError: no", NotADashboard),
}


@pytest.mark.parametrize("name", list(FORGED))
def test_it_refuses_a_forged_response(server: ScriptedServer, name: str) -> None:
    response, error = FORGED[name]

    def behave(connection: socket.socket, path: str) -> None:
        details = json_response({"dashboard-version": "2.0.7", "first-request": -1})
        connection.sendall(details if "details" in path else http(response))

    server.behave = behave
    with pytest.raises(error):
        fetch(server, dialect="2.0")

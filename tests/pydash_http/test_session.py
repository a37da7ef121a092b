"""What a guarded session does for its caller, and what it prevents a server from doing."""

import gzip
import os
import socket
import ssl
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pydash_http import (
    AddressRefused,
    FetchPolicy,
    GuardedSession,
    InvalidResponse,
    Limits,
    RemoteError,
    RemoteTimeout,
    RemoteUnreachable,
    ResponseTooLarge,
    ping,
)
from pydash_http.connections import tls_context
from tests.support.certificates import Authority
from tests.support.scripted_server import Behaviour, ScriptedServer, http

DOCUMENT = Path(__file__).parents[2] / "docs" / "running.md"
LOOPBACK = FetchPolicy.parse("loopback")
TOKEN = "the-token"
MAX_BYTES = 1024 * 1024
PING = """
import sys
from pydash_http import RemoteUnreachable, ping
from pydash_http.connections import tls_context
assert len(tls_context().get_ca_certs()) > 50, "those of Mozilla are trusted, too"
try:
    print(ping(sys.argv[1], "loopback")[0])
except RemoteUnreachable as error:
    assert "certificate" in str(error)
    print(type(error).__name__)
"""
IMPATIENT = Limits(read_timeout=0.3, total_timeout=0.6, max_bytes=MAX_BYTES)


@pytest.fixture
def session() -> Iterator[GuardedSession]:
    with GuardedSession(LOOPBACK, Limits(read_timeout=5, total_timeout=10)) as session:
        yield session


@pytest.fixture
def impatient() -> Iterator[GuardedSession]:
    with GuardedSession(LOOPBACK, IMPATIENT) as session:
        yield session


# --- requests and responses ----------------------------------------------------------------------


def test_it_reuses_the_connection(server: ScriptedServer, session: GuardedSession) -> None:
    server.respond(http("x"))
    for _ in range(3):
        assert session.get(server.url).content == b"x"
    assert server.connections == 1


def test_it_reconnects_when_the_server_has_closed_an_idle_connection(
    server: ScriptedServer, session: GuardedSession
) -> None:
    def respond_and_close(connection: socket.socket, path: str) -> None:
        connection.sendall(http("x"))
        connection.shutdown(socket.SHUT_RDWR)

    server.behave = respond_and_close
    for _ in range(3):
        assert session.get(server.url).content == b"x"


def test_it_repeats_a_get_that_met_a_connection_about_to_be_closed(
    server: ScriptedServer, session: GuardedSession
) -> None:
    def close_at_second_request(connection: socket.socket, path: str) -> None:
        if len(server.requests) == 2:
            connection.shutdown(socket.SHUT_RDWR)
        else:
            connection.sendall(http("x"))

    server.behave = close_at_second_request
    for _ in range(2):
        assert session.get(server.url).content == b"x"
    assert (len(server.requests), server.connections) == (3, 2)


@pytest.mark.parametrize("partial", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
def test_it_does_not_repeat_a_request_otherwise(
    server: ScriptedServer, session: GuardedSession, partial: bytes
) -> None:
    def send_and_close(connection: socket.socket, path: str) -> None:
        connection.sendall(partial)
        connection.shutdown(socket.SHUT_RDWR)

    server.behave = send_and_close
    with pytest.raises(RemoteUnreachable, match="closed before the response was complete"):
        session.get(server.url)
    assert len(server.requests) == 1


def test_it_does_not_repeat_a_post(server: ScriptedServer, session: GuardedSession) -> None:
    server.respond(http("x"))
    session.get(server.url)
    server.behave = lambda connection, path: connection.shutdown(socket.SHUT_RDWR)
    with pytest.raises(RemoteUnreachable):
        session.post(server.url)
    assert len(server.requests) == 2


def test_it_decompresses(server: ScriptedServer, session: GuardedSession) -> None:
    server.respond(http(gzip.compress(b"long " * 100_000), Content_Encoding="gzip"))
    assert session.get(server.url).content == b"long " * 100_000
    assert "Accept-Encoding: gzip" in server.requests[0]


def test_it_reads_chunked_responses(server: ScriptedServer, session: GuardedSession) -> None:
    server.respond(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    for _ in range(2):
        assert session.get(server.url).content == b"abcde"
    assert server.connections == 1


def test_it_refuses_an_encoding_that_was_not_requested(
    server: ScriptedServer, session: GuardedSession
) -> None:
    server.respond(http("x", Content_Encoding="br"))
    with pytest.raises(InvalidResponse):
        session.get(server.url)


def test_it_ignores_proxies_and_passwords_of_the_environment(
    server: ScriptedServer,
    session: GuardedSession,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login bob password secret")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.respond(http("x"))
    assert session.get(server.url).content == b"x"
    assert "Authorization" not in server.requests[0]


def test_it_keeps_no_cookies(server: ScriptedServer, session: GuardedSession) -> None:
    cookie = "id=1; Path=/"
    server.respond(http(status="302 Found", Location="/b", Set_Cookie=cookie), http())
    response = session.get(server.url)
    session.get(server.url)
    assert not response.cookies
    assert not any("Cookie" in request for request in server.requests)


# --- redirects -----------------------------------------------------------------------------------


def test_it_follows_redirects(server: ScriptedServer, session: GuardedSession) -> None:
    server.respond(http(status="302 Found", Location="/login?next=%2F"), http("here"))
    response = session.get(server.url + "/dashboard")
    assert response.content == b"here"
    assert response.url == server.url + "/login?next=%2F"


def test_it_sends_headers_of_a_request_to_no_other_server(
    server: ScriptedServer, session: GuardedSession
) -> None:
    elsewhere = server.url.replace("127.0.0.1", "localhost")
    server.respond(
        http(status="302 Found", Location="/b"),
        http(status="302 Found", Location=elsewhere + "/c"),
        http(status="302 Found", Location=server.url + "/d"),
        http(),
    )
    names = ("Authorization", "X-Key", "Cookie", "User-Agent")
    session.get(server.url + "/a", headers=dict.fromkeys(names, TOKEN))
    assert [request.count(TOKEN) for request in server.requests] == [4, 4, 0, 0]


@pytest.mark.parametrize(
    ("start", "url", "expected"),
    [
        ("https://a", "https://a/path", True),
        ("http://a", "https://a", True),
        ("https://a", "http://a", False),
        ("https://a", "https://b", False),
        ("https://a", "https://a.b", False),
        ("https://a", "https://a:8443", False),
        ("http://a:8080", "https://a", False),
    ],
)
def test_a_token_follows_only_to_https_on_the_same_host(
    session: GuardedSession, start: str, url: str, expected: bool
) -> None:
    assert session.is_same_server(start, url) is expected


def test_it_checks_the_address_again_after_a_redirect(
    server: ScriptedServer, session: GuardedSession
) -> None:
    server.respond(http(status="302 Found", Location="http://10.0.0.1/"))
    with pytest.raises(AddressRefused):
        session.get(server.url)


def test_a_redirect_carries_no_password(server: ScriptedServer, session: GuardedSession) -> None:
    server.respond(http(status="302 Found", Location=f"http://a:b@127.0.0.1:{server.port}/"))
    with pytest.raises(AddressRefused, match="password"):
        session.get(server.url)


# --- addresses -----------------------------------------------------------------------------------


def test_it_connects_to_the_address_that_it_checked(server: ScriptedServer) -> None:
    addresses = [["127.0.0.1"], ["169.254.169.254"]]  # DNS rebinding
    server.respond(http("x", Connection="close"))
    with GuardedSession(LOOPBACK, resolver=lambda host, port: addresses.pop(0)) as session:
        url = f"http://rebind.example:{server.port}"
        assert session.get(url).content == b"x"
        with pytest.raises(AddressRefused):
            session.get(url)
    assert f"Host: rebind.example:{server.port}" in server.requests[0]


def test_it_tries_every_address_of_a_host(server: ScriptedServer) -> None:
    server.respond(http("x"))
    addresses = ["::1", "127.0.0.2", "127.0.0.1"]  # the first two refuse
    with GuardedSession(LOOPBACK, resolver=lambda host, port: addresses) as session:
        assert session.get(f"http://shop.example:{server.port}").content == b"x"


def test_it_connects_to_an_allowed_address_of_a_host_that_has_others(
    server: ScriptedServer,
) -> None:
    """As a `.local` name resolves to: link-local, and one that the policy allows."""
    server.respond(http("x"))
    addresses = ["fe80::1%lo", "169.254.169.254", "127.0.0.1", "10.0.0.1"]
    with GuardedSession(LOOPBACK, resolver=lambda host, port: addresses) as session:
        assert session.get(f"http://shop.local:{server.port}").content == b"x"


@pytest.fixture
def swallowing() -> Iterator[tuple[str, int]]:
    """An address whose server accepts no connections and refuses none."""
    with socket.create_server(("127.0.0.2", 0), backlog=0) as full:
        queued = [socket.socket() for _ in range(4)]
        for waiting in queued:
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        yield full.getsockname()
        for waiting in queued:
            waiting.close()


def test_an_address_that_drops_packets_leaves_time_for_the_next(
    swallowing: tuple[str, int],
) -> None:
    address, port = swallowing
    with socket.create_server(("127.0.0.1", port)) as listener:

        def respond() -> None:
            with listener.accept()[0] as connection:
                connection.recv(65_536)
                connection.sendall(http("x"))

        thread = threading.Thread(target=respond)
        thread.start()
        limits = Limits(connect_timeout=2, read_timeout=2, total_timeout=2)
        resolved = [address, "127.0.0.1"]
        with GuardedSession(LOOPBACK, limits, lambda host, port: resolved) as session:
            assert session.get(f"http://shop.example:{port}").content == b"x"
        thread.join()


def test_it_reports_a_refused_connection(session: GuardedSession) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(RemoteUnreachable, match=f"Connection refused by 127.0.0.1:{port}"):
        session.get(f"http://127.0.0.1:{port}")


def test_it_reports_an_unknown_host(session: GuardedSession) -> None:
    with pytest.raises(RemoteUnreachable, match=r"Unknown host: nowhere\.invalid"):
        session.get("http://nowhere.invalid")


def test_it_does_not_wait_for_a_name_server_that_hangs() -> None:
    is_over = threading.Event()

    def hang(host: str, port: int) -> list[str]:
        is_over.wait()
        return []

    session = GuardedSession(LOOPBACK, Limits(connect_timeout=0.1), hang)
    with session, pytest.raises(RemoteTimeout):
        session.get("http://slow.example")
    is_over.set()


def test_the_deadline_covers_the_attempts_at_all_addresses(swallowing: tuple[str, int]) -> None:
    """A host has a thousand addresses, and all of them swallow packets."""
    address, port = swallowing
    limits = Limits(connect_timeout=0.1, total_timeout=0.3)
    session = GuardedSession(LOOPBACK, limits, lambda host, port: [address] * 1_000)
    with session, pytest.raises(RemoteTimeout):
        session.get(f"http://busy.example:{port}")


# --- limits --------------------------------------------------------------------------------------

OK = b"HTTP/1.1 200 OK\r\n"
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: /\r\n"
BOMB = gzip.compress(bytes(200 * MAX_BYTES))


def flood(start: bytes, piece: bytes) -> Behaviour:
    """Send the start, and then as much as the client reads."""

    def behave(connection: socket.socket, path: str) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(piece)

    return behave


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (flood(OK + b"\r\n", b"x" * 65_536), ResponseTooLarge),
        (flood(OK, b"X-A: " + b"b" * 60_000 + b"\r\n"), ResponseTooLarge),
        (flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000), ResponseTooLarge),
        (flood(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 99), RemoteError),
        (flood(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1" * 65_536), RemoteError),
        (
            flood(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-A: b\r\n" * 99),
            RemoteError,
        ),
        (flood(REDIRECT + b"\r\n", b"x" * 65_536), ResponseTooLarge),
        (
            lambda connection, path: connection.sendall(
                http(BOMB, "302 Found", Location="/", Content_Encoding="gzip")
            ),
            ResponseTooLarge,
        ),
    ],
    ids=[
        "body",
        "headers",
        "continues",
        "chunks",
        "chunk size",
        "trailers",
        "body of a redirect",
        "bomb in a redirect",
    ],
)
def test_it_reads_no_more_than_it_must(
    server: ScriptedServer, behaviour: Behaviour, error: type[Exception]
) -> None:
    server.behave = behaviour
    # What is measured is the memory: tracing it makes a busy machine too slow for less time.
    patient = GuardedSession(LOOPBACK, replace(IMPATIENT, read_timeout=20, total_timeout=60))
    tracemalloc.start()
    try:
        with patient, pytest.raises(error):
            patient.get(server.url)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5 * MAX_BYTES


def test_the_deadline_covers_all_redirects(server: ScriptedServer) -> None:
    def behave(connection: socket.socket, path: str) -> None:
        server.stopped.wait(0.2)
        connection.sendall(http(status="302 Found", Location="/"))

    server.behave = behave
    with GuardedSession(LOOPBACK, IMPATIENT) as session, pytest.raises(RemoteTimeout):
        session.get(server.url)
    assert len(server.requests) <= 4


# --- TLS -----------------------------------------------------------------------------------------


@pytest.fixture
def start_tls_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., ScriptedServer]]:
    """Start a server with a self-signed certificate for a host, which the system may trust."""
    servers = []

    def start(host: str, *, is_trusted: bool, days: int = 1) -> ScriptedServer:
        certificate = self_signed(tmp_path, host, days)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        if is_trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            tls_context.cache_clear()
        servers.append(ScriptedServer(context))
        return servers[0]

    yield start
    tls_context.cache_clear()
    for server in servers:
        server.close()


@pytest.mark.parametrize(
    ("variable", "documented", "printed"),
    [
        ("SSL_CERT_FILE", "or set `SSL_CERT_FILE` for all processes", "200"),
        ("REQUESTS_CA_BUNDLE", "`REQUESTS_CA_BUNDLE` has no effect", "InvalidCertificate"),
    ],
)
def test_a_private_authority_is_trusted_as_documented(
    tmp_path: Path, variable: str, documented: str, printed: str
) -> None:
    """In a process of its own, because a process reads the certificates once."""
    assert documented in " ".join(DOCUMENT.read_text(encoding="utf-8").split())
    authority = Authority.create(tmp_path / "authority")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issue("app"))
    server = ScriptedServer(context)
    server.respond(http("x"))
    try:
        environ = {**os.environ, variable: str(authority.ca)}
        command = [sys.executable, "-c", PING, server.url.replace("127.0.0.1", "localhost")]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)
    finally:
        server.close()
    assert done.stdout.strip() == printed, done.stderr


def self_signed(folder: Path, host: str, days: int = 1) -> Path:
    """Write a key and a certificate for a host, which is valid for some days from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    return path


def test_it_refuses_a_certificate_of_an_unknown_authority(
    start_tls_server: Callable[..., ScriptedServer],
) -> None:
    server = start_tls_server("localhost", is_trusted=False)
    with (
        GuardedSession(LOOPBACK) as session,
        pytest.raises(RemoteUnreachable, match="certificate of localhost"),
    ):
        session.get(server.url)
    assert server.requests == []


@pytest.mark.parametrize("verify", [True, False])
def test_it_refuses_a_certificate_for_another_host(
    start_tls_server: Callable[..., ScriptedServer], verify: bool
) -> None:
    server = start_tls_server("shop.example", is_trusted=True)
    with (
        GuardedSession(LOOPBACK) as session,
        pytest.raises(RemoteUnreachable, match="certificate of localhost"),
    ):
        session.get(server.url, verify=verify)
    assert server.requests == []


def test_it_trusts_the_authorities_of_the_system(
    start_tls_server: Callable[..., ScriptedServer],
) -> None:
    server = start_tls_server("localhost", is_trusted=True)
    server.respond(http("x"))
    with GuardedSession(LOOPBACK) as session:
        for _ in range(2):
            assert session.get(server.url).content == b"x"
    assert server.connections == 1


def test_the_deadline_covers_a_slow_response_over_tls(
    start_tls_server: Callable[..., ScriptedServer],
) -> None:
    server = start_tls_server("localhost", is_trusted=True)

    def drip(connection: socket.socket, path: str) -> None:
        connection.sendall(OK + b"\r\n")
        while not server.stopped.wait(0.02):
            connection.sendall(b"x")

    server.behave = drip
    with GuardedSession(LOOPBACK, IMPATIENT) as session, pytest.raises(RemoteTimeout):
        session.get(server.url)


def test_the_size_limit_holds_over_tls(
    start_tls_server: Callable[..., ScriptedServer],
) -> None:
    server = start_tls_server("localhost", is_trusted=True)
    server.behave = flood(OK + b"\r\n", b"x" * 65_536)
    with GuardedSession(LOOPBACK, IMPATIENT) as session, pytest.raises(ResponseTooLarge):
        session.get(server.url)


def test_the_deadline_covers_the_handshake(impatient: GuardedSession) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(RemoteTimeout),
    ):
        impatient.get(f"https://localhost:{listener.getsockname()[1]}")


# --- pings ---------------------------------------------------------------------------------------


def test_a_ping_returns_status_and_latency(server: ScriptedServer) -> None:
    server.respond(http(status="503 Service Unavailable"))
    status, latency, _ = ping(server.url, "loopback")
    assert status == 503
    assert 0 < latency < 10_000


@pytest.mark.parametrize("start", [OK, REDIRECT])
def test_a_ping_does_not_read_the_body(server: ScriptedServer, start: bytes) -> None:
    def begin(connection: socket.socket, path: str) -> None:
        connection.sendall(start + b"\r\n")
        server.stopped.wait()

    server.behave = begin
    assert ping(server.url, "loopback")[0] == int(start.split()[1])


def test_a_ping_tells_when_the_certificate_of_its_connection_expires(
    start_tls_server: Callable[..., ScriptedServer],
) -> None:
    server = start_tls_server("localhost", is_trusted=True, days=7)
    server.respond(http(""))
    expires = ping(server.url, "loopback").certificate_expires
    assert expires is not None
    left = expires - datetime.now(UTC)
    assert timedelta(days=7) - timedelta(minutes=5) < left <= timedelta(days=7)
    assert server.connections == 1


def test_an_expired_certificate_is_a_failure_of_its_own_kind(
    start_tls_server: Callable[..., ScriptedServer],
) -> None:
    server = start_tls_server("localhost", is_trusted=True, days=-1)
    with pytest.raises(RemoteError, match="has expired") as caught:
        ping(server.url, "loopback")
    assert caught.value.kind == "certificate"


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (lambda connection, path: connection.close(), "connection"),
        (lambda connection, path: connection.sendall(b"220 mail ESMTP\r\n\r\n"), "invalid"),
        (lambda connection, path: connection.recv(1), "timeout"),
    ],
)
def test_each_failure_has_a_kind(server: ScriptedServer, behaviour: Behaviour, kind: str) -> None:
    server.behave = behaviour
    with pytest.raises(RemoteError) as caught:
        ping(server.url, "loopback", timeout=0.5)
    assert caught.value.kind == kind


def test_a_ping_is_guarded_as_well(server: ScriptedServer) -> None:
    with pytest.raises(AddressRefused):
        ping(server.url, "global")

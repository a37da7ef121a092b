"""What the guarded session does, and what it does not let a server do."""

import gzip
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
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
    InvalidAnswer,
    Limits,
    RemoteTimeout,
    RemoteUnreachable,
    Url,
    may_know,
    ping,
)
from tests.support.scripted_server import ScriptedServer, http

LOOPBACK = FetchPolicy.parse("loopback")
TOKEN = "the-token"


@pytest.fixture
def session() -> Iterator[GuardedSession]:
    with GuardedSession(LOOPBACK, Limits(read_timeout=5, total_timeout=10)) as session:
        yield session


def respond(server: ScriptedServer, *answers: bytes) -> None:
    """Let the server give these answers, one after the other, and the last one for ever."""
    left = list(answers)
    server.behave = lambda connection, path: connection.sendall(
        left.pop(0) if len(left) > 1 else left[0]
    )


def test_it_keeps_the_connection_for_the_next_request(
    server: ScriptedServer, session: GuardedSession
) -> None:
    ports = set()

    def answer(connection: socket.socket, path: str) -> None:
        ports.add(connection.getpeername()[1])
        connection.sendall(http("x"))

    server.behave = answer
    for _ in range(3):
        assert session.get(Url.parse(server.url)).body == b"x"
    assert len(ports) == 1


def test_it_connects_anew_when_the_server_has_closed_an_idle_connection(
    server: ScriptedServer, session: GuardedSession
) -> None:
    def answer_and_close(connection: socket.socket, path: str) -> None:
        connection.sendall(http("x"))
        connection.shutdown(socket.SHUT_RDWR)

    server.behave = answer_and_close
    for _ in range(3):
        assert session.get(Url.parse(server.url)).body == b"x"


def test_it_decompresses(server: ScriptedServer, session: GuardedSession) -> None:
    respond(server, http(gzip.compress(b"long " * 100_000), Content_Encoding="gzip"))
    assert session.get(Url.parse(server.url)).body == b"long " * 100_000
    assert "Accept-Encoding: gzip" in server.requests[0]


def test_it_reads_chunks(server: ScriptedServer, session: GuardedSession) -> None:
    answer = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    respond(server, answer)
    for _ in range(2):
        assert session.get(Url.parse(server.url)).body == b"abcde"


def test_it_follows_redirects(server: ScriptedServer, session: GuardedSession) -> None:
    respond(server, http(status="302 Found", Location="/login?next=%2F"), http("here"))
    answer = session.get(Url.parse(server.url + "/dashboard"))
    assert answer.body == b"here"
    assert str(answer.url) == server.url + "/login?next=%2F"


def test_it_shows_the_token_to_the_server_it_is_meant_for_only(
    server: ScriptedServer, session: GuardedSession
) -> None:
    elsewhere = server.url.replace("127.0.0.1", "localhost")
    respond(server, http(status="302 Found", Location=elsewhere + "/b"), http())
    session.get(Url.parse(server.url + "/a"), TOKEN)
    assert [TOKEN in request for request in server.requests] == [True, False]


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
def test_a_token_may_follow_only_to_https_on_the_same_host(
    start: str, url: str, expected: bool
) -> None:
    assert may_know(Url.parse(start), Url.parse(url)) is expected


def test_it_checks_the_address_again_after_a_redirect(
    server: ScriptedServer, session: GuardedSession
) -> None:
    respond(server, http(status="302 Found", Location="http://10.0.0.1/"))
    with pytest.raises(AddressRefused):
        session.get(Url.parse(server.url))


def test_it_connects_to_the_address_it_has_checked(server: ScriptedServer) -> None:
    answers = [["127.0.0.1"], ["169.254.169.254"]]  # what a name that rebinds answers
    respond(server, http("x", Connection="close"))
    with GuardedSession(LOOPBACK, resolver=lambda host, port: answers.pop(0)) as session:
        url = Url.parse(f"http://rebind.example:{server.port}")
        assert session.get(url).body == b"x"
        with pytest.raises(AddressRefused):
            session.get(url)
    assert f"Host: rebind.example:{server.port}" in server.requests[0]


def test_it_tries_every_address_of_a_name(server: ScriptedServer) -> None:
    respond(server, http("x"))
    addresses = ["::1", "127.0.0.2", "127.0.0.1"]  # nobody listens at the first two
    with GuardedSession(LOOPBACK, resolver=lambda host, port: addresses) as session:
        assert session.get(Url.parse(f"http://shop.example:{server.port}")).body == b"x"


def test_the_environment_has_no_say(
    server: ScriptedServer,
    session: GuardedSession,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login bob password secret")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    respond(server, http("x"))
    assert session.get(Url.parse(server.url)).body == b"x"
    assert "Authorization" not in server.requests[0]


def test_it_says_when_nobody_listens(session: GuardedSession) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(RemoteUnreachable, match="Nothing listens"):
        session.get(Url.parse(f"http://127.0.0.1:{port}"))


def test_it_says_when_there_is_no_such_name(session: GuardedSession) -> None:
    with pytest.raises(RemoteUnreachable, match="no server named"):
        session.get(Url.parse("http://nowhere.invalid"))


def test_it_does_not_wait_for_a_name_server_that_hangs() -> None:
    is_over = threading.Event()

    def hang(host: str, port: int) -> list[str]:
        is_over.wait()
        return []

    session = GuardedSession(LOOPBACK, Limits(connect_timeout=0.1), hang)
    with session, pytest.raises(RemoteTimeout):
        session.get(Url.parse("http://slow.example"))
    is_over.set()


def test_it_does_not_try_addresses_for_ever() -> None:
    """Nobody answers at any of the thousand addresses that a name has."""
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    queued = [socket.socket() for _ in range(4)]
    for waiting in queued:
        waiting.setblocking(False)
        waiting.connect_ex(full.getsockname())
    limits = Limits(connect_timeout=0.1, total_timeout=0.3)
    session = GuardedSession(LOOPBACK, limits, lambda host, port: ["127.0.0.1"] * 1_000)
    with session, pytest.raises(RemoteTimeout):
        session.get(Url.parse(f"http://busy.example:{full.getsockname()[1]}"))
    for each in (full, *queued):
        each.close()


def test_it_does_not_trust_a_certificate_that_nobody_vouches_for(
    tls_port: int, session: GuardedSession
) -> None:
    with pytest.raises(RemoteUnreachable, match="certificate of localhost"):
        session.get(Url.parse(f"https://localhost:{tls_port}"))


def test_a_ping_tells_status_and_latency(server: ScriptedServer) -> None:
    respond(server, http(status="503 Service Unavailable"))
    status, latency = ping(server.url, "loopback")
    assert status == 503
    assert 0 < latency < 10_000


def test_a_ping_does_not_read_the_page(server: ScriptedServer) -> None:
    def begin(connection: socket.socket, path: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        server.stopped.wait()

    server.behave = begin
    assert ping(server.url, "loopback")[0] == 200


def test_a_ping_is_guarded_as_well(server: ScriptedServer) -> None:
    with pytest.raises(AddressRefused):
        ping(server.url, "global")


def test_it_reads_no_body_of_an_unknown_encoding(
    server: ScriptedServer, session: GuardedSession
) -> None:
    respond(server, http("x", Content_Encoding="br"))
    with pytest.raises(InvalidAnswer):
        session.get(Url.parse(server.url))


@pytest.fixture
def tls_port(tmp_path: Path) -> Iterator[int]:
    """The port of a server whose certificate nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))

    def accept(listener: socket.socket) -> None:
        with suppress(OSError), listener.accept()[0] as connection:
            context.wrap_socket(connection, server_side=True).close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept, args=[listener])
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def self_signed(folder: Path) -> Path:
    """Write a key and a certificate for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    return path

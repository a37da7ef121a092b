"""Checks on ports, against real sockets."""

import errno
import socket
from collections.abc import Iterator

import pytest

from pydash_supervisor import find_free_port, listen, responds
from tests.support.scripted_server import ScriptedServer, http

LOOPBACK = "127.0.0.1"


@pytest.fixture
def used_port() -> Iterator[int]:
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("hosts", [[LOOPBACK], ["localhost"], ["0.0.0.0"], ["0.0.0.0", "::"]])
def test_it_reports_a_port_in_use_on_any_of_its_addresses(used_port: int, hosts: list[str]) -> None:
    with pytest.raises(OSError) as raised:
        listen(hosts, used_port)
    assert raised.value.errno == errno.EADDRINUSE


def test_a_port_in_use_on_ipv4_is_free_on_ipv6(used_port: int) -> None:
    for host in ("::1", "::"):
        [listening] = listen([host], used_port)
        listening.close()


def test_it_finds_the_first_free_port(used_port: int) -> None:
    assert find_free_port(LOOPBACK, [used_port]) is None
    free = find_free_port(LOOPBACK, [used_port, *range(used_port + 1, used_port + 50)])
    assert free is not None
    assert used_port < free < used_port + 50


def test_a_server_responds_only_with_status_200() -> None:
    server = ScriptedServer()
    url = server.url
    try:
        server.behave = lambda connection, path: connection.sendall(http(status=path[1:]))
        assert responds(f"{url}/200")
        assert not responds(f"{url}/503")
        server.behave = lambda connection, path: connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert not responds(url), "as over a connection from a port to itself"
    finally:
        server.close()
    assert not responds(url), "the connection is refused"

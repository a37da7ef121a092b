"""Which addresses are refused, in all their notations."""

import socket

import pytest

from pydash_http import (
    AddressRefused,
    FetchPolicy,
    GuardedSession,
    RemoteError,
    Url,
    check_address,
)

GLOBAL = FetchPolicy.parse("global")
EVERYTHING = FetchPolicy.parse("global, private, loopback, 0.0.0.0/0, ::/0")

NOT_GLOBAL = [
    "http://127.0.0.1",
    "http://127.1",  # short
    "http://127.0.0.1.",
    "http://127.255.255.254",
    "http://2130706433",  # decimal
    "http://017700000001",  # octal
    "http://0177.0.0.1",
    "http://0x7f000001",  # hexadecimal
    "http://0x7f.0.0.1",
    "http://0x7F.1",
    "http://①②⑦.⓪.⓪.①",  # digits of other scripts
    "http://127。0。0。1",  # full stops of other scripts
    "http://localhost",
    "http://LOCALHOST:8080",
    "http://10.0.0.1",
    "http://172.16.0.1",
    "http://172.31.255.255",
    "http://192.168.1.1",
    "http://3232235777",  # 192.168.1.1
    "http://100.64.0.1",  # carrier-grade NAT
    "http://100.127.255.255",
    "http://192.0.0.8",  # protocol assignments
    "http://192.88.99.1",  # 6to4 relays
    "http://[100::1]",  # discarded
    "http://[2001:2::1]",  # benchmarks
    "http://[3fff::1]",  # documentation
    "http://192.0.2.1",  # documentation
    "http://198.18.0.1",  # benchmarks
    "http://198.51.100.1",
    "http://203.0.113.1",
    "http://[::1]",
    "http://[0:0:0:0:0:0:0:1]",
    "http://[::ffff:127.0.0.1]",  # IPv4-mapped
    "http://[::ffff:7f00:1]",
    "http://[::ffff:10.0.0.1]",
    "http://[::ffff:0:127.0.0.1]",  # IPv4-translated
    "http://[::127.0.0.1]",  # IPv4-compatible
    "http://[64:ff9b::7f00:1]",  # NAT64
    "http://[64:ff9b::10.0.0.1]",
    "http://[64:ff9b:1::7f00:1]",  # NAT64, local
    "http://[2002:7f00:1::]",  # 6to4
    "http://[2002:a00:1::1]",
    "http://[2001:0:53aa:64c:0:0:80ff:fffe]",  # Teredo
    "http://[2001:db8::1]",  # documentation
    "http://[2606:4700::5efe:10.0.0.1]",  # ISATAP
    "http://[2606:4700::200:5efe:10.0.0.1]",
    "http://[fc00::1]",  # unique local
    "http://[fd12:3456::1]",
]
NEVER = [
    "http://0.0.0.0",  # connects to the machine itself
    "http://0",
    "http://0x0",
    "http://[::]",
    "http://[::ffff:0.0.0.0]",
    "http://169.254.169.254",  # metadata of most clouds
    "http://169.254.170.2",
    "http://2852039166",  # 169.254.169.254
    "http://0xa9fea9fe",
    "http://0251.0376.0251.0376",
    "http://[::ffff:169.254.169.254]",
    "http://[::ffff:a9fe:a9fe]",
    "http://[64:ff9b::a9fe:a9fe]",
    "http://[fe80::1]",
    "http://[fec0::1]",
    "http://[fd00:ec2::254]",
    "http://[fd20:ce::254]",
    "http://168.63.129.16",
    "http://100.100.100.200",
    "http://192.0.0.192",
    "http://224.0.0.1",
    "http://239.255.255.250",
    "http://[ff02::1]",
    "http://255.255.255.255",
    "http://240.0.0.1",
]
INVALID = [
    "",
    "shop.example",
    "//shop.example",
    "ftp://shop.example",
    "file:///etc/passwd",
    "gopher://127.0.0.1:25/_HELO",
    "javascript:alert(1)",
    "unix:///var/run/docker.sock",
    "http://",
    "http:///path",
    "http://user:password@shop.example",
    "http://shop.example@127.0.0.1",
    "http://shop.example\\@127.0.0.1",
    "http://shop.example:0",
    "http://shop.example:99999",
    "http://shop.example:port",
    "http://shop.example/\r\nX-Header: 1",
    "http://shop.example/ HTTP/1.1",
    "http://shop\x00.example",
    "http://[::1",
    "http://[fe80::1%25eth0]",
    "http://%31%32%37.0.0.1",
    "http://" + "a" * 3_000,
]


@pytest.mark.parametrize("url", NOT_GLOBAL + NEVER)
def test_it_connects_to_global_addresses_only(url: str) -> None:
    with GuardedSession(GLOBAL) as session, pytest.raises(RemoteError) as raised:
        session.get(url)
    # Some resolvers do not accept every notation: then there is no connection either.
    assert raised.type is AddressRefused or "Unknown host" in str(raised.value)


@pytest.mark.parametrize("url", NEVER)
def test_it_never_connects_to_metadata_services(url: str) -> None:
    with GuardedSession(EVERYTHING) as session, pytest.raises(AddressRefused):
        session.get(url)


@pytest.mark.parametrize("url", INVALID)
def test_it_refuses_invalid_urls(url: str) -> None:
    with pytest.raises(AddressRefused):
        Url.parse(url)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"],
)
def test_it_allows_global_addresses(address: str) -> None:
    assert GLOBAL.allows(address)


@pytest.mark.parametrize(
    ("allow", "allowed", "refused"),
    [
        ("private", ["10.0.0.1", "fd12::1", "::ffff:10.0.0.1"], ["8.8.8.8", "127.0.0.1"]),
        ("loopback", ["127.0.0.1", "::1"], ["8.8.8.8", "10.0.0.1"]),
        ("100.64.0.0/10", ["100.64.0.1"], ["100.100.100.200", "8.8.8.8"]),
        ("10.1.0.0/16,fd12::/16", ["10.1.0.1", "fd12::1"], ["10.2.0.1", "fd13::1"]),
        ("", [], ["8.8.8.8", "127.0.0.1", "10.0.0.1"]),
    ],
)
def test_it_allows_what_the_policy_lists(
    allow: str, allowed: list[str], refused: list[str]
) -> None:
    policy = FetchPolicy.parse(allow)
    assert all(map(policy.allows, allowed))
    assert not any(map(policy.allows, refused))


@pytest.mark.parametrize("allow", ["globel", "10.0.0.1/8", "10.0.0.0/33"])
def test_it_refuses_an_invalid_policy(allow: str) -> None:
    with pytest.raises(ValueError):
        FetchPolicy.parse(allow)


def test_it_refuses_a_host_of_which_all_addresses_are_refused() -> None:
    session = GuardedSession(GLOBAL, resolver=lambda host, port: ["fe80::1%eth0", "10.0.0.1"])
    with session, pytest.raises(AddressRefused, match="PYDASH_FETCH_ALLOW"):
        session.get("http://shop.example")


def test_it_does_not_disclose_the_address_of_a_host() -> None:
    session = GuardedSession(GLOBAL, resolver=lambda host, port: ["10.9.8.7"])
    with session, pytest.raises(AddressRefused) as raised:
        session.get("http://intranet.example")
    assert "10.9.8.7" not in str(raised.value)


def test_the_resolver_returns_numeric_addresses() -> None:
    from pydash_http import resolve

    for address in resolve("localhost", 80):
        socket.getaddrinfo(address, 80, flags=socket.AI_NUMERICHOST)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://localhost:5000", "http://[::1]"])
def test_an_address_can_be_checked_without_contacting_it(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_address(url, "global", 5)
    check_address(url, "global,private,loopback", 5)


def test_a_host_that_is_unknown_now_may_be_known_later() -> None:
    check_address("http://nobody.invalid/", "global", 5)

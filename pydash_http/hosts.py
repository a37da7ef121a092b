"""Hosts of servers, and their notation in URLs."""

from ipaddress import ip_address

_LOOPBACK_OF_WILDCARD = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (read, not bound)


def url_host(host: str) -> str:
    """Return a host as written in a URL, with IPv6 addresses in brackets.

    >>> url_host("::1"), url_host("shop.example")
    ('[::1]', 'shop.example')
    """
    return f"[{host}]" if ":" in host else host


def is_loopback(host: str) -> bool:
    """Return whether connections to a host stay on this machine.

    >>> is_loopback("127.0.0.2"), is_loopback("localhost"), is_loopback("db.example.com")
    (True, True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def local_url(host: str, port: int) -> str:
    """Return the URL at which this machine reaches a server that listens on a host.

    >>> local_url("0.0.0.0", 5000), local_url("::", 5000)
    ('http://127.0.0.1:5000', 'http://[::1]:5000')
    """
    return f"http://{url_host(_LOOPBACK_OF_WILDCARD.get(host, host))}:{port}"


def hosts_to_listen_on(host: str) -> tuple[str, ...]:
    """Return all hosts on which a server listens when configured with one.

    The wildcard address "::" stands for both address families.

    >>> hosts_to_listen_on("::"), hosts_to_listen_on("127.0.0.1")
    (('0.0.0.0', '::'), ('127.0.0.1',))
    """
    return tuple(_LOOPBACK_OF_WILDCARD) if host == "::" else (host,)

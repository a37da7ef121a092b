"""The policy for network addresses from which PyDash may fetch.

A user may enter any URL, and PyDash fetches it from inside its own network, next to its database,
the cloud provider's metadata service and the intranet. Every address is therefore checked before
the connection is made.
"""

from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Never allowed: addresses that reveal a machine's credentials, or do not belong to a single host.
NEVER = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # "this host"
            "169.254.0.0/16",  # link-local, with the metadata service of most clouds
            "168.63.129.16/32",  # Azure
            "100.100.100.200/32",  # Alibaba Cloud
            "192.0.0.192/32",  # Oracle Cloud
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
            "::/128",
            "fe80::/10",  # link-local
            "fec0::/10",  # site-local, deprecated
            "fd00:ec2::/32",  # AWS
            "fd20:ce::/32",  # Google Cloud
            "ff00::/8",  # multicast
        ),
    )
)
PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
LOOPBACK = tuple(map(ip_network, ("127.0.0.0/8", "::1/128")))
# IPv6 addresses that stand for an IPv4 address.
MAPPED = IPv6Network("::ffff:0:0/96")
NAT64 = IPv6Network("64:ff9b::/96")
# Tunnels and special-purpose addresses (such as Teredo) that not every Python 3.11 knows.
NOT_GLOBAL = tuple(
    map(
        ip_network,
        (
            "::/96",
            "::ffff:0:0:0/96",
            "64:ff9b:1::/48",
            "2002::/16",
            "192.88.99.0/24",
            "192.0.0.0/24",
            "100::/64",
            "2001::/23",
            "3fff::/20",
            "5f00::/16",
        ),
    )
)
ISATAP = (0x00005EFE, 0x02005EFE)


@dataclass(frozen=True)
class FetchPolicy:
    """The addresses from which PyDash may fetch. Some are refused regardless of the policy.

    :param categories: any of "global", "private" and "loopback".
    :param networks: individual networks, allowed regardless of their category.

    >>> policy = FetchPolicy.parse("global, 10.1.0.0/16")
    >>> policy.allows("93.184.215.14"), policy.allows("10.1.2.3"), policy.allows("10.2.0.1")
    (True, True, False)
    >>> policy.allows("169.254.169.254")
    False
    """

    categories: frozenset[str]
    networks: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "FetchPolicy":
        """Parse a comma-separated list, such as "global,loopback,10.1.0.0/16".

        :raises ValueError: if an item is neither a category nor a network.
        """
        items = [item.strip() for item in text.split(",") if item.strip()]
        categories = frozenset(items) & {"global", "private", "loopback"}
        networks = (ip_network(item) for item in items if item not in categories)
        return cls(categories, tuple(networks))

    def allows(self, address: str) -> bool:
        """Return whether a connection to a numeric address may be made."""
        destination = ip_address(address)
        # Hosts with only IPv6 reach the IPv4 internet through NAT64.
        if destination in MAPPED or destination in NAT64:
            destination = IPv4Address(int(destination) & 0xFFFFFFFF)
        if _within(destination, NEVER):
            return False
        return _within(destination, self.networks) or category(destination) in self.categories


def category(address: Address) -> str | None:
    """Return the category of an address; None if it belongs to none.

    >>> [category(ip_address(text)) for text in ("8.8.8.8", "10.0.0.1", "::1", "100.64.0.1")]
    ['global', 'private', 'loopback', None]
    """
    if _within(address, LOOPBACK):
        return "loopback"
    if _within(address, PRIVATE):
        return "private"
    is_isatap = address.version == 6 and (int(address) >> 32) & 0xFFFFFFFF in ISATAP
    if is_isatap or _within(address, NOT_GLOBAL) or not address.is_global:
        return None
    return "global"


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)

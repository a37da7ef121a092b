"""Opens connections by URL."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol

from pydash_events import base

DRIVERS = {
    "log": "pydash_events.impl_log",
    "memory": "pydash_events.impl_memory",
    "mongodb": "pydash_events.impl_mongodb",
    "mysql": "pydash_events.impl_sqlalchemy",
    "postgresql": "pydash_events.impl_sqlalchemy",
    "sqlite": "pydash_events.impl_sqlalchemy",
    "zodb": "pydash_events.impl_zodb",
}
"""The module of each scheme of URLs; a module is imported only when it is needed."""


class EventsConfiguration(Protocol):
    """The part of a configuration that names the event store."""

    @property
    def events_uri(self) -> str:
        """See `get_connection`."""


def get_connection(url: str, conf: Mapping[str, Any] | None = None) -> base.Connection:
    """Return an open connection to an event store.

    :param url: its scheme, up to a `+`, selects the driver.
    :param conf: options of the connection, see `base.Connection`.
    :raises ValueError: there is no such driver.
    """
    scheme = url.partition(":")[0].partition("+")[0]
    if scheme not in DRIVERS:
        known = ", ".join(DRIVERS)
        raise ValueError(f"There is no event store for {scheme!r}. Known are {known}.")
    driver = import_module(DRIVERS[scheme]).Connection
    connection: base.Connection = driver(conf) if scheme == "log" else driver(url, conf)
    return connection


def get_connection_from_config(conf: EventsConfiguration) -> base.Connection:
    """Return an open connection to the event store of an installation."""
    return get_connection(conf.events_uri)

"""The dashboard, which is a monitored app of a user.

Involved usage example:

>>> from pydash_app.dashboard.entity import Dashboard
>>> from pydash_app.user.entity import User
>>> from pydash_app.dashboard.endpoint import Endpoint
>>> from pydash_app.dashboard.endpoint_call import EndpointCall
>>> import uuid
>>> from datetime import datetime, timedelta
>>> user = User("Gandalf", "pass", 'some@email.com')
>>> d = Dashboard("http://foo.io", str(uuid.uuid4()), str(user.id))
>>> e1 = Endpoint("foo", True)
>>> e2 = Endpoint("bar", True)
>>> d.add_endpoint(e1)
>>> d.add_endpoint(e2)
>>> ec1 = EndpointCall("foo", 0.5, datetime.strptime("2018-04-25 15:29:23", "%Y-%m-%d %H:%M:%S"), "0.1", "None", "127.0.0.1")
>>> ec2 = EndpointCall("foo", 0.1, datetime.strptime("2018-04-25 15:29:23", "%Y-%m-%d %H:%M:%S"), "0.1", "None", "127.0.0.2")
>>> ec3 = EndpointCall("bar", 0.2, datetime.strptime("2018-04-25 15:29:23", "%Y-%m-%d %H:%M:%S"), "0.1", "None", "127.0.0.1")
>>> ec4 = EndpointCall("bar", 0.2, datetime.strptime("2018-04-25 15:29:23", "%Y-%m-%d %H:%M:%S") - timedelta(days=1), "0.1", "None", "127.0.0.1")
>>> ec5 = EndpointCall("bar", 0.2, datetime.strptime("2018-04-25 15:29:23", "%Y-%m-%d %H:%M:%S") - timedelta(days=2), "0.1", "None", "127.0.0.1")
>>> d.add_endpoint_call(ec1)
>>> d.add_endpoint_call(ec2)
>>> d.add_endpoint_call(ec3)
>>> d.add_endpoint_call(ec4)
>>> d.add_endpoint_call(ec5)
>>> d.aggregated_data()
{'total_visits': 5, 'total_execution_time': 1.2, 'average_execution_time': 0.24, 'visits_per_ip': {'127.0.0.1': 4, '127.0.0.2': 1}, 'unique_visitors': 2, 'fastest_measured_execution_time': 0.1, 'fastest_quartile_execution_time': 0.14, 'median_execution_time': 0.2, 'slowest_quartile_execution_time': 0.39, 'ninetieth_percentile_execution_time': 0.5, 'ninety-ninth_percentile_execution_time': 0.5, 'slowest_measured_execution_time': 0.5, 'versions': ['0.1']}
>>> d.endpoints['foo'].aggregated_data()
{'total_visits': 2, 'total_execution_time': 0.6, 'average_execution_time': 0.3, 'visits_per_ip': {'127.0.0.1': 1, '127.0.0.2': 1}, 'unique_visitors': 2, 'fastest_measured_execution_time': 0.1, 'fastest_quartile_execution_time': 0.1, 'median_execution_time': 0.3, 'slowest_quartile_execution_time': 0.5, 'ninetieth_percentile_execution_time': 0.5, 'ninety-ninth_percentile_execution_time': 0.5, 'slowest_measured_execution_time': 0.5, 'versions': ['0.1']}
>>> d.endpoints['bar'].aggregated_data()
{'total_visits': 3, 'total_execution_time': 0.6, 'average_execution_time': 0.2, 'visits_per_ip': {'127.0.0.1': 3}, 'unique_visitors': 1, 'fastest_measured_execution_time': 0.2, 'fastest_quartile_execution_time': 0.2, 'median_execution_time': 0.2, 'slowest_quartile_execution_time': 0.2, 'ninetieth_percentile_execution_time': 0.2, 'ninety-ninth_percentile_execution_time': 0.2, 'slowest_measured_execution_time': 0.2, 'versions': ['0.1']}
"""  # noqa: E501 (the example is kept as it is documented)

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from BTrees.OOBTree import OOBTree
from persistent import Persistent

from pydash_app import secrets
from pydash_app.dashboard.aggregator.aggregated import Aggregated, Filters
from pydash_app.dashboard.aggregator.aggregator_group import AggregatorGroup
from pydash_app.dashboard.downtime import DowntimeLog
from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_app.dashboard.fetching_status import DashboardState, FetchingStatus
from pydash_app.dashboard.measured import Measured
from pydash_app.dashboard.retention import Retention
from pydash_app.dashboard.stored import Stored
from pydash_app.dashboard.summary import DashboardSummary
from pydash_app.verdict import VersionLog
from pydash_cube import time_units
from pydash_cube.call_batch import CallBatch
from pydash_cube.cube import Cube
from pydash_cube.naming import members
from pydash_cube.query import Query
from pydash_cube.vocabulary import CallField

__all__ = ["Dashboard", "DashboardState"]

Availability = Literal["up", "checking", "down"]
FIRST_SERVER_ERROR = 500


class Dashboard(Persistent, Measured, Aggregated):
    """A monitored app: its settings, endpoints and calls.

    It does not know how it is stored, which is the task of the repository. Settings are attributes
    of this object. Fetched and measured data is in separate persistent objects, so that the web
    process and the fetcher never write the same object.

    :param url: the address of the app's monitoring dashboard.
    :param token: its security token, which is encrypted at rest.
    :param user_id: the owner.
    :param name: the display name; by default the URL.
    :ivar ping_interval: seconds between two pings; None for the interval of the installation.
    :ivar tags: in the order in which the user gave them.
    :ivar is_favorite: whether it is listed before others.
    :ivar pinned_endpoints: the names of endpoints that are listed before others.
    :ivar endpoint_patterns: endpoints that match one are merged; see `Query.patterns`.
    :ivar muted_until: when messages about it are sent again; None if that depends on no time.
    :ivar is_muted_until_resolved: whether none are sent until nothing is wrong with it.
    """

    # For dashboards that were stored before these attributes existed.
    _encrypted_headers: Mapping[str, str] = MappingProxyType({})
    ping_interval: int | None = None
    tags: tuple[str, ...] = ()
    is_favorite = False
    pinned_endpoints: frozenset[str] = frozenset()
    endpoint_patterns: tuple[str, ...] = ()
    muted_until: datetime | None = None
    is_muted_until_resolved = False
    version_log: VersionLog | None = None
    """What comparisons of its versions found; None before the first. Only the fetcher writes it."""

    def __init__(
        self, url: str, token: str, user_id: uuid.UUID | str, name: str | None = None
    ) -> None:
        self.id = uuid.uuid4()
        self.url = url
        self.token = token
        self.user_id = user_id if isinstance(user_id, uuid.UUID) else uuid.UUID(user_id)
        self.name = name if name is not None else url
        self.monitor_downtime = False
        self.retention = Retention()
        self.hidden_endpoints: frozenset[str] = frozenset()
        self.endpoints = OOBTree()
        self.aggregator_group = AggregatorGroup()
        self.fetching = FetchingStatus()
        self.downtime = DowntimeLog()
        self.summary = DashboardSummary()

    def __repr__(self) -> str:
        return f"<Dashboard id={self.id} url={self.url}>"

    @property
    def owner_id(self) -> uuid.UUID:
        """The account that it belongs to."""
        return self.user_id

    @property
    def token(self) -> str:
        """The security token of the app's monitoring dashboard."""
        return secrets.decrypt(self._encrypted_token)

    @token.setter
    def token(self, token: str) -> None:
        self._encrypted_token = secrets.encrypt(token)

    @property
    def availability(self) -> Availability | None:
        """Whether the app responds; None if it is not pinged.

        It is "checking" after a failed ping, or a fetch since then to which no app responded: the
        next ping shows whether the app is down.
        """
        log, fetching = self.downtime, self.fetching
        if not self.monitor_downtime or log.last_ping is None:
            return None
        if log.down_since is not None:
            return "down"
        is_unanswered = fetching.failure is not None and (
            fetching.http_status is None or fetching.http_status >= FIRST_SERVER_ERROR
        )
        attempt = fetching.last_attempt_time
        failed_since = is_unanswered and attempt is not None and attempt > log.last_ping
        return "checking" if log.is_failing or failed_since else "up"

    @property
    def pinged_every(self) -> int | None:
        """The seconds between two pings, 0 for the interval of the installation, None for never."""
        return self.ping_interval or 0 if self.monitor_downtime else None

    def is_muted(self, now: datetime) -> bool:
        """Return whether no messages about it are sent."""
        return self.is_muted_until_resolved or (
            self.muted_until is not None and now < self.muted_until
        )

    @property
    def headers(self) -> dict[str, str]:
        """Extra headers of the requests to the app, such as for a proxy; encrypted at rest."""
        return {name: secrets.decrypt(text) for name, text in self._encrypted_headers.items()}

    @headers.setter
    def headers(self, headers: Mapping[str, str]) -> None:
        self._encrypted_headers = {name: secrets.encrypt(text) for name, text in headers.items()}

    @property
    def header_names(self) -> list[str]:
        """The names of the extra headers, which can be read without the key."""
        return list(self._encrypted_headers)

    def get_id(self) -> str:
        """Return the id as a string."""
        return str(self.id)

    def add_endpoint(self, endpoint: Endpoint) -> None:
        """Add an endpoint, or update the one of the same name.

        At the limit of `MAX_DISTINCT` endpoints, only the calls of a new one are added.
        """
        self.add_endpoints([endpoint])

    def add_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        """Add several endpoints; see `add_endpoint`."""
        endpoints = list(endpoints)
        names = dict.fromkeys(endpoint.name for endpoint in endpoints)
        new = [name for name in names if name not in self.endpoints]
        admitted = set(self.aggregator_group.cube.admit(CallField.ENDPOINT, new))
        for endpoint in endpoints:
            known = self.endpoints.get(endpoint.name)
            if known is not None:
                known.update(endpoint)
                continue
            endpoint.attach(self.aggregator_group)
            if endpoint.name in admitted:
                self.endpoints[endpoint.name] = endpoint

    def remove_endpoint(self, endpoint: Endpoint) -> None:
        """Remove an endpoint; its calls are kept.

        :raises ValueError: the dashboard has no endpoint of this name.
        """
        if endpoint.name not in self.endpoints:
            raise ValueError(f"endpoint: the dashboard has no endpoint {endpoint.name!r}")
        del self.endpoints[endpoint.name]

    def hide_endpoint(self, name: str, *, hidden: bool = True) -> None:
        """Hide an endpoint in lists, or show it again. Its calls are counted either way."""
        self.hidden_endpoints = self.hidden_endpoints - {name} | ({name} if hidden else set())

    def pin_endpoint(self, name: str, *, pinned: bool = True) -> None:
        """List an endpoint before others, or no longer."""
        self.pinned_endpoints = self.pinned_endpoints - {name} | ({name} if pinned else set())

    def merge_endpoints(self, patterns: Iterable[str]) -> None:
        """Merge the endpoints that match these patterns, and only these, from now on."""
        gone = {*self.endpoint_patterns} - {*(patterns := tuple(patterns)), *self.endpoints}
        self.endpoint_patterns = patterns
        self.hidden_endpoints -= gone
        self.pinned_endpoints -= gone

    def endpoint(self, name: str) -> Endpoint | None:
        """Return an endpoint, which may be one that a pattern merges from others; None if none."""
        if name not in self.endpoint_patterns:
            return self.endpoints.get(name)  # type: ignore[no-any-return]
        merged = Endpoint(name, is_monitored=True)
        merged.attach(self.aggregator_group, self.endpoint_patterns)
        return merged

    def merged_endpoints(self, *more: str) -> dict[str, list[str]]:
        """Return the names of the endpoints that each pattern merges, sorted.

        :param more: patterns that would be added after the present ones.
        """
        patterns = (*self.endpoint_patterns, *more)
        return members(self.aggregator_group.cube.dictionaries[CallField.ENDPOINT], patterns)

    def add_endpoint_call(self, endpoint_call: EndpointCall) -> None:
        """Add a call, and its endpoint if it is new."""
        self.add_endpoint_calls(CallBatch.from_calls([endpoint_call]))

    def add_endpoint_calls(self, batch: CallBatch) -> None:
        """Add many calls, and their endpoints if they are new."""
        self.aggregator_group.add_endpoint_calls(batch)
        new = [name for name in dict.fromkeys(batch.endpoint) if name not in self.endpoints]
        admitted = self.aggregator_group.cube.admit(CallField.ENDPOINT, new)
        self.add_endpoints(Endpoint(name, is_monitored=True) for name in admitted)

    @property
    def stored(self) -> Stored:
        """The amount of stored data, which is known without reading it."""
        cube = self.aggregator_group.cube
        return Stored(int(cube.usage.calls()), cube.stored_bytes)

    def update_summary(self, now: datetime, zones: Iterable[str] = ()) -> None:
        """Update the figures of the overview page.

        :param now: the current time.
        :param zones: the time zones in which the owner reads it.
        """
        self.summary.update(self, now, zones)

    def scoped(self, query: Query) -> tuple[Cube, Query]:
        """Return the cube of all calls, and the query with the patterns of endpoints."""
        return self.aggregator_group.cube, replace(query, patterns=self.endpoint_patterns)

    def aggregated(self, filters: Filters | None) -> tuple[AggregatorGroup, Filters]:
        """Return the group of all calls, and the unchanged filters."""
        return self.aggregator_group, filters or {}

    def first_endpoint_call_time(self) -> datetime | None:
        """Return the time of the earliest call (UTC); None without calls."""
        first = self.aggregator_group.cube.first
        return None if first is None else time_units.to_datetime(first)

    def last_endpoint_call_time(self) -> datetime | None:
        """Return the time of the latest call (UTC); None without calls."""
        last = self.aggregator_group.cube.last
        return None if last is None else time_units.to_datetime(last)

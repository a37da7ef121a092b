"""The dashboard: one monitored app, as its user sees it.

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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from BTrees.OOBTree import OOBTree
from persistent import Persistent

from pydash_app import secrets
from pydash_app.dashboard import time_units
from pydash_app.dashboard.aggregator.aggregator_group import AggregatorGroup
from pydash_app.dashboard.aggregator.query import QueryResult
from pydash_app.dashboard.downtime import DowntimeLog
from pydash_app.dashboard.endpoint import Endpoint
from pydash_app.dashboard.endpoint_call import EndpointCall, EndpointCallBatch
from pydash_app.dashboard.fetching_status import DashboardState, FetchingStatus
from pydash_app.dashboard.retention import Retention
from pydash_app.dashboard.summary import DashboardSummary

__all__ = ["Dashboard", "DashboardState"]

Filters = Mapping[str, str]


class Dashboard(Persistent):
    """One monitored app and all that is known of it.

    It does not know how it is stored; that is the repository's task. What the user sets is here;
    what is fetched and measured is in objects of their own, so that the web process and the
    fetcher never write the same one.

    :param url: where the monitored app's dashboard is.
    :param token: its security token; encrypted at rest.
    :param user_id: whose dashboard this is.
    :param name: what the user calls it; by default the URL.
    """

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
    def token(self) -> str:
        """The security token of the monitored app's dashboard."""
        return secrets.decrypt(self._encrypted_token)

    @token.setter
    def token(self, token: str) -> None:
        self._encrypted_token = secrets.encrypt(token)

    def get_id(self) -> str:
        """Return the id as text."""
        return str(self.id)

    def add_endpoint(self, endpoint: Endpoint) -> None:
        """Add an endpoint; if there is one of this name, bring it up to date."""
        known = self.endpoints.get(endpoint.name)
        if known is None:
            endpoint.attach(self.aggregator_group)
            self.endpoints[endpoint.name] = endpoint
        else:
            known.update(endpoint)

    def add_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        """Add several endpoints."""
        for endpoint in endpoints:
            self.add_endpoint(endpoint)

    def remove_endpoint(self, endpoint: Endpoint) -> None:
        """Remove an endpoint; its calls stay part of the dashboard's numbers.

        :raises ValueError: this dashboard has no such endpoint.
        """
        if endpoint.name not in self.endpoints:
            raise ValueError(f"endpoint: this dashboard has no {endpoint.name!r}")
        del self.endpoints[endpoint.name]

    def hide_endpoint(self, name: str, *, hidden: bool = True) -> None:
        """Leave an endpoint out of the user's lists, or show it again; its calls count anyway."""
        self.hidden_endpoints = self.hidden_endpoints - {name} | ({name} if hidden else set())

    def add_endpoint_call(self, endpoint_call: EndpointCall) -> None:
        """Add one call; its endpoint is added if it is not known yet."""
        self.add_endpoint_calls(EndpointCallBatch.from_calls([endpoint_call]))

    def add_endpoint_calls(self, batch: EndpointCallBatch) -> None:
        """Add many calls; their endpoints are added if they are not known yet."""
        self.aggregator_group.add_endpoint_calls(batch)
        for name in dict.fromkeys(batch.endpoint):
            if name not in self.endpoints:
                self.add_endpoint(Endpoint(name, is_monitored=True))

    def update_summary(self, now: datetime) -> None:
        """Bring the figures of the overview up to date."""
        self.summary.update(self.aggregator_group, now)

    def aggregated_data(self, filters: Filters | None = None) -> dict[str, Any]:
        """Return all statistics; see `AggregatorGroup.fetch_aggregator` for the filters."""
        return self.aggregator_group.fetch_aggregator(filters).as_dict()

    def aggregated_data_daterange(
        self,
        start_date: datetime,
        end_date: datetime,
        granularity: str,
        filters: Filters | None = None,
    ) -> dict[str, Any]:
        """Return all statistics of a range of time.

        :param start_date: inclusive.
        :param end_date: inclusive: up to the end of the unit that it lies in.
        :param granularity: that unit, for instance 'day'.
        :param filters: see `AggregatorGroup.fetch_aggregator`; no times.
        """
        return self.aggregator_group.fetch_aggregator_inclusive_daterange(
            filters or {}, start_date, end_date, granularity
        ).as_dict()

    def statistic(self, statistic: str, filters: Filters | None = None) -> Any:
        """Return the rendered value of one statistic, by its name."""
        return self.aggregator_group.fetch_aggregator(filters).statistic(statistic)

    def statistic_per_timeslice(
        self,
        statistic: str,
        timeslice: str,
        start_datetime: datetime,
        end_datetime: datetime,
        filters: Filters | None = None,
    ) -> dict[str, Any]:
        """Return the rendered values of one statistic by slice of time, in order of time.

        :param timeslice: 'year', 'month', 'week', 'day', 'hour' or 'minute'.
        :param start_datetime: inclusive.
        :param end_datetime: inclusive: up to the end of the slice that it lies in.
        """
        slices = self.aggregator_group.fetch_aggregators_per_timeslice(
            filters or {}, timeslice, start_datetime, end_datetime
        )
        return {label: aggregator.statistic(statistic) for label, aggregator in slices}

    def query(
        self,
        statistics: Sequence[str],
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        filters: Filters | None = None,
        by: Sequence[str] = (),
        timeslice: str | None = None,
        is_static: bool = True,
        top: int | None = None,
    ) -> QueryResult:
        """Compute several statistics in one pass; see `AggregatorGroup.query`."""
        return self.aggregator_group.query(
            statistics,
            start=start,
            end=end,
            filters=filters,
            by=by,
            timeslice=timeslice,
            is_static=is_static,
            top=top,
        )

    def calls(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        filters: Filters | None = None,
    ) -> Iterator[EndpointCallBatch]:
        """Return the calls themselves, in order of time; see `AggregatorGroup.calls`."""
        return self.aggregator_group.calls(start, end, filters)

    def histogram(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        filters: Filters | None = None,
        bins: int = 30,
    ) -> tuple[list[float], list[int]]:
        """Return how execution times are distributed; see `AggregatorGroup.histogram`."""
        return self.aggregator_group.histogram(start, end, filters, bins)

    def first_endpoint_call_time(self) -> datetime | None:
        """Return the time of the earliest call (UTC); None without calls."""
        first = self.aggregator_group.cube.first
        return None if first is None else time_units.to_datetime(first)

    def last_endpoint_call_time(self) -> datetime | None:
        """Return the time of the latest call (UTC); None without calls."""
        last = self.aggregator_group.cube.last
        return None if last is None else time_units.to_datetime(last)

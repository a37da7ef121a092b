"""An endpoint of a monitored app."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from persistent import Persistent

from pydash_app.dashboard.aggregator.aggregated import Aggregated, Filters
from pydash_app.dashboard.aggregator.aggregator_group import AggregatorGroup
from pydash_app.dashboard.endpoint_call import EndpointCall
from pydash_app.dashboard.measured import Measured
from pydash_cube.cube import Cube
from pydash_cube.query import Query
from pydash_cube.vocabulary import CallField, QueryError


class Endpoint(Persistent, Measured, Aggregated):
    """An endpoint: its own properties, and a view of the calls to it.

    An endpoint of a dashboard has no calls of its own: it looks at the dashboard's through one
    more filter.

    :param name: its name in the monitored app.
    :param is_monitored: whether the monitored app watches it.
    :param version_added: version of the app in which it was first seen, if that is known.
    :param time_added: when it was first seen (UTC), if that is known.
    :param last_accessed: when it was last called (UTC), as the monitored app says.

    >>> endpoint = Endpoint("foo", True)
    >>> endpoint.add_endpoint_call(
    ...     EndpointCall("foo", 12.5, datetime(2018, 4, 25), "1.0", "None", "127.0.0.1"))
    >>> endpoint.statistic("total_visits", {"day": "2018-04-25"})
    1
    """

    def __init__(
        self,
        name: str,
        is_monitored: bool,
        *,
        version_added: str | None = None,
        time_added: datetime | None = None,
        last_accessed: datetime | None = None,
    ) -> None:
        self.name = name
        self.is_monitored = is_monitored
        self.version_added = version_added
        self.time_added = time_added
        self.last_accessed = last_accessed
        self._group = AggregatorGroup()

    def get_id(self) -> str:
        """Return the name, by which a dashboard knows its endpoints."""
        return self.name

    def set_monitored(self, is_monitored: bool) -> None:
        """Note whether the monitored app watches this endpoint."""
        self.is_monitored = is_monitored

    def update(self, other: "Endpoint") -> None:
        """Take over what the monitored app says now; nothing is written if nothing is new."""
        for name in ("is_monitored", "version_added", "time_added", "last_accessed"):
            if getattr(self, name) != getattr(other, name):
                setattr(self, name, getattr(other, name))

    def attach(self, group: AggregatorGroup) -> None:
        """Look at the calls of this group from now on; own calls are handed over to it."""
        for batch in self._group.calls():
            group.add_endpoint_calls(batch)
        self._group = group

    def add_endpoint_call(self, call: EndpointCall) -> None:
        """Add a call to this endpoint.

        :raises ValueError: it is a call to another one.
        """
        if call.endpoint != self.name:
            raise ValueError(f"call: goes to {call.endpoint!r}, not to {self.name!r}")
        self._group.add_endpoint_call(call)

    def scoped(self, query: Query) -> tuple[Cube, Query]:
        """Return the dashboard's cube, and the query with the endpoint as a filter.

        :raises QueryError: it is filtered by endpoint already.
        """
        return self._group.cube, replace(query, filters=self._with_endpoint(query.filters))

    def aggregated(self, filters: Filters | None) -> tuple[AggregatorGroup, Filters]:
        """Return the dashboard's group, and the filters with the endpoint.

        :raises QueryError: it is among the filters.
        """
        return self._group, self._with_endpoint(filters or {})

    def _with_endpoint(self, filters: Mapping[str, str]) -> dict[str, str]:
        if CallField.ENDPOINT in filters:
            raise QueryError(CallField.ENDPOINT, "An endpoint cannot be filtered by endpoint.")
        return {**filters, CallField.ENDPOINT: self.name}

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
    """An endpoint with its properties and calls.

    An endpoint of a dashboard does not store calls. It reads those of the dashboard, filtered by
    its name.

    :param name: its name in the monitored app.
    :param is_monitored: whether the app records the calls to it.
    :param version_added: version of the app in which it was first seen; None if unknown.
    :param time_added: when it was first seen (UTC); None if unknown.
    :param last_accessed: when it was last called (UTC), as reported by the app; None if unknown.

    >>> endpoint = Endpoint("foo", True)
    >>> endpoint.add_endpoint_call(
    ...     EndpointCall("foo", 12.5, datetime(2018, 4, 25), "1.0", "None", "127.0.0.1"))
    >>> endpoint.statistic("total_visits", {"day": "2018-04-25"})
    1
    """

    # Of merged endpoints, which are not stored.
    _patterns: tuple[str, ...] = ()

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
        """Return the name, which identifies an endpoint of a dashboard."""
        return self.name

    def set_monitored(self, is_monitored: bool) -> None:
        """Set whether the app records the calls to this endpoint."""
        self.is_monitored = is_monitored

    def update(self, other: "Endpoint") -> None:
        """Copy the properties of another endpoint, and write only those that differ."""
        for name in ("is_monitored", "version_added", "time_added", "last_accessed"):
            if getattr(self, name) != getattr(other, name):
                setattr(self, name, getattr(other, name))

    def attach(self, group: AggregatorGroup, patterns: tuple[str, ...] = ()) -> None:
        """Read the calls from a group from now on, and move own calls to it.

        :param patterns: those of the dashboard, if this is a merged endpoint, which is not stored.
        """
        if patterns:
            self._patterns = patterns
        for batch in self._group.calls():
            group.add_endpoint_calls(batch)
        self._group = group

    def add_endpoint_call(self, call: EndpointCall) -> None:
        """Add a call to this endpoint.

        :raises ValueError: it is a call to another endpoint.
        """
        if call.endpoint != self.name:
            raise ValueError(f"call: the endpoint is {call.endpoint!r}, not {self.name!r}")
        self._group.add_endpoint_call(call)

    def scoped(self, query: Query) -> tuple[Cube, Query]:
        """Return the dashboard's cube, and the query with the endpoint as a filter.

        :raises QueryError: it is filtered by endpoint already.
        """
        filters = self._with_endpoint(query.filters)
        return self._group.cube, replace(query, filters=filters, patterns=self._patterns)

    def aggregated(self, filters: Filters | None) -> tuple[AggregatorGroup, Filters]:
        """Return the dashboard's group, and the filters including the endpoint.

        :raises QueryError: they include an endpoint already.
        """
        return self._group, self._with_endpoint(filters or {})

    def _with_endpoint(self, filters: Mapping[str, str]) -> dict[str, str]:
        if CallField.ENDPOINT in filters:
            raise QueryError(CallField.ENDPOINT, "An endpoint cannot be filtered by endpoint.")
        return {**filters, CallField.ENDPOINT: self.name}
